"""Admission to a care home (S9) on the running ledger: the way in, the turn, and every way out."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.contract import (
    OrganisationConfirmed,
    OrganisationKind,
    OrganisationReinstated,
    OrganisationSuspended,
)
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.ledger import domain, storage
from services.ledger.contract import (
    AdmissionApplied,
    AdmissionDecided,
    AdmissionEligible,
    ApplicationOpen,
    ApplicationState,
    Move,
    NoSuchCareHome,
    NotAtThisStep,
    NotEligible,
    NotNextInQueue,
    OfferStands,
    Provenance,
)
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    Books,
    Ledger,
    post,
    posted_at_once,
)


NEEDED = 600_000
AT_ONCE = 16
NEED = "lives alone and can hardly walk"
STRANGER = Caller(uuid4())


def volunteer(ledger: Ledger, minutes: int = NEEDED) -> Caller:
    """Somebody with so many earned minutes."""
    person = ledger.verify(BORN_ADULT)
    transfer = domain.move(
        domain.TransferKind.BUDGET_TOP_UP,
        uuid4(),
        out_of={domain.issuance(): minutes},
        into={domain.wallet(person.person_id, Provenance.EARNED): minutes},
    )
    with ledger.running.session() as session:
        post(session, transfer)
    return person


def apply(ledger: Ledger, person: Caller, caller: Caller | None = None, **options):
    payload = {"person_id": person.person_id, "need": NEED}
    return ledger.call("apply_for_care_home", payload, caller or person, **options)


def ask(ledger: Ledger, operation: str, application, caller=DISTRICT_OFFICER, now=None, **more):
    payload = {"application_id": application["application_id"], **more}
    return ledger.call(operation, payload, caller, now=now)


def approve(ledger: Ledger, application):
    return ask(ledger, "review_application", application, approved=True, reason="seen at home")


def offer(ledger: Ledger, application, home_id=None):
    home_id = home_id or care_home(ledger)
    return ask(ledger, "offer_place", application, care_home_id=home_id)


def tell_home(ledger: Ledger, home_id, event=OrganisationConfirmed, **changes):
    facts = {
        "organisation_id": home_id,
        "kind": OrganisationKind.CARE_HOME,
        "name": "朝阳区第二福利院",
        "streets": [],
        "places": 40,
        "acted_by": uuid4(),
        "district": DISTRICT,
    }
    ledger.publish(event, **facts | changes)


def homes(ledger: Ledger):
    payload = {"district": DISTRICT}
    items = ledger.call("list_care_homes", payload, DISTRICT_OFFICER, key=None)["items"]
    return {UUID(each["care_home_id"]): each for each in items}


def care_home(ledger: Ledger, **changes):
    """A home of the district that the ledger has heard of."""
    home_id = uuid4()
    tell_home(ledger, home_id, **changes)
    ledger.eventually(lambda: home_id in homes(ledger))
    return home_id


def show(ledger: Ledger, application, caller):
    payload = {"application_id": application["application_id"]}
    return ledger.call("show_application", payload, caller, key=None)


def listed(ledger: Ledger, caller=DISTRICT_OFFICER, **more):
    payload = {"district": DISTRICT, **more}
    return ledger.call("list_applications", payload, caller, key=None)


def admission(ledger: Ledger, person: Caller):
    return ledger.call("show_admission", {"person_id": person.person_id}, person, key=None)


def sums(ledger: Ledger) -> dict[str, int]:
    return {line["kind"]: line["amount"] for line in ledger.trial_balance()["items"]}


def test_s9_from_the_last_visit_to_admission(ledger: Ledger):
    person = volunteer(ledger, NEEDED - 60)
    with pytest.raises(NotEligible):
        apply(ledger, person)
    assert ledger.recorded(AdmissionEligible) == []
    ledger.earn(person, 60)
    ledger.eventually(lambda: admission(ledger, person)["eligible"])
    (told,) = ledger.recorded(AdmissionEligible)
    assert (told["person_id"], told["counted_minutes"]) == (str(person.person_id), NEEDED)

    application = apply(ledger, person)
    figures = admission(ledger, person)
    assert (figures["counted_minutes"], figures["reserved_minutes"]) == (0, NEEDED)
    assert figures["application_id"] == application["application_id"]
    assert approve(ledger, application)["place"] == 1
    assert offer(ledger, application)["home"] == "朝阳区第二福利院"
    admitted = ask(ledger, "answer_offer", application, person, answer="accept")
    assert admitted["state"] == "admitted"
    assert sums(ledger) | {"care_home": NEEDED, "reserve": 0} == sums(ledger)
    assert admission(ledger, person)["reserved_minutes"] == 0

    steps = show(ledger, application, person)["steps"]
    assert [step["state"] for step in steps] == ["applied", "reviewed", "offered", "admitted"]
    assert steps[1]["acted_by"] == str(DISTRICT_OFFICER.person_id)
    (applied,) = ledger.recorded(AdmissionApplied)
    assert applied["minutes"] == NEEDED
    decided = ledger.recorded(AdmissionDecided)
    assert [each["move"] for each in decided] == ["approve", "offer", "accept"]
    assert decided[0]["reason"] == "seen at home"
    with pytest.raises(NotAtThisStep):
        ask(ledger, "withdraw_application", application, person)


def test_a_repeated_application_has_one_effect(ledger: Ledger):
    person = volunteer(ledger)
    first = apply(ledger, person, key="apply-once-please")
    assert apply(ledger, person, key="apply-once-please") == first
    assert sums(ledger)["reserve"] == NEEDED


def test_sixteen_applications_of_one_person_at_once_open_one(ledger: Ledger):
    person = volunteer(ledger, AT_ONCE * NEEDED)

    def attempt(_):
        try:
            return apply(ledger, person)["state"]
        except ApplicationOpen as error:
            return error.code

    answers = list(eventlet.GreenPool(AT_ONCE).imap(attempt, range(AT_ONCE)))
    assert sorted(answers) == sorted(["applied"] + ["application_open"] * (AT_ONCE - 1))
    assert sums(ledger)["reserve"] == NEEDED


def test_places_are_offered_in_turn_however_many_officers_try_at_once(ledger: Ledger):
    waiting = [apply(ledger, volunteer(ledger)) for _ in range(3)]
    for application in reversed(waiting):
        approve(ledger, application)
    home_id = care_home(ledger)
    with pytest.raises(NotNextInQueue) as refused:
        offer(ledger, waiting[1], home_id)
    assert refused.value.fields == {"place": 2, "next_place": 1}
    queue = listed(ledger, state="reviewed")["items"]
    assert [each["place"] for each in queue] == [1, 2, 3]
    assert [each["application_id"] for each in queue] == [
        each["application_id"] for each in waiting
    ]

    def attempt(number):
        try:
            return offer(ledger, waiting[number % 2], home_id)["state"]
        except (NotNextInQueue, NotAtThisStep) as error:
            return error.code

    answers = list(eventlet.GreenPool(AT_ONCE).imap(attempt, range(AT_ONCE)))
    assert answers.count("offered") in (1, 2)
    assert (
        listed(ledger, state="offered")["items"][0]["application_id"]
        == (waiting[0]["application_id"])
    )


def test_a_home_is_known_as_identity_told_it_last(ledger: Ledger):
    home_id = care_home(ledger, places=3)
    assert homes(ledger)[home_id] | {"places": 3, "taken": 0, "free": 3} == homes(ledger)[home_id]
    tell_home(ledger, home_id, OrganisationSuspended, reason="fire safety")
    ledger.eventually(lambda: not homes(ledger)[home_id]["is_open"])
    application = apply(ledger, volunteer(ledger))
    approve(ledger, application)
    with pytest.raises(NoSuchCareHome):
        offer(ledger, application, home_id)
    # What was told before comes late and changes nothing; an agency is no home.
    ledger.running.sequence -= 2
    tell_home(ledger, home_id, name="Stale")
    ledger.running.sequence += 1
    agency_id = uuid4()
    tell_home(ledger, agency_id, kind=OrganisationKind.AGENCY, places=None)
    tell_home(ledger, home_id, OrganisationReinstated, reason="mended", places=2)
    ledger.eventually(lambda: homes(ledger)[home_id]["is_open"])
    found = homes(ledger)[home_id]
    assert (found["name"], found["places"]) == ("朝阳区第二福利院", 2)
    assert agency_id not in homes(ledger)
    offered = offer(ledger, application, home_id)
    assert (offered["care_home_id"], homes(ledger)[home_id]["free"]) == (str(home_id), 1)
    with pytest.raises(InvalidRequest):
        ask(ledger, "offer_place", application, home="in words")


def test_the_last_place_is_offered_once_whoever_offers_it_at_the_same_moment(books, policy_values):
    """Sixteen processes, each at the head of the queue of its own moment."""
    home = domain.CareHome(uuid4(), "Small home", DISTRICT, 3, True)
    with books.begin() as session:
        storage.save_care_home(session, home, 1)
        people = [uuid4() for _ in range(AT_ONCE)]
        for person_id in people:
            books.admit(session, person_id, policy_values)
            books.fund(session, person_id, NEEDED, Provenance.EARNED)
    made = [uuid4() for _ in people]
    posted_at_once(
        books,
        [
            domain.Apply(key, Caller(person_id), person_id, NEED)
            for key, person_id in zip(made, people, strict=True)
        ],
    )
    posted_at_once(books, [domain.Proceed(key, DISTRICT_OFFICER, Move.APPROVE) for key in made])
    offers = [
        domain.Proceed(key, DISTRICT_OFFICER, Move.OFFER, care_home_id=home.key) for key in made
    ]
    for _ in range(4):
        posted_at_once(books, offers)
    with books.begin() as session:
        states = session.scalars(text("select state from applications")).all()
        (found,) = storage.care_homes_of(session, DISTRICT)
    assert (states.count("offered"), found.taken, found.free) == (3, 3, 0)
    refused(
        books.begin_as_admin,
        "update applications set state = 'offered', home = 'x', answer_by = now(),"
        " care_home_id = :home where state = 'reviewed'",
        "has 3 places",
        home=home.key,
    )
    with books.begin() as session:
        query = text("select application_id, person_id from applications where state = 'offered'")
        admitted, person_id = session.execute(query).first()
    posted_at_once(books, [domain.Proceed(admitted, Caller(person_id), Move.ACCEPT)])
    with books.begin() as session:
        closed = "insert into wallet_states values (:person, 'closed', 'died', :person, now())"
        session.execute(text(closed), {"person": person_id})
        (found,) = storage.care_homes_of(session, DISTRICT)
    assert found.free == 1, "whoever has died lives there no more"


def test_who_withdraws_has_the_coins_back_and_may_apply_anew(ledger: Ledger):
    person = volunteer(ledger)
    application = apply(ledger, person)
    withdrawn = ask(ledger, "withdraw_application", application, person, reason="I moved")
    assert withdrawn["state"] == "withdrawn"
    assert ledger.wallet(person)["earned_minutes"] == NEEDED
    again = apply(ledger, person)
    rejected = ask(ledger, "review_application", again, approved=False, reason="no need seen")
    assert rejected["state"] == "declined"
    assert ledger.recorded(AdmissionDecided)[-1]["reason"] == "no need seen"
    assert ledger.wallet(person)["earned_minutes"] == NEEDED
    assert sums(ledger)["reserve"] == 0


def test_an_offer_that_nobody_answers_lapses_after_the_policys_days(ledger: Ledger):
    person = volunteer(ledger)
    application = apply(ledger, person)
    approve(ledger, application)
    answer_by = datetime.fromisoformat(offer(ledger, application)["answer_by"])
    with pytest.raises(OfferStands):
        ask(ledger, "lapse_offer", application, now=answer_by - timedelta(seconds=1))
    lapsed = ask(ledger, "lapse_offer", application, now=answer_by)
    assert lapsed["state"] == "declined"
    assert ledger.wallet(person)["earned_minutes"] == NEEDED


def test_the_coins_of_a_closed_wallet_return_to_the_estate(ledger: Ledger):
    person = volunteer(ledger)
    application = apply(ledger, person)
    with ledger.running.session() as session:
        session.execute(
            text("insert into wallet_states values (:person, 'closed', 'died', :by, now())"),
            {"person": person.person_id, "by": uuid4()},
        )
    ask(ledger, "review_application", application, approved=False, reason="has died")
    assert sums(ledger) | {"estate": NEEDED, "reserve": 0} == sums(ledger)


def test_an_application_is_shown_to_whom_it_concerns_and_a_queue_to_officers(ledger: Ledger):
    person = volunteer(ledger)
    application = apply(ledger, person, caller=CLERK)
    assert application["applied_by"] == str(CLERK.person_id)
    for caller in (person, CLERK, DISTRICT_OFFICER, CITY_OFFICER):
        assert show(ledger, application, caller)["need"] == NEED
    with pytest.raises(Forbidden):
        show(ledger, application, STRANGER)
    with pytest.raises(Unauthenticated):
        show(ledger, application, Caller())
    with pytest.raises(NotFound):
        show(ledger, {"application_id": uuid4()}, person)
    for caller in (DISTRICT_OFFICER, CITY_OFFICER):
        assert listed(ledger, caller)["items"]
    for caller in (person, CLERK, STRANGER):
        with pytest.raises(Forbidden):
            listed(ledger, caller)
    with pytest.raises(Forbidden):
        apply(ledger, person, STRANGER)


def test_a_list_goes_on_where_its_page_ended(ledger: Ledger):
    made = [apply(ledger, volunteer(ledger))["application_id"] for _ in range(3)]
    first = listed(ledger, limit=2)
    second = listed(ledger, limit=2, cursor=first["next_cursor"])
    assert [each["application_id"] for each in first["items"] + second["items"]] == made
    assert second["next_cursor"] is None
    for cursor in ("nonsense", "WzEsMl0", ""):
        with pytest.raises(InvalidRequest):
            listed(ledger, cursor=cursor)


def test_many_processes_open_one_application_for_one_person(books: Books, policy_values):
    person_id = uuid4()
    with books.begin() as session:
        books.admit(session, person_id, policy_values)
        books.fund(session, person_id, AT_ONCE * NEEDED, Provenance.EARNED)
    commands = [domain.Apply(uuid4(), Caller(person_id), person_id, NEED) for _ in range(AT_ONCE)]
    answers = posted_at_once(books, commands)
    refusals = [answer for answer in answers if isinstance(answer, str)]
    assert refusals == [ApplicationOpen.code] * (AT_ONCE - 1)
    with books.begin() as session:
        earned = domain.wallet(person_id, Provenance.EARNED)
        assert storage.balance_of(session, earned) == (AT_ONCE - 1) * NEEDED


def test_many_processes_give_the_coins_back_once(books: Books, policy_values):
    person_id, application_id = uuid4(), uuid4()
    caller = Caller(person_id)
    with books.begin() as session:
        books.admit(session, person_id, policy_values)
        books.fund(session, person_id, NEEDED, Provenance.EARNED)
    assert posted_at_once(books, [domain.Apply(application_id, caller, person_id, NEED)])
    withdraw = domain.Proceed(application_id, caller, Move.WITHDRAW)
    answers = posted_at_once(books, [withdraw] * AT_ONCE)
    refusals = [answer for answer in answers if isinstance(answer, str)]
    assert refusals == [NotAtThisStep.code] * (AT_ONCE - 1)


@pytest.fixture
def applied(books: Books) -> Books:
    """One open application of one person, as its command would leave it."""
    with books.begin() as session:
        at = session.scalar(text("select now()"))
        person_id = uuid4()
        application = domain.Application(uuid4(), person_id, DISTRICT, NEED, NEEDED, at, person_id)
        step = domain.Step(application.key, ApplicationState.APPLIED, Move.APPLY, at, person_id)
        outcome = domain.Outcome(records=(application, step))
        storage.keep(session, [domain.Decided(outcome, ())], set(), at)
    return books


def refused(begin, statement: str, saying: str, **parameters) -> None:
    with pytest.raises(DBAPIError) as caught, begin() as session:
        session.execute(text(statement), parameters)
    assert saying in str(caught.value.orig)


@pytest.mark.parametrize("login", ["begin", "begin_as_admin"])
def test_the_database_lets_nobody_have_two_open_applications(applied: Books, login: str):
    refused(
        getattr(applied, login),
        "insert into applications select gen_random_uuid(), person_id, district, need, minutes,"
        " applied_at, applied_by, state, home, answer_by, care_home_id from applications",
        "applications_open_once",
    )


def test_the_database_lets_an_application_end_once_and_keeps_what_it_was(applied: Books):
    admin = applied.begin_as_admin
    refused(admin, "update applications set minutes = 1", "keeps what was applied for")
    refused(admin, "update applications set state = 'offered'", "applications_offer")
    with admin() as session:
        session.execute(text("update applications set state = 'withdrawn'"))
    refused(admin, "update applications set state = 'reviewed'", "is withdrawn already")
    for statement in ("delete from applications", "truncate applications cascade"):
        refused(admin, statement, "never changed")
    for statement in ("update application_steps set reason = ''", "delete from application_steps"):
        refused(admin, statement, "never changed")
        refused(applied.begin, statement, "permission denied")
    refused(applied.begin, "update applications set need = ''", "permission denied")
