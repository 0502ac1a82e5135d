"""A provider on loopback that behaves as it is told to, badly for the most part."""

import hashlib
import hmac
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


KEY = b"a key that both sides know, of 32 letters"
Behaviour = Callable[["Provider", socket.socket, "Asked"], None]


@dataclass
class Asked:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        pairs = parse_qs(urlsplit(self.target).query)
        return {name: values[0] for name, values in pairs.items()}

    @property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Provider:
    """Answers one request after the other as its behaviours say; the last one for good."""

    behaviours: list[Behaviour]
    key: bytes = KEY
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> "Provider":
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.done.set()
        self.listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        while not self.done.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                asked = read(connection)
                self.asked.append(asked)
                number = min(len(self.asked), len(self.behaviours)) - 1
                self.behaviours[number](self, connection, asked)
            except OSError:
                return


def read(connection: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(4096)
    return Asked(method, target, headers, body)


def signature(key: bytes, *parts: str) -> str:
    """As the scheme is written down, not as our client computes it."""
    return hmac.new(key, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def is_signed_by_us(asked: Asked, key: bytes = KEY) -> bool:
    at, nonce = asked.headers["timebank-time"], asked.headers["timebank-nonce"]
    digest = hashlib.sha256(asked.body).hexdigest()
    expected = signature(key, asked.method, asked.target, at, nonce, digest)
    return asked.headers["timebank-signature"] == expected and abs(int(at) - time.time()) < 60


def write(connection: socket.socket, status: int, body: bytes, **headers: str) -> None:
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def signed(
    body: bytes | None = None,
    status: int = 200,
    seconds_ago: int = 0,
    key: bytes = KEY,
    nonce: str | None = None,
    **facts: Any,
) -> Behaviour:
    """An answer with its signature; by default to this request, now, with the right key."""

    def answer(provider: Provider, connection: socket.socket, asked: Asked) -> None:
        said = {"request_id": asked.facts["request_id"], **facts}
        raw = json.dumps(said).encode() if body is None else body
        at, of = str(int(time.time()) - seconds_ago), nonce or asked.headers["timebank-nonce"]
        mark = signature(key, str(status), of, at, hashlib.sha256(raw).hexdigest())
        headers = {"Timebank_Time": at, "Timebank_Signature": mark}
        write(connection, status, raw, **headers)

    return answer


def plain(body: bytes = b"{}", status: int = 200, **headers: str) -> Behaviour:
    def answer(provider: Provider, connection: socket.socket, asked: Asked) -> None:
        write(connection, status, body, **headers)

    return answer


def says(**facts: Any) -> Behaviour:
    """Unsigned JSON, as WeChat answers."""
    return plain(json.dumps(facts).encode(), Content_Type="text/plain")


def silent(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    provider.done.wait(5)


def dripping(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    """A byte now and then: never silent for long, never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        connection.sendall(b"A: b\r\n")
        provider.done.wait(0.05)


def resetting(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hanging_up(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    return


def half_a_body(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b'{"verdict": "ma')


def no_http(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b"\x00\xff\x00 this is no HTTP\r\n\r\n")


def endless(provider: Provider, connection: socket.socket, asked: Asked) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b" " * 64 * 1024)


def redirecting_to(url: str) -> Behaviour:
    return plain(b"", 307, Location=url)
