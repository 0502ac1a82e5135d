"""Group activities, as lectures: one volunteer, several elders, each with a place and its coins."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request, Words
from services.matching.contract.basics import MINUTES_A_REQUEST
from services.matching.contract.catalogue import GROUP_SIZE, ITEM_CODE, Category
from services.matching.contract.requests import Place


class SeatState(StrEnum):
    """submitted → held → attended; or refused, absent, cancelled, expired."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    HELD = "held"
    ATTENDED = "attended"
    ABSENT = "absent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OrganiseActivity(Request):
    """A clerk of the street sets up an activity; it opens when enough places are held.

    Each elder's coins are held for a share of the minutes as if only the fewest came. Or a public
    programme of the street's district pays: then all its minutes are held once, and a place costs
    nobody anything. That may also be set up by an officer of the district.
    """

    street = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{9}$"))
    item_code = fields.String(required=True, validate=ITEM_CODE)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = Minutes(required=True, validate=MINUTES_A_REQUEST)
    place = fields.Nested(Place, required=True)
    smallest_places = fields.Integer(load_default=None, strict=True, validate=GROUP_SIZE)
    largest_places = fields.Integer(load_default=None, strict=True, validate=GROUP_SIZE)
    # The public programme that pays for all; without one each elder pays a share.
    programme_id = fields.UUID(load_default=None)
    note = fields.String(load_default="", validate=validate.Length(max=500))
    language = fields.String(load_default=None, validate=validate.Length(1, 40))


class JoinActivity(Request):
    """Take a place, for oneself or for an elder one may act for."""

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)


class LeaveActivity(Request):
    """Give a place back; when too few are left the activity is cancelled, and all coins go back."""

    request_id = fields.UUID(required=True)
    seat_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class MarkAbsent(Request):
    """The volunteer, or a clerk of the street, says who is not there while the activity goes on."""

    request_id = fields.UUID(required=True)
    seat_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(0, 500))


class ShowActivity(Request):
    """One activity with its places; who has them is told to the volunteer and to the agency."""

    request_id = fields.UUID(required=True)


class ListActivities(Request):
    """What an area offers and has places for, soonest first."""

    area = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{6}([0-9]{3})?$"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class SeatAnswer(Answer):
    seat_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    state = fields.String(required=True)
    refusal = fields.String(allow_none=True)
    refusal_words = Words(of="refusal")
    held_minutes = fields.Integer(required=True)
    paid_minutes = fields.Integer(allow_none=True)
    visit_id = fields.UUID(allow_none=True)
    is_absent = fields.Boolean(required=True)


class ActivityAnswer(Answer):
    request_id = fields.UUID(required=True)
    state = fields.String(required=True)
    organised_by = fields.UUID(required=True)
    category = fields.String(required=True)
    item_code = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True)
    street = fields.String(required=True)
    address = fields.String(required=True)
    note = fields.String(required=True)
    language = fields.String(allow_none=True)
    smallest_places = fields.Integer(required=True)
    largest_places = fields.Integer(required=True)
    places_left = fields.Integer(required=True)
    held_minutes = fields.Integer(required=True)
    programme_id = fields.UUID(allow_none=True)
    volunteer_id = fields.UUID(allow_none=True)
    refusal = fields.String(allow_none=True)
    refusal_words = Words(of="refusal")
    seats = fields.List(fields.Nested(SeatAnswer))


class ActivitiesAnswer(Answer):
    items = fields.List(fields.Nested(ActivityAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class ActivityOrganised(Event):
    """An activity looks for elders, and then for a volunteer."""

    source, type, subject = "matching", "activity.organised.v1", "request_id"

    request_id = fields.UUID(required=True)
    organised_by = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    item_code = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True, strict=True)
    smallest_places = fields.Integer(required=True, strict=True)
    largest_places = fields.Integer(required=True, strict=True)
    programme_id = fields.UUID(allow_none=True)
    street = fields.String(required=True)


class ActivityAttended(Event):
    """An elder was at an activity that a public programme pays for; ``visit_id`` is theirs alone.

    The activity is paid once, by its own visit.completed; this moves nothing.
    """

    source, type, subject = "matching", "activity.attended.v1", "visit_id"

    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    activity_id = fields.UUID(required=True)
    programme_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    street = fields.String(required=True)
    category = fields.String()


class NoSuchProgramme(Error):
    """The district of this street has no such programme, or it pays for nothing new any more."""

    code, status = "no_such_programme", 409


class NoPlaceLeft(Error):
    """All places of this activity are taken."""

    code, status = "no_place_left", 409


class AlreadyJoined(Error):
    """This elder has a place in the activity already."""

    code, status = "already_joined", 409


class NotForGroups(Error):
    """This item is for one elder at a time."""

    code, status = "not_for_groups", 409
