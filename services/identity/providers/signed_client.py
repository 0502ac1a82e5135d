"""A client for providers with which we share a key: JSON in, JSON out, both signed."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from services.identity.providers import signing
from services.identity.providers.http import Limits, Reply, patiently, send
from services.identity.providers.trouble import ProviderDistrusted


NONCE_BYTES = 16


class SignedClient:
    """Posts to one address. ``request_id`` lets the provider know a repeat when it sees one."""

    def __init__(
        self,
        url: str,
        key: bytes,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ):
        self.url, self.key, self.clock = url, key, clock
        self.limits = limits or Limits()
        self.path = urlsplit(url).path or "/"

    def ask(self, request_id: str, **facts: Any) -> dict[str, Any]:
        """The provider's answer to this request; raises ProviderTrouble when there is none."""
        body = json.dumps({"request_id": request_id, **facts}, ensure_ascii=False).encode()
        answer = patiently(self.limits, lambda: self.attempt(body))
        if answer.get("request_id") != request_id:
            raise ProviderDistrusted("it answered another request")
        return answer

    def attempt(self, body: bytes) -> dict[str, Any]:
        nonce, now = secrets.token_hex(NONCE_BYTES), int(self.clock())
        signature = signing.sign_request(self.key, "POST", self.path, now, nonce, body)
        headers = {
            "Content-Type": "application/json",
            signing.TIME: str(now),
            signing.NONCE: nonce,
            signing.SIGNATURE: signature,
        }
        return self.trusted(send("POST", self.url, self.limits, headers, body), nonce)

    def trusted(self, reply: Reply, nonce: str) -> dict[str, Any]:
        """What a signed and fresh answer says. It is not even read before."""
        at = reply.headers.get(signing.TIME, "")
        signature = reply.headers.get(signing.SIGNATURE, "")
        if not signing.is_signed(self.key, reply.status, nonce, at, reply.body, signature):
            raise ProviderDistrusted("its answer is not signed by it")
        if not signing.is_fresh(at, self.clock()):
            raise ProviderDistrusted("its answer is of another time")
        return as_object(reply.body)


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer; raises ProviderDistrusted for anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderDistrusted("its answer is no JSON") from None
    if not isinstance(answer, dict):
        raise ProviderDistrusted("its answer is no object")
    return answer
