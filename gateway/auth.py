"""Who is asking: tokens checked with identity's public keys, which are kept for a while."""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt

from gateway.revocations import Revocations
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Unauthenticated, Unavailable


ALGORITHM = "EdDSA"
ISSUER = "timebank"
AUDIENCE = "timebank"
REFRESH_PAUSE_SECONDS = 5.0
KEYS_KEPT_SECONDS = 300.0
LONGEST_TOKEN = 8192


class KeyRing:
    """identity's public keys by their kid, fetched again when one is unknown or they are old.

    However many unknown kids arrive, identity is asked at most once in REFRESH_PAUSE_SECONDS.
    """

    def __init__(
        self, fetch: Callable[[], dict[str, Any]], clock: Callable[[], float] = time.monotonic
    ):
        self.fetch = fetch
        self.clock = clock
        self.keys: dict[str, jwt.PyJWK] = {}
        self.asked_at = float("-inf")
        self.fetched_at = float("-inf")
        self.lock = threading.Lock()

    def find(self, kid: str) -> jwt.PyJWK:
        """Raises Unauthenticated when there is no such key, Unavailable when nobody can tell."""
        if kid not in self.keys or self.clock() - self.fetched_at > KEYS_KEPT_SECONDS:
            self.refresh(kid)
        key = self.keys.get(kid)
        if key is not None:
            return key
        if self.fetched_at < self.asked_at:
            raise Unavailable
        raise Unauthenticated

    def refresh(self, kid: str) -> None:
        with self.lock:
            if self.clock() - self.asked_at < REFRESH_PAUSE_SECONDS:
                return
            self.asked_at = self.clock()
            try:
                fetched = jwt.PyJWKSet.from_dict(self.fetch())
            except (Error, jwt.PyJWTError):
                # The keys at hand go on being good while identity is away.
                return
            self.keys = {
                key.key_id: key
                for key in fetched.keys
                if key.key_id and key.algorithm_name == ALGORITHM
            }
            self.fetched_at = self.asked_at


def caller_of(
    authorization: str | None, keys: KeyRing, revocations: Revocations, now_seconds: float
) -> Caller:
    """The caller the header names, nobody without one.

    Raises Unauthenticated for a bad token, SessionRevoked for one that was good.
    """
    if authorization is None:
        return Caller()
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
        raise Unauthenticated
    claims = claims_of(token.strip(), keys, now_seconds)
    caller = caller_from(claims)
    assert caller.person_id is not None, "a token names somebody"
    revocations.check(caller.person_id, generation_in(claims))
    return caller


def claims_of(token: str, keys: KeyRing, now_seconds: float) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise Unauthenticated
        claims = jwt.decode(
            token,
            keys.find(kid),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            # Expiry is checked below, by the clock of the call.
            options={
                "require": ["exp", "iat", "sub", "aud", "iss"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except jwt.PyJWTError as error:
        raise Unauthenticated from error
    expiry = claims["exp"]
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or expiry <= now_seconds:
        raise Unauthenticated("The token has expired. Sign in again.")
    return dict(claims)


def generation_in(claims: dict[str, Any]) -> int:
    """A token without one is older than any revocation."""
    generation = claims.get("gen", 0)
    if isinstance(generation, bool) or not isinstance(generation, int):
        raise Unauthenticated
    return generation


def caller_from(claims: dict[str, Any]) -> Caller:
    try:
        roles = tuple(
            RoleIn(str(held["role"]), str(held["area"])) for held in claims.get("roles", [])
        )
        return Caller(UUID(claims["sub"]), roles)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unauthenticated from error
