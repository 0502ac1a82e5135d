"""nameko's web server with what it lacks: bounds on what a client may take, and a tidy end."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import eventlet
from eventlet.wsgi import Server
from nameko.web.server import HttpOnlyProtocol, WebServer

from gateway.errors import BodyTimeout, BodyTooLarge, MalformedRequest
from gateway.exchange import HttpRequest
from gateway.problems import PROBLEM_TYPE
from services.kernel.contract import Error
from services.kernel.logs import get_log


log = get_log(__name__)

MOST_BODY_BYTES = 1_000_000
# What a chunked body may take on the wire with the sizes of its chunks.
MOST_WIRE_BYTES = 2 * MOST_BODY_BYTES
MOST_CONNECTIONS = 2000
BODY_SECONDS = 15
SOCKET_SECONDS = 30
KEEP_ALIVE_SECONDS = 75
LINGER_SECONDS = 2
MOST_LINGER_BYTES = 16 * MOST_BODY_BYTES
DRAIN_SECONDS = 15
ACCEPT_PAUSE_SECONDS = 0.2
CLOSE = "timebank.close"


class BoundedReader:
    """A body's stream that ends with BodyTooLarge instead of reading on for ever."""

    def __init__(self, stream: Any):
        self.stream = stream
        self.left = MOST_WIRE_BYTES

    def read(self, length: int) -> bytes:
        return self.counted(self.stream.read(min(length, self.left + 1)))

    def readline(self, length: int = -1) -> bytes:
        most = self.left + 1 if length < 0 else min(length, self.left + 1)
        return self.counted(self.stream.readline(most))

    def counted(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise BodyTooLarge
        return data


class Protocol(HttpOnlyProtocol):
    """One connection; closes rather than reads on when a body is too large."""

    # What cannot even be parsed is answered by the standard library, in this shape.
    error_content_type = PROBLEM_TYPE
    error_message_format = (
        '{"type":"/problems/malformed_request","title":"This is not a request that can be read.",'
        '"status":%(code)d,"detail":"This is not a request that can be read.",'
        '"code":"malformed_request"}'
    )
    lingering = False

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["eventlet.input"].rfile = BoundedReader(self.rfile)
        environ[CLOSE] = self.close_after
        if self.server.is_draining:
            self.close_connection = True
        return environ

    def close_after(self) -> None:
        """End the connection after this answer, for what follows on it cannot be trusted."""
        self.close_connection = True
        self.lingering = True

    def finish(self) -> None:
        if self.lingering:
            self.linger()
        super().finish()

    def linger(self) -> None:
        """Throw away for a moment what still arrives: a reset would take the answer with it."""
        with suppress(OSError, ValueError, eventlet.Timeout), eventlet.Timeout(LINGER_SECONDS):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            left = MOST_LINGER_BYTES
            while left > 0:
                data = self.connection.recv(65536)
                left = left - len(data) if data else 0


class BoundedServer(Server):
    is_draining = False


class GatewayServer(WebServer):
    """Serves every path through the one entrypoint; no client can end the process."""

    connections = 0
    _is_accepting: bool

    def get_wsgi_app(self) -> Callable[..., Iterable[bytes]]:
        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            (entrypoint,) = self._providers
            response = entrypoint.handle_environ(environ)
            answered: Iterable[bytes] = response(environ, start_response)
            return answered

        return app

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **options: Any) -> BoundedServer:
        return BoundedServer(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=Protocol,
            debug=False,
            log_output=False,
            socket_timeout=SOCKET_SECONDS,
            keepalive=KEEP_ALIVE_SECONDS,
        )

    def run(self) -> None:
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError as error:
                # Out of file descriptors, say: connections will end and free some.
                if self._is_accepting:
                    log.warning("a connection could not be accepted", error=str(error))
                    eventlet.sleep(ACCEPT_PAUSE_SECONDS)
                continue
            if self.connections >= MOST_CONNECTIONS:
                sock.close()
                continue
            sock.settimeout(SOCKET_SECONDS)
            self.container.spawn_managed_thread(lambda s=sock, a=address: self.serve(s, a))

    def serve(self, sock: Any, address: Any) -> None:
        self.connections += 1
        try:
            self.process_request(sock, address)
        except Exception as error:
            # An error in a managed thread would end the container; this is one client's trouble.
            log.info("a connection broke", error=type(error).__name__)
            with suppress(OSError):
                sock.close()
        finally:
            self.connections -= 1

    def drain(self) -> None:
        """Accept no more, and let the requests under way be answered."""
        if self._serv is None or not self._is_accepting:
            return
        self._is_accepting = False
        self._serv.is_draining = True
        self._gt.kill()
        self._sock.close()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._serv.outstanding_requests and time.monotonic() < deadline:
            eventlet.sleep(0.02)


def request_from(environ: dict[str, Any]) -> HttpRequest:
    """The request with its body read, up to MOST_BODY_BYTES; a flaw when that went wrong."""
    body, flaw = b"", None
    try:
        body = body_from(environ)
    except Error as error:
        flaw = error
        environ[CLOSE]()
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        query_string=environ.get("QUERY_STRING", ""),
        headers=headers_from(environ),
        body=body,
        flaw=flaw,
        peer=environ.get("REMOTE_ADDR") or "",
    )


def headers_from(environ: dict[str, Any]) -> dict[str, str]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return headers | {"content-type": environ.get("CONTENT_TYPE") or ""}


def body_from(environ: dict[str, Any]) -> bytes:
    stream = environ["eventlet.input"]
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
        raise MalformedRequest("Only the chunked transfer encoding is understood.")
    declared = int(environ.get("CONTENT_LENGTH") or 0)
    if declared > MOST_BODY_BYTES:
        raise BodyTooLarge
    timeout = eventlet.Timeout(BODY_SECONDS)
    try:
        body = read_at_most(stream, MOST_BODY_BYTES + 1)
    except eventlet.Timeout as raised:
        if raised is not timeout:
            raise
        raise BodyTimeout from None
    except TimeoutError:
        raise BodyTimeout from None
    except (OSError, ValueError) as error:
        raise MalformedRequest("The body broke off.") from error
    finally:
        timeout.cancel()
    if len(body) > MOST_BODY_BYTES:
        raise BodyTooLarge
    if len(body) < declared:
        raise MalformedRequest("The body broke off.")
    return body


def read_at_most(stream: Any, most: int) -> bytes:
    parts = []
    while most > 0 and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
