"""Random histories on the real database, against a model that only adds and subtracts.

Commands come in batches, some twice, some under an old key with another body. After every batch:
each unit sums to zero, every balance is the model's, every hold is accounted for, nothing is below
its floor, a repeat got the first answer. After every history the audit is clean.
"""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import text

from services.kernel.caller import Caller
from services.kernel.database import make_engine
from services.ledger import domain, storage
from services.ledger.contract import Move
from services.ledger.domain import TransferKind
from services.ledger.journal import Journal
from tests.integration.ledger.conftest import DISTRICT, Books
from tests.integration.ledger.funded import ProgrammeHistories
from tests.integration.ledger.histories import (
    A_RATING,
    A_STAR,
    MOST_A_MONTH,
    OFFICER,
    Histories,
    districts,
    minutes,
    people,
    picks,
)
from tests.integration.ledger.reference import Whole


HISTORIES, STEPS = 60, 50
OF_OFFICERS = (Move.APPROVE, Move.REJECT, Move.OFFER, Move.LAPSE)

# So large that no history fills it.
HOME = domain.CareHome(uuid4(), "第二福利院", DISTRICT, 1_000_000, True)
applications = st.integers(0, 2)
# Two of each request's visit.
disputes = st.integers(0, 5)
shares = st.integers(0, 70)
# Those that lead on come more often, so that queues form.
moves = st.sampled_from([*list(Move)[1:], *[Move.APPROVE, Move.OFFER] * 2])


class WholeHistories(ProgrammeHistories):
    """And what is given for charity, taken back, disputed, or set aside for a care home."""

    def __init__(self) -> None:
        super().__init__()
        first = uuid4().int >> 8 << 8
        self.applications = [UUID(int=first + number) for number in range(3)]
        self.disputes = [uuid4() for _ in range(2 * len(self.requests))]
        self.homes_before = self.in_homes()
        need = domain.Publish(OFFICER, self.people[0], True, "lives alone")
        self.submit(need, OFFICER, True)
        self.bring(DISTRICT, 2_000)
        for person in range(3):
            self.put_right(person, 300)
        # A visit is paid, in part of what was held, so that there is something to dispute.
        self.grant(0, 40)
        self.hold(0, 0, 70)
        self.pay(0, 2, 55)

    def in_homes(self) -> int:
        with self.engine.connect() as session:
            return storage.balance_of(session, domain.care_home(DISTRICT)) or 0

    @rule(donor=people, person=people, amount=minutes)
    def donate(self, donor: int, person: int, amount: int) -> None:
        caller, elder = Caller(self.people[donor]), self.people[person]
        command = domain.Donate(uuid4(), caller, amount, person_id=elder)
        if self.ask(command, caller, "donate", donor, person, None, amount):
            facts = donor, person, None, amount
            self.remember(TransferKind.DONATION, command.donation_id, *facts)

    @rule(donor=people, pool=districts, amount=minutes)
    def donate_to_pool(self, donor: int, pool: str, amount: int) -> None:
        caller = Caller(self.people[donor])
        command = domain.Donate(uuid4(), caller, amount, pool=pool)
        if self.ask(command, caller, "donate", donor, None, pool, amount):
            facts = donor, None, pool, amount
            self.remember(TransferKind.DONATION, command.donation_id, *facts)

    @rule(person=people, amount=minutes)
    def allocate(self, person: int, amount: int) -> None:
        facts = DISTRICT, self.people[person], amount, "winter"
        command = domain.Allocate(uuid4(), OFFICER, *facts)
        if self.ask(command, OFFICER, "allocate", person, DISTRICT, amount):
            self.remember(TransferKind.ALLOCATION, command.allocation_id, person, DISTRICT, amount)

    @rule(pick=picks)
    def reverse(self, pick: int) -> None:
        """What was posted before this batch, once; what was reversed already is refused."""
        self.flush()
        if not self.posted:
            return
        number = pick % len(self.posted)
        kind, facts, transfer_id = self.posted[number]
        command = domain.Reverse(OFFICER, transfer_id, "a mistake")
        self.ask(command, OFFICER, "reverse", number, kind, facts)

    @rule(number=applications, person=people, approved=st.booleans())
    def apply(self, number: int, person: int, approved: bool) -> None:
        if number in self.model.applications:
            return
        self.flush()
        caller, person_id = Caller(self.people[person]), self.people[person]
        command = domain.Apply(self.applications[number], caller, person_id, "lives alone")
        if self.ask(command, caller, "apply", number, person) and approved:
            self.proceed(number, Move.APPROVE)

    @rule(number=applications, move=moves)
    def proceed(self, number: int, move: Move) -> None:
        if number not in self.model.applications:
            return
        applicant = Caller(self.people[self.model.applications[number][0]])
        caller = OFFICER if move in OF_OFFICERS else applicant
        command = domain.Proceed(self.applications[number], caller, move, "seen", HOME.key)
        self.ask(command, caller, "proceed", number, move.value)

    @rule(number=disputes, person=people, freezes=st.sampled_from([True, True, False]))
    def dispute(self, number: int, person: int, freezes: bool) -> None:
        """Of who was paid, where somebody was; of anybody, before the visit is told."""
        if visits := sorted(self.model.visits):
            # Else hardly any would find coins to set aside.
            number -= number % len(self.requests)
            number += visits[person % len(visits)]
        request = number % len(self.requests)
        paid = self.model.visits.get(request)
        if paid and person:
            person = paid[0]
        else:
            self.flush()
        command = domain.FreezeVisit(*self.named(number, person), freezes)
        self.tell(command, "dispute", number, request, person, freezes)

    @rule(number=disputes, returned=shares, corrected=st.sampled_from([0, 0, 20]), pick=picks)
    def settle_dispute(self, number: int, returned: int, corrected: int, pick: int) -> None:
        """Some in time, some before they are told, some of more than is set aside; some again."""
        under_way = [n for n, each in self.model.disputes.items() if each["state"] != "settled"]
        if pick % 4 and not under_way:
            return
        self.flush()
        if pick % 4:
            number = under_way[number % len(under_way)]
        known = self.model.disputes.get(number)
        person = known["volunteer"] if known else pick % len(self.people)
        if known and pick % 5:
            returned = min(returned, known["frozen"])
        names = self.named(number, person)
        command = domain.SettleDispute(*names, returned, corrected, uuid4(), "decided")
        facts = number, number % len(self.requests), person, DISTRICT, returned, corrected
        self.tell(command, "settle_dispute", *facts)

    def named(self, number: int, person: int) -> tuple[UUID, UUID, UUID, UUID, str]:
        request = number % len(self.requests)
        about = self.visits[request], self.requests[request], self.people[person]
        return self.disputes[number], *about, DISTRICT

    def compare(self) -> None:
        super().compare()
        with self.engine.connect() as session:
            kept = storage.find_disputes(session, self.visits)
            for number, dispute_id in enumerate(self.disputes):
                disputes = kept.get(self.visits[number % len(self.visits)])
                self.check_dispute(session, number, disputes and disputes.find(dispute_id))
        assert self.in_homes() == self.homes_before + self.model.homes
        with self.engine.connect() as session:
            for number, application_id in enumerate(self.applications):
                self.check_application(session, number, application_id)

    def check_dispute(self, session: Any, number: int, found: domain.Dispute | None) -> None:
        wanted = self.model.disputes.get(number)
        assert (found and found.state.value) == (wanted and wanted["state"])
        aside = storage.balance_of(session, domain.dispute_account(self.disputes[number])) or 0
        if wanted is None or found is None:
            assert aside == 0
            return
        figures = found.frozen_minutes, found.returned_minutes, found.corrected_minutes
        assert figures == (wanted["frozen"], wanted["returned"], wanted["corrected"])
        assert aside == (wanted["frozen"] if wanted["state"] == "frozen" else 0)

    def check_application(self, session: Any, number: int, application_id: UUID) -> None:
        query = text("select state from applications where application_id = :id")
        state = session.scalar(query, {"id": application_id})
        _, wanted = self.model.applications.get(number, (None, None))
        reserved = storage.balance_of(session, domain.reserve(application_id)) or 0
        assert (state, reserved) == (wanted, self.model.needed if wanted in Whole.OPEN else 0)

    def teardown(self) -> None:
        # The queue is the district's: the next history begins with an empty one.
        for number in range(len(self.applications)):
            self.proceed(number, Move.WITHDRAW)
        super().teardown()


def test_the_ledger_does_what_plain_sums_would(books: Books, policy_values: dict[str, Any]) -> None:
    few = {"a_rating": A_RATING, "a_star": A_STAR, "most_for_ratings_a_month": MOST_A_MONTH}
    changed = {
        "care_home": policy_values["care_home"] | {"coins_needed": 1},
        "points": policy_values["points"] | few,
    }
    with books.begin() as session:
        books.admit(session, uuid4(), policy_values | changed)
        storage.save_care_home(session, HOME, 1)
        url = session.get_bind().url.render_as_string(hide_password=False)
    engine = make_engine(url, 4)
    Histories.engine, Histories.journal = engine, Journal(engine.begin)
    run_state_machine_as_test(
        WholeHistories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    engine.dispose()
