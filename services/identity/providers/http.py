"""One HTTP call to a provider, with every limit: time, size, attempts; redirects never followed."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import eventlet
import requests
import urllib3

from services.identity.providers.trouble import (
    ProviderAway,
    ProviderBusy,
    ProviderDistrusted,
    ProviderRefused,
)


T = TypeVar("T")
LATER = (408, 425, 429)
PIECE_BYTES = 16 * 1024


@dataclass(frozen=True)
class Limits:
    """How long a call may take in each part and whole, how often it is tried, how much is read.

    The whole is shorter than the gateway waits for us, and much shorter than a job's lease.
    """

    connect_seconds: float = 2.0
    read_seconds: float = 3.0
    whole_seconds: float = 7.0
    attempts: int = 3
    first_pause_seconds: float = 0.2
    most_bytes: int = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """A whole answer with a status of 2xx."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def patiently(limits: Limits, attempt: Callable[[], T]) -> T:
    """Try within the whole time, again with growing and uneven pauses, while the provider is away.

    Raises the last ProviderTrouble. Whatever is not ProviderAway is not tried again.
    """
    timer = eventlet.Timeout(limits.whole_seconds)
    try:
        for number in range(limits.attempts):
            try:
                return attempt()
            except ProviderAway:
                if number + 1 == limits.attempts:
                    raise
            time.sleep(limits.first_pause_seconds * 2**number * (0.5 + random.random()))
        raise AssertionError("unreachable")
    except eventlet.Timeout as timeout:
        if timeout is not timer:
            raise
        raise ProviderAway("it took too long altogether") from None
    finally:
        timer.cancel()


def send(
    method: str,
    url: str,
    limits: Limits,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """One attempt. Proxies and passwords of the environment are not for this."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                method,
                url,
                params=query,
                data=body,
                headers={"Accept-Encoding": "identity", **(headers or {})},
                timeout=(limits.connect_seconds, limits.read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                check_status(response.status_code)
                whole = read_whole(response.raw, limits.most_bytes)
                return Reply(response.status_code, response.headers, whole)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        # The class alone: the text of some of them repeats the URL with its query.
        raise ProviderAway(type(error).__name__) from None


def check_status(status: int) -> None:
    if 200 <= status < 300:
        return
    if status >= 500:
        raise ProviderAway(f"it answered {status}")
    if status in LATER:
        raise ProviderBusy(f"it answered {status}")
    if status >= 400:
        raise ProviderRefused(f"it answered {status}")
    raise ProviderDistrusted(f"it answered {status}, and we go nowhere else")


def read_whole(raw: Any, most_bytes: int) -> bytes:
    """The body as it came; half a body is an error of urllib3's own."""
    body = b""
    for piece in raw.stream(PIECE_BYTES, decode_content=False):
        body += piece
        if len(body) > most_bytes:
            raise ProviderDistrusted(f"it sent more than {most_bytes} bytes")
    return body
