"""Paper forms entered in bulk: a CSV, a preview with an error a line, then the entry (S8, S15)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Request


MOST_SHEET_LINES = 500
MOST_CSV_CHARACTERS = 600_000


class RatingFault(StrEnum):
    """Why a line is not entered."""

    INVALID_LINE = "invalid_line"
    INVALID_VISIT_ID = "invalid_visit_id"
    INVALID_STARS = "invalid_stars"
    INVALID_YES_NO = "invalid_yes_no"
    DUPLICATE_LINE = "duplicate_line"
    UNKNOWN_VISIT = "unknown_visit"
    OWN_VISIT = "own_visit"
    ALREADY_RATED = "already_rated"
    WINDOW_CLOSED = "window_closed"


class PreviewRatingSheet(Request):
    """The agency's clerk hands in a list of paper forms; the preview tells every error (S8).

    Nothing is entered. The CSV's first line names its columns, in any order: visit_id, stars and,
    if wanted, punctual, attitude, skill, safety, again, wants_to_complain, words; or 服务编号,
    总体, 准时, 态度, 技能, 安全, 再次, 投诉, 意见.
    """

    csv = fields.String(required=True, validate=validate.Length(1, MOST_CSV_CHARACTERS))


class EnterRatingSheet(PreviewRatingSheet):
    """Enter the good lines of a list of paper forms; a visit rated before is not rated twice."""


class RatingLine(Answer):
    line = fields.Integer(
        required=True, metadata={"description": "As a spreadsheet counts: the header is line 1."}
    )
    visit_id = fields.UUID(required=True, allow_none=True)
    stars = fields.Integer(required=True, allow_none=True)
    rating_id = fields.UUID(required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True)
    zh = fields.String(required=True, allow_none=True)
    en = fields.String(required=True, allow_none=True)


class RatingSheetAnswer(Answer):
    """``policy_version`` is the one whose days each line was checked by."""

    policy_version = fields.Integer()
    lines = fields.Integer(required=True)
    good_lines = fields.Integer(required=True)
    faulty_lines = fields.Integer(required=True)
    entered_lines = fields.Integer(required=True)
    items = fields.List(fields.Nested(RatingLine), required=True)


class UnreadableRatingSheet(Error):
    """The list has other columns, no line at all, or too many."""

    code, status = "unreadable_rating_sheet", 422
