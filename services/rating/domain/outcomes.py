"""What an arbiter may move: only what is held, or what the district's budget may add."""

from services.kernel.contract import InvalidRequest
from services.rating.contract import Level, Outcome, OutcomeNotPossible
from services.rating.domain.disputes import Dispute
from services.rating.domain.policy import DisputePolicy


def most_correction(dispute: Dispute, rules: DisputePolicy) -> int:
    """The most that may be added: by the policy, and up to the minutes claimed, or planned."""
    wanted = dispute.claimed_minutes
    if wanted is None:
        wanted = dispute.planned_minutes or 0
    return max(0, min(rules.most_correction_minutes, wanted - dispute.paid_minutes))


def minutes_moved(
    dispute: Dispute,
    outcome: Outcome,
    returned: int | None,
    corrected: int | None,
    rules: DisputePolicy,
) -> tuple[int, int]:
    """(returned, corrected) minutes of the outcome; raises what is not possible of it."""
    if outcome is not Outcome.PARTIAL and returned is not None:
        raise not_of(outcome, "returned_minutes")
    if outcome is not Outcome.CORRECTION and corrected is not None:
        raise not_of(outcome, "corrected_minutes")
    if outcome is Outcome.STAND:
        return 0, 0
    if outcome is Outcome.CORRECTION:
        return 0, correction(dispute, corrected, rules)
    frozen = dispute.frozen_minutes or 0
    if outcome is Outcome.REVERSE:
        if not frozen:
            raise OutcomeNotPossible(fields={"frozen_minutes": frozen})
        return frozen, 0
    if returned is None:
        raise InvalidRequest(fields={"returned_minutes": ["Say how many minutes go back."]})
    if not 0 < returned < frozen:
        raise OutcomeNotPossible(fields={"frozen_minutes": frozen})
    return returned, 0


def correction(dispute: Dispute, corrected: int | None, rules: DisputePolicy) -> int:
    """Raises OutcomeNotPossible for a clerk: the budget is the district's."""
    if dispute.level is Level.STREET:
        raise OutcomeNotPossible(fields={"level": dispute.level})
    if corrected is None:
        raise InvalidRequest(fields={"corrected_minutes": ["Say how many minutes are added."]})
    most = most_correction(dispute, rules)
    if not 0 < corrected <= most:
        raise OutcomeNotPossible(fields={"most_correction_minutes": most})
    return corrected


def not_of(outcome: Outcome, field: str) -> InvalidRequest:
    return InvalidRequest(fields={field: [f"Not with the outcome {outcome}."]})


def change_of_service(paid: int, returned: int, corrected: int) -> int:
    """How a settled dispute changes the minutes that count as served.

    >>> change_of_service(60, 20, 0), change_of_service(60, 0, 15), change_of_service(60, 90, 0)
    (-20, 15, -60)
    """
    return corrected - min(returned, paid)
