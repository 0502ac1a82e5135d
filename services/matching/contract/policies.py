"""What the policy makes of visits: why one was credited what it was, and what another would."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Request


class ExplainVisit(Request):
    """Why these minutes: the version of the policy, each step with its value, in words."""

    visit_id = fields.UUID(required=True)


class DryRunDraft(Request):
    """What a submitted draft of the policy would have credited in a month, a page for each day.

    ``month`` is as 2026-10, ``cursor`` the day at which to go on.
    """

    draft_id = fields.UUID(required=True)
    month = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{4}-[0-9]{2}$(?!\n)"))
    cursor = fields.Date(load_default=None)


class StepInWords(Answer):
    """A rule, the value that it had, the minutes after it."""

    rule = fields.String(required=True)
    value = fields.Integer(allow_none=True)
    minutes = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class VisitExplanation(Answer):
    """What became of a visit, in words, and each step of what it was credited."""

    visit_id = fields.UUID(required=True)
    state = fields.String()
    zh = fields.String()
    en = fields.String()
    policy_version = fields.Integer(required=True)
    minutes = fields.Integer(allow_none=True)
    steps = fields.List(fields.Nested(StepInWords), required=True)


class DryRunTotal(Answer):
    """A district's visits of the day, how many of them change, and their minutes."""

    district = fields.String(required=True)
    visits = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    minutes_before = fields.Integer(required=True)
    minutes_after = fields.Integer(required=True)


class DryRunAnswer(Answer):
    """One day; ``next_cursor`` is the next one of the month. Not ``whole`` on a day of too many."""

    draft_id = fields.UUID(required=True)
    base_version = fields.Integer(required=True)
    day = fields.Date(required=True)
    whole = fields.Boolean(required=True)
    totals = fields.List(fields.Nested(DryRunTotal), required=True)
    next_cursor = fields.Date(required=True, allow_none=True)


class DayNotOver(Error):
    """This day is not over yet: there is nothing to compare with."""

    code, status = "day_not_over", 409
