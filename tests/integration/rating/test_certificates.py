"""Certificates of service: from proven minutes alone, checked by anybody, revoked for a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.contract import (
    ConsentEnd,
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    GuardianshipKind,
    PersonChanged,
    Role,
    Scope,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import (
    CITY_AREA,
    Event,
    Forbidden,
    IdempotencyConflict,
    InvalidRequest,
)
from services.rating.contract import (
    AlreadyRevoked,
    CertificateIssued,
    CertificateRevoked,
    HolderUnknown,
    NothingToCertify,
    UnknownCertificate,
)
from services.rating.storage import PowerRow
from tests.integration.conftest import Running
from tests.integration.rating.conftest import CLERK, ENDED, SOON, STREET, Rating, Visit
from tests.integration.rating.disputing import DAY, Disputing


NAME = "欧阳志远"
OTHER_STREET = "110105007"
THIRD_STREET = "110105009"
OTHER_CLERK = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, OTHER_STREET),))


@pytest.fixture(scope="module")
def rating(running_throughout: Callable[..., Running]) -> Disputing:
    """One service for all of these: each has volunteers of its own."""
    return Disputing(running_throughout("rating"))


def serve(rating: Rating, volunteer: Caller, minutes: int = 95, **changes: Any) -> Visit:
    visit = Visit(uuid4(), Caller(uuid4()), volunteer)
    rating.tell_visit(visit, minutes=minutes, **changes)
    return visit


def issue(rating: Rating, volunteer: Caller, by: Caller | None = None, **more: Any) -> Any:
    now, key = more.pop("now", SOON), more.pop("key", "")
    payload = {"person_id": str(volunteer.person_id), **more}
    return rating.call("issue_certificate", payload, by or volunteer, key=key, now=now)


def check(rating: Rating, number: str) -> dict[str, Any]:
    return dict(rating.call("check_certificate", {"number": number}, key=None, now=SOON))


def revoke(rating: Rating, certificate: dict[str, Any], by: Caller = CLERK, **more: Any) -> Any:
    payload = {"certificate_id": certificate["certificate_id"], "reason": "姓名有误"}
    return rating.call("revoke_certificate", payload, by, now=SOON, **more)


def known(rating: Rating, **changes: Any) -> Caller:
    volunteer = Caller(uuid4())
    rating.verify(volunteer, NAME, **changes)
    return volunteer


def told_of(rating: Rating, event: type[Event], volunteer: Caller) -> list[dict[str, Any]]:
    whose = str(volunteer.person_id)
    return [each for each in rating.recorded(event) if each["volunteer_id"] == whose]


def is_at(rating: Rating, volunteer: Caller, minutes: int) -> bool:
    payload = {"person_id": str(volunteer.person_id)}
    shown = rating.call("show_stars", payload, volunteer, key=None, now=SOON)
    return bool(shown["minutes"] == minutes)


def test_s10_a_certificate_says_what_is_proven_and_the_public_sees_no_more_than_three_things(
    rating: Rating,
) -> None:
    volunteer = known(rating)
    with pytest.raises(NothingToCertify) as refused:
        issue(rating, volunteer)
    assert refused.value.fields == {"minutes": 0, "least_minutes": 1}
    serve(rating, volunteer)
    serve(rating, volunteer, 60, category="legal_aid", ended_at=ENDED - timedelta(days=40))
    serve(rating, volunteer, 0, category="assistance")
    # An activity as a whole is one visit of service; told twice, it counts once.
    activity = serve(rating, volunteer, 30, programme_id=uuid4(), category="legal_aid")
    rating.eventually(lambda: is_at(rating, volunteer, 185))
    rating.tell_visit(activity, minutes=300)

    issued = issue(rating, volunteer, key="certificate-1")
    assert issue(rating, volunteer, key="certificate-1") == issued
    with pytest.raises(IdempotencyConflict):
        issue(rating, volunteer, key="certificate-1", from_date="2026-06-01")
    assert {name: issued[name] for name in ("name", "minutes", "visits", "state")} == {
        "name": NAME,
        "minutes": 185,
        "visits": 3,
        "state": "issued",
    }
    assert (issued["from_date"], issued["until_date"]) == ("2026-04-22", "2026-06-01")
    assert issued["parts"] == [
        {"category": "accompanying", "minutes": 95, "visits": 1},
        {"category": "legal_aid", "minutes": 90, "visits": 2},
    ]
    assert issued["issuer_zh"] == "北京市养老服务时间银行"
    number = issued["number"]
    assert issued["verification_url"].endswith("/certificates/" + number.replace("-", ""))
    assert check(rating, number) == {"number": number, "validity": "valid", "minutes": 185}
    assert check(rating, number.lower().replace("-", " ")) == check(rating, number)
    mistyped = ("1" if number[0] != "1" else "2") + number[1:]
    for wrong in (mistyped, "0000000000000000", "x", issued["certificate_id"]):
        with pytest.raises(UnknownCertificate):
            check(rating, wrong)

    # Of these days only, and by the calendar of the city.
    day = issue(rating, volunteer, from_date="2026-06-01", until_date="2026-06-01")
    assert (day["minutes"], day["from_date"]) == (125, "2026-06-01")
    with pytest.raises(NothingToCertify):
        issue(rating, volunteer, from_date="2026-05-01", until_date="2026-05-31")
    for days in ({"until_date": "2026-06-02"}, {"from_date": "2026-06-02"}):
        with pytest.raises(InvalidRequest):
            issue(rating, volunteer, **days)

    # What comes later is not on it, and a new name is not either.
    serve(rating, volunteer, 15)
    rating.eventually(lambda: is_at(rating, volunteer, 200))
    rating.publish(PersonChanged, **changed(volunteer, "欧阳远"))
    rating.eventually(lambda: rating.is_called(volunteer, "欧阳远"))
    shown = rating.call(
        "show_certificate", {"certificate_id": issued["certificate_id"]}, volunteer, key=None
    )
    assert (shown["minutes"], shown["name"], shown["proven_minutes"]) == (185, NAME, 185)
    told, _ = told_of(rating, CertificateIssued, volunteer)
    assert (told["district"], told["minutes"], told["visits"]) == (STREET[:6], 185, 3)
    assert NAME not in str(told) and number not in str(told)


def changed(person: Caller, name: str) -> dict[str, Any]:
    return {
        "district": STREET[:6],
        "person_id": person.person_id,
        "name": name,
        "birth_date": date(1990, 1, 1),
        "street": STREET,
        "home": {"latitude": 39.9, "longitude": 116.4},
        "willing_and_healthy": True,
        "guardian_id": None,
    }


def test_a_revoked_certificate_shows_so_stays_so_and_another_one_may_be_issued(
    rating: Rating,
) -> None:
    volunteer, clerk = known(rating, street=OTHER_STREET), OTHER_CLERK
    serve(rating, volunteer)
    rating.eventually(lambda: is_at(rating, volunteer, 95))
    with pytest.raises(Forbidden):
        issue(rating, volunteer, CLERK)
    first = issue(rating, volunteer, clerk)
    assert first["issued_by"] == str(clerk.person_id)
    with pytest.raises(InvalidRequest):
        payload = {"certificate_id": first["certificate_id"], "reason": "  "}
        rating.call("revoke_certificate", payload, clerk, now=SOON)
    revoked = revoke(rating, first, clerk, key="revocation-1")
    assert revoke(rating, first, clerk, key="revocation-1") == revoked
    assert (revoked["state"], revoked["reason"]) == ("revoked", "姓名有误")
    assert check(rating, first["number"])["validity"] == "revoked"
    with pytest.raises(AlreadyRevoked):
        revoke(rating, first, clerk)
    [told] = told_of(rating, CertificateRevoked, volunteer)
    assert told["certificate_id"] == first["certificate_id"]
    assert "姓名有误" not in str(told)
    second = issue(rating, volunteer)
    assert check(rating, second["number"])["validity"] == "valid"
    assert second["number"] != first["number"]
    with pytest.raises(UnknownCertificate):
        revoke(rating, {"certificate_id": str(uuid4())})
    # The lists: newest first, a page at a time, the state beside each.
    pages = {"area": OTHER_STREET, "limit": 1}
    newest = rating.call("list_issued_certificates", pages, clerk, key=None, now=SOON)
    more = pages | {"cursor": newest["next_cursor"]}
    oldest = rating.call("list_issued_certificates", more, clerk, key=None, now=SOON)
    assert oldest["next_cursor"] is None
    states = {each["number"]: each["state"] for each in newest["items"] + oldest["items"]}
    assert states == {first["number"]: "revoked", second["number"]: "issued"}
    city = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
    for area in (CITY_AREA, STREET[:6]):
        # All of these tests issue at one moment, so there is no telling which are the newest.
        everywhere = {"area": area, "limit": 50}
        shown = rating.call("list_issued_certificates", everywhere, city, key=None, now=SOON)
        assert second["number"] in {each["number"] for each in shown["items"]}
    own = {"person_id": str(volunteer.person_id)}
    listed = rating.call("list_certificates", own, volunteer, key=None, now=SOON)["items"]
    assert {each["number"]: each["state"] for each in listed} == states
    # Not even the service itself takes back a word of it.
    for change in (
        "update certificates set minutes = 9000",
        "delete from certificates",
        "delete from revocations",
        "update revocations set reason = 'x'",
    ):
        with pytest.raises(DBAPIError, match="permission denied"), rating.session() as session:
            session.execute(text(change))


def test_two_who_revoke_at_once_revoke_once_and_a_key_sent_twice_issues_once(
    rating: Rating,
) -> None:
    volunteer = known(rating)
    serve(rating, volunteer)
    rating.eventually(lambda: is_at(rating, volunteer, 95))
    asked = [eventlet.spawn(issue, rating, volunteer, key="at-the-same-time") for _ in range(4)]
    numbers = {thread.wait()["number"] for thread in asked}
    assert len(numbers) == len(told_of(rating, CertificateIssued, volunteer)) == 1
    first = issue(rating, volunteer)
    officer = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, STREET[:6]),))

    def attempt(by: Caller) -> Any:
        try:
            return revoke(rating, first, by)
        except AlreadyRevoked as error:
            return error

    outcomes = [eventlet.spawn(attempt, by) for by in (CLERK, officer, CLERK)]
    refused = [isinstance(each.wait(), AlreadyRevoked) for each in outcomes]
    assert sorted(refused) == [False, True, True]
    assert len(told_of(rating, CertificateRevoked, volunteer)) == 1


def test_a_dispute_that_takes_minutes_back_corrects_the_certificate_by_itself(
    rating: Disputing,
) -> None:
    volunteer = known(rating)
    visit = rating.visited(volunteer)
    serve(rating, volunteer, 30)
    rating.eventually(lambda: is_at(rating, volunteer, 90))
    first = issue(rating, volunteer)
    dispute = rating.reviewed(visit)
    rating.decide(dispute, rating.clerk, "partial", returned_minutes=20)
    rating.sweep(SOON + 30 * DAY)
    rating.until(dispute, "settling")
    # Only when the coins have gone back are the minutes no longer proven.
    assert check(rating, first["number"])["validity"] == "valid"
    rating.tell_settled(dispute, returned=20, released=40)
    rating.until(dispute, "settled")
    assert check(rating, first["number"]) == {
        "number": first["number"],
        "validity": "corrected",
        "minutes": 90,
    }
    # Other visits do not make up for it; a new certificate says what is proven.
    serve(rating, volunteer, 60)
    rating.eventually(lambda: is_at(rating, volunteer, 130))
    payload = {"certificate_id": first["certificate_id"]}
    shown = rating.call("show_certificate", payload, CLERK, key=None, now=SOON)
    assert (shown["state"], shown["minutes"], shown["proven_minutes"]) == ("corrected", 90, 70)
    second = issue(rating, volunteer)
    assert (second["minutes"], check(rating, second["number"])["validity"]) == (130, "valid")
    assert revoke(rating, first)["state"] == "revoked"


def test_a_pupils_guardian_asks_for_it_until_the_pupil_is_of_age(rating: Rating) -> None:
    pupil, guardian = known(rating, birth_date=date(2008, 6, 2)), Caller(uuid4())
    guardianship_id = uuid4()
    rating.publish(
        GuardianshipConfirmed,
        district=STREET[:6],
        guardianship_id=guardianship_id,
        ward_id=pupil.person_id,
        guardian_id=guardian.person_id,
        kind=GuardianshipKind.MINOR,
        confirmed_by=guardian.person_id,
    )
    visit = serve(rating, pupil)
    rating.eventually(lambda: is_at(rating, pupil, 95))

    def knows() -> bool:
        with rating.session() as session:
            return session.get(PowerRow, guardianship_id) is not None

    rating.eventually(knows)
    assert issue(rating, pupil, guardian)["name"] == NAME
    # It is no power to rate for the pupil, nor to do anything once the pupil is eighteen.
    with pytest.raises(Forbidden):
        issue(rating, pupil, guardian, now=SOON + timedelta(days=1))
    with pytest.raises(Forbidden):
        issue(rating, pupil, Caller(uuid4()))
    assert visit.volunteer is pupil


def test_who_is_let_see_what_is_earned_asks_for_it_until_that_ends_and_the_clerk_until_they_move(
    rating: Rating,
) -> None:
    volunteer, agent, consent_id = known(rating), Caller(uuid4()), uuid4()
    pair = {"elder_id": volunteer.person_id, "agent_id": agent.person_id}
    told = {"district": STREET[:6], "consent_id": consent_id, **pair}
    given = {"scopes": [Scope.SEE_WALLET], "until": SOON + DAY, "given_by": volunteer.person_id}
    rating.publish(ConsentGiven, **told, **given)
    serve(rating, volunteer)
    rating.eventually(lambda: is_at(rating, volunteer, 95))

    def ended() -> bool | None:
        with rating.session() as session:
            row = session.get(PowerRow, consent_id)
            return row and row.is_ended

    rating.eventually(lambda: ended() is False)
    shown = {"certificate_id": issue(rating, volunteer, agent)["certificate_id"]}
    with pytest.raises(Forbidden):
        issue(rating, volunteer, agent, now=SOON + DAY)
    by_whom = {"reason": ConsentEnd.REVOKED, "revoked_by": volunteer.person_id}
    rating.publish(ConsentRevoked, **told, **by_whom)
    rating.eventually(ended)
    for operation, payload in (
        ("issue_certificate", {"person_id": str(volunteer.person_id)}),
        ("list_certificates", {"person_id": str(volunteer.person_id)}),
        ("show_certificate", shown),
    ):
        with pytest.raises(Forbidden):
            rating.call(operation, payload, agent, now=SOON)

    assert rating.call("show_certificate", shown, CLERK, key=None, now=SOON)["name"] == NAME
    rating.publish(PersonChanged, **changed(volunteer, "欧阳远") | {"street": THIRD_STREET})
    rating.eventually(lambda: rating.is_called(volunteer, "欧阳远"))
    with pytest.raises(Forbidden):
        rating.call("show_certificate", shown, CLERK, key=None, now=SOON)
    with pytest.raises(Forbidden):
        revoke(rating, shown)
    their_clerk = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, THIRD_STREET),))
    assert revoke(rating, shown, their_clerk)["state"] == "revoked"


def test_whose_name_is_not_known_gets_it_after_verification(rating: Rating) -> None:
    stranger = Caller(uuid4())
    serve(rating, stranger)
    rating.eventually(lambda: is_at(rating, stranger, 95))
    with pytest.raises(HolderUnknown):
        issue(rating, stranger)
    with pytest.raises(Forbidden):
        issue(rating, stranger, CLERK)
