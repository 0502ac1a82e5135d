"""Accounts through the real entrypoints: cards, changes, declarations, the end, and coming back."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text

from services.identity import declarations as catalogue
from services.identity.contract import (
    AccountClosed,
    AlreadyRegistered,
    BadCredentials,
    Declaration,
    DeclarationOutdated,
    PersonChanged,
    PersonClosed,
    PhoneChanged,
    WrongProof,
)
from services.identity.domain.declarations import Text
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, InvalidRequest, TooManyRequests
from tests.integration.conftest import Running
from tests.integration.identity.conftest import PASSWORD, STREET, Identity
from tests.integration.rights.identity.log_ins import confirm
from tests.unit.identity.numbers import make_id_number


HOME = {"latitude": 39.95, "longitude": 116.35}


@pytest.fixture(scope="module")
def identity(running_throughout: Callable[..., Running]) -> Identity:
    return Identity(running_throughout("identity"))


def number(identity: Identity, year: int = 1955, region: str = "110105") -> str:
    return make_id_number(date(year, 5, 5), next(identity.numbers), region)


def phone(identity: Identity) -> str:
    return f"1350000{next(identity.numbers):04d}"


def told(identity: Identity, event: Any, person_id: UUID) -> list[dict[str, Any]]:
    return [each for each in identity.recorded(event) if each["person_id"] == str(person_id)]


def log_in(identity: Identity, number: str, password: str = PASSWORD) -> dict[str, Any]:
    answer: dict[str, Any] = identity.call("log_in", {"phone": number, "password": password})
    return answer


def row(identity: Identity, person_id: UUID) -> dict[str, Any]:
    with identity.session() as session:
        found = session.execute(
            text("select * from people where person_id = :id"), {"id": person_id}
        )
        return dict(found.mappings().one())


def close(identity: Identity, person_id: UUID, reason: str = "leaving") -> dict[str, Any]:
    payload = {"person_id": str(person_id), "reason": reason, "paper": "Certificate No. 7"}
    answer: dict[str, Any] = identity.call("close_person", payload, identity.clerk)
    return answer


def test_one_human_has_one_account_whatever_card_is_shown_and_however_it_is_written(
    identity: Identity,
) -> None:
    card = number(identity)
    old = card[:6] + card[8:17]
    first = identity.register(id_number=f" {old[:6]} {old[6:]}", document="residence_permit")
    assert (first["document"], first["birth_date"]) == ("residence_permit", "1955-05-05")
    full_width = card.translate(str.maketrans("0123456789X", "０１２３４５６７８９ｘ"))
    for written in (card, card.lower(), full_width, old):
        with pytest.raises(AlreadyRegistered):
            identity.register(id_number=written)
    for region, kind in (
        ("810000", "hmt_residence_permit"),
        ("830000", "hmt_residence_permit"),
        ("911840", "foreign_permanent_residence"),
    ):
        permit = number(identity, region=region)
        assert identity.register(id_number=permit)["document"] == kind
        with pytest.raises(Error) as refusal:
            identity.register(id_number=permit, document="resident_id_card")
        assert list(refusal.value.fields) == ["document"]


def test_whoever_opened_an_account_with_anothers_number_gives_it_up_at_the_desk(
    identity: Identity,
) -> None:
    """Also when an online provider had said that name and number belong together."""
    card = number(identity)
    for was_verified in (False, True):
        thief = identity.registered(id_number=card)
        of_thief = {"person_id": str(thief)}
        if was_verified:
            identity.call("verify_person", of_thief | {"card_seen": True}, identity.clerk)
            doubt = of_thief | {"reason": "doubt", "words": "another came with the card"}
            identity.call("require_recheck", doubt, identity.clerk)
        with pytest.raises(AlreadyRegistered):
            identity.register(id_number=card)
        refusal = of_thief | {"reason": "not_the_holder", "words": "The holder is at the desk"}
        identity.call("refuse_verification", refusal, identity.clerk)
        with pytest.raises(AlreadyRegistered):
            identity.register(id_number=card)
        suspend = of_thief | {"reason": "fraud"}
        identity.call("suspend_person", suspend, identity.district)
        close(identity, thief)
        holder = identity.register(identity.clerk, id_number=card)["person_id"]
        seen = {"person_id": holder, "card_seen": True}
        assert identity.call("verify_person", seen, identity.clerk)["state"] == "verified"
        assert row(identity, UUID(holder))["earlier_id"] is None, "nothing ties the two together"
        assert row(identity, thief)["state"] == "closed"
        card = number(identity)


def test_a_phone_is_changed_with_the_password_and_wrong_ones_are_counted(
    identity: Identity,
) -> None:
    before, after = phone(identity), phone(identity)
    person_id = identity.verified(phone=before)
    payload = {"person_id": str(person_id), "phone": f"+86 {after}", "password": PASSWORD}
    with pytest.raises(WrongProof):
        identity.call("change_phone", payload | {"password": "wrong"}, Caller(person_id))
    with pytest.raises(InvalidRequest):
        identity.call("change_phone", payload | {"phone": "12345"}, Caller(person_id))
    taken = phone(identity)
    identity.verified(phone=taken)
    for shown in (taken, after):
        confirm(identity, person_id, shown)
    with pytest.raises(AlreadyRegistered):
        identity.call("change_phone", payload | {"phone": taken}, Caller(person_id))
    identity.call("change_phone", payload, Caller(person_id))
    assert log_in(identity, after)["person_id"] == str(person_id)
    with pytest.raises(BadCredentials):
        log_in(identity, before)
    (event,) = told(identity, PhoneChanged, person_id)
    assert after not in str(event)
    assert identity.register(phone=before)["state"] == "unverified"

    for _ in range(5):
        with pytest.raises(WrongProof):
            identity.call("change_phone", payload | {"password": "wrong"}, Caller(person_id))
    with pytest.raises(TooManyRequests):
        identity.call("change_phone", payload, Caller(person_id))
    identity.call("change_phone", payload | {"phone": phone(identity)}, identity.clerk)


def test_a_move_is_told_with_all_facts_and_the_new_address_is_sealed(identity: Identity) -> None:
    person_id = identity.verified()
    moved = {"person_id": str(person_id), "street": "110105002", "address": "7 New Lane"}
    answer = identity.call("change_address", moved | {"home": HOME}, Caller(person_id))
    assert (answer["street"], answer["state"]) == ("110105002", "verified")
    (event,) = told(identity, PersonChanged, person_id)
    assert (event["street"], event["home"], event["name"]) == (
        "110105002",
        HOME,
        answer["name"],
    )
    assert "New Lane" not in str(row(identity, person_id))
    with pytest.raises(InvalidRequest):
        identity.call(
            "change_address", moved | {"street": "310105001", "home": HOME}, Caller(person_id)
        )
    unverified = identity.registered()
    identity.call(
        "change_address", moved | {"person_id": str(unverified), "home": HOME}, Caller(unverified)
    )
    assert told(identity, PersonChanged, unverified) == []


def test_an_account_that_ends_keeps_neither_contact_nor_rights(identity: Identity) -> None:
    number_ = phone(identity)
    person_id = identity.verified(phone=number_, roles=(("agency_clerk", STREET),))
    assert close(identity, person_id, "death")["state"] == "closed"
    (event,) = told(identity, PersonClosed, person_id)
    assert (event["reason"], event["closed_on"]) == ("death", "2026-11-25")
    left = row(identity, person_id)
    erased = ("sealed_phone", "sealed_address", "latitude", "longitude", "password_hash")
    assert [left[name] for name in erased] == [None] * 5
    assert left["sealed_id_number"]
    with identity.session() as session:
        for query in (
            "select count(*) from person_roles where person_id = :id",
            "select count(*) from blind_indexes where person_id = :id and field = 'phone'",
        ):
            assert session.scalar(text(query), {"id": person_id}) == 0
        voided = text("select generation from session_generations where person_id = :id")
        assert session.scalar(voided, {"id": person_id}) > 0
    with pytest.raises(BadCredentials):
        log_in(identity, number_)
    with pytest.raises(AccountClosed):
        close(identity, person_id)
    with pytest.raises(AccountClosed):
        identity.call(
            "verify_person", {"person_id": str(person_id), "card_seen": True}, identity.clerk
        )
    seen = identity.call("show_person", {"person_id": str(person_id)}, identity.clerk, key=None)
    assert (seen["phone"], seen["state"]) == (None, "closed")
    assert identity.register(phone=number_)["state"] == "unverified"


def test_whoever_left_comes_back_once_and_the_dead_do_not(identity: Identity) -> None:
    card = number(identity)
    person_id = identity.verified(id_number=card)
    with pytest.raises(AlreadyRegistered):
        identity.register(id_number=card)
    close(identity, person_id)

    def attempt(_: int) -> str:
        try:
            return str(identity.register(id_number=card)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(4)))
    assert outcomes == ["already_registered"] * 3 + ["unverified"]
    with identity.session() as session:
        query = text("select count(*) from people where earlier_id = :id")
        assert session.scalar(query, {"id": person_id}) == 1

    dead = identity.verified(id_number=(lost := number(identity)))
    close(identity, dead, "death")
    with pytest.raises(AccountClosed):
        identity.register(id_number=lost)


def test_of_two_who_close_at_once_one_is_told_that_it_is_done(identity: Identity) -> None:
    person_id = identity.verified()

    def attempt(_: int) -> str:
        try:
            return str(close(identity, person_id)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(4)))
    assert outcomes == ["account_closed"] * 3 + ["closed"]
    assert len(told(identity, PersonClosed, person_id)) == 1


def somebody_waits(identity: Identity) -> bool:
    """Whether a transaction waits for a row that another has changed."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with identity.session() as session:
        here = text(waiting + " and datname = current_database()")
        return bool(session.scalar(here))


def test_an_account_that_is_being_closed_gets_no_role_any_more(identity: Identity) -> None:
    person_id = identity.verified()
    role = {"person_id": str(person_id), "role": "agency_clerk", "area": STREET}

    def assign() -> str:
        try:
            return str(identity.call("assign_role", role, identity.city)["role"])
        except Error as error:
            return error.code

    with identity.session() as session:
        # What closing has done when it is about to commit.
        lapse = text("update people set state = 'pending' where person_id = :person_id")
        session.execute(lapse, {"person_id": person_id})
        assigning = eventlet.spawn(assign)
        identity.eventually(lambda: somebody_waits(identity))
    assert assigning.wait() == "not_verified"


def test_a_new_version_of_a_declaration_asks_again(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [{"declaration": "privacy_notice", "version": 1}]
    answer = identity.register(declarations=given, willing_and_healthy=False)
    assert answer["missing_declarations"] == []
    person = Caller(UUID(answer["person_id"]))
    assert identity.register()["missing_declarations"] == ["privacy_notice"]
    with pytest.raises(DeclarationOutdated):
        identity.register(declarations=[given[0] | {"version": 2}])

    newer = Text(Declaration.PRIVACY_NOTICE, 2, date(2026, 11, 25), "告知", "Notice", "新", "New")
    texts = (*catalogue.texts(), newer)
    monkeypatch.setattr(catalogue, "texts", lambda: texts)
    payload = {"person_id": str(person.person_id), "declaration": "privacy_notice"}
    shown = identity.call(
        "show_declarations", {"person_id": payload["person_id"]}, person, key=None
    )
    assert [each["version"] for each in shown["missing"]] == [2]
    with pytest.raises(DeclarationOutdated):
        identity.call("accept_declaration", payload | {"version": 1}, person)
    shown = identity.call("accept_declaration", payload | {"version": 2}, person)
    assert (shown["missing"], len(shown["items"])) == ([], 2)
    again = identity.call("accept_declaration", payload | {"version": 2}, person)
    assert len(again["items"]) == 2


def test_health_taken_back_is_told_and_given_anew_is_told_again(identity: Identity) -> None:
    person_id = identity.verified()
    health = {"person_id": str(person_id), "declaration": "willing_and_healthy"}
    identity.call("withdraw_declaration", health | {"reason": "An operation"}, Caller(person_id))
    identity.call("accept_declaration", health | {"version": 1}, identity.clerk)
    willing = [each["willing_and_healthy"] for each in told(identity, PersonChanged, person_id)]
    assert willing == [False, True]
    shown = identity.call("show_declarations", {"person_id": str(person_id)}, identity.clerk)
    by = {(each["accepted_by"], each["withdrawn_by"]) for each in shown["items"]}
    assert by == {
        (str(person_id), str(person_id)),
        (str(identity.clerk.person_id), None),
    }


def test_s1_a_pupil_serves_only_with_the_guardians_consent(identity: Identity) -> None:
    guardian = identity.verified()
    pupil = {
        "id_number": number(identity, 2011),
        "school": "No. 4",
        "guardian_id": str(guardian),
        "willing_and_healthy": True,
    }
    consent = {"declarations": [{"declaration": "guardian_consent", "version": 1}]}
    with pytest.raises(InvalidRequest):
        identity.register(**pupil, **consent)
    answer = identity.register(**pupil)
    assert answer["willing_and_healthy"] is False
    assert "guardian_consent" in answer["missing_declarations"]
    payload = {
        "person_id": answer["person_id"],
        "declaration": "guardian_consent",
        "version": 1,
    }
    identity.call("accept_declaration", payload, Caller(guardian))
    seen = identity.call("show_person", {"person_id": answer["person_id"]}, Caller(guardian))
    assert seen["willing_and_healthy"] is True
    sibling = pupil | {"id_number": number(identity, 2012)}
    led = identity.register(Caller(guardian), **sibling, **consent)
    assert led["willing_and_healthy"] is True


def test_each_unmasked_read_is_in_the_log_that_the_person_sees(identity: Identity) -> None:
    number_ = phone(identity)
    person_id = identity.verified(phone=number_, address="12 Jianguo Road")
    payload = {
        "person_id": str(person_id),
        "fields_read": ["phone", "address"],
        "reason": "The volunteer did not find the house",
    }
    shown = identity.call("reveal_contact", payload, identity.clerk)
    assert (shown["phone"], shown["address"], shown["id_number"]) == (
        number_,
        "12 Jianguo Road",
        None,
    )
    identity.call("reveal_contact", payload | {"fields_read": ["id_number"]}, identity.district)
    with pytest.raises(InvalidRequest):
        identity.call("reveal_contact", payload | {"reason": ""}, identity.clerk)
    mine = {"person_id": str(person_id)}
    page = identity.call("list_reads", mine | {"limit": 1}, Caller(person_id), key=None)
    rest = identity.call(
        "list_reads", mine | {"cursor": page["next_cursor"]}, Caller(person_id), key=None
    )
    (newest,), (oldest,) = page["items"], rest["items"]
    seen = {(each["role"], tuple(each["fields_read"])) for each in (newest, oldest)}
    assert seen == {("agency_clerk", ("address", "phone")), ("district_officer", ("id_number",))}
    assert {newest["read_by"], oldest["read_by"]} == {
        str(identity.clerk.person_id),
        str(identity.district.person_id),
    }
    assert rest["next_cursor"] is None
    with identity.session() as session:
        kept = session.scalars(text("select answer::text from idempotency_keys")).all()
        told_ = session.scalars(text("select envelope::text from outbox")).all()
    assert not any(number_ in (each or "") for each in [*kept, *told_])
    with pytest.raises(InvalidRequest):
        identity.call("list_reads", mine | {"cursor": "nonsense"}, Caller(person_id), key=None)


def test_the_export_says_everything_that_is_held_in_words(identity: Identity) -> None:
    number_, card = phone(identity), number(identity)
    person_id = identity.verified(phone=number_, id_number=card)
    payload = {"person_id": str(person_id)}
    export = identity.call("export_person", payload, Caller(person_id), key=None)
    sections = {section["key"]: section for section in export["sections"]}
    assert sections["people"]["title_zh"] == "基本信息"
    facts = {fact["key"]: fact for fact in sections["people"]["entries"][0]}
    assert (facts["phone"]["value"], facts["id_number"]["value"]) == (number_, card)
    assert facts["id_number"]["label_zh"] == "证件号码"
    assert "password_hash" not in facts
    assert "acceptances" in sections
    other = identity.verified()
    mine = str(identity.call("export_person", {"person_id": str(other)}, Caller(other), key=None))
    assert card not in mine and number_ not in mine


def test_a_clerk_far_away_has_no_business_here(identity: Identity) -> None:
    person_id = identity.verified()
    payload = {"person_id": str(person_id), "fields_read": ["phone"], "reason": "Curious about it"}
    themselves = Caller(person_id, (RoleIn("agency_clerk", STREET),))
    for caller in (identity.far_clerk, identity.city, themselves):
        with pytest.raises(Error) as refusal:
            identity.call("reveal_contact", payload, caller)
        assert refusal.value.code == "forbidden"
    with identity.session() as session:
        query = text("select count(*) from reads where person_id = :id")
        assert session.scalar(query, {"id": person_id}) == 0
