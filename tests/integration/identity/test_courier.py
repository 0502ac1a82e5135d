"""Jobs at providers: taken by lease, done once, however often a process dies (S12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from services.identity import codes, courier, verifying
from services.identity.contract import (
    ClosingReason,
    CodePurpose,
    PersonVerified,
    VerificationWay,
)
from services.identity.courier import Courier
from services.identity.domain.changes import Closing
from services.identity.domain.jobs import LEASE_SECONDS, JobKind
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState
from services.identity.providers.online_verification import Check, Verdict
from services.identity.providers.sms import Message
from services.identity.providers.trouble import ProviderAway, ProviderRefused
from services.identity.storage import closings, jobs
from services.identity.storage import people as stored
from services.identity.storage import verification as steps
from services.identity.storage.blind_indexes import PHONE as PHONE_FIELD
from services.identity.storage.blind_indexes import find_person_id
from services.identity.storage.tables_jobs import JobRow
from services.identity.storage.vault import Vault
from services.kernel import outbox
from services.kernel.caller import Call
from services.kernel.policy import save_policy
from services.kernel.waiting import poll
from tests.integration.conftest import DATA_KEY, Templates
from tests.unit.identity.numbers import make_id_number
from tests.unit.identity.test_people import make_person


PHONE = "13912345678"
LEASE = timedelta(seconds=LEASE_SECONDS)


class ProcessDies(BaseException):
    """As if the process ended here: nothing catches it, nothing after it happens."""


class Scripted:
    """A provider that answers as told; an exception is raised, the last answer stays."""

    def __init__(self, *answers: Any):
        self.answers = list(answers)
        self.asked: list[Any] = []

    def next(self, question: Any) -> Any:
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    def check(self, check: Check) -> Verdict:
        return Verdict(self.next(check))

    def send(self, message: Message) -> None:
        self.next(message)


@dataclass
class Desk:
    """Identity's database with nobody at work on it."""

    begin: Any
    vault: Vault
    now: datetime

    def courier(self, later: timedelta = timedelta()) -> Courier:
        now = self.now + later

        def record(session: Session, event: Any, **facts: Any) -> None:
            outbox.record(session, event, Call(now=now), **facts)

        return Courier(self, self.vault, record, now)  # type: ignore[arg-type]

    def person(self, number: int = 1) -> UUID:
        person = make_person(person_id=uuid4(), state=PersonState.UNVERIFIED)
        id_number = make_id_number(date(1950, 1, 1), number)
        private = stored.Private(id_number, PHONE if number == 1 else None, "1 Road")
        with self.begin() as session:
            row = stored.row_values(self.vault, person, private, self.now, None)
            stored.add_people(session, self.vault, [(row, private)])
        return person.person_id

    def asking(self, number: int = 1) -> UUID:
        person_id = self.person(number)
        self.ask(person_id)
        return person_id

    def ask(self, person_id: UUID) -> None:
        with self.begin() as session:
            person = stored.lock_person(session, person_id)
            verifying.begin_online(session, self.vault, person, self.now)

    def verify(self, provider: Any, later: timedelta = timedelta()) -> int:
        return courier.verify_due(self.courier(later), provider)

    def send(self, provider: Any, later: timedelta = timedelta()) -> int:
        return courier.send_due(self.courier(later), provider, "时间银行")

    def state(self, person_id: UUID) -> tuple[str, str | None]:
        with self.begin() as session:
            person: Person = stored.get_person(session, person_id)
            step = steps.latest_step(session, self.vault, person)
            return str(person.state), step.reason

    def told(self) -> int:
        with self.begin() as session:
            query = text("select count(*) from outbox where envelope->>'type' = :type")
            return session.scalar(query, {"type": PersonVerified.type}) or 0

    def job(self) -> JobRow:
        with self.begin() as session:
            row: JobRow = session.scalars(select(JobRow).order_by(JobRow.job_id.desc())).first()
            session.expunge(row)
            return row


@pytest.fixture(scope="module")
def database(templates: Templates, policy_values: dict[str, Any]) -> Iterator[Any]:
    with templates.database("identity") as (url, _):
        engine = create_engine(url)
        begin = sessionmaker(engine).begin
        with begin() as session:
            save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
        yield begin
        engine.dispose()


@pytest.fixture
def desk(database: Any) -> Iterator[Desk]:
    """Each test ends what it left open, and takes away the one phone."""
    yield Desk(database, Vault(DATA_KEY), datetime.now(UTC))
    with database() as session:
        ending = "state = 'dropped', sealed_text = null, lease = null, leased_until = null"
        session.execute(text(f"update jobs set {ending} where state = 'open'"))
        session.execute(text("delete from blind_indexes"))
        session.execute(text("delete from one_time_codes"))
        session.execute(text("delete from outbox"))


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.MATCH, ("verified", None)),
        (Verdict.DIFFERS, ("refused", "details_differ")),
        (Verdict.UNKNOWN_NUMBER, ("refused", "number_unknown")),
        (Verdict.EXPIRED, ("refused", "document_expired")),
        (Verdict.UNDECIDED, ("unverified", "provider_undecided")),
    ],
)
def test_each_verdict_has_its_effect_once(
    desk: Desk, verdict: Verdict, state: tuple[str, str | None]
) -> None:
    person_id, provider = desk.asking(), Scripted(verdict)
    assert desk.verify(provider) == 1
    assert desk.verify(provider, LEASE * 2) == 0
    assert desk.state(person_id) == state
    assert desk.told() == (verdict is Verdict.MATCH)
    assert (desk.job().state, len(provider.asked)) == ("done", 1)
    with desk.begin() as session:
        step = steps.latest_step(session, desk.vault, stored.get_person(session, person_id))
    assert step.way is VerificationWay.ONLINE


def test_a_process_that_dies_while_asking_leaves_the_job_to_another_after_its_lease(
    desk: Desk,
) -> None:
    person_id = desk.asking()
    with pytest.raises(ProcessDies):
        desk.verify(Scripted(ProcessDies()))
    healthy = Scripted(Verdict.MATCH)
    assert desk.verify(healthy) == 0
    assert desk.state(person_id)[0] == "pending"
    assert desk.verify(healthy, LEASE + timedelta(seconds=1)) == 1
    assert (desk.state(person_id)[0], desk.told()) == ("verified", 1)


def test_a_process_that_dies_between_the_answer_and_its_effect_changes_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id, provider = desk.asking(), Scripted(Verdict.MATCH)

    def dies(*_: Any, **__: Any) -> None:
        raise ProcessDies

    with monkeypatch.context() as patch, pytest.raises(ProcessDies):
        patch.setattr(courier.jobs, "end_job", dies)
        desk.verify(provider)
    assert (desk.state(person_id)[0], desk.told()) == ("pending", 0)
    desk.verify(provider, LEASE + timedelta(seconds=1))
    assert (desk.state(person_id)[0], desk.told()) == ("verified", 1)
    # Asked twice under one id, so that the provider knows the repeat when it sees it.
    assert len({check.request_id for check in provider.asked}) == 1


def test_who_comes_back_after_the_lease_was_lost_has_no_say(desk: Desk) -> None:
    person_id = desk.asking()

    def overtaken() -> Verdict:
        assert desk.verify(Scripted(Verdict.DIFFERS), LEASE + timedelta(seconds=1)) == 1
        return Verdict.MATCH

    desk.verify(Scripted(overtaken))
    assert desk.state(person_id) == ("refused", "details_differ")
    assert desk.told() == 0


def test_who_has_lost_the_lease_has_no_say_while_another_is_still_asking(desk: Desk) -> None:
    person_id, may_end = desk.asking(), eventlet.event.Event()
    other = Scripted(lambda: may_end.wait())
    threads = []

    def overtaken() -> Verdict:
        later = LEASE + timedelta(seconds=1)
        threads.append(eventlet.spawn(desk.verify, other, later))
        assert poll(lambda: other.asked, 5)
        return Verdict.MATCH

    desk.verify(Scripted(overtaken))
    assert (desk.state(person_id)[0], desk.told()) == ("pending", 0)
    may_end.send(Verdict.DIFFERS)
    threads[0].wait()
    assert desk.state(person_id) == ("refused", "details_differ")


def test_a_process_that_dies_every_time_is_given_up_in_the_end_and_the_person_is_told(
    desk: Desk,
) -> None:
    person_id, provider = desk.asking(), Scripted(ProcessDies())
    for number in range(6):
        with pytest.raises(ProcessDies):
            desk.verify(provider, (LEASE + timedelta(seconds=1)) * number)
    desk.verify(provider, (LEASE + timedelta(seconds=1)) * 6)
    assert desk.state(person_id) == ("unverified", "provider_unreachable")
    assert (desk.job().state, len(provider.asked)) == ("given_up", 6)


def test_a_provider_that_is_away_is_tried_later_and_later_until_it_answers(desk: Desk) -> None:
    person_id = desk.asking()
    provider = Scripted(ProviderAway("it answered 500"), ProviderAway("no"), Verdict.MATCH)
    assert desk.verify(provider) == 1
    assert desk.verify(provider, timedelta(seconds=29)) == 0
    assert desk.verify(provider, timedelta(seconds=60)) == 1
    assert desk.verify(provider, timedelta(seconds=119)) == 0
    assert desk.state(person_id) == ("pending", "online_under_way")
    assert desk.verify(provider, timedelta(seconds=181)) == 1
    assert (desk.state(person_id)[0], desk.told()) == ("verified", 1)


def test_after_the_last_try_the_person_is_unverified_again_and_may_ask_again(desk: Desk) -> None:
    person_id, provider = desk.asking(), Scripted(ProviderAway("ConnectionError"))
    for hours in range(0, 12, 2):
        assert desk.verify(provider, timedelta(hours=hours)) == 1
    assert desk.verify(provider, timedelta(hours=14)) == 0
    assert desk.state(person_id) == ("unverified", "provider_unreachable")
    job = desk.job()
    assert (job.state, job.trouble) == ("given_up", "ProviderAway: ConnectionError")
    desk.ask(person_id)
    desk.verify(Scripted(Verdict.MATCH))
    assert desk.state(person_id)[0] == "verified"


def test_what_the_provider_refuses_is_not_tried_again(desk: Desk) -> None:
    person_id, provider = desk.asking(), Scripted(ProviderRefused("it answered 403"))
    desk.verify(provider)
    assert desk.verify(provider, timedelta(days=1)) == 0
    assert desk.state(person_id) == ("unverified", "provider_unreachable")


def test_two_processes_at_once_share_the_jobs_and_none_is_done_twice(desk: Desk) -> None:
    people = [desk.asking(number) for number in range(1, 25)]
    provider = Scripted(Verdict.MATCH)
    taken = list(eventlet.GreenPool().imap(lambda _: desk.verify(provider), range(4)))
    while desk.verify(provider):
        pass
    assert sum(taken) <= len(people)
    assert len({check.request_id for check in provider.asked}) == len(provider.asked) == 24
    assert {desk.state(person_id)[0] for person_id in people} == {"verified"}
    assert desk.told() == 24


def test_a_job_that_fails_for_a_reason_of_ours_stops_no_other(desk: Desk) -> None:
    people = [desk.asking(number) for number in (1, 2)]
    desk.verify(Scripted(ValueError("a bug of ours"), Verdict.MATCH))
    assert sorted(desk.state(person_id)[0] for person_id in people) == ["pending", "verified"]


@pytest.mark.parametrize("by_whom", ["the desk", "closing"])
def test_an_answer_that_comes_after_somebody_else_has_decided_has_no_effect(
    desk: Desk, by_whom: str
) -> None:
    person_id = desk.asking()

    def decided() -> Verdict:
        with desk.begin() as session:
            person = stored.lock_person(session, person_id)
            if by_whom == "closing":
                reason, today = ClosingReason.LEAVING, desk.now.date()
                closing = Closing(person_id, reason, today, person_id, None)
                closings.close(session, desk.vault, person, closing, desk.now)
            else:
                way, now, vault = VerificationWay.DESK, desk.now, desk.vault
                verifying.verify(desk.courier().record, session, vault, person, way, now, uuid4())
        return Verdict.DIFFERS

    desk.verify(Scripted(decided))
    assert desk.state(person_id)[0] == ("closed" if by_whom == "closing" else "verified")
    assert desk.job().state == "dropped"


def test_a_yes_to_the_name_before_verifies_nobody_of_another_name(desk: Desk) -> None:
    person_id = desk.asking()

    def renamed() -> Verdict:
        with desk.begin() as session:
            person = stored.lock_person(session, person_id)
            record, now = desk.courier().record, desk.now
            verifying.after_change(record, session, desk.vault, person, ["name"], now, person_id)
        return Verdict.MATCH

    desk.verify(Scripted(renamed))
    assert (desk.state(person_id), desk.told()) == (("unverified", "name_changed"), 0)


def with_message(desk: Desk) -> str:
    """The code in a message that waits."""
    person_id = desk.person()
    with desk.begin() as session:
        now, purpose = desk.now, CodePurpose.LOG_IN
        codes.send_code(session, desk.vault, PHONE, purpose, person_id, now)
        (row,) = session.scalars(select(JobRow).where(JobRow.sealed_text.is_not(None)))
        assert row.sealed_text
        letter = codes.Letter.from_text(desk.vault.open(row.sealed_text, jobs.TEXT, row.job_id))
        return letter.code


def test_a_message_says_the_code_and_is_forgotten_when_it_is_sent(desk: Desk) -> None:
    code, carrier = with_message(desk), Scripted(None)
    assert (desk.send(carrier), desk.send(carrier)) == (1, 0)
    (message,) = carrier.asked
    assert message.phone == PHONE
    assert message.text == f"【时间银行】登录验证码 {code}，5 分钟内有效，请勿告诉他人。"
    assert code not in repr(message) and PHONE not in repr(message)
    assert (desk.job().state, desk.job().sealed_text) == ("done", None)


def test_a_code_is_good_also_while_the_data_key_is_exchanged(desk: Desk) -> None:
    code = with_message(desk)
    exchanged = Vault(b"n" * 32, DATA_KEY)
    with desk.begin() as session:
        person_id = find_person_id(session, exchanged, PHONE_FIELD, PHONE)
        log_in, now = CodePurpose.LOG_IN, desk.now
        assert person_id is not None
        assert codes.try_code(session, exchanged, PHONE, log_in, person_id, code, now)
    with desk.begin() as session:
        assert not codes.try_code(session, desk.vault, PHONE, log_in, person_id, code, now)


def test_a_carrier_that_is_away_is_tried_again_while_the_code_is_good(desk: Desk) -> None:
    with_message(desk)
    carrier = Scripted(ProviderAway("no"), None)
    assert desk.send(carrier) == 1
    assert desk.send(carrier, timedelta(seconds=6)) == 1
    assert desk.job().state == "done"


def test_a_message_whose_code_is_good_no_more_is_not_sent(desk: Desk) -> None:
    with_message(desk)
    carrier = Scripted(None)
    desk.send(carrier, timedelta(minutes=6))
    assert (desk.job().state, desk.job().sealed_text, carrier.asked) == ("dropped", None, [])


def test_each_kind_of_job_waits_for_its_own_provider(desk: Desk) -> None:
    desk.asking()
    assert desk.send(Scripted(None)) == 0
    assert desk.verify(None) == 0
    with desk.begin() as session:
        taken = jobs.take_jobs(session, desk.vault, JobKind.SMS, desk.now, uuid4(), 10)
    assert taken == []
