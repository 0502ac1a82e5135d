"""The dispatcher's process: takes the plans that are asked for, one after another.

Several may run: each takes what no other has. It computes for seconds without a pause, which a
service on green threads must never do.
"""

import signal
import threading
import time
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from services.kernel.contract import Unavailable
from services.kernel.database import make_engine
from services.kernel.health import serve_health
from services.kernel.logs import get_log, set_up_logs
from services.kernel.settings import Settings
from services.matching.dispatching.planner import compute_next


log = get_log(__name__)
LOOK_SECONDS = 1.0
CONNECTIONS = 2

plan_seconds = Histogram(
    "timebank_dispatch_plan_seconds",
    "How long a plan took",
    buckets=(0.1, 0.5, 1, 2, 5, 10, 20, 40, 80),
)
plans_failed = Counter("timebank_dispatch_attempts_failed", "Attempts at a plan that failed")


class Dispatcher:
    """Looks for plans until it is told to stop."""

    def __init__(self, settings: Settings):
        self.begin = sessionmaker(make_engine(settings.database_url, CONNECTIONS)).begin
        self.stopping = threading.Event()
        self.healthy = True

    def checks(self) -> dict[str, bool]:
        return {"database": self.healthy}

    def stop(self, *_: Any) -> None:
        # What is being computed is abandoned: its lease ends, and another attempt is made.
        self.stopping.set()
        raise SystemExit(0)

    def run(self) -> None:
        while not self.stopping.is_set():
            if not self.look():
                self.stopping.wait(LOOK_SECONDS)

    def look(self) -> bool:
        """Whether there was a plan to compute."""
        began = time.perf_counter()
        try:
            plan_id = compute_next(self.begin, datetime.now(UTC))
        except (DBAPIError, Unavailable) as error:
            self.healthy = False
            log.warning("the database is awaited", error=str(error)[:200])
            return False
        except Exception:
            plans_failed.inc()
            log.exception("a plan could not be computed")
            return False
        self.healthy = True
        if plan_id is None:
            return False
        seconds = time.perf_counter() - began
        plan_seconds.observe(seconds)
        log.info("a plan is computed", plan_id=str(plan_id), seconds=round(seconds, 1))
        return True


def run_dispatcher() -> None:
    """The process: metrics and health on their own port, until told to stop."""
    settings = Settings.from_environment("database_url")
    set_up_logs(settings.log_level, "matching-dispatcher")
    dispatcher = Dispatcher(settings)
    serve_health(settings.metrics_host, settings.metrics_port, dispatcher.checks)
    signal.signal(signal.SIGTERM, dispatcher.stop)
    signal.signal(signal.SIGINT, dispatcher.stop)
    dispatcher.run()
