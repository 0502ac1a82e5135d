"""How we and a provider sign what we send each other: HMAC-SHA256 with a key that both know.

A request is signed over method, path, time, nonce and the digest of its body; the answer over its
status, the nonce of the request, its time and the digest of its body. So an answer fits one request
and is good for a moment.
"""

import hashlib
import hmac


TIME, NONCE, SIGNATURE = "Timebank-Time", "Timebank-Nonce", "Timebank-Signature"
# How far the clocks of the two may be apart.
MOST_SECONDS_APART = 120


def sign(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def sign_request(key: bytes, method: str, path: str, time: int, nonce: str, body: bytes) -> str:
    return sign(key, method, path, str(time), nonce, digest(body))


def sign_answer(key: bytes, status: int, nonce: str, time: str, body: bytes) -> str:
    return sign(key, str(status), nonce, time, digest(body))


def is_signed(key: bytes, status: int, nonce: str, time: str, body: bytes, signature: str) -> bool:
    """
    >>> is_signed(b"k", 200, "n", "1", b"{}", sign_answer(b"k", 200, "n", "1", b"{}"))
    True
    >>> is_signed(b"k", 200, "n", "2", b"{}", sign_answer(b"k", 200, "n", "1", b"{}"))
    False
    """
    return hmac.compare_digest(
        sign_answer(key, status, nonce, time, body).encode(), signature.encode()
    )


def is_fresh(time: str, now: float) -> bool:
    """
    >>> is_fresh("1000", 1119.0), is_fresh("1000", 1121.0), is_fresh("1000", 879.0)
    (True, False, False)
    >>> is_fresh("soon", 0.0), is_fresh("²", 0.0)
    (False, False)
    """
    return time.isascii() and time.isdecimal() and abs(int(time) - now) <= MOST_SECONDS_APART
