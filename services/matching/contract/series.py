"""Requests that come back every week: a series makes them ahead, each with its own coins."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.matching.contract.basics import MINUTES_A_REQUEST
from services.matching.contract.catalogue import ITEM_CODE, VERSION, Category
from services.matching.contract.requests import Place


CLOCK = "%H:%M"
REASON = validate.Length(1, 200)


class SeriesState(StrEnum):
    """active ⇄ paused, and ended from either."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class SeriesWish(Request):
    """Every week on ``weekday`` (1 is Monday) at ``time_of_day`` by the city's clock.

    The visit takes ``minutes`` of the ``window_minutes`` that begin then.
    """

    weekday = fields.Integer(required=True, strict=True, validate=validate.Range(1, 7))
    time_of_day = fields.Time(required=True, format=CLOCK)
    window_minutes = Minutes(load_default=None, validate=MINUTES_A_REQUEST)
    minutes = Minutes(required=True, validate=MINUTES_A_REQUEST)
    last_on = fields.Date(required=True)
    category = fields.Enum(Category, by_value=True, load_default=None)
    item_code = fields.String(load_default=None, validate=ITEM_CODE)
    place = fields.Nested(Place, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))
    language = fields.String(load_default=None, validate=validate.Length(1, 40))
    preferred_volunteer_id = fields.UUID(load_default=None)


class SubmitSeries(SeriesWish):
    """Ask for help every week, for oneself or for an elder one may act for."""

    elder_id = fields.UUID(required=True)
    first_on = fields.Date(required=True)


class ReviseSeries(SeriesWish):
    """From a day on, something else: this series ends the day before, and another goes on.

    Its requests from that day on that nobody has accepted are cancelled; what is accepted stands.
    """

    series_id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=VERSION)
    from_on = fields.Date(required=True)


class EndSeries(Request):
    """No more requests after a day; those that nobody has accepted are cancelled."""

    series_id = fields.UUID(required=True)
    last_on = fields.Date(required=True)
    reason = fields.String(required=True, validate=REASON)


class SkipOccurrence(Request):
    """Not on this one day; a request that was made for it is cancelled."""

    series_id = fields.UUID(required=True)
    occurs_on = fields.Date(required=True)
    reason = fields.String(required=True, validate=REASON)


class ResumeSeries(Request):
    """Go on with a series that was paused because its coins, or something else, ran out."""

    series_id = fields.UUID(required=True)


class ShowSeries(Request):
    """One series with the requests that it has made, the latest first."""

    series_id = fields.UUID(required=True)


class ListSeries(Request):
    """The series of one elder, newest first."""

    elder_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class MakeOccurrences(Request):
    """Make the requests of series that are due; it also happens by itself every minute."""


class MadeAnswer(Answer):
    made = fields.Integer(required=True)


class OccurrenceAnswer(Answer):
    """One date of a series. ``request_id`` is none for a date that was skipped before its time."""

    occurs_on = fields.Date(required=True)
    state = fields.String(required=True)
    request_id = fields.UUID(allow_none=True)


class SeriesAnswer(Answer):
    series_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    state = fields.String(required=True)
    pause_reason = fields.String(allow_none=True)
    category = fields.String(required=True)
    item_code = fields.String(required=True)
    weekday = fields.Integer(required=True)
    time_of_day = fields.Time(required=True, format=CLOCK)
    window_minutes = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)
    street = fields.String(required=True)
    note = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    continues_id = fields.UUID(allow_none=True)
    version = fields.Integer(required=True)
    occurrences = fields.List(fields.Nested(OccurrenceAnswer))


class SeriesListAnswer(Answer):
    items = fields.List(fields.Nested(SeriesAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class SeriesSubmitted(Event):
    """An elder asks for help every week; each week's request is told of by itself."""

    source, type, subject = "matching", "series.submitted.v1", "series_id"

    series_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    item_code = fields.String(required=True)
    weekday = fields.Integer(required=True, strict=True)
    time_of_day = fields.Time(required=True, format=CLOCK)
    minutes = fields.Integer(required=True, strict=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)
    street = fields.String(required=True)
    continues_id = fields.UUID(allow_none=True)


class SeriesPaused(Event):
    """A series makes no more requests until somebody resumes it."""

    source, type, subject = "matching", "series.paused.v1", "series_id"

    series_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    reason = fields.String(required=True)


class SeriesResumed(Event):
    """A series goes on."""

    source, type, subject = "matching", "series.resumed.v1", "series_id"

    series_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    resumed_by = fields.UUID(required=True)


class SeriesEnded(Event):
    """A series makes no more requests, for good."""

    source, type, subject = "matching", "series.ended.v1", "series_id"

    series_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    last_on = fields.Date(required=True)
    ended_by = fields.UUID(required=True)
    reason = fields.String(required=True)


class InvalidSeries(Error):
    """The series has no occurrence, lasts too long, or lies in the past."""

    code, status = "invalid_series", 422


class NotAnOccurrence(Error):
    """The series does not fall on that day."""

    code, status = "not_an_occurrence", 409
