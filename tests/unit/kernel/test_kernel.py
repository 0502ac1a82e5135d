"""Settings, wire forms and areas, without any server."""

import doctest
import importlib
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.caller import Caller, RoleIn, covers
from services.kernel.contract import Event, Forbidden, InvalidRequest, Minutes, Request
from services.kernel.outbox import BadEvent, envelope
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.registry import handled_events
from services.kernel.service import fingerprints
from services.kernel.settings import BadSettings, Settings
from services.kernel.topology import event_queue_name
from services.kernel.wire import fingerprint, plain
from services.matching.contract import RequestExpired


ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


class Paying(Request):
    """For the amounts."""

    minutes = Minutes(required=True)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "services/kernel").glob("*.py")), ids=lambda p: p.stem
)
def test_examples_in_the_kernels_docstrings_hold(path: Path) -> None:
    if path.stem != "__main__":
        module = importlib.import_module(f"services.kernel.{path.stem}")
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEBANK_AMQP_URI", "http://broker"),
        ("TIMEBANK_DATABASE_URL", "sqlite://"),
        ("TIMEBANK_MODE", "test"),
        ("TIMEBANK_WORKERS", "many"),
        ("TIMEBANK_METRICS_PORT", "70000"),
        ("TIMEBANK_DATA_KEY", "c2hvcnQ="),
        ("TIMEBANK_RETIRED_DATA_KEYS", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=,c2hvcnQ="),
    ],
)
def test_a_wrong_setting_ends_the_process_with_one_clear_line(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as ended:
        Settings.from_environment(environment={name: value})
    assert name in str(ended.value)
    assert "\n" not in str(ended.value)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(BadSettings, match="TIMEBANK_AMQP_URI is not set"):
        Settings.from_environment("amqp_uri", environment={})


def test_the_broker_is_always_reached_by_the_cooperative_client() -> None:
    given_uri = {"TIMEBANK_AMQP_URI": "amqp://a:b@host//"}
    assert Settings.from_environment(environment=given_uri).amqp_uri == "pyamqp://a:b@host//"


@pytest.mark.parametrize("amount", [1.0, 1.5, "60", True, None, [], 1e400])
def test_an_amount_is_a_whole_number_or_refused(amount: object) -> None:
    with pytest.raises(InvalidRequest):
        Paying.parse({"minutes": amount})


def test_a_role_reaches_down_into_its_area_and_never_up_or_aside() -> None:
    clerk = Caller(uuid.uuid4(), (RoleIn("agency_clerk", "110105001"),))
    assert clerk.holds("agency_clerk", "110105001")
    for elsewhere in ("110105002", "110105", "110000"):
        assert not clerk.holds("agency_clerk", elsewhere)
        with pytest.raises(Forbidden):
            clerk.require("agency_clerk", elsewhere)
    assert covers("110000", "110119")
    assert not covers("110000", "320100")


@given(st.lists(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False)), max_size=4))
def test_a_cursor_gives_back_the_position_it_was_made_of(position: list) -> None:
    assert decode_cursor(encode_cursor(*position)) == position


@given(st.text(max_size=40))
def test_a_cursor_that_we_never_gave_is_refused_or_harmless(text: str) -> None:
    try:
        assert isinstance(decode_cursor(text), list)
    except InvalidRequest as refused:
        assert "cursor" in refused.fields


def test_the_fingerprint_ignores_the_order_of_fields_and_nothing_else() -> None:
    assert fingerprint("op", {"a": 1, "b": 2}) == fingerprint("op", {"b": 2, "a": 1})
    assert fingerprint("op", {"a": 1}) != fingerprint("op", {"a": 2})
    assert fingerprint("op", {"a": 1}) != fingerprint("po", {"a": 1})


def test_a_time_without_its_zone_never_leaves_the_process() -> None:
    with pytest.raises(TypeError):
        plain({"at": datetime(2026, 1, 1)})


def test_our_own_event_that_breaks_its_contract_is_a_bug_and_is_not_stored() -> None:
    facts = {"request_id": uuid.uuid4(), "elder_id": uuid.uuid4(), "district": "110105"}
    assert envelope(RequestExpired, facts, NOW)["data"]["district"] == "110105"
    with pytest.raises(BadEvent):
        envelope(RequestExpired, facts | {"colour": "red"}, NOW)
    with pytest.raises(BadEvent):
        envelope(RequestExpired, {"district": "110105"}, NOW)


def test_queue_names_stay_as_they_are() -> None:
    """A renamed queue would orphan the old one, still bound and growing for ever."""
    names = sorted(event_queue_name(service, event) for service, event in handled_events())
    pinned = (Path(__file__).parent / "queue_names.txt").read_text().split()
    assert names == pinned


def test_every_event_names_a_district_for_its_routing_key() -> None:
    assert "district" in Event().fields
    assert RequestExpired.routing_key("110105") == "request.expired.v1.110105"


def test_a_request_is_known_again_by_the_key_of_before_while_keys_are_exchanged() -> None:
    old, new = b"o" * 32, b"n" * 32
    before = Settings(data_key=old)
    during = Settings(data_key=new, retired_data_keys=(old,))
    marks = fingerprints("grant_coins", {"minutes": 60}, during)
    assert fingerprints("grant_coins", {"minutes": 60}, before)[0] in marks
    assert fingerprints("grant_coins", {"minutes": 61}, before)[0] not in marks
