"""Start a process: a service or the gateway under nameko's runner, or a relay."""

import gc
import os
import signal
import sys
import time
from dataclasses import replace
from typing import Any

from amqp import AMQPError
from kombu.exceptions import OperationalError

from services.kernel.health import serve_health
from services.kernel.logs import get_log, set_up_logs
from services.kernel.settings import Settings


BROKER_WAIT_SECONDS = 2.0
# Handlers end well within it: no statement may take longer than 15 s.
GRACE_SECONDS = 20.0
AWAY_SECONDS = 1.0
# How many new objects make the garbage collector look, and how often it looks at older ones.
COLLECT_AFTER = (20_000, 50, 50)


def nameko_config(settings: Settings) -> dict[str, Any]:
    """What nameko wants to know, and our settings for the extensions that we wrote."""
    return {
        "AMQP_URI": settings.amqp_uri,
        "WEB_SERVER_ADDRESS": settings.http_address,
        "max_workers": settings.workers,
        "serializer": "json",
        "ACCEPT": ["json"],
        "HEARTBEAT": 20,
        "settings": settings,
    }


def run_container(cls: type, settings: Settings, checks_for: Any) -> None:
    """Run one nameko service until SIGTERM or SIGINT; exits with 1 when it failed."""
    import eventlet
    from nameko.runners import ServiceRunner

    runner = ServiceRunner(nameko_config(settings))
    runner.add_service(cls)
    container = next(iter(runner.containers))
    serve_health(settings.metrics_host, settings.metrics_port, checks_for(container))

    def wind_down() -> None:
        # nameko waits for its broker even when it is to end. Nothing is lost by not waiting:
        # what is not acknowledged is delivered again, and handled once.
        ready = all(checks_for(container)().values())
        eventlet.spawn_after(GRACE_SECONDS if ready else AWAY_SECONDS, os._exit, 0)
        runner.stop()

    def stop(*_: Any) -> None:
        # A signal handler must not block: the runner stops in a green thread of its own.
        eventlet.spawn_n(wind_down)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log = get_log(__name__)
    log.info("starting", name=cls.__name__)
    try:
        runner.start()
        collect_seldom()
        log.info("started", name=cls.__name__)
        runner.wait()
    except Exception:
        log.exception("the process ends and is to be restarted")
        sys.exit(1)


def collect_seldom() -> None:
    """Spare the garbage collector what stays for good, and most of its looks at what goes soon.

    A batch makes tens of thousands of values that go by themselves, so that by its own measure the
    collector takes a sixth of the time and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def service_checks(container: Any) -> Any:
    """Ready when the consumer is connected; the database is asked by each call itself."""

    def checks() -> dict[str, bool]:
        from services.kernel.messaging import SafeQueueConsumer

        consumers = [e for e in container.extensions if isinstance(e, SafeQueueConsumer)]
        return {"broker": bool(consumers) and all(each.connected for each in consumers)}

    return checks


def run_service(name: str) -> None:
    settings = Settings.from_environment("amqp_uri", "database_url")
    set_up_logs(settings.log_level, name)
    from services.kernel.registry import service_class

    cls: Any = service_class(name)
    cls.check_settings(settings)
    if not os.environ.get("TIMEBANK_WORKERS"):
        settings = replace(settings, workers=cls.workers)
    run_container(cls, settings, service_checks)


def run_relay(name: str) -> None:
    settings = Settings.from_environment("amqp_uri", "database_url")
    set_up_logs(settings.log_level, f"{name}-relay")
    from services.kernel.registry import handled_events
    from services.kernel.relay import Relay
    from services.kernel.topology import declare

    relay = Relay(name, settings)
    serve_health(settings.metrics_host, settings.metrics_port, relay.checks)
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    while not relay.stopping:
        try:
            declare(settings.amqp_uri, handled_events())
            break
        except (OSError, AMQPError, OperationalError) as error:
            get_log(__name__).warning("the broker is awaited", error=str(error)[:200])
            time.sleep(BROKER_WAIT_SECONDS)
    relay.run()


def run_auditor(name: str) -> None:
    from services.kernel.registry import auditor_of

    auditor_of(name)()


def run_dispatcher(name: str) -> None:
    from services.kernel.registry import dispatcher_of

    dispatcher_of(name)()


def run_gateway() -> None:
    settings = Settings.from_environment("amqp_uri")
    set_up_logs(settings.log_level, "gateway")
    from gateway.service import gateway_checks, gateway_class

    run_container(gateway_class(), settings, gateway_checks)
