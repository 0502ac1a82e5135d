"""A day's dispatch: a plan asked for, computed, seen by a clerk, accepted and booked."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request
from services.matching.contract.reasons import WhyShown


class PlanState(StrEnum):
    """asked → computed → accepted | rejected | stale; failed when it could not be computed."""

    ASKED = "asked"
    COMPUTED = "computed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    STALE = "stale"
    FAILED = "failed"


class AskForPlan(Request):
    """Plan a day of a street or a district: which willing volunteer comes to which open request."""

    area = fields.String(required=True, validate=validate.Regexp(r"[0-9]{6}([0-9]{3})?\Z"))
    day = fields.Date(required=True)


class ShowPlan(Request):
    """A plan with its lines: who comes to whom, how far, why; and who is left unserved, and why."""

    plan_id = fields.UUID(required=True)


class ListPlans(Request):
    """The plans of an area, newest first."""

    area = fields.String(required=True, validate=validate.Regexp(r"[0-9]{6}([0-9]{3})?\Z"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class AcceptPlan(Request):
    """A clerk accepts the plan: every line that still fits is booked, the others are named.

    Whatever planning looked at is looked at again: the rules of booking, the way from visit to
    visit, and the minutes that the volunteer gives that day.
    """

    plan_id = fields.UUID(required=True)


class RejectPlan(Request):
    """A clerk does not want the plan; nothing is booked."""

    plan_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class PlanPart(Answer):
    part = fields.String(required=True)
    amount = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class PlanLineAnswer(Answer):
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    elder_name = fields.String(allow_none=True)
    category = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    volunteer_id = fields.UUID(allow_none=True)
    volunteer_name = fields.String(allow_none=True)
    metres = fields.Integer(allow_none=True)
    parts = fields.List(fields.Nested(PlanPart), required=True)
    unserved = fields.Nested(WhyShown, allow_none=True)
    outcome = fields.String(allow_none=True)
    booking_id = fields.UUID(allow_none=True)


class PlanAnswer(Answer):
    plan_id = fields.UUID(required=True)
    area = fields.String(required=True)
    day = fields.Date(required=True)
    state = fields.String(required=True)
    reason = fields.String(allow_none=True)
    asked_by = fields.UUID(required=True)
    asked_at = fields.AwareDateTime(required=True)
    computed_at = fields.AwareDateTime(allow_none=True)
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    requests = fields.Integer(allow_none=True)
    served = fields.Integer(allow_none=True)
    walking_metres = fields.Integer(allow_none=True)
    booked = fields.Integer(allow_none=True)
    overtaken = fields.Integer(allow_none=True)


class PlanWithLines(PlanAnswer):
    """The plan and its lines, in the order of the day."""

    lines = fields.List(fields.Nested(PlanLineAnswer), required=True)


class PlansAnswer(Answer):
    items = fields.List(fields.Nested(PlanAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class PlanAccepted(Event):
    """A clerk has accepted a day's plan; its bookings are told of one by one."""

    source, type, subject = "matching", "plan.accepted.v1", "plan_id"

    plan_id = fields.UUID(required=True)
    area = fields.String(required=True)
    day = fields.Date(required=True)
    accepted_by = fields.UUID(required=True)
    booked = fields.Integer(required=True, strict=True)
    overtaken = fields.Integer(required=True, strict=True)


class PlanAlreadyAsked(Error):
    """A plan for this area and day is being computed."""

    code, status = "plan_already_asked", 409


class PlanStale(Error):
    """Too much time has passed since this plan was computed. Ask for a new one."""

    code, status = "plan_stale", 409


class NoLongerAvailable(Error):
    """The volunteer does not give these hours, this skill or this reach to dispatch any more."""

    code, status = "no_longer_available", 409


class DayIsFull(Error):
    """The visit would make more minutes than the volunteer gives that day."""

    code, status = "day_is_full", 409


class NoTimeForTheWay(Error):
    """Between this visit and the one before or after it there is no time for the way."""

    code, status = "no_time_for_the_way", 409
