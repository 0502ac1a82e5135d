"""Passwords and keys derived from one secret, so that only that one has to be kept."""

import base64
import hashlib
import hmac


def password(secret: str, login: str) -> str:
    """Return the password of a login: the same for the same secret, of no use for another login.

    >>> password("s", "ledger") == password("s", "ledger") != password("s", "rating")
    True
    """
    return base64.urlsafe_b64encode(_derive(secret, f"login {login}")).decode().rstrip("=")


def data_key(secret: str) -> str:
    """Return the key for personal data: base64 of 32 bytes."""
    return base64.b64encode(_derive(secret, "personal data")).decode()


def _derive(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)
