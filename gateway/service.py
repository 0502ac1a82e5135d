"""The gateway as a nameko service: one entrypoint, and the RPC client it asks the services with."""

from collections.abc import Callable
from typing import Any, ClassVar

import amqp
import eventlet
from eventlet import tpool
from eventlet.event import Event
from nameko.extensions import DependencyProvider

from gateway.exchange import HttpAnswer, HttpRequest
from gateway.front import CHECKS_A_MINUTE, DEADLINE_SECONDS, Front
from gateway.http import FEWEST_WORKERS, http
from gateway.limits import Limits
from services.kernel.contract import DeadlineExceeded, Error, Unavailable
from services.kernel.logs import get_log
from services.kernel.rpc import RpcClient
from services.kernel.settings import SERVICES, number_from


log = get_log(__name__)

# The rest of the workers stay free, so that health is answered when the limit is reached.
MOST_IN_FLIGHT = FEWEST_WORKERS * 3 // 4
CONNECT_SECONDS = 3.0
CHECKS, MOST_CHECKS = "TIMEBANK_CHECKS_A_MINUTE", 1_000_000
PROXIES, MOST_PROXIES = "TIMEBANK_PROXIES", 10
GRACE_SECONDS = 1.0
RECONNECT_PAUSE_SECONDS = 0.5
PING_SECONDS = 1.0


class Services:
    """Calls to the services that end in time, whatever the broker does."""

    def __init__(self, client: RpcClient):
        self.client = client

    def __call__(
        self,
        service: str,
        operation: str,
        payload: dict[str, Any],
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        **options: Any,
    ) -> dict[str, Any]:
        """The operation's result; raises its Error, Unavailable, or DeadlineExceeded."""
        self.need_connection()
        try:
            return within(
                deadline_seconds + GRACE_SECONDS,
                lambda: self.client.call(
                    service, operation, payload, deadline_seconds=deadline_seconds, **options
                ),
            )
        except DeadlineExceeded as error:
            if not self.client.connected:
                raise Unavailable from error
            raise

    def need_connection(self) -> None:
        """Find out soon that there is no broker, rather than at the end of the deadline."""
        if self.client.connected:
            return
        try:
            within(CONNECT_SECONDS, self.client.connect)
        except (OSError, amqp.AMQPError, DeadlineExceeded) as error:
            raise Unavailable from error

    def readiness(self) -> dict[str, bool]:
        """The broker and each of the services, asked at the same time."""
        pings = {name: eventlet.spawn(self.ping, name) for name in SERVICES}
        state = {name: ping.wait() for name, ping in pings.items()}
        return {"broker": bool(self.client.connected)} | state

    def ping(self, name: str) -> bool:
        if not self.client.connected:
            return False
        try:
            self(name, "kernel_ping", {}, deadline_seconds=PING_SECONDS)
        except Error:
            return False
        return True


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """The work's result; raises DeadlineExceeded when it takes longer, whatever holds it up."""
    arrival = Event()
    thread = eventlet.spawn(deliver, work, arrival)
    timeout = eventlet.Timeout(seconds)
    try:
        return arrival.wait()
    except eventlet.Timeout as raised:
        if raised is not timeout:
            raise
        eventlet.spawn_n(thread.kill)
        raise DeadlineExceeded from None
    finally:
        timeout.cancel()


def deliver(work: Callable[[], Any], arrival: Event) -> None:
    try:
        arrival.send(work())
    except Exception as error:
        # Raised where it is awaited; left here, eventlet would print it as a fault.
        arrival.send_exception(error)


class FrontDoor(DependencyProvider):
    """Gives the service its front, and keeps the connection to the broker."""

    def setup(self) -> None:
        config = self.container.config
        settings = config["settings"]
        self.client = RpcClient(config["AMQP_URI"])
        services = Services(self.client)
        self.front = Front(
            services,
            services.readiness,
            most_in_flight=MOST_IN_FLIGHT,
            is_demonstration=settings.is_demonstration,
            aside=tpool.execute,
            limits=Limits(number_from(settings.environment, CHECKS, CHECKS_A_MINUTE, MOST_CHECKS)),
            proxies=number_from(settings.environment, PROXIES, 0, MOST_PROXIES),
        )
        self.stopping = False

    def start(self) -> None:
        self.container.spawn_managed_thread(self.keep_connected, identifier="keep_connected")
        self.container.spawn_managed_thread(self.keep_informed, identifier="keep_informed")

    def stop(self) -> None:
        self.stopping = True
        self.client.close()

    def keep_connected(self) -> None:
        """So that neither readiness nor the first request after a break has to connect first."""
        while not self.stopping:
            if not self.client.connected:
                try:
                    self.client.connect()
                except (OSError, amqp.AMQPError) as error:
                    log.warning("the broker is awaited", error=str(error))
            eventlet.sleep(RECONNECT_PAUSE_SECONDS)

    def keep_informed(self) -> None:
        """So that a token that was made void is refused a second later."""
        self.front.revocations.keep_reading(lambda: self.stopping)

    def get_dependency(self, worker_ctx: Any) -> Front:
        return self.front


class Gateway:
    """The one door for the outside world."""

    name: ClassVar[str] = "gateway"

    front = FrontDoor()

    @http
    def answer(self, request: HttpRequest) -> HttpAnswer:
        answered: HttpAnswer = self.front.answer(request)
        return answered


def gateway_class() -> type:
    return Gateway


def gateway_checks(container: Any) -> Callable[[], dict[str, bool]]:
    """For the metrics port: whether the gateway itself has its broker."""

    def checks() -> dict[str, bool]:
        doors = [each for each in container.dependencies if isinstance(each, FrontDoor)]
        return {"broker": bool(doors) and all(door.client.connected for door in doors)}

    return checks
