"""Public programmes on the real stack (S16): from the budget to who served, and nothing lost."""

from datetime import date
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, Unauthenticated
from services.ledger.audit import audit
from services.ledger.contract import (
    CoinsEarned,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    InsufficientBudget,
    InsufficientProgramme,
    NoProgramme,
    ProgrammeClosed,
    ProgrammeFunded,
    ProgrammeIsClosed,
    ProgrammeOpened,
    ProgrammeReturned,
)
from services.matching.contract import RequestCancelled
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    Ledger,
)


ORGANISER = Caller(uuid4())


def opened(ledger: Ledger, minutes: int = 0, **more: Any) -> str:
    payload = {"district": DISTRICT, "name": "讲座", "purpose": "健康讲座", **more}
    programme_id = str(ledger.call("open_programme", payload, DISTRICT_OFFICER)["programme_id"])
    if minutes:
        fund(ledger, programme_id, minutes)
    return programme_id


def fund(ledger: Ledger, programme_id: str, minutes: int, caller=DISTRICT_OFFICER, **options):
    return move(ledger, "fund", programme_id, caller, minutes=minutes, **options)


def move(ledger: Ledger, what: str, programme_id: str, caller=DISTRICT_OFFICER, **more: Any):
    options = {name: more.pop(name) for name in list(more) if name == "key"}
    payload = {"programme_id": programme_id, "reason": "2026", **more}
    return ledger.call(f"{what}_programme", payload, caller, **options)


def figures(ledger: Ledger, programme_id: str, caller: Caller = ORGANISER) -> tuple[int, ...]:
    shown = ledger.call("show_programme", {"programme_id": programme_id}, caller, key=None)
    return tuple(shown[name] for name in ("minutes", "held_minutes", "spent_minutes"))


def budget(ledger: Ledger) -> int:
    return ledger.call("show_budget", {"district": DISTRICT}, CITY_OFFICER, key=None)["minutes"]


def test_s16_a_lecture_is_paid_from_the_budget_and_every_minute_is_accounted_for(ledger: Ledger):
    volunteer, elder = ledger.verify(BORN_ADULT), ledger.granted_elder(30)
    ledger.top_up(200)
    programme = opened(ledger)
    funded = [fund(ledger, programme, 150, key="fund-150-once") for _ in range(2)]
    assert funded[0] == funded[1]
    assert (funded[0]["minutes"], budget(ledger)) == (150, 50)
    with pytest.raises(InsufficientBudget):
        fund(ledger, programme, 51)

    lecture = ledger.request(elder, 90, programme_id=programme)
    other = ledger.request(ORGANISER, 40, programme_id=programme)
    # What is asked at once may be held in any order: whoever is to come too late asks later.
    ledger.eventually(lambda: len(ledger.recorded(HoldPlaced)) == 2)
    ledger.request(ORGANISER, 21, programme_id=programme)
    ledger.request(ORGANISER, 1, programme_id=str(uuid4()))
    ledger.eventually(lambda: len(ledger.recorded(HoldRefused)) == 2)
    assert len(ledger.recorded(HoldPlaced)) == 2
    reasons = {told["reason"] for told in ledger.recorded(HoldRefused)}
    assert reasons == {"insufficient_programme", "no_programme"}
    assert {told["programme_id"] for told in ledger.recorded(HoldPlaced)} == {programme}
    assert figures(ledger, programme) == (20, 130, 0)
    wallet = ledger.wallet(elder)
    assert (wallet["granted_minutes"], wallet["held_minutes"]) == (30, 0)
    asked = {"request_id": lecture["request_id"]}
    held = ledger.call("show_hold", asked, CLERK, key=None)
    assert (held["programme_id"], held["minutes"]) == (programme, 90)
    with pytest.raises(Forbidden):
        ledger.call("show_hold", asked, elder, key=None)

    ledger.visit(lecture, volunteer, 60)
    cancelled = {**other, "cancelled_by": uuid4(), "reason": "rain", "late": False}
    ledger.publish(RequestCancelled, **cancelled)
    ledger.eventually(lambda: figures(ledger, programme) == (90, 0, 60))
    assert ledger.wallet(volunteer)["earned_minutes"] == 60
    (earned,) = ledger.recorded(CoinsEarned)
    assert (earned["programme_id"], earned["minutes"]) == (programme, 60)
    assert sorted(told["minutes"] for told in ledger.recorded(HoldReleased)) == [30, 40]
    ledger.call(
        "reverse_transfer",
        {"transfer_id": earned["transfer_id"], "reason": "of somebody else"},
        DISTRICT_OFFICER,
    )
    assert figures(ledger, programme) == (150, 0, 0)
    assert ledger.wallet(volunteer)["earned_minutes"] == 0

    assert move(ledger, "return", programme, minutes=50)["minutes"] == 100
    with pytest.raises(InsufficientProgramme):
        move(ledger, "return", programme, minutes=101)
    closed = move(ledger, "close", programme)
    assert (closed["state"], closed["moved_minutes"], budget(ledger)) == ("closed", 100, 200)
    for what, more in [("close", {}), ("fund", {"minutes": 1}), ("return", {"minutes": 1})]:
        with pytest.raises(ProgrammeIsClosed):
            move(ledger, what, programme, **more)
    assert len(ledger.recorded(ProgrammeOpened)) == 1
    assert len(ledger.recorded(ProgrammeFunded)) == 1
    assert [told["minutes"] for told in ledger.recorded(ProgrammeReturned)] == [50, 100]
    assert [told["returned_minutes"] for told in ledger.recorded(ProgrammeClosed)] == [100]
    balance = ledger.trial_balance()
    assert (balance["total_minutes"], balance["supply_minutes"]) == (0, 230)
    kinds = {line["kind"]: line["amount"] for line in balance["items"]}
    assert (kinds["programme"], kinds["escrow"], kinds["budget"]) == (0, 0, 200)
    assert audit(ledger.running.engine).difference is None


def test_who_may_not_open_or_move_anything_changes_nothing(ledger: Ledger):
    ledger.top_up(100)
    programme = opened(ledger, 60, ends_on=date(2099, 12, 31))
    elsewhere = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
    before = ledger.trial_balance()
    for error, caller in [
        (Forbidden, CLERK),
        (Forbidden, CITY_OFFICER),
        (Forbidden, elsewhere),
        (Unauthenticated, Caller()),
    ]:
        for what, more in [("close", {}), ("fund", {"minutes": 1}), ("return", {"minutes": 1})]:
            with pytest.raises(error):
                move(ledger, what, programme, caller, **more)
        with pytest.raises(error):
            payload = {"district": DISTRICT, "name": "讲座", "purpose": "健康讲座"}
            ledger.call("open_programme", payload, caller)
    with pytest.raises(NoProgramme):
        fund(ledger, str(uuid4()), 1)
    with pytest.raises(InvalidRequest):
        fund(ledger, programme, 0)
    with pytest.raises(Unauthenticated):
        figures(ledger, programme, Caller())
    with pytest.raises(NoProgramme):
        figures(ledger, str(uuid4()))
    assert ledger.trial_balance() == before
    others = [opened(ledger) for _ in range(2)]
    asked: dict[str, Any] = {"district": DISTRICT, "limit": 2}
    page = ledger.call("list_programmes", asked, ORGANISER, key=None)
    rest = ledger.call(
        "list_programmes", asked | {"cursor": page["next_cursor"]}, ORGANISER, key=None
    )
    listed = [item["programme_id"] for item in (*page["items"], *rest["items"])]
    assert listed == [*reversed(others), programme]
    assert (rest["items"][0]["minutes"], rest["next_cursor"]) == (60, None)


def test_sixteen_lectures_at_once_and_a_closing_never_overspend_or_lose_a_minute(ledger: Ledger):
    ledger.top_up(100)
    programme = opened(ledger, 100)
    pool = eventlet.GreenPool(20)
    asked = [pool.spawn(ledger.request, ORGANISER, 30, programme_id=programme) for _ in range(16)]
    closing = pool.spawn(move, ledger, "close", programme)
    requests = [each.wait() for each in asked]
    returned = closing.wait()["moved_minutes"]

    def answered() -> bool:
        return len(ledger.recorded(HoldPlaced)) + len(ledger.recorded(HoldRefused)) == 16

    ledger.eventually(answered)
    placed = {told["request_id"] for told in ledger.recorded(HoldPlaced)}
    assert returned + 30 * len(placed) == 100
    for request in requests:
        if str(request["request_id"]) in placed:
            ledger.publish(RequestCancelled, **request, cancelled_by=uuid4(), reason="", late=False)
    ledger.eventually(lambda: budget(ledger) == 100)
    assert figures(ledger, programme) == (0, 0, 0)
    assert audit(ledger.running.engine).difference is None


def test_the_database_lets_no_programme_be_opened_again_or_change_who_pays(ledger: Ledger):
    ledger.top_up(60)
    programme = opened(ledger, 60)
    request = ledger.request(ORGANISER, 60, programme_id=programme)
    ledger.eventually(lambda: ledger.hold(request, ORGANISER))
    move(ledger, "close", programme)
    for statement, saying in [
        ("update programmes set state = 'open', closed_by = null", "is what it is"),
        ("delete from programmes", "refused"),
        ("update holds set programme_id = null", "permission denied"),
        ("update accounts set balance = -1 where kind = 'programme'", "accounts_floor"),
    ]:
        with pytest.raises(DBAPIError, match=saying), ledger.running.session() as session:
            session.execute(text(statement))
