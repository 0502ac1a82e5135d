"""The nameko entrypoint: every HTTP request to the one method that answers, each in a worker."""

from functools import partial
from typing import Any

from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Response

from gateway.exchange import HttpAnswer
from gateway.problems import problem_answer
from gateway.server import GatewayServer, request_from
from services.kernel.contract import Error, InternalError, Unavailable
from services.kernel.logs import get_log


log = get_log(__name__)

FEWEST_WORKERS = 200


class Http(HttpRequestHandler):
    """Any method on any path. The front routes, so that 404 and 405 are problems like others."""

    server = GatewayServer()

    def __init__(self, **options: Any):
        super().__init__("*", "/<path:path>", **options)

    def setup(self) -> None:
        super().setup()
        # A worker here mostly waits for an answer, so ten, as for a service, would be far too few.
        pool = self.container._worker_pool
        pool.resize(max(pool.size, FEWEST_WORKERS))

    def stop(self) -> None:
        self.server.drain()
        super().stop()

    def handle_environ(self, environ: dict[str, Any]) -> Response:
        try:
            # Read outside the workers: a slow sender holds a connection, and nobody else's place.
            answer = self.work(request_from(environ))
        except ContainerBeingKilled:
            answer = self.problem(Unavailable())
        except Exception:
            log.exception("a request failed outside the front")
            answer = self.problem(InternalError())
        return Response(
            answer.body,
            status=answer.status,
            headers=dict(answer.headers),
            content_type=answer.content_type,
        )

    def problem(self, error: Error) -> HttpAnswer:
        return problem_answer(error, "")

    def work(self, request: Any) -> HttpAnswer:
        arrival = Event()
        self.container.spawn_worker(
            self, (request,), {}, handle_result=partial(self.handle_result, arrival)
        )
        answer: HttpAnswer = arrival.wait()
        return answer


http = Http.decorator
