"""Special groups entered in bulk: a CSV, a preview with an error a line, an approval (S16)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.groups import DISTRICT
from services.kernel.contract import Answer, Error, Request


MOST_SHEET_LINES = 2000
MOST_CSV_CHARACTERS = 400_000
MOST_LINES_A_PAGE = 500


class SheetState(StrEnum):
    """prepared → entered. What is wrong with a prepared one is mended by handing in another."""

    PREPARED = "prepared"
    ENTERED = "entered"


class SheetFault(StrEnum):
    """Why a line is not entered."""

    INVALID_LINE = "invalid_line"
    NAME_MISSING = "name_missing"
    INVALID_ID_NUMBER = "invalid_id_number"
    UNKNOWN_GROUP = "unknown_group"
    EVIDENCE_MISSING = "evidence_missing"
    INVALID_DATE = "invalid_date"
    INVALID_TERM = "invalid_term"
    DUPLICATE_LINE = "duplicate_line"
    UNKNOWN_PERSON = "unknown_person"
    NAME_DIFFERS = "name_differs"
    NOT_VERIFIED = "not_verified"
    TOO_YOUNG = "too_young"
    MEMBER_ALREADY = "member_already"
    ONESELF = "oneself"


class PrepareGroupSheet(Request):
    """A district officer hands in a list for special groups; the preview tells every error (S16).

    Nobody is entered. The CSV's first line names its columns, in any order: name, id_number, group,
    evidence and, if wanted, starts_on, ends_on; or 姓名, 证件号码, 类别, 凭证, 起始日期, 截止日期.
    ID numbers are looked up and not kept.
    """

    district = fields.String(required=True, validate=DISTRICT)
    csv = fields.String(required=True, validate=validate.Length(1, MOST_CSV_CHARACTERS))


class EnterGroupSheet(Request):
    """Enter the good lines of a prepared list, once; another officer approves them (S16)."""

    sheet_id = fields.UUID(required=True)


class ApproveGroupSheet(Request):
    """Another officer than those who prepared and entered it approves a list, or lines of it."""

    sheet_id = fields.UUID(required=True)
    lines = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1)),
        load_default=None,
        validate=validate.Length(1, MOST_SHEET_LINES),
    )


class ShowGroupSheet(Request):
    """A list with its lines, page by page, and what became of each."""

    sheet_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_LINES_A_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class SheetAnswer(Answer):
    sheet_id = fields.UUID(required=True)
    district = fields.String(required=True)
    state = fields.String(required=True)
    lines = fields.Integer(required=True)
    faulty_lines = fields.Integer(required=True)
    entered_lines = fields.Integer(required=True)
    approved_lines = fields.Integer(required=True)
    prepared_by = fields.UUID(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    entered_by = fields.UUID(required=True, allow_none=True)


class SheetLineAnswer(Answer):
    line = fields.Integer(
        required=True, metadata={"description": "As a spreadsheet counts: the header is line 1."}
    )
    name = fields.String(required=True)
    id_number = fields.String(required=True, metadata={"description": "Masked."})
    group = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True)
    words_zh = fields.String(required=True, allow_none=True)
    words_en = fields.String(required=True, allow_none=True)
    membership_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)


class PreviewAnswer(SheetAnswer):
    faults = fields.List(fields.Nested(SheetLineAnswer), required=True)


class SheetFile(SheetAnswer):
    items = fields.List(fields.Nested(SheetLineAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class UnreadableSheet(Error):
    """The list has other columns, no line at all, or too many."""

    code, status = "unreadable_sheet", 422


class SheetNotEntered(Error):
    """The list has not been entered yet."""

    code, status = "sheet_not_entered", 409
