"""Takes jobs to providers: by lease, outside any transaction, with one effect each.

A job is taken in one transaction, asked about in none, and ended in another that first looks
whether the lease is still ours. Whoever dies between leaves the job to others when the lease ends:
the provider may then be asked twice, but what follows from its answer happens once.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import eventlet
from sqlalchemy.orm import Session

from services.identity import codes, verifying, words
from services.identity.codes import Letter
from services.identity.contract import RefusalReason, VerificationWay
from services.identity.domain.jobs import JobKind, JobState, Pauses, next_try
from services.identity.domain.states import PersonState
from services.identity.domain.verification import OnlineReason
from services.identity.providers.online_verification import Check, Verdict, Verifier
from services.identity.providers.sms import Message, SmsSender
from services.identity.providers.trouble import ProviderRefused, ProviderTrouble
from services.identity.storage import jobs
from services.identity.storage import people as stored
from services.identity.storage.jobs import Job
from services.identity.storage.tables_jobs import JobRow
from services.identity.storage.vault import Vault
from services.kernel.database import DatabaseEngine, transact
from services.kernel.logs import get_log


log = get_log(__name__)

# How many jobs one tick takes, and works on side by side.
MOST_JOBS_A_TICK = 10
GIVEN_UP_BY_ALL = "every try ended without a word"
REFUSALS = {
    Verdict.DIFFERS: RefusalReason.DETAILS_DIFFER,
    Verdict.UNKNOWN_NUMBER: RefusalReason.NUMBER_UNKNOWN,
    Verdict.EXPIRED: RefusalReason.DOCUMENT_EXPIRED,
}


@dataclass(frozen=True)
class Courier:
    """What a tick works with; ``record`` is the service's own."""

    db: DatabaseEngine
    vault: Vault
    record: verifying.Record
    now: datetime

    def take(self, kind: JobKind) -> list[Job]:
        lease = uuid4()

        def work(session: Session) -> list[Job]:
            return jobs.take_jobs(session, self.vault, kind, self.now, lease, MOST_JOBS_A_TICK)

        return transact(self.db.begin, work)

    def carry(self, kind: JobKind, work: Callable[[Job], None]) -> int:
        """Do what is due, side by side; one that fails for a reason of ours stops no other."""

        def one(job: Job) -> None:
            try:
                work(job)
            except Exception:
                log.exception("a job failed and is tried again when its lease ends", kind=str(kind))

        taken = self.take(kind)
        list(eventlet.GreenPool(MOST_JOBS_A_TICK).imap(one, taken))
        return len(taken)


def verify_due(courier: Courier, verifier: Verifier | None) -> int:
    """Ask the provider about those who wait for it; how many were asked about."""
    if verifier is None:
        return 0
    return courier.carry(JobKind.VERIFICATION, lambda job: verify_one(courier, verifier, job))


def verify_one(courier: Courier, verifier: Verifier, job: Job) -> None:
    def read(session: Session) -> tuple[Check | None, Pauses]:
        return check_of(session, courier.vault, job), pauses_at(session, courier.now)

    check, pauses = transact(courier.db.begin, read)
    verdict, trouble = None, None
    if check is not None and job.tries <= pauses.most_tries:
        try:
            verdict = verifier.check(check)
        except ProviderTrouble as error:
            trouble = error
            log.warning("the verification provider has trouble", trouble=repr(error))

    def conclude(session: Session) -> None:
        end_verification(courier, session, job, verdict, trouble, pauses)

    transact(courier.db.begin, conclude)


def check_of(session: Session, vault: Vault, job: Job) -> Check | None:
    """What the provider is asked; nothing when the person does not wait for it any more."""
    person = stored.find_person(session, job.person_id)
    if person is None or person.state is not PersonState.PENDING:
        return None
    private = stored.open_private(session, vault, person.person_id)
    if private.id_number is None:
        return None
    return Check(str(job.job_id), person.name, private.id_number, person.document)


def pauses_at(session: Session, now: datetime) -> Pauses:
    rules = verifying.rules_at(session, now)
    return Pauses(rules.most_tries, rules.first_pause_seconds, rules.longest_pause_seconds)


def end_verification(
    courier: Courier,
    session: Session,
    job: Job,
    verdict: Verdict | None,
    trouble: ProviderTrouble | None,
    pauses: Pauses,
) -> None:
    """What follows, once: nothing when the lease is lost or the person does not wait any more."""
    assert job.person_id is not None, "a verification is somebody's"
    person = stored.lock_person(session, job.person_id)
    row = jobs.lock_if_ours(session, job)
    if row is None:
        return
    vault, now, online = courier.vault, courier.now, VerificationWay.ONLINE
    if person.state is not PersonState.PENDING:
        jobs.end_job(row, JobState.DROPPED, now)
    elif verdict is Verdict.MATCH:
        jobs.end_job(row, JobState.DONE, now)
        verifying.verify(courier.record, session, vault, person, online, now, None)
    elif verdict in REFUSALS:
        jobs.end_job(row, JobState.DONE, now)
        verifying.refuse(session, vault, person, online, REFUSALS[verdict], now, None)
    elif verdict is Verdict.UNDECIDED:
        jobs.end_job(row, JobState.DONE, now)
        verifying.come_to_nothing(session, vault, person, OnlineReason.UNDECIDED, now)
    elif not put_off(row, job, trouble, pauses, now):
        verifying.come_to_nothing(session, vault, person, OnlineReason.UNREACHABLE, now)


def send_due(courier: Courier, sender: SmsSender | None, name: str) -> int:
    """Send the messages that wait; how many were tried."""
    if sender is None:
        return 0
    return courier.carry(JobKind.SMS, lambda job: send_one(courier, sender, name, job))


def send_one(courier: Courier, sender: SmsSender, name: str, job: Job) -> None:
    pauses = transact(courier.db.begin, lambda s: codes.rules_at(s, courier.now).sending)
    is_late = job.useful_until is not None and job.useful_until <= courier.now
    sent, trouble = False, None
    if job.text and not is_late and job.tries <= pauses.most_tries:
        try:
            sender.send(message_of(job, job.text, name))
            sent = True
        except ProviderTrouble as error:
            trouble = error
            log.warning("the SMS provider has trouble", trouble=repr(error))

    def conclude(session: Session) -> None:
        row = jobs.lock_if_ours(session, job)
        if row is None:
            return
        if sent:
            jobs.end_job(row, JobState.DONE, courier.now)
        elif is_late:
            jobs.end_job(row, JobState.DROPPED, courier.now, "its code is good no more")
        else:
            put_off(row, job, trouble, pauses, courier.now)

    transact(courier.db.begin, conclude)


def message_of(job: Job, text: str, name: str) -> Message:
    letter = Letter.from_text(text)
    said = words.sms(letter.purpose, sender=name, code=letter.code, minutes=letter.minutes)
    return Message(str(job.job_id), letter.phone, said)


def put_off(
    row: JobRow, job: Job, trouble: ProviderTrouble | None, pauses: Pauses, now: datetime
) -> bool:
    """Try again later; False when the job is given up instead."""
    said = f"{type(trouble).__name__}: {trouble}" if trouble else GIVEN_UP_BY_ALL
    due_at = next_try(job.tries, now, pauses, random.random())
    if due_at is None or trouble is None or isinstance(trouble, ProviderRefused):
        log.error("a job is given up", kind=str(job.kind), job_id=str(job.job_id), trouble=said)
        jobs.end_job(row, JobState.GIVEN_UP, now, said)
        return False
    jobs.put_off(row, due_at, said)
    return True
