"""How an end of a visit is proven, and what is kept of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import InvalidRequest
from services.matching import domain
from services.matching.contract import ExceptionReason, GuardianAbsent, ProofMethod, TooFar
from services.matching.domain import End, GuardianProof
from tests.unit.matching.test_domain import POLICY


RULES = POLICY.visit
HERE = (39.9, 116.4)
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
METRES_A_DEGREE = 111_195


def away(metres: float) -> tuple[float, float]:
    return HERE[0] + metres / METRES_A_DEGREE, HERE[1]


@pytest.mark.parametrize("end", End)
def test_within_the_fence_the_position_is_proof_enough(end: End) -> None:
    proof, signals = domain.prove(end, away(499), HERE, None, False, RULES)
    assert (proof.method, proof.distance_metres, signals) == (ProofMethod.POSITION, 499, [])


def test_beyond_the_fence_a_check_in_is_refused_with_both_distances() -> None:
    with pytest.raises(TooFar) as far:
        domain.prove(End.START, away(501), HERE, None, False, RULES)
    assert far.value.fields == {"distance_metres": 501, "allowed_metres": 500}


def test_beyond_the_fence_a_check_out_is_kept_for_a_clerk() -> None:
    proof, (signal,) = domain.prove(End.END, away(2000), HERE, None, False, RULES)
    assert proof.distance_metres == 2000
    assert signal.reason is ExceptionReason.OUT_OF_FENCE
    assert signal.evidence["end"] == "end"


@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("choice", ["refuse", "queue"])
def test_the_policy_decides_for_each_end(end: End, choice: str) -> None:
    names = {End.START: "out_of_fence_check_in", End.END: "out_of_fence_check_out"}
    rules = replace(RULES, **{names[end]: choice})
    if choice == "refuse":
        with pytest.raises(TooFar):
            domain.prove(end, away(501), HERE, None, False, rules)
    else:
        assert domain.prove(end, away(501), HERE, None, False, rules)[1]


@pytest.mark.parametrize("end", End)
def test_who_recorded_it_without_a_network_is_never_refused_for_the_place(end: End) -> None:
    _, signals = domain.prove(end, away(9000), HERE, None, True, RULES)
    assert [signal.reason for signal in signals] == ["out_of_fence"]


@given(
    metres=st.floats(0, 500_000),
    method=st.sampled_from([ProofMethod.CODE, ProofMethod.CARD]),
    end=st.sampled_from(End),
    offline=st.booleans(),
)
def test_a_right_code_proves_it_wherever_the_phone_believes_to_be(
    metres: float, method: ProofMethod, end: End, offline: bool
) -> None:
    position = away(min(metres, 5_000_000))
    proof, signals = domain.prove(end, position, HERE, method, offline, RULES)
    assert (proof.method, signals) == (method, [])
    assert proof.distance_metres is not None
    bare, signals = domain.prove(end, (None, None), HERE, method, offline, RULES)
    assert (bare.method, bare.distance_metres, signals) == (method, None, [])


@pytest.mark.parametrize(
    ("position", "code", "flawed"),
    [
        ((39.9, 116.4), None, set()),
        ((None, None), "123456", set()),
        ((39.9, 116.4), "123456", set()),
        ((None, None), None, {"latitude", "longitude", "code"}),
        ((39.9, None), None, {"longitude"}),
        ((None, 116.4), "123456", {"latitude"}),
    ],
)
def test_there_is_a_whole_position_or_a_code(
    position: tuple[float | None, float | None], code: str | None, flawed: set[str]
) -> None:
    if not flawed:
        domain.check_given(position, code)
        return
    with pytest.raises(InvalidRequest) as refused:
        domain.check_given(position, code)
    assert set(refused.value.fields) == flawed


@pytest.mark.parametrize(
    ("minutes", "led"), [(-31, False), (-30, True), (0, True), (30, True), (31, False)]
)
def test_a_guardians_call_counts_half_an_hour_around_the_check_in(minutes: int, led: bool) -> None:
    confirmed_at = NOW + timedelta(minutes=minutes)
    if led:
        found = domain.guardian_proof(True, False, False, confirmed_at, NOW, RULES)
        assert found is GuardianProof.CALL
    else:
        with pytest.raises(GuardianAbsent):
            domain.guardian_proof(True, True, False, confirmed_at, NOW, RULES)


def test_a_pupils_own_word_counts_only_where_the_policy_lets_it() -> None:
    with pytest.raises(GuardianAbsent):
        domain.guardian_proof(True, True, False, None, NOW, RULES)
    lenient = replace(RULES, guardian_proof_required=False)
    assert domain.guardian_proof(True, True, False, None, NOW, lenient) is GuardianProof.WORD
    with pytest.raises(GuardianAbsent):
        domain.guardian_proof(True, False, False, None, NOW, lenient)
    assert domain.guardian_proof(True, False, True, None, NOW, RULES) is GuardianProof.CODE
    assert domain.guardian_proof(False, False, False, None, NOW, RULES) is None
