"""What is told of selections, and why a step of one is refused."""

from marshmallow import Schema, fields

from services.kernel.contract import Error, Event
from services.rating.contract.selections import SelectionKind


class SelectionFacts(Schema):
    """What every event of a selection tells."""

    selection_id = fields.UUID(required=True)
    kind = fields.Enum(SelectionKind, by_value=True, required=True)
    area = fields.String(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)


class SelectionOpened(SelectionFacts, Event):
    """A selection has begun."""

    source, type, subject = "rating", "selection.opened.v1", "selection_id"

    winners = fields.Integer(required=True, strict=True)
    nominated_only = fields.Boolean(required=True)
    policy_version = fields.Integer(required=True, strict=True)
    opened_by = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)


class SelectionDecided(SelectionFacts, Event):
    """It is decided who wins; ``follows_votes`` unless the officer gave a reason for another."""

    source, type, subject = "rating", "selection.decided.v1", "selection_id"

    winner_ids = fields.List(fields.UUID(), required=True)
    follows_votes = fields.Boolean(required=True)
    votes_cast = fields.Integer(required=True, strict=True)
    decided_by = fields.UUID(required=True)
    decided_at = fields.AwareDateTime(required=True)


class WinnerFacts(Schema):
    """Who won: the project or organisation, and whose project it is."""

    candidate_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    organisation = fields.String(required=True)


class SelectionAnnounced(SelectionFacts, Event):
    """Everybody may know who won."""

    source, type, subject = "rating", "selection.announced.v1", "selection_id"

    winners = fields.List(fields.Nested(WinnerFacts), required=True)
    announced_by = fields.UUID(required=True)
    announced_at = fields.AwareDateTime(required=True)


class WrongSelectionState(Error):
    """The selection is at another step than this needs."""

    code, status = "wrong_selection_state", 409


class PeriodNotOver(Error):
    """What is counted is still going on: wait for the end of the period."""

    code, status = "period_not_over", 409


class NothingToJudge(Error):
    """No candidate has done enough to be judged."""

    code, status = "nothing_to_judge", 409


class JuryTooSmall(Error):
    """The jury has fewer members than the policy asks for."""

    code, status = "jury_too_small", 409


class VotingClosed(Error):
    """The time for voting is over."""

    code, status = "voting_closed", 409


class VotingOpen(Error):
    """The voting still goes on."""

    code, status = "voting_open", 409


class NoQuorum(Error):
    """Too few of the jury have voted: extend the voting or cancel the selection."""

    code, status = "no_quorum", 409


class QuorumReached(Error):
    """Enough of the jury have voted; the selection can be decided."""

    code, status = "quorum_reached", 409


class InterestInCandidate(Error):
    """Whoever belongs to a candidate's organisation neither votes for it nor decides."""

    code, status = "interest_in_candidate", 403


class CandidateNotInOrder(Error):
    """The organisation was suspended or closed meanwhile: it neither wins nor is announced."""

    code, status = "candidate_not_in_order", 409


class AlreadyNominated(Error):
    """This candidate has been nominated."""

    code, status = "already_nominated", 409
