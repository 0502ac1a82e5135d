"""Grant runs: a district grants coins to thousands of people by one list (S16)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request, Words
from services.ledger.contract.basics import DISTRICT, REASON


# A person and their minutes take 49 bytes at most in a JSON body, so that so many lines fit into
# the million bytes that the gateway reads. Reasons of their own take room from other lines.
MOST_LINES = 20_000
MOST_CSV_CHARACTERS = 990_000
MOST_RUNS = 100
MOST_LINES_A_PAGE = 500


class GrantRunState(StrEnum):
    """Where a run stands; finished and cancelled are final."""

    PREPARED = "prepared"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class GrantLineState(StrEnum):
    """What becomes of a line: an accepted one is granted, or refused when its turn comes."""

    ACCEPTED = "accepted"
    GRANTED = "granted"
    REFUSED = "refused"


class LineFault(StrEnum):
    """Why a line is refused for itself; else the reason is the code of a single grant's error."""

    INVALID_LINE = "invalid_line"
    INVALID_PERSON_ID = "invalid_person_id"
    INVALID_MINUTES = "invalid_minutes"
    INVALID_REASON = "invalid_reason"
    DUPLICATE_PERSON = "duplicate_person"
    GRANTED_BEFORE = "granted_before"


class PrepareGrantRun(Request):
    """A district officer hands in a list of grants; the dry run tells every refusal (S16).

    Nothing moves. The CSV's first line names its columns, in any order: ``person_id``,
    ``minutes`` and, if wanted, ``reason``; or 人员编号, 分钟 and 事由. At most 20,000 lines; the
    whole body may have a million bytes. ``reason`` says what for and for which period, for nobody
    is granted twice for the same: a list that was mended can be handed in again as a whole.
    """

    district = fields.String(required=True, validate=DISTRICT)
    csv = fields.String(required=True, validate=validate.Length(1, MOST_CSV_CHARACTERS))
    reason = fields.String(required=True, validate=REASON)


class StartGrantRun(Request):
    """Let a prepared run grant its accepted lines, if the budget covers them all (S16).

    A run that runs or has finished is shown as it is.
    """

    run_id = fields.UUID(required=True)


class CancelGrantRun(Request):
    """End a run before it is done; what it has granted stays granted (S16)."""

    run_id = fields.UUID(required=True)


class ShowGrantRun(Request):
    """A run with its lines, page by page, and what became of each (S16)."""

    run_id = fields.UUID(required=True)
    state = fields.Enum(GrantLineState, by_value=True, load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_LINES_A_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ListGrantRuns(Request):
    """A district's runs, newest first (S16)."""

    district = fields.String(required=True, validate=DISTRICT)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_RUNS))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class GrantRunAnswer(Answer):
    run_id = fields.UUID(required=True)
    district = fields.String(required=True)
    reason = fields.String(required=True)
    state = fields.Enum(GrantRunState, by_value=True, required=True)
    lines = fields.Integer(required=True)
    total_minutes = fields.Integer(
        required=True, metadata={"description": "Of the lines that the dry run accepted."}
    )
    accepted_lines = fields.Integer(
        required=True, metadata={"description": "Neither granted nor refused yet."}
    )
    granted_lines = fields.Integer(required=True)
    granted_minutes = fields.Integer(required=True)
    refused_lines = fields.Integer(required=True)
    prepared_by = fields.UUID(required=True)
    prepared_at = fields.AwareDateTime(required=True)
    started_by = fields.UUID(allow_none=True)
    started_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class RefusedLine(Answer):
    line = fields.Integer(
        required=True, metadata={"description": "As a spreadsheet counts: the header is line 1."}
    )
    person_id = fields.UUID(allow_none=True)
    refusal = fields.String(required=True)
    refusal_words = Words(of="refusal")


class DryRunAnswer(GrantRunAnswer):
    prepared_before = fields.Boolean(
        required=True,
        metadata={"description": "The same list was handed in before for the same reason."},
    )
    budget_minutes = fields.Integer(required=True)
    insufficient_budget_from_line = fields.Integer(
        allow_none=True, metadata={"description": "The first line that the budget does not cover."}
    )
    refusals = fields.List(fields.Nested(RefusedLine), required=True)


class GrantLine(Answer):
    line = fields.Integer(required=True)
    person_id = fields.UUID(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    state = fields.Enum(GrantLineState, by_value=True, required=True)
    refusal = fields.String(allow_none=True)
    refusal_words = Words(of="refusal")
    transfer_id = fields.UUID(allow_none=True)


class GrantRunFile(GrantRunAnswer):
    budget_minutes = fields.Integer(required=True)
    items = fields.List(fields.Nested(GrantLine), required=True)
    next_cursor = fields.String(allow_none=True)


class GrantRunsAnswer(Answer):
    items = fields.List(fields.Nested(GrantRunAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class GrantRunFinished(Event):
    """Every line of a grant run has been granted or refused (S16)."""

    source, type, subject = "ledger", "grant-run.finished.v1", "run_id"

    run_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    lines = fields.Integer(required=True, strict=True)
    granted_lines = fields.Integer(required=True, strict=True)
    granted_minutes = fields.Integer(required=True, strict=True)
    refused_lines = fields.Integer(required=True, strict=True)
    started_by = fields.UUID(required=True)


class GrantRunEnded(Error):
    """This grant run has ended: it was cancelled, or is finished."""

    code, status = "grant_run_ended", 409
