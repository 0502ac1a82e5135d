"""One-time codes: made from sealed secrets, matched, each used once; wrong ones are counted.

A phone shows six digits for half a minute (TOTP, RFC 6238, as every authenticator makes them); a
printed card has eight digits a line (HOTP, RFC 4226), so that the two are never mistaken.
"""

import base64
import hmac
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from sqlalchemy.orm import Session

from services.kernel.vault import Vault
from services.matching import storage
from services.matching.contract import ProofMethod, TooManyCodes, WrongCode
from services.matching.domain.rules_of_visits import VisitRules


SECRET_BYTES = 20
STEP_SECONDS = 30
PHONE_DIGITS, CARD_DIGITS = 6, 8
PHONE_FIELD, CARD_FIELD = "visit_code", "code_card"
ISSUER = "时间银行"


def new_secret() -> str:
    """A fresh secret in base32, as an authenticator takes it."""
    return base64.b32encode(os.urandom(SECRET_BYTES)).decode()


def counted_code(secret: str, counter: int, digits: int) -> str:
    key = base64.b32decode(secret)
    # SHA-1 is what authenticators understand; its collisions do not matter for HMAC.
    return HOTP(key, digits, SHA1()).generate(counter).decode()  # noqa: S303


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def phone_code(secret: str, moment: datetime) -> str:
    return counted_code(secret, step_of(moment), PHONE_DIGITS)


def valid_until(moment: datetime) -> datetime:
    return datetime.fromtimestamp((step_of(moment) + 1) * STEP_SECONDS, UTC)


def card_codes(secret: str, count: int) -> list[str]:
    return [counted_code(secret, number, CARD_DIGITS) for number in range(1, count + 1)]


def otpauth_uri(secret: str, person_id: UUID) -> str:
    """What an authenticator reads from a square code."""
    label = quote(f"{ISSUER}:{person_id}")
    facts = {"secret": secret, "issuer": ISSUER, "digits": PHONE_DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(facts)}"


def check_codes(
    session: Session,
    vault: Vault,
    booking_id: UUID,
    shown: Iterable[tuple[UUID, str]],
    at: datetime,
    now: datetime,
    rules: VisitRules,
) -> list[ProofMethod]:
    """What kind of code each person has shown; raises WrongCode, counted, or TooManyCodes.

    The booking's request is locked, so tries at the same time wait for each other. No code is used
    up before all of them fit.
    """
    shown = list(shown)
    if not shown:
        return []
    since = now - timedelta(minutes=rules.wrong_codes_minutes)
    if storage.wrong_codes_since(session, booking_id, since) >= rules.most_wrong_codes:
        raise TooManyCodes(
            fields={
                "most_wrong_codes": rules.most_wrong_codes,
                "wait_minutes": [rules.wrong_codes_minutes],
            }
        )
    keys = [code_key(session, vault, person_id, code, at, rules) for person_id, code in shown]
    if not all(keys) or not all(
        storage.use_code(session, person_id, key or "", booking_id, now)
        for (person_id, _), key in zip(shown, keys, strict=True)
    ):
        storage.note_wrong_code(session, booking_id, now)
        raise WrongCode
    return [ProofMethod.CARD if len(code) == CARD_DIGITS else ProofMethod.CODE for _, code in shown]


def code_key(
    session: Session, vault: Vault, person_id: UUID, code: str, at: datetime, rules: VisitRules
) -> str | None:
    """The name of the half minute or of the card's line that has this code; None when none has."""
    if len(code) == CARD_DIGITS:
        card = storage.find_card(session, person_id)
        if card is None:
            return None
        secret = vault.open(card.sealed_secret, CARD_FIELD, card.card_id)
        for number, right in enumerate(card_codes(secret, card.codes_count), start=1):
            if hmac.compare_digest(right, code):
                return f"card:{card.card_id}:{number}"
        return None
    row = storage.find_visit_code(session, person_id)
    if row is None:
        return None
    secret = vault.open(row.sealed_secret, PHONE_FIELD, person_id)
    window = rules.code_window_steps
    for step in range(step_of(at) - window, step_of(at) + window + 1):
        if hmac.compare_digest(counted_code(secret, step, PHONE_DIGITS), code):
            return f"phone:{step}"
    return None
