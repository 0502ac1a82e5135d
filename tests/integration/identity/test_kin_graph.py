"""Kinship through the real entrypoints: who confirms it, what follows from it, how it ends."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest

from services.identity.bulk import NewKinship, load_kinships
from services.identity.contract import (
    ConsentRevoked,
    GuardianshipConfirmed,
    KinshipContradicts,
    KinshipDecided,
    KinshipKnown,
    NotVerified,
    PaperRequired,
    Relation,
)
from services.kernel import outbox
from services.kernel.caller import Call, Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound, Unauthenticated
from tests.integration.conftest import Running
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.identity.family import (
    PAPER,
    born,
    claim,
    confirm,
    confirmed,
    end,
    generations,
    told,
)
from tests.unit.identity.numbers import make_id_number


@pytest.fixture(scope="module")
def identity(running_throughout: Callable[..., Running]) -> Iterator[Identity]:
    """One for all: each test has people of its own."""
    yield Identity(running_throughout("identity"))


def listed(identity: Identity, person: UUID) -> dict[str, tuple[str, str]]:
    items = identity.call("list_kinships", {"person_id": str(person)}, Caller(person))["items"]
    return {item["relative_id"]: (item["relation"], item["state"]) for item in items}


def test_the_other_confirms_what_one_has_claimed(identity: Identity) -> None:
    child, parent = generations(identity, 2)
    kinship_id = claim(identity, Caller(child), child, parent, "parent")
    with pytest.raises(Unauthenticated):
        confirm(identity, Caller(), kinship_id)
    for caller in (Caller(child), Caller(born(identity, 1980)), identity.far_clerk):
        with pytest.raises(Forbidden):
            confirm(identity, caller, kinship_id, **PAPER)
    answer = confirm(identity, Caller(parent), kinship_id)
    assert (answer["state"], answer["confirmed_way"], answer["paper"]) == (
        "confirmed",
        "by_the_other",
        None,
    )
    with pytest.raises(KinshipDecided):
        confirm(identity, identity.clerk, kinship_id, **PAPER)


def test_a_clerk_names_a_paper_that_shows_the_kinship(identity: Identity) -> None:
    child, parent = generations(identity, 2)
    kinship_id = claim(identity, identity.clerk, child, parent, "parent")
    for caller in (Caller(child), Caller(parent)):
        with pytest.raises(Forbidden):
            confirm(identity, caller, kinship_id, **PAPER)
    for paper in ({}, {"paper": "marriage_certificate"}, {"paper": "committee_designation"}):
        with pytest.raises(PaperRequired) as refused:
            confirm(identity, identity.clerk, kinship_id, **paper)
        assert "birth_certificate" in refused.value.fields["paper"]
    answer = confirm(identity, identity.clerk, kinship_id, paper="birth_certificate")
    assert (answer["confirmed_way"], answer["paper"]) == ("paper_seen", "birth_certificate")
    papers = identity.call("list_papers", {}, Caller())["items"]
    assert {"户口簿", "结婚证"} <= {paper["zh"] for paper in papers}


def test_the_young_and_the_unverified_confirm_nothing(identity: Identity) -> None:
    parent = born(identity, 1985)
    pupil = born(identity, 2012, school="No. 4", guardian_id=parent)
    kinship_id = claim(identity, Caller(parent), pupil, parent, "parent")
    with pytest.raises(Forbidden):
        confirm(identity, Caller(pupil), kinship_id)
    confirm(identity, identity.clerk, kinship_id, **PAPER)
    stranger = identity.registered(id_number=make_id_number(date(1950, 1, 1), 77))
    kinship_id = claim(identity, Caller(parent), parent, stranger, "parent")
    with pytest.raises(NotVerified):
        confirm(identity, Caller(stranger), kinship_id)


def test_what_was_refused_or_has_ended_can_be_claimed_anew(identity: Identity) -> None:
    child, parent = generations(identity, 2)
    refused = claim(identity, Caller(child), child, parent, "parent")
    with pytest.raises(Forbidden):
        identity.call("refuse_kinship", {"kinship_id": refused}, Caller(born(identity, 1980)))
    payload = {"kinship_id": refused, "reason": "I have no children"}
    assert identity.call("refuse_kinship", payload, Caller(parent))["state"] == "refused"
    for operation, caller in (("refuse_kinship", parent), ("confirm_kinship", parent)):
        with pytest.raises(KinshipDecided):
            identity.call(operation, {"kinship_id": refused}, Caller(caller))
    with pytest.raises(KinshipDecided):
        end(identity, refused)

    standing = confirmed(identity, child, parent)
    for caller in (Caller(child), Caller(parent), identity.far_clerk, identity.district):
        with pytest.raises(Forbidden):
            payload = {"kinship_id": standing, "reason": "recorded_wrongly", "note": "No"}
            identity.call("end_kinship", payload, caller)
    with pytest.raises(InvalidRequest):
        end(identity, standing, "divorce")
    assert end(identity, standing)["end_reason"] == "recorded_wrongly"
    assert told(identity, child, parent) == {}
    confirmed(identity, child, parent)
    assert told(identity, child, parent) == {(str(child), str(parent)): "parent"}


def test_what_follows_is_told_shown_and_not_claimed_again(identity: Identity) -> None:
    child, mother, grandmother, great = line = generations(identity, 4)
    wife = born(identity, 2004)
    up = [confirmed(identity, *pair) for pair in ((child, mother), (grandmother, great))]
    assert len(told(identity, *line)) == 2
    up.append(confirmed(identity, mother, grandmother))
    marriage = confirmed(identity, wife, child, "spouse")
    expected = {
        (child, mother): "parent",
        (child, grandmother): "grandparent",
        (child, great): "great_grandparent",
        (mother, grandmother): "parent",
        (mother, great): "grandparent",
        (grandmother, great): "parent",
        (wife, mother): "parent_in_law",
        (wife, grandmother): "grandparent_in_law",
    }
    kin = told(identity, *line, wife)
    assert {pair: kin.pop((str(pair[0]), str(pair[1]))) for pair in expected} == expected
    assert list(kin.values()) == ["spouse"]

    assert listed(identity, child)[str(great)] == ("great_grandparent", "derived")
    assert listed(identity, mother)[str(wife)] == ("child_in_law", "derived")
    for relation, refusal in (("grandparent", KinshipKnown), ("parent", KinshipContradicts)):
        with pytest.raises(refusal):
            claim(identity, Caller(child), child, grandmother, relation)
    shown = show(identity, great, child)
    assert (shown["relation"], shown["generations"]) == ("great_grandchild", 3)
    assert [step["kinship_id"] for step in shown["path"]] == [up[0], up[2], up[1]]
    with pytest.raises(NotFound):
        show(identity, wife, great)
    with pytest.raises(Forbidden):
        pair = {"person_id": str(great), "relative_id": str(child)}
        identity.call("show_kinship", pair, Caller(born(identity, 1970)))

    end(identity, marriage, "divorce")
    assert {pair for pair in told(identity, *line, wife) if str(wife) in pair} == set()
    end(identity, up[2])
    assert set(told(identity, *line).values()) == {"parent"}
    assert str(great) not in listed(identity, child)


def show(identity: Identity, person: UUID, relative: UUID) -> Any:
    pair = {"person_id": str(person), "relative_id": str(relative)}
    return identity.call("show_kinship", pair, Caller(person))


def test_confirmations_at_once_lose_nothing_that_they_make_together(identity: Identity) -> None:
    """Two at once, with nobody in common, together make kin of people of whom neither knows."""
    families = [generations(identity, 4) for _ in range(4)]
    claims = []
    for child, mother, grandmother, great in families:
        confirmed(identity, mother, grandmother)
        for one, other in ((child, mother), (grandmother, great)):
            claims.append((claim(identity, Caller(one), one, other, "parent"), Caller(other)))

    def attempt(one: tuple[str, Caller]) -> str:
        return str(confirm(identity, one[1], one[0])["state"])

    assert set(eventlet.GreenPool().imap(attempt, claims)) == {"confirmed"}
    for line in families:
        assert sorted(told(identity, *line).values()) == sorted(
            ["parent"] * 3 + ["grandparent"] * 2 + ["great_grandparent"]
        )


def test_of_contradicting_claims_confirmed_at_once_one_stands(identity: Identity) -> None:
    """Each of two wants to be the one husband."""
    wife, *men = (born(identity, year) for year in (1980, 1978, 1979))
    claims = [(claim(identity, Caller(man), man, wife, "spouse")) for man in men]

    def attempt(kinship_id: str) -> str:
        try:
            return str(confirm(identity, Caller(wife), kinship_id)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, claims))
    assert outcomes == ["confirmed", "kinship_contradicts"]
    with pytest.raises(KinshipContradicts):
        claim(identity, Caller(wife), wife, born(identity, 1977), "spouse")


def test_with_the_kinship_ends_the_consent_that_stood_on_it(identity: Identity) -> None:
    child, mother, grandmother = generations(identity, 3)
    first = confirmed(identity, child, mother)
    confirmed(identity, mother, grandmother)
    consents = {}
    for agent in (child, mother):
        payload = {
            "elder_id": str(grandmother),
            "agent_id": str(agent),
            "scopes": ["requests"],
            "until": (NOW + timedelta(days=9)).isoformat(),
        }
        given = identity.call("give_consent", payload, Caller(grandmother))
        consents[agent] = given["consent_id"]
    end(identity, first)
    ended = [event["consent_id"] for event in identity.recorded(ConsentRevoked)]
    assert consents[child] in ended
    assert consents[mother] not in ended


def test_a_hand_over_tells_what_follows_once_and_brings_pupils_with_their_guardian(
    identity: Identity,
) -> None:
    numbers = [make_id_number(date(year, 1, 1), 900) for year in (2012, 1985, 1955)]
    mother = identity.new_person(id_number=numbers[1])
    pupil = identity.new_person(id_number=numbers[0], school="No. 4", guardian_id=mother.person_id)
    grandmother = identity.new_person(id_number=numbers[2])
    identity.load(mother, pupil, grandmother)
    line = (pupil.person_id, mother.person_id, grandmother.person_id)

    def record(session: Any, event: Any, **facts: Any) -> None:
        outbox.record(session, event, Call(now=NOW), **facts)

    brought = [
        NewKinship(uuid4(), *pair, Relation.PARENT, uuid4()) for pair in (line[:2], line[1:])
    ]
    with identity.session() as session:
        load_kinships(session, brought, NOW, record)
    assert sorted(told(identity, *line).values()) == ["grandparent", "parent", "parent"]
    listed_of = {"person_id": str(line[0])}
    (led,) = identity.call("list_guardianships", listed_of, Caller(line[0]))["items"]
    assert (led["guardian_id"], led["state"]) == (str(line[1]), "confirmed")
    confirmed_for = [event["ward_id"] for event in identity.recorded(GuardianshipConfirmed)]
    assert confirmed_for.count(str(line[0])) == 1
