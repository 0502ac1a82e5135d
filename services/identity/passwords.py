"""Passwords by argon2id. Slow on purpose, so the service runs it in a thread of its own."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


# The lower of the two sets that OWASP's password storage page recommends for argon2id.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when there is no account, so that the time of the answer does not tell.
DUMMY_HASH = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is none to fit."""
    try:
        fits = HASHER.verify(password_hash or DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None
