"""How a verification ends, lapses or begins: state, step and event in one transaction.

Call these with the person locked; ``record`` is the service's own ``self.record``.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import (
    AlreadyVerified,
    LapseReason,
    PersonVerified,
    RefusalReason,
    VerificationLapsed,
    VerificationUnderWay,
    VerificationWay,
)
from services.identity.domain.jobs import JobKind
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState
from services.identity.domain.verification import (
    CHANGES,
    ONLINE_DAY,
    OnlineReason,
    Step,
    VerificationRules,
    check_may_ask_online,
    needs_recheck,
    verification_facts,
)
from services.identity.storage import jobs
from services.identity.storage import people as stored
from services.identity.storage import verification as steps
from services.identity.storage.revocations import revoke_sessions
from services.identity.storage.vault import Vault
from services.kernel.ids import new_id
from services.kernel.policy import policy_at


Record = Callable[..., None]


def rules_at(session: Session, now: datetime) -> VerificationRules:
    return VerificationRules.from_values(policy_at(session, now).values)


def verify(
    record: Record,
    session: Session,
    vault: Vault,
    person: Person,
    way: VerificationWay,
    now: datetime,
    verified_by: UUID | None,
) -> Person:
    """It is shown who the person is; an online check under way is wanted no more."""
    verified = stored.save_verified(session, person, now, verified_by)
    jobs.drop_jobs(session, person.person_id, [JobKind.VERIFICATION], now)
    step = Step(verified.state, now, way, acted_by=verified_by)
    steps.add_step(session, vault, person.person_id, step)
    record(session, PersonVerified, **verification_facts(verified, verified_by, way))
    return verified


def refuse(
    session: Session,
    vault: Vault,
    person: Person,
    way: VerificationWay,
    reason: RefusalReason,
    now: datetime,
    refused_by: UUID | None,
    words: str | None = None,
) -> Person:
    """It could not be shown who the person is, and why not."""
    refused = stored.move(session, person, PersonState.REFUSED)
    jobs.drop_jobs(session, person.person_id, [JobKind.VERIFICATION], now)
    step = Step(refused.state, now, way, reason, words, refused_by)
    steps.add_step(session, vault, person.person_id, step)
    return refused


def lapse(
    record: Record,
    session: Session,
    vault: Vault,
    person: Person,
    reason: LapseReason,
    now: datetime,
    acted_by: UUID | None,
    words: str | None = None,
) -> Person:
    """Somebody verified must be verified again; until then roles, asking and booking wait."""
    lapsed = stored.move(session, person, PersonState.PENDING)
    step = Step(lapsed.state, now, None, reason, words, acted_by)
    steps.add_step(session, vault, person.person_id, step)
    # The roles in their tokens wait too.
    if stored.roles_of(session, person.person_id):
        revoke_sessions(session, person.person_id)
    record(
        session,
        VerificationLapsed,
        district=person.district,
        person_id=person.person_id,
        reason=reason,
    )
    return lapsed


def lapse_if_needed(
    record: Record,
    session: Session,
    vault: Vault,
    person: Person,
    changed: Iterable[str],
    now: datetime,
    acted_by: UUID | None,
) -> Person:
    """After a change of ``name``, ``id_number`` or ``district``: lapse if the policy asks.

    For whoever is not verified nothing happens: their verification is still to come.
    """
    reason = needs_recheck(changed, rules_at(session, now)) if person.is_verified else None
    if reason is None:
        return person
    return lapse(record, session, vault, person, reason, now, acted_by)


def after_change(
    record: Record,
    session: Session,
    vault: Vault,
    person: Person,
    changed: Iterable[str],
    now: datetime,
    acted_by: UUID | None,
) -> Person:
    """As ``lapse_if_needed``; and an online check of what was before is wanted no more."""
    reasons = [CHANGES[name] for name in CHANGES if name in set(changed)]
    if reasons and jobs.has_open_job(session, person.person_id, JobKind.VERIFICATION):
        jobs.drop_jobs(session, person.person_id, [JobKind.VERIFICATION], now)
        return come_to_nothing(session, vault, person, reasons[0], now)
    return lapse_if_needed(record, session, vault, person, changed, now, acted_by)


def begin_online(session: Session, vault: Vault, person: Person, now: datetime) -> Person:
    """Have the provider asked, by a job in this transaction; one at a time for each person."""
    if person.is_verified:
        raise AlreadyVerified
    if jobs.has_open_job(session, person.person_id, JobKind.VERIFICATION):
        raise VerificationUnderWay
    asked = steps.online_asked_since(session, person.person_id, now - ONLINE_DAY)
    check_may_ask_online(asked, now, rules_at(session, now))
    if person.state is not PersonState.PENDING:
        person = stored.move(session, person, PersonState.PENDING)
    job_id = new_id()
    jobs.add_job(session, vault, job_id, JobKind.VERIFICATION, person_id=person.person_id)
    step = Step(
        person.state, now, VerificationWay.ONLINE, OnlineReason.UNDER_WAY, None, person.person_id
    )
    steps.add_step(session, vault, person.person_id, step)
    return person


def come_to_nothing(
    session: Session, vault: Vault, person: Person, reason: StrEnum, now: datetime
) -> Person:
    """There is no verdict to wait for: the person may ask again, or come to the desk."""
    back = stored.move(session, person, PersonState.UNVERIFIED)
    step = Step(back.state, now, VerificationWay.ONLINE, reason)
    steps.add_step(session, vault, person.person_id, step)
    return back
