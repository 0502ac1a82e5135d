"""Selections of excellent projects and excellent organisations (S10, 优秀项目, 优秀组织)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


AREA = validate.Regexp(r"\A[0-9]{6}\Z", error="A six-digit code of a district or of the city.")
TITLE = validate.Length(1, 100)
REASON = validate.Length(1, 500)
MOST_MEMBERS = 50
MOST_WINNERS = 100


class SelectionKind(StrEnum):
    """What is selected: projects of volunteer organisations, or the organisations themselves."""

    PROJECT = "project"
    ORGANISATION = "organisation"


class OpenSelection(Request):
    """An officer opens a selection of the district, or of the city; the policy's criteria are kept.

    With ``nominated_only`` candidates are those that somebody nominates, else all of the area.
    """

    kind = fields.Enum(SelectionKind, by_value=True, required=True)
    area = fields.String(required=True, validate=AREA)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    title_zh = fields.String(required=True, validate=TITLE)
    title_en = fields.String(required=True, validate=TITLE)
    winners = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_WINNERS))
    nominated_only = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class AppointJury(Request):
    """An officer says who votes: people with a role, never the officer; replaces who was named."""

    selection_id = fields.UUID(required=True)
    member_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, MOST_MEMBERS)
    )


class NominateCandidate(Request):
    """A lead of the organisation, or an officer of the area, puts a candidate forward."""

    selection_id = fields.UUID(required=True)
    candidate_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ShortlistSelection(Request):
    """Count what the candidates did in the period, and freeze it; again, it is a next version."""

    selection_id = fields.UUID(required=True)


class StartVoting(Request):
    """The jury's members may vote until then."""

    selection_id = fields.UUID(required=True)
    voting_until = fields.AwareDateTime(required=True)


class ExtendVoting(StartVoting):
    """Too few have voted when the voting closed: they may vote until a later time."""


class CastVote(Request):
    """A member's one vote, for up to as many candidates as may win; a new one replaces it."""

    selection_id = fields.UUID(required=True)
    candidate_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, MOST_WINNERS)
    )


class DecideSelection(Request):
    """An officer decides after the voting; with a reason where that departs from the votes."""

    selection_id = fields.UUID(required=True)
    winner_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(0, MOST_WINNERS)
    )
    reason = fields.String(load_default=None, allow_none=True, validate=REASON)


class AnnounceSelection(Request):
    """Tell everybody."""

    selection_id = fields.UUID(required=True)


class CancelSelection(Request):
    """End a selection that has not been announced."""

    selection_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ShowSelection(Request):
    """A selection with its shortlist and figures, for the area's officers and the jury."""

    selection_id = fields.UUID(required=True)


class ListSelections(Request):
    """An area's selections, newest first, for its officers."""

    area = fields.String(required=True, validate=AREA)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class RecountSelection(Request):
    """Count a shortlist anew: the points from the figures, the figures from the service known."""

    selection_id = fields.UUID(required=True)


class ShowAnnouncement(Request):
    """What a selection has announced, for everybody."""

    selection_id = fields.UUID(required=True)


class ListAnnouncements(Request):
    """The announced selections of an area, newest first, for everybody."""

    area = fields.String(required=True, validate=AREA)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class FiguresAnswer(Answer):
    """A figure is null where it is too small to be shown without pointing at somebody."""

    minutes = fields.Integer(required=True, allow_none=True)
    visits = fields.Integer(required=True, allow_none=True)
    elders = fields.Integer(required=True, allow_none=True)
    volunteers = fields.Integer(required=True, allow_none=True)
    ratings = fields.Integer(required=True, allow_none=True)
    raters = fields.Integer(
        allow_none=True,
        metadata={"description": "Elders who rated; each counts once, with the mean of it."},
    )
    upheld = fields.Integer(
        allow_none=True,
        metadata={"description": "Visits of which a dispute took minutes back."},
    )
    satisfaction = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The shrunken mean of what each elder said, 1.00 to 5.00."},
    )


class PointsAnswer(Answer):
    """A criterion's part: its weight times the value against the best candidate's."""

    criterion = fields.String(required=True)
    weight = fields.String(required=True)
    points = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class SelectionCandidate(Answer):
    """A candidate with the figures as they were frozen; ``rank`` is null when too few to judge."""

    candidate_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    organisation = fields.String(required=True)
    rank = fields.Integer(required=True, allow_none=True)
    total = fields.String(required=True, allow_none=True)
    figures = fields.Nested(FiguresAnswer, required=True)
    points = fields.List(fields.Nested(PointsAnswer), required=True)
    lacking = fields.List(fields.String(), required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    votes = fields.Integer(
        allow_none=True, metadata={"description": "Null while anybody may vote yet."}
    )
    is_winner = fields.Boolean()


class CriteriaAnswer(Answer):
    """What is judged by, as the policy said when the selection was opened."""

    weights = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    least_visits = fields.Integer(required=True)
    least_elders = fields.Integer(required=True)
    least_volunteers = fields.Integer(required=True)
    least_ratings = fields.Integer(
        required=True, metadata={"description": "Fewest elders who rated."}
    )
    least_shown = fields.Integer(required=True)
    prior_stars = fields.Float(required=True)
    prior_ratings = fields.Float(required=True)
    quorum_percent = fields.Integer(required=True)
    least_jury = fields.Integer(required=True)


class SelectionLine(Answer):
    selection_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    area = fields.String(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    winners = fields.Integer(required=True)
    nominated_only = fields.Boolean(required=True)
    state = fields.String(required=True)
    opened_by = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)
    policy_version = fields.Integer(required=True)


class SelectionsAnswer(Answer):
    items = fields.List(fields.Nested(SelectionLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SelectionAnswer(SelectionLine):
    criteria = fields.Nested(CriteriaAnswer, required=True)
    jury = fields.List(fields.UUID(), required=True)
    nominated = fields.List(fields.UUID(), required=True)
    shortlist_version = fields.Integer(required=True, allow_none=True)
    counted_at = fields.AwareDateTime(required=True, allow_none=True)
    candidates = fields.List(
        fields.Nested(SelectionCandidate),
        required=True,
        metadata={"description": "By rank; after them those with too few to judge, by name."},
    )
    voting_until = fields.AwareDateTime(required=True, allow_none=True)
    quorum = fields.Integer(required=True)
    votes_cast = fields.Integer(required=True)
    own_vote = fields.List(fields.UUID(), required=True, allow_none=True)
    follows_votes = fields.Boolean(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    announced_at = fields.AwareDateTime(required=True, allow_none=True)
    cancel_reason = fields.String(required=True, allow_none=True)


class NominationKept(Answer):
    """The nomination as it is kept."""

    selection_id = fields.UUID(required=True)
    candidate_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    nominated_at = fields.AwareDateTime(required=True)


class VoteKept(Answer):
    """The vote as it counts now."""

    selection_id = fields.UUID(required=True)
    candidate_ids = fields.List(fields.UUID(), required=True)
    cast_at = fields.AwareDateTime(required=True)


class SelectionRecount(Answer):
    """``equal`` when the frozen figures give the frozen points.

    ``figures_equal`` when counting all service known by now gives the frozen figures.
    """

    selection_id = fields.UUID(required=True)
    shortlist_version = fields.Integer(required=True)
    equal = fields.Boolean(required=True)
    figures_equal = fields.Boolean(required=True)


class AnnouncementLine(Answer):
    selection_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    area = fields.String(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    announced_at = fields.AwareDateTime(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class AnnouncementsAnswer(Answer):
    items = fields.List(fields.Nested(AnnouncementLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AnnouncementAnswer(AnnouncementLine):
    """Who won and by what figures; nobody's person."""

    criteria = fields.Nested(CriteriaAnswer, required=True)
    policy_version = fields.Integer(required=True)
    winners = fields.List(fields.Nested(SelectionCandidate), required=True)
    candidates = fields.Integer(required=True)
    too_few_to_judge = fields.Integer(required=True)
    jury = fields.Integer(required=True)
    votes_cast = fields.Integer(required=True)
