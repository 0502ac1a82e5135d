"""Disputes on the real stack, event by event: what is set aside, shown, barred and given back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kernel.caller import Caller
from services.kernel.database import make_engine
from services.ledger import domain
from services.ledger.audit import audit
from services.ledger.contract import (
    CoinsFrozen,
    DisputeSettled,
    DisputesOpen,
    InDispute,
    InsufficientCoins,
    SettledByDispute,
)
from services.rating.contract import Claim, DisputeClosed, DisputeOpened, Ending, Outcome, Side
from tests.integration.conftest import DEAD_LETTERS, Running, execute, queue_length
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    STREET,
    Ledger,
)


BORN_PUPIL = date(2012, 1, 1)


class Stories(Ledger):
    """And the events that rating tells of disputes."""

    def paid(self, minutes: int, born: date = BORN_ADULT) -> tuple[Caller, Caller, dict[str, Any]]:
        """An elder, a volunteer, and what a dispute over their paid visit names."""
        elder, volunteer = self.granted_elder(minutes), self.verify(born)
        request = self.held(elder, minutes)
        visit_id = uuid4()
        self.visit(request, volunteer, minutes, visit_id=visit_id)
        self.eventually(lambda: self.wallet(volunteer)["earned_minutes"] == minutes)
        return elder, volunteer, self.named(request, volunteer, visit_id)

    def named(self, request: dict[str, Any], volunteer: Caller, visit_id: UUID) -> dict[str, Any]:
        names = {"dispute_id": uuid4(), "visit_id": visit_id, "volunteer_id": volunteer.person_id}
        return request | names

    def open(self, about: dict[str, Any], freezes: bool = True, **options: Any) -> dict[str, Any]:
        facts = {
            "opened_by": about["elder_id"],
            "side": Side.ELDER,
            "claim": Claim.TOO_MUCH if freezes else Claim.TOO_LITTLE,
            "freezes": freezes,
            "street": STREET,
            "opened_at": NOW,
        }
        return self.publish(DisputeOpened, **options, **about, **facts)

    def close(
        self, about: dict[str, Any], returned: int = 0, corrected: int = 0, **options: Any
    ) -> dict[str, Any]:
        facts = {
            "outcome": Outcome.PARTIAL,
            "returned_minutes": returned,
            "corrected_minutes": corrected,
            "decided_by": uuid4(),
            "reason": Ending.DECIDED.value,
            "closed_at": NOW,
        }
        return self.publish(DisputeClosed, **options, **about, **facts)

    def told(self, event: Any, about: dict[str, Any]) -> list[dict[str, Any]]:
        dispute_id = str(about["dispute_id"])
        return [each for each in self.recorded(event) if each["dispute_id"] == dispute_id]

    def frozen(self, about: dict[str, Any]) -> dict[str, Any]:
        return self.eventually(lambda: self.told(CoinsFrozen, about))[-1]

    def settled(self, about: dict[str, Any], times: int = 1) -> dict[str, Any]:
        def done() -> list[dict[str, Any]] | None:
            found = self.told(DisputeSettled, about)
            return found if len(found) >= times else None

        return self.eventually(done)[-1]

    def add_up(self) -> None:
        balance = self.trial_balance()
        assert (balance["total_minutes"], balance["total_points"]) == (0, 0)
        engine = make_engine(self.running.url, 2)
        verdict = audit(engine)
        engine.dispose()
        assert verdict.is_clean, verdict.difference


@pytest.fixture(scope="module")
def stories(running_throughout: Callable[..., Running]) -> Stories:
    return Stories(running_throughout("ledger", workers=20))


def kinds(stories: Stories, person: Caller) -> list[str]:
    payload = {"person_id": person.person_id, "limit": 100}
    lines = stories.call("show_statement", payload, person, key=None)["items"]
    return [line["kind"] for line in lines]


def reverse(stories: Stories, visit_id: UUID, kind: domain.TransferKind) -> None:
    payload = {"transfer_id": domain.transfer_id_of(kind, visit_id), "reason": "of another"}
    stories.call("reverse_transfer", payload, DISTRICT_OFFICER)


def close_wallet(stories: Stories, person: Caller) -> dict[str, Any]:
    payload = {"person_id": person.person_id, "cause": "death", "reason": "certificate shown"}
    return stories.call("close_wallet", payload, DISTRICT_OFFICER)


def in_disputes(stories: Stories) -> int:
    lines = stories.call("show_supply", {}, CITY_OFFICER, key=None)["items"]
    own = [x["minutes"] for x in lines if (x["kind"], x["district"]) == ("dispute", DISTRICT)]
    return sum(own)


def test_s8_a_disputed_visit_is_set_aside_in_sight_and_goes_to_each_what_was_decided(
    stories: Stories,
) -> None:
    elder, volunteer, about = stories.paid(60)
    before = datetime.now(UTC)
    events = [stories.open(about, event_id=uuid4()) for _ in range(2)]
    # The very same event, once more.
    stories.running.publish_envelope(DisputeOpened, events[0])
    told = stories.frozen(about)
    assert (told["paid_minutes"], told["frozen_minutes"], told["reason"]) == (60, 60, None)
    stories.eventually(lambda: stories.is_handled(events[1]["id"]))
    wallet = stories.wallet(volunteer)
    assert (wallet["disputed_minutes"], wallet["total_minutes"], wallet["held_minutes"]) == (
        60,
        0,
        0,
    )
    payload = {"person_id": volunteer.person_id, "at": before.isoformat()}
    earlier = stories.call("show_wallet", payload, volunteer, key=None)
    assert (earlier["disputed_minutes"], earlier["earned_minutes"]) == (0, 60)
    assert (
        stories.call("show_admission", {"person_id": volunteer.person_id}, volunteer, key=None)[
            "counted_minutes"
        ]
        == 0
    )
    assert in_disputes(stories) == 60

    with pytest.raises(InsufficientCoins):
        stories.call("donate_coins", {"pool": DISTRICT, "minutes": 1}, volunteer)
    for kind in (domain.TransferKind.POST, domain.TransferKind.POINTS_AWARD):
        with pytest.raises(InDispute):
            reverse(stories, about["visit_id"], kind)
    with pytest.raises(DisputesOpen) as caught:
        close_wallet(stories, volunteer)
    assert caught.value.fields == {"dispute_ids": [str(about["dispute_id"])]}

    stories.close(about, returned=20)
    stories.close(about, returned=20)
    told = stories.settled(about)
    figures = [told[f"{name}_minutes"] for name in ("returned", "released", "corrected")]
    assert (figures, told["refused"]) == ([20, 40, 0], None)
    wallet = stories.wallet(volunteer)
    assert (wallet["disputed_minutes"], wallet["earned_minutes"], wallet["points"]) == (0, 40, 40)
    assert stories.wallet(elder)["granted_minutes"] == 20
    assert kinds(stories, volunteer) == ["dispute_release", "dispute_freeze", "post"]
    assert kinds(stories, elder)[0] == "dispute_return"
    assert in_disputes(stories) == 0
    page = {"person_id": volunteer.person_id, "limit": 20}
    (earning,) = stories.call("list_earnings", page, volunteer, key=None)["items"]
    assert (earning["visit_id"], earning["left_minutes"]) == (str(about["visit_id"]), 40)
    back = domain.transfer_id_of(domain.TransferKind.DISPUTE_RETURN, about["dispute_id"])
    explained = stories.call("explain_transfer", {"transfer_id": back}, elder, key=None)
    assert explained["hold"]["request_id"] == str(about["request_id"])
    with pytest.raises(SettledByDispute):
        reverse(stories, about["visit_id"], domain.TransferKind.POST)
    assert close_wallet(stories, volunteer)["settled_minutes"] == 40
    stories.add_up()


def test_a_dispute_that_overtakes_the_request_and_its_visit_still_sets_the_coins_aside(
    stories: Stories,
) -> None:
    elder, volunteer = stories.granted_elder(60), stories.verify(BORN_PUPIL)
    request_id, visit_id = uuid4(), uuid4()
    request = {"district": DISTRICT, "request_id": request_id, "elder_id": elder.person_id}
    about = stories.named(request, volunteer, visit_id)
    told = stories.open(about)
    stories.request(elder, 60, request_id)
    # It comes again by itself, and then waits for the visit.
    stories.eventually(lambda: stories.is_handled(told["id"]), 20)
    assert stories.told(CoinsFrozen, about) == []
    stories.visit(request, volunteer, 45, visit_id=visit_id)
    assert stories.frozen(about)["frozen_minutes"] == 45
    wallet = stories.wallet(volunteer)
    assert (wallet["disputed_minutes"], wallet["earned_minutes"]) == (45, 0)
    stories.close(about, returned=45)
    stories.settled(about)
    assert stories.wallet(elder)["granted_minutes"] == 60
    assert stories.wallet(volunteer)["points"] == 0
    stories.add_up()


def test_a_closing_that_overtakes_the_opening_leaves_the_coins_free(stories: Stories) -> None:
    _, volunteer, about = stories.paid(60)
    stories.close(about)
    stories.settled(about)
    late = stories.open(about)
    stories.eventually(lambda: stories.is_handled(late["id"]))
    assert stories.wallet(volunteer)["earned_minutes"] == 60
    assert stories.told(CoinsFrozen, about) == []


def test_a_closing_of_more_than_is_set_aside_is_left_to_a_person_and_moves_nothing(
    stories: Stories,
) -> None:
    _, volunteer, about = stories.paid(60)
    stories.open(about)
    stories.frozen(about)
    parked = queue_length(stories.running.amqp_uri, DEAD_LETTERS)
    stories.close(about, returned=61)
    stories.eventually(
        lambda: queue_length(stories.running.amqp_uri, DEAD_LETTERS) == parked + 1, 20
    )
    assert stories.wallet(volunteer)["disputed_minutes"] == 60
    stories.close(about)
    assert stories.settled(about)["released_minutes"] == 60
    stories.add_up()


def test_a_correction_beyond_the_budget_is_paid_once_after_the_top_up_when_told_again(
    stories: Stories,
) -> None:
    _, volunteer, about = stories.paid(60)
    asked = {"district": DISTRICT}
    budget = stories.call("show_budget", asked, CITY_OFFICER, key=None)["minutes"]
    stories.open(about)
    stories.frozen(about)
    stories.close(about, returned=10, corrected=budget + 30)
    told = stories.settled(about)
    assert (told["corrected_minutes"], told["refused"]) == (0, "insufficient_budget")
    assert stories.wallet(volunteer)["earned_minutes"] == 50
    stories.top_up(30)
    for _ in range(2):
        stories.close(about, returned=10, corrected=budget + 30)
    told = stories.settled(about, times=2)
    assert (told["corrected_minutes"], told["returned_minutes"]) == (budget + 30, 10)
    assert stories.wallet(volunteer)["earned_minutes"] == 80 + budget
    assert stories.call("show_budget", asked, CITY_OFFICER, key=None)["minutes"] == 0
    stories.add_up()


def test_what_a_programme_paid_and_a_dispute_returns_is_not_spent(stories: Stories) -> None:
    volunteer = stories.verify(BORN_ADULT)
    stories.top_up(100)
    opened = {"district": DISTRICT, "name": "讲座", "purpose": "健康讲座", "ends_on": None}
    programme = stories.call("open_programme", opened, DISTRICT_OFFICER)["programme_id"]
    fund = {"programme_id": programme, "minutes": 100, "reason": "2026"}
    stories.call("fund_programme", fund, DISTRICT_OFFICER)
    stands = Caller(UUID(programme))
    request = stories.request(stands, 60, programme_id=programme)
    stories.eventually(lambda: stories.hold(request, stands))
    about = stories.named(request, volunteer, uuid4())
    stories.visit(request, volunteer, 60, visit_id=about["visit_id"])
    stories.eventually(lambda: stories.wallet(volunteer)["earned_minutes"] == 60)
    stories.open(about)
    stories.frozen(about)
    stories.close(about, returned=25)
    stories.settled(about)
    shown = stories.call("show_programme", {"programme_id": programme}, volunteer, key=None)
    assert (shown["minutes"], shown["spent_minutes"], shown["held_minutes"]) == (65, 35, 0)
    stories.add_up()


def test_the_audit_finds_a_dispute_that_was_changed_behind_its_back(stories: Stories) -> None:
    _, _, about = stories.paid(60)
    stories.open(about)
    stories.frozen(about)
    stories.close(about, returned=10)
    stories.settled(about)
    forge = (
        "alter table disputes disable trigger user",
        "update disputes set returned_minutes = 20, released_minutes = 40"
        f" where dispute_id = '{about['dispute_id']}'",
    )
    mend = (
        "update disputes set returned_minutes = 10, released_minutes = 50"
        f" where dispute_id = '{about['dispute_id']}'",
        "alter table disputes enable trigger user",
    )
    execute(stories.running.admin_url, *forge)
    engine = make_engine(stories.running.url, 2)
    found = audit(engine).difference
    execute(stories.running.admin_url, *mend)
    assert found is not None
    assert str(about["dispute_id"]) in found
    assert audit(engine).difference is None
    engine.dispose()
