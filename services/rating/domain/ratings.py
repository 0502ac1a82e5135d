"""Who rates a visit, until when, and with what words (S8)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest
from services.rating.contract import Channel, NotTheElder
from services.rating.domain.rights import signed_in
from services.rating.domain.visits import Visit


# Halves of characters, which JSON can spell and UTF-8 cannot.
FIRST_SURROGATE, LAST_SURROGATE = "\ud800", "\udfff"


@dataclass(frozen=True)
class Rating:
    """The elder's word on a visit; ``rated_by`` is who brought it, by which channel."""

    rating_id: UUID
    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    stars: int
    words: str
    channel: Channel
    rated_by: UUID
    rated_at: datetime
    punctual: int | None = None
    attitude: int | None = None
    skill: int | None = None
    safety: int | None = None
    again: bool | None = None
    wants_to_complain: bool | None = False
    version: int = 1
    policy_version: int | None = None


@dataclass(frozen=True)
class Reply:
    """What the volunteer answered to a rating, once."""

    rating_id: UUID
    visit_id: UUID
    words: str
    answered_at: datetime
    policy_version: int | None = None


@dataclass(frozen=True)
class Conditions:
    """What the volunteer found where the elder lives; for the street's agency and officers."""

    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    safety: int
    words: str
    rated_at: datetime
    policy_version: int | None = None


def may_rate(caller: Caller, visit: Visit, channel: Channel, is_agent: bool = False) -> UUID:
    """Return who rates: the elder or their agent on the platform, or the street's clerk (S8).

    The clerk has heard the elder. Nobody rates a visit that they served in, whatever their role.
    """
    rated_by = signed_in(caller)
    is_clerk = caller.holds(Role.AGENCY_CLERK, visit.street)
    if rated_by == visit.elder_id:
        if channel is not Channel.PLATFORM:
            raise InvalidRequest(fields={"channel": ["The elder in person uses the platform."]})
    elif rated_by == visit.volunteer_id or not (is_agent or is_clerk):
        raise NotTheElder
    elif is_agent and channel is Channel.PLATFORM:
        return rated_by
    elif not is_clerk:
        raise InvalidRequest(fields={"channel": ["Who acts for the elder uses the platform."]})
    elif channel is Channel.PLATFORM:
        raise InvalidRequest(fields={"channel": ["Say how the elder's word reached the agency."]})
    return rated_by


def require_storable(words: str) -> None:
    """Raise InvalidRequest for the two kinds of characters that PostgreSQL's text cannot hold."""
    if any(letter == "\0" or FIRST_SURROGATE <= letter <= LAST_SURROGATE for letter in words):
        raise InvalidRequest(fields={"words": ["Contains characters that cannot be stored."]})
