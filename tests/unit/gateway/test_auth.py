"""Only identity's own, unexpired tokens for this system say who somebody is."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.auth import KEYS_KEPT_SECONDS, REFRESH_PAUSE_SECONDS, KeyRing, caller_of
from gateway.revocations import Revocations
from services.identity.domain.sessions import claims as identity_claims
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Unauthenticated, Unavailable


PERSON = UUID("0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01")
OURS = Ed25519PrivateKey.generate()
NOW = 1_800_000_000.0


def encoded(data: bytes | str | dict[str, Any]) -> str:
    raw = json.dumps(data) if isinstance(data, dict) else data
    raw = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def jwk(kid: str, key: Ed25519PrivateKey = OURS) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": encoded(public_bytes(key)),
        "kid": kid,
        "alg": "EdDSA",
        "use": "sig",
    }


def ring() -> KeyRing:
    return KeyRing(lambda: {"keys": [jwk("k1")]})


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": "timebank",
        "aud": "timebank",
        "sub": str(PERSON),
        "roles": [{"role": "agency_clerk", "area": "110105001"}],
        "iat": int(NOW) - 60,
        "exp": int(NOW) + 3600,
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def token(key: Any = OURS, kid: str | None = "k1", algorithm: str = "EdDSA", **changes: Any) -> str:
    headers = {"kid": kid} if kid else {}
    return "Bearer " + jwt.encode(claims(**changes), key, algorithm, headers)


def none_revoked() -> Revocations:
    return Revocations(lambda cursor: {"items": [], "next_cursor": "c", "has_more": False})


def test_a_good_token_names_the_person_and_the_roles() -> None:
    assert caller_of(token(), ring(), none_revoked(), NOW) == Caller(
        PERSON, (RoleIn("agency_clerk", "110105001"),)
    )


def test_what_identity_writes_is_what_we_read() -> None:
    now = datetime.fromtimestamp(NOW, UTC)
    written = identity_claims(
        PERSON, [RoleIn("operator", "110000")], 2, now, now + timedelta(hours=1)
    )
    bearer = "Bearer " + jwt.encode(written, OURS, "EdDSA", {"kid": "k1"})
    assert caller_of(bearer, ring(), none_revoked(), NOW) == Caller(
        PERSON, (RoleIn("operator", "110000"),)
    )


def test_without_a_token_the_caller_is_nobody() -> None:
    assert caller_of(None, ring(), none_revoked(), NOW) == Caller()


def unsigned() -> str:
    return f"Bearer {encoded({'alg': 'none', 'kid': 'k1'})}.{encoded(claims())}."


def signed_with_the_public_key() -> str:
    head = f"{encoded({'alg': 'HS256', 'kid': 'k1'})}.{encoded(claims())}"
    mark = hmac.new(public_bytes(OURS), head.encode(), hashlib.sha256).digest()
    return f"Bearer {head}.{encoded(mark)}"


def with_other_roles() -> str:
    head, _, mark = token().split(".")
    more = claims(roles=[{"role": "city_officer", "area": "110000"}])
    return f"{head}.{encoded(more)}.{mark}"


@pytest.mark.parametrize(
    "bearer",
    [
        pytest.param(token(exp=int(NOW)), id="expired this second"),
        pytest.param(token(exp=None), id="without an end"),
        pytest.param(token(exp="tomorrow"), id="with an end that is no number"),
        pytest.param(token(aud="another"), id="for another system"),
        pytest.param(token(aud=None), id="for nobody"),
        pytest.param(token(iss="another"), id="of another issuer"),
        pytest.param(token(sub=None), id="of nobody"),
        pytest.param(token(sub="admin"), id="of somebody without an id"),
        pytest.param(token(roles="city_officer"), id="with roles that are no list"),
        pytest.param(token(roles=[["city_officer", "110000"]]), id="with roles of another shape"),
        pytest.param(token(gen="2"), id="with a generation that is no number"),
        pytest.param(token(key=Ed25519PrivateKey.generate()), id="forged with another key"),
        pytest.param(token(kid="k2"), id="with an unknown key"),
        pytest.param(token(kid=None), id="without a key id"),
        pytest.param(token(key="x" * 32, algorithm="HS256"), id="signed with a password"),
        pytest.param(unsigned(), id="not signed"),
        pytest.param(signed_with_the_public_key(), id="signed with the public key as password"),
        pytest.param(with_other_roles(), id="changed after signing"),
        pytest.param(token()[:-4], id="cut off"),
        pytest.param("Bearer", id="empty"),
        pytest.param("Bearer " + "x" * 10_000, id="endless"),
        pytest.param("Bearer a.b.c", id="garbage"),
        pytest.param("Basic dXNlcjpwYXNz", id="another scheme"),
        pytest.param(token() + "," + token(), id="two at once"),
    ],
)
def test_a_token_is_refused(bearer: str) -> None:
    with pytest.raises(Unauthenticated):
        caller_of(bearer, ring(), none_revoked(), NOW)


class Identity:
    """A source of keys that counts how often it is asked, with a clock that is set by hand."""

    def __init__(self) -> None:
        self.kids = ["k1"]
        self.asked = 0
        self.is_away = False
        self.seconds = 1000.0

    def fetch(self) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            raise Unavailable
        return {"keys": [jwk(kid) for kid in self.kids]}

    def ring(self) -> KeyRing:
        return KeyRing(self.fetch, lambda: self.seconds)


def refused(work: Callable[[], Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        work()


def test_keys_are_fetched_once_for_many_tokens() -> None:
    identity = Identity()
    keys = identity.ring()
    for _ in range(20):
        caller_of(token(), keys, none_revoked(), NOW)
    assert identity.asked == 1


def test_a_new_key_is_found_when_a_token_names_it() -> None:
    identity = Identity()
    keys = identity.ring()
    caller_of(token(), keys, none_revoked(), NOW)
    identity.kids = ["k2"]
    identity.seconds += REFRESH_PAUSE_SECONDS
    assert caller_of(token(kid="k2"), keys, none_revoked(), NOW).person_id == PERSON


def test_a_key_that_identity_has_dropped_is_no_longer_good() -> None:
    identity = Identity()
    keys = identity.ring()
    caller_of(token(), keys, none_revoked(), NOW)
    identity.kids = ["k2"]
    identity.seconds += KEYS_KEPT_SECONDS + 1
    refused(lambda: caller_of(token(), keys, none_revoked(), NOW), Unauthenticated)


def test_unknown_keys_do_not_make_us_ask_more_than_once_in_five_seconds() -> None:
    identity = Identity()
    keys = identity.ring()
    for number in range(50):
        refused(lambda n=number: keys.find(f"made-up-{n}"), Unauthenticated)  # type: ignore[misc]
    assert identity.asked == 1
    identity.seconds += REFRESH_PAUSE_SECONDS
    refused(lambda: keys.find("made-up"), Unauthenticated)
    assert identity.asked == 2


def test_while_identity_is_away_known_keys_stay_good_and_unknown_ones_are_not_called_forged() -> (
    None
):
    identity = Identity()
    keys = identity.ring()
    caller_of(token(), keys, none_revoked(), NOW)
    identity.is_away = True
    identity.seconds += KEYS_KEPT_SECONDS + 1
    assert caller_of(token(), keys, none_revoked(), NOW).person_id == PERSON
    refused(lambda: keys.find("k2"), Unavailable)


def test_a_key_for_another_algorithm_is_not_kept() -> None:
    secret = {"kty": "oct", "k": encoded("x" * 32), "kid": "k1", "alg": "HS256"}
    keys = KeyRing(lambda: {"keys": [secret, jwk("k3")]})
    bearer = token(key="x" * 32, algorithm="HS256")
    refused(lambda: caller_of(bearer, keys, none_revoked(), NOW), Unauthenticated)
    refused(lambda: keys.find("k1"), Unauthenticated)
