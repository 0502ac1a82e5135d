"""A small HTTP client of the platform: JSON in, JSON out, and a Problem raised for a refusal."""

import json
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4


TIMEOUT_SECONDS = 30


class Problem(Exception):
    """The platform refused: the problem document's code, HTTP status and sentence."""

    def __init__(self, status: int, body: dict[str, Any]):
        self.status = status
        self.body = body
        self.code = str(body.get("code", "unknown"))
        super().__init__(f"{status} {self.code}: {body.get('detail', '')}")

    @property
    def fields(self) -> dict[str, Any]:
        return dict(self.body.get("fields", {}))


class Unreachable(Exception):
    """Nothing that speaks HTTP answers at this address."""


class Client:
    """Calls the platform at a URL; ``token`` is an access token, ``clock`` the time of the call."""

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS):
        self.url = url.rstrip("/")
        self.timeout_seconds = timeout_seconds
        # A proxy that the environment names is for the internet, not for a platform of our own.
        self.opener = build_opener(ProxyHandler({}))

    def get(
        self, path: str, token: str | None = None, clock: datetime | None = None, **query: Any
    ) -> dict[str, Any]:
        """Read; the keyword arguments become the query."""
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path, None, token, clock)

    def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        token: str | None = None,
        clock: datetime | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Change something; without a ``key`` each call is a new one."""
        return self.call("POST", path, body or {}, token, clock, key or str(uuid4()))

    def download(self, path: str, token: str | None = None) -> bytes:
        """A file or page as it comes; raises Problem and Unreachable as the others do."""
        return self._opened(
            "GET", path, None, {"Authorization": f"Bearer {token}"} if token else {}
        )

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        token: str | None,
        clock: datetime | None,
        key: str | None = None,
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if clock:
            headers["Timebank-Clock"] = clock.isoformat()
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        return read_json(self._opened(method, path, data, headers))

    def _opened(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        request = Request(self.url + path, data, headers, method=method)
        try:
            with self.opener.open(request, timeout=self.timeout_seconds) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            with error:
                raise Problem(error.code, read_json(error.read())) from None
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"{self.url}: {reason}") from error


def read_json(data: bytes) -> dict[str, Any]:
    """The answer; somebody who answers without a JSON object is not our platform."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"detail": data[:200].decode(errors="replace")}
