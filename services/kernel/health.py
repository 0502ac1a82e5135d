"""Health and metrics on a port of their own: a process whose workers are busy still answers."""

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app


Checks = Callable[[], dict[str, bool]]


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A probe every few seconds is no news."""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def health_app(checks: Checks) -> Callable[..., Iterable[bytes]]:
    """/healthz: the process runs; /readyz: each of ``checks`` holds; /metrics: Prometheus."""
    metrics = make_wsgi_app()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return metrics(environ, start_response)
        if path not in ("/healthz", "/readyz"):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not found\n"]
        state = checks() if path == "/readyz" else {}
        ready = all(state.values())
        body = json.dumps({"ready": ready, "checks": state}).encode()
        status = "200 OK" if ready else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    return app


def serve_health(host: str, port: int, checks: Checks) -> None:
    """Start the server in the background; port 0 means none is wanted."""
    if not port:
        return
    server = make_server(
        host, port, health_app(checks), server_class=ThreadingServer, handler_class=QuietHandler
    )
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
