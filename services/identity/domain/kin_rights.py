"""Who may confirm, refuse and end kinships, guardianships and consents."""

from datetime import date
from uuid import UUID

from services.identity.contract import ConsentEnd, GuardianshipKind, Way
from services.identity.domain.people import Person
from services.identity.domain.rights import is_clerk_of, is_one_of, require_signed_in
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest


def way_to_confirm(
    caller: Caller,
    claimed_by: UUID | None,
    pair: tuple[Person, Person],
    today: date,
    adult_age: int,
) -> Way:
    """The one who did not claim it, if of age; or a clerk of either's street, who is neither.

    What a clerk has claimed for somebody needs the paper: that one of the two agrees would leave
    the other unasked.
    """
    require_signed_in(caller)
    if not is_one_of(caller, *pair):
        if is_clerk_of(caller, *pair):
            return Way.PAPER_SEEN
        raise Forbidden
    me, other = sorted(pair, key=lambda person: person.person_id != caller.person_id)
    if claimed_by != other.person_id:
        raise Forbidden("Whoever claimed it cannot confirm it; a clerk can, with the paper.")
    if not me.is_adult(today, adult_age):
        raise Forbidden("Somebody under age cannot confirm it; a clerk can, with the paper.")
    return Way.BY_THE_OTHER


def require_may_refuse(caller: Caller, *pair: Person) -> None:
    """One of the two, or a clerk over the street of either."""
    require_signed_in(caller)
    if not (is_one_of(caller, *pair) or is_clerk_of(caller, *pair)):
        raise Forbidden


def require_may_name_guardian(
    caller: Caller, kind: GuardianshipKind, ward: Person, guardian: Person
) -> None:
    """Of a pupil: pupil, guardian or a clerk of the pupil's street; of an adult: such a clerk."""
    require_signed_in(caller)
    if kind is GuardianshipKind.MINOR and is_one_of(caller, ward, guardian):
        return
    if is_one_of(caller, ward, guardian) or not is_clerk_of(caller, ward):
        raise Forbidden


def way_to_confirm_guardian(
    caller: Caller,
    named_by: UUID | None,
    kind: GuardianshipKind,
    ward: Person,
    guardian: Person,
    has_another: bool,
) -> Way:
    """A pupil's guardian, if named by another; else a clerk of either's street with the paper.

    Nobody takes the place of a guardian who is confirmed without the paper: a pupil and a friend
    would be rid of the parents.
    """
    require_signed_in(caller)
    is_guardian = caller.person_id == guardian.person_id
    is_theirs = is_guardian and kind is GuardianshipKind.MINOR
    if is_theirs and named_by != guardian.person_id and not has_another:
        return Way.BY_THE_OTHER
    if is_one_of(caller, ward, guardian) or not is_clerk_of(caller, ward, guardian):
        raise Forbidden
    return Way.PAPER_SEEN


def require_may_consent(caller: Caller, elder: Person, agent: Person) -> UUID:
    """The elder; or a clerk of the elder's street with the signed paper, who is not the agent."""
    require_signed_in(caller)
    if caller.person_id is None:
        raise Forbidden
    if caller.person_id != elder.person_id and (
        is_one_of(caller, agent) or not is_clerk_of(caller, elder)
    ):
        raise Forbidden
    return caller.person_id


def signed_paper(reference: str | None, by_elder: bool) -> str | None:
    """Where the signed paper is kept, which a clerk must say; the elder in person needs none."""
    if by_elder:
        return None
    if not (reference or "").strip():
        raise InvalidRequest(fields={"paper_reference": ["Say where the signed paper is kept."]})
    return reference


def way_to_revoke(caller: Caller, elder: Person, agent_id: UUID) -> ConsentEnd:
    """The elder or a clerk of the elder's street revokes; the agent lays it down."""
    require_signed_in(caller)
    if caller.person_id == agent_id:
        return ConsentEnd.LAID_DOWN
    if is_one_of(caller, elder) or is_clerk_of(caller, elder):
        return ConsentEnd.REVOKED
    raise Forbidden
