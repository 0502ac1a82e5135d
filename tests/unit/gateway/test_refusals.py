"""Whatever is refused is explained in both languages, with the values that were compared."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields as kinds

import gateway.routes
from gateway import refusals
from gateway.front import shaped
from gateway.problems import problem_body
from gateway.refusals import FORMS, catalogue, explanation_of, names, placeholders, translated
from services.identity.contract import LapseReason, Paper, RefusalReason, Relation, Role
from services.identity.domain.verification import OnlineReason
from services.kernel.contract import Error, InvalidRequest, NotFound, Request, descendants
from services.kernel.registry import service_class
from services.kernel.settings import SERVICES
from services.ledger.contract import LineFault, RewardOfAnotherDistrict
from services.ledger.contract.grant_runs import GrantLine
from services.matching.capturing import CONFLICT
from services.matching.contract import Category, TooFar
from services.matching.opening import REFUSED_IN_REVIEW
from services.rating.contract import Level, Outcome, Side


ROOT = Path(__file__).parents[3]
SOURCES = sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "gateway").rglob("*.py")])
for service in SERVICES:
    importlib.import_module(service_class(service).__module__)
ERRORS = {cls.code: cls for cls in descendants(Error) if not cls.__module__.startswith("tests")}
OF_CLASSES = {cls.__name__: code for code, cls in ERRORS.items()}
CHINESE = re.compile(r"[一-鿿]")
# What a refusal carries that cannot be read off the place where it is raised: the gateway raises
# what the ledger told by event, and others gather their numbers first.
CARRIED_BESIDE = {
    "insufficient_coins": {"needed_minutes", "spendable_minutes"},
    "insufficient_programme": {"needed_minutes", "programme_minutes", "spendable_minutes"},
    "no_wallet": set[str](),
    "not_yet_elder": {"redeem_from_age", "redeem_from_age_in_hardship", "receiver_from_age"},
    "paused": {"until", "strikes", "most", "within_days", "pause_days"},
    "redeemed_from_elder_age": {
        "needed_minutes",
        "redeem_from_age",
        "redeem_from_age_in_hardship",
        "spendable_minutes",
    },
    "rating_window_closed": {"ended_at", "window_days", "answer_days", "closed_at"},
    "dispute_window_closed": {"window_days", "closed_at"},
    "too_far": {"distance_metres", "allowed_metres"},
}
# No refusal names the states that these keep.
STATES_NEVER_TOLD = {
    "services.identity.domain.codes",
    "services.identity.domain.jobs",
    "services.ledger.domain.disputes",
    "services.ledger.domain.holds",
    "services.rating.domain.states",
}
# Numbers of things, which an app follows and nobody is told.
FOR_APPS = {"volunteer_id", "path", "request_id"}
ACTUAL_RULES = yaml.safe_load((ROOT / "deploy/policies/beijing.yaml").read_text("utf-8"))["values"]


def calls_of_errors() -> Iterator[tuple[str, ast.Call]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in OF_CLASSES:
                    yield OF_CLASSES[name], node


def carried() -> dict[str, set[str]]:
    """The names of the fields that each code's refusals carry."""
    found = {code: set(names) for code, names in CARRIED_BESIDE.items()}
    for code, call in calls_of_errors():
        for keyword in call.keywords:
            if keyword.arg == "fields" and isinstance(keyword.value, ast.Dict):
                keys = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
                found.setdefault(code, set()).update(map(str, keys))
    return found


CARRIED = carried()


def said(node: ast.AST) -> str | None:
    """A sentence of the code, each of its values written as 7."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
        return "".join(map(str, parts))
    return None


def sentences_of_code() -> set[str]:
    """What services say of an occurrence: as a message, a field's reason, or through a helper."""
    found: set[str | None] = set()
    for _, call in calls_of_errors():
        found.update(said(argument) for argument in call.args[:1])
        for part in ast.walk(call):
            if isinstance(part, ast.List):
                found.update(said(item) for item in part.elts)
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("refused", "unreadable", "found", "ValidationError", "append"):
                    found.update(said(argument) for argument in node.args)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                target = node.targets[0].value
                if getattr(target, "id", "") in ("flaws", "fields") and isinstance(
                    node.value, ast.List
                ):
                    found.update(said(item) for item in node.value.elts)
    return {each for each in found if each and each[0].isupper() and each.endswith(".")}


def field_messages(field: Any) -> Iterator[str]:
    yield from map(str, field.error_messages.values())
    for validator in field.validators:
        for name in dir(validator):
            if name == "error" or name.startswith("message_") or name == "default_message":
                yield str(getattr(validator, name) or "")
    if isinstance(field, kinds.List):
        yield from field_messages(field.inner)
    if isinstance(field, kinds.Nested):
        for inner in field.schema.fields.values():
            yield from field_messages(inner)


def form_messages() -> set[str]:
    found = set()
    for request in descendants(Request):
        if not request.__module__.startswith("tests"):
            schema = request()
            found.update(map(str, schema.error_messages.values()))
            for field in schema.fields.values():
                found.update(field_messages(field))
    # What marshmallow puts a type's name into, and halves of sentences that it joins.
    filled = {each.replace("{obj_type}", "datetime") for each in found}
    filled = {each.replace("{awareness}", "aware") for each in filled}
    return {each for each in filled if each.endswith(".") and "formatted as" not in each}


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_each_code_has_words_in_chinese_and_english(code: str) -> None:
    assert code in catalogue(), f"gateway/refusals has no words for {code}"
    words = catalogue()[code]
    assert CHINESE.search(words["zh"]) and not CHINESE.search(words["en"])
    assert words["zh"].endswith("。") and words["en"].endswith(".")


def test_no_words_are_kept_for_codes_that_there_are_not() -> None:
    assert set(catalogue()) <= set(ERRORS)


@pytest.mark.parametrize("code", sorted(code for code in catalogue() if code in ERRORS))
def test_each_step_says_the_same_values_in_both_languages_and_only_those_carried(
    code: str,
) -> None:
    for step in catalogue()[code].get("steps", ()):
        assert set(placeholders(step["zh"])) == set(placeholders(step["en"]))
        assert set(placeholders(step["zh"])) <= CARRIED.get(code, set())
        assert CHINESE.search(step["zh"]) or step["zh"].startswith("{")


@pytest.mark.parametrize("code", sorted(set(CARRIED) - FORMS))
def test_each_value_that_a_refusal_carries_is_told(code: str) -> None:
    steps = catalogue()[code].get("steps", ())
    told = {name for step in steps for name in placeholders(step["zh"])}
    assert CARRIED[code] - FOR_APPS <= told


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_each_rule_that_a_step_names_is_one_of_the_policy(code: str) -> None:
    for step in catalogue()[code].get("steps", ()):
        if "rule" in step:
            section, rule = step["rule"].split(".")
            assert rule in ACTUAL_RULES[section]


@pytest.mark.parametrize("sentence", sorted(sentences_of_code() | form_messages()))
def test_each_sentence_about_an_occurrence_has_its_chinese(sentence: str) -> None:
    chinese = translated(sentence)
    assert chinese is not None, f"gateway/refusals/sentences.yaml lacks: {sentence}"
    assert CHINESE.search(chinese)


def test_no_sentence_lacks_a_value_of_its_other_language() -> None:
    for each in refusals.load("sentences"):
        assert set(placeholders(each["zh"])) <= set(placeholders(each["en"])), each


def test_each_field_of_a_form_has_its_chinese_name() -> None:
    asked = {
        name
        for request in descendants(Request)
        if not request.__module__.startswith("tests")
        for name in request().fields
    }
    assert not asked - set(names()["fields"])


def test_each_state_of_each_thing_is_told_in_words() -> None:
    states = {
        str(member)
        for cls in descendants(StrEnum)
        if cls.__module__.startswith("services") and cls.__name__.endswith("State")
        if cls.__module__ not in STATES_NEVER_TOLD
        for member in cls
    }
    assert not states - set(names()["values"])


def capture_refusals() -> set[str]:
    """Why a record that was made offline is not taken, beside the errors."""
    domain = ROOT / "services" / "matching" / "domain" / "captures.py"
    tree = ast.parse(domain.read_text(encoding="utf-8"))
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Refused"
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize(
    "code",
    sorted(
        {*map(str, LineFault), *map(str, RefusalReason), *map(str, LapseReason)}
        | {*map(str, OnlineReason), *capture_refusals(), CONFLICT, REFUSED_IN_REVIEW}
    ),
)
def test_each_reason_that_an_answer_gives_has_words(code: str) -> None:
    words = refusals.words_of(code)
    assert words is not None, f"gateway/refusals/reasons.yaml lacks {code}"
    assert CHINESE.search(words["zh"]) and not CHINESE.search(words["en"])


def test_the_gateway_says_beside_a_code_what_it_means() -> None:
    line = {"line": 2, "state": "refused", "refusal": "not_in_special_group"}
    shown = shaped(GrantLine(), line)
    assert shown["refusal_words"] == refusals.words_of("not_in_special_group")
    assert "refusal_words" not in shaped(GrantLine(), line | {"refusal": None})


def test_no_code_of_a_thing_or_a_place_is_shown_where_people_have_a_name_for_it() -> None:
    kinds_of_things = (Category, Role, Side, Outcome, Level, Relation, Paper)
    codes = {str(member) for cls in kinds_of_things for member in cls}
    city = yaml.safe_load((ROOT / "deploy/city/data/beijing.yaml").read_text("utf-8"))
    codes |= {city["city"]["code"]} | {each["code"] for each in city["districts"]}
    assert not codes - set(names()["values"])
    error = RewardOfAnotherDistrict(fields={"district": "110105"})
    assert explanation_of(error)["steps"] == [
        {
            "rule": None,
            "values": {"district": "110105"},
            "zh": "提供奖品的区：朝阳区",
            "en": "the district that offers it: Chaoyang",
        }
    ]


@pytest.mark.parametrize(
    "text", ["2026-13-01T10:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59-05:00"]
)
def test_what_only_looks_like_a_moment_is_told_as_it_is(text: str) -> None:
    error = InvalidRequest(fields={"skills": [f"Not in the catalogue: {text}."]})
    assert text in explanation_of(error)["steps"][0]["zh"]


def test_a_refusal_by_a_rule_tells_the_version_the_steps_and_the_values() -> None:
    error = TooFar(fields={"distance_metres": 812, "allowed_metres": 500})
    error.policy = {"version": 3, "effective_from": "2026-01-01T00:00:00+00:00"}
    body = problem_body(error, "story-7")
    assert body["detail"] == str(TooFar())
    assert body["explanation"] == {
        "zh": "您离服务地点太远。请走近一些，或请老人出示服务码。",
        "en": "You are too far from the place. Please come nearer, or ask the elder for the code.",
        "policy_version": 3,
        "effective_from": "2026-01-01T00:00:00+00:00",
        "steps": [
            {
                "rule": None,
                "values": {"distance_metres": 812},
                "zh": "您距服务地点约812米",
                "en": "you are about 812 m away",
            },
            {
                "rule": "visit.geofence_metres",
                "values": {"allowed_metres": 500},
                "zh": "规定在500米以内",
                "en": "the rule allows 500 m",
            },
        ],
    }


def test_a_form_that_is_filled_in_wrongly_is_explained_field_by_field() -> None:
    error = InvalidRequest(
        fields={"starts_at": ["It lies in the past."], "place": {"street": ["Unknown field."]}}
    )
    assert [(step["zh"], step["en"]) for step in explanation_of(error)["steps"]] == [
        ("开始时间：这个时间已经过去。", "starts_at: It lies in the past."),
        ("街道：没有这一项。", "street: Unknown field."),
    ]


def test_what_exactly_was_not_found_is_said_in_both_languages() -> None:
    explained = explanation_of(NotFound("No such request."))
    assert (explained["zh"], explained["en"]) == ("没有这项服务申请。", "No such request.")


def test_a_code_of_a_newer_service_is_explained_by_its_own_sentence() -> None:
    error = Error.from_wire({"code": "new_rule", "status": 409, "message": "A new rule."})
    assert explanation_of(error) == {"zh": "A new rule.", "en": "A new rule.", "steps": []}


def test_the_version_crosses_the_wire() -> None:
    error = TooFar()
    error.policy = {"version": 3, "effective_from": datetime(2026, 1, 1, tzinfo=UTC).isoformat()}
    assert Error.from_wire(error.to_wire()).policy == error.policy


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(sorted(FOR_APPS)), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(
    code=st.sampled_from(sorted(ERRORS)),
    message=st.text(max_size=60),
    fields=st.dictionaries(
        st.sampled_from(sorted(set().union(*CARRIED.values()))), JSON, max_size=5
    ),
)
def test_whatever_a_refusal_carries_it_can_be_explained(
    code: str, message: str, fields: dict[str, Any]
) -> None:
    explained = explanation_of(ERRORS[code](message or None, fields))
    assert explained["zh"] and explained["en"]
    for step in explained["steps"]:
        assert step["zh"] and step["en"]


def test_routes_bring_every_contract() -> None:
    assert gateway.routes.ROUTES
