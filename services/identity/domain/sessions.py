"""Sessions: what a token says, and how many wrong passwords are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.identity.domain.rules import Rules
from services.kernel.caller import RoleIn
from services.kernel.contract import TooManyRequests


ISSUER = "timebank"
AUDIENCE = "timebank"
# An attempt whose process died in the middle counts as a failure after this long.
PENDING_SECONDS = 10
# Longer than any token lives: afterwards there is nothing left that a revocation could make void.
REVOCATIONS_KEPT = timedelta(days=2)


class AttemptState(StrEnum):
    """Being checked, or known to have failed; one that succeeded is forgotten."""

    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True)
class Attempts:
    """The recent tries of one phone number: those that failed, and those being checked now."""

    failed: int = 0
    pending: int = 0


def may_try(attempts: Attempts, rules: Rules) -> bool:
    """Whether a password may be checked now; False means wait for the checks under way.

    Those under way count as if they would fail, so that a thousand guesses at once are no way
    round the limit. Raises TooManyRequests when the failures alone reach it.
    """
    if attempts.failed >= rules.most_failed_log_ins:
        raise TooManyRequests(fields={"wait_minutes": [rules.failed_log_ins_minutes]})
    return attempts.failed + attempts.pending < rules.most_failed_log_ins


def counted_since(now: datetime, rules: Rules) -> datetime:
    return now - timedelta(minutes=rules.failed_log_ins_minutes)


def expires_at(now: datetime, rules: Rules) -> datetime:
    """When a token made now ends; whole seconds, as tokens have no finer time."""
    return now.replace(microsecond=0) + timedelta(minutes=rules.token_minutes)


def claims(
    person_id: UUID,
    roles: Iterable[RoleIn],
    generation: int,
    now: datetime,
    expiry: datetime,
) -> dict[str, Any]:
    """What the token says; the roles are those of a verified person only.

    It is void once identity tells a greater generation of the person.
    """
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(person_id),
        "roles": [{"role": held.role, "area": held.area} for held in roles],
        "gen": generation,
        "iat": int(now.timestamp()),
        "exp": int(expiry.timestamp()),
    }
