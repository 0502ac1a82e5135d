"""An elder's request: asked for, found, cancelled."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request, Words
from services.matching.contract.basics import MINUTES_A_REQUEST
from services.matching.contract.catalogue import ITEM_CODE, VERSION, Category


class AddressStep(StrEnum):
    """How much of the place is shown: the area to all; the place to who comes; then the phone."""

    AREA = "area"
    PLACE = "place"
    DOOR = "door"


PHONE = validate.Regexp(r"^\+?[0-9][0-9 -]{4,18}[0-9]$")


class Place(Request):
    """Where the visit takes place; the address is shown to the accepted volunteer only.

    ``phone`` is who the volunteer may call about this visit, shown shortly before it.
    """

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    address = fields.String(required=True, validate=validate.Length(1, 200))
    phone = fields.String(load_default=None, validate=PHONE)


class SubmitRequest(Request):
    """Ask for help, for oneself or, as a clerk, for an elder of one's area (S14, S15)."""

    elder_id = fields.UUID(required=True)
    # Either names the service; of the category alone its general item is meant.
    category = fields.Enum(Category, by_value=True, load_default=None)
    item_code = fields.String(load_default=None, validate=ITEM_CODE)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = Minutes(required=True, validate=MINUTES_A_REQUEST)
    place = fields.Nested(Place, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))
    # What the app calls the phone that it runs on; kept as a keyed hash.
    device = fields.String(load_default=None, allow_none=True, validate=validate.Length(8, 200))
    language = fields.String(load_default=None, validate=validate.Length(1, 40))
    preferred_volunteer_id = fields.UUID(load_default=None)


class ShowRequest(Request):
    """One request; ``wait_seconds`` lets the caller wait until the coins are held or refused."""

    request_id = fields.UUID(required=True)
    wait_seconds = fields.Integer(load_default=0, validate=validate.Range(0, 10))


class ListRequests(Request):
    """The requests of one elder, or those one volunteer has booked; newest first."""

    elder_id = fields.UUID(load_default=None)
    volunteer_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ListNearbyRequests(Request):
    """Open requests around a position, nearest first, with reasons (S14: near and convenient).

    Without a position, around the base of the caller's profile; with ``fits_me``, only what lies in
    the hours that the caller gives, clashes with no booking, and asks for nothing they lack.
    """

    latitude = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    radius_metres = fields.Integer(load_default=5000, validate=validate.Range(1, 50_000))
    category = fields.Enum(Category, by_value=True, load_default=None)
    item_code = fields.String(load_default=None, validate=ITEM_CODE)
    skill = fields.String(load_default=None, validate=validate.Length(1, 40))
    language = fields.String(load_default=None, validate=validate.Length(1, 40))
    starts_from = fields.AwareDateTime(load_default=None)
    ends_until = fields.AwareDateTime(load_default=None)
    fits_me = fields.Boolean(load_default=False)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class EditRequest(Request):
    """Change what nobody has accepted yet; what is left out stays. ``version`` is the one you saw.

    More minutes than are held need a new request that replaces this one.
    """

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=VERSION)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    minutes = Minutes(validate=MINUTES_A_REQUEST)
    place = fields.Nested(Place)
    note = fields.String(validate=validate.Length(max=500))
    language = fields.String(allow_none=True, validate=validate.Length(1, 40))
    preferred_volunteer_id = fields.UUID(allow_none=True)


class ReplaceRequest(Request):
    """Ask for more, or for something else: this request is cancelled, the new one asked for.

    The coins of the old one are given back before those of the new one are held.
    """

    request_id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=VERSION)
    category = fields.Enum(Category, by_value=True, load_default=None)
    item_code = fields.String(load_default=None, validate=ITEM_CODE)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = Minutes(required=True, validate=MINUTES_A_REQUEST)
    place = fields.Nested(Place, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))
    language = fields.String(load_default=None, validate=validate.Length(1, 40))
    preferred_volunteer_id = fields.UUID(load_default=None)


class CancelRequest(Request):
    """The elder, or the clerk for them, no longer needs the visit."""

    request_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class RequestAnswer(Answer):
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    state = fields.String(required=True)
    refusal = fields.String(allow_none=True)
    refusal_words = Words(of="refusal")
    category = fields.String(required=True)
    item_code = fields.String()
    item_version = fields.Integer()
    skill = fields.String(allow_none=True)
    certificate_needed = fields.Boolean()
    language = fields.String(allow_none=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True)
    district = fields.String(required=True)
    street = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    address = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    address_step = fields.String()
    booking_id = fields.UUID(allow_none=True)
    volunteer_id = fields.UUID(allow_none=True)
    visit_id = fields.UUID(allow_none=True)
    distance_metres = fields.Integer(allow_none=True)
    version = fields.Integer()
    preferred_volunteer_id = fields.UUID(allow_none=True)
    review_reason = fields.String(allow_none=True)
    replaces_id = fields.UUID(allow_none=True)
    series_id = fields.UUID(allow_none=True)
    occurs_on = fields.Date(allow_none=True)
    # Of one that was refused: the values that were compared, and the version of the rules.
    refusal_values = fields.Dict(allow_none=True)
    refusal_policy_version = fields.Integer(allow_none=True)


class RequestsAnswer(Answer):
    items = fields.List(fields.Nested(RequestAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class RequestSubmitted(Event):
    """An elder asks for help; the coins are not held yet."""

    source, type, subject = "matching", "request.submitted.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    minutes = fields.Integer(required=True, strict=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    street = fields.String(required=True)
    item_code = fields.String()
    item_version = fields.Integer(strict=True)
    series_id = fields.UUID(allow_none=True)
    replaces_id = fields.UUID(allow_none=True)
    # Of a place in a group activity: the activity.
    activity_id = fields.UUID(allow_none=True)
    # Who pays when it is not the elder: a public programme of the ledger.
    programme_id = fields.UUID(allow_none=True)


class RequestOpened(Event):
    """The coins are held: volunteers may book."""

    source, type, subject = "matching", "request.opened.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    minutes = fields.Integer(required=True, strict=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class RequestCancelled(Event):
    """The elder no longer needs the visit."""

    source, type, subject = "matching", "request.cancelled.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    cancelled_by = fields.UUID(required=True)
    reason = fields.String(required=True)
    # Whether a volunteer had accepted and was as good as on the way.
    late = fields.Boolean()


class RequestRefused(Event):
    """A reviewer said no: the coins that were held go back."""

    source, type, subject = "matching", "request.refused.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    refused_by = fields.UUID(required=True)
    reason = fields.String(required=True)


class RequestExpired(Event):
    """Nobody had accepted by the start."""

    source, type, subject = "matching", "request.expired.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)


class NotYetElder(Error):
    """Coins are redeemed for service from the age that the policy sets."""

    code, status = "not_yet_elder", 409


class InvalidWindow(Error):
    """The time window is in the past, too short for the minutes, or ends before it begins."""

    code, status = "invalid_window", 422


class RequestNotOpen(Error):
    """This request is not open: somebody else was first, or it has ended."""

    code, status = "request_not_open", 409


class MoreThanHeld(Error):
    """More minutes than are held: ask for a new request that replaces this one."""

    code, status = "more_than_held", 409
