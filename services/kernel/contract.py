"""How services make promises to each other: requests, answers, events and errors."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields


CITY_AREA = "110000"
T = TypeVar("T")


class Error(Exception):
    """The request cannot be granted."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    by_code: ClassVar[dict[str, type["Error"]]] = {}
    # Whether what was written before it stays: a failed try that must be counted, say.
    keeps_changes: ClassVar[bool] = False
    # The version of the rules by which it was refused, and since when that holds.
    policy: Mapping[str, Any] | None = None

    def __init__(self, message: str | None = None, fields: Mapping[str, Any] | None = None):
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])
        self.fields = dict(fields or {})

    def __init_subclass__(cls) -> None:
        # The code is what crosses the wire, so it must name one class only.
        known = Error.by_code.setdefault(cls.code, cls)
        if known is not cls and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"error code {cls.code!r} names both {known} and {cls}")

    def to_wire(self) -> dict[str, Any]:
        """Code, status, sentence, fields, rules: all that a caller ever sees of a failure."""
        wire = {
            "code": self.code,
            "status": self.status,
            "message": str(self),
            "fields": self.fields,
        }
        return wire | ({"policy": dict(self.policy)} if self.policy else {})

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> "Error":
        """The same error on the caller's side; an unknown code keeps its status and words."""
        cls = Error.by_code.get(wire["code"])
        if cls is None:
            error = Error(wire["message"], wire.get("fields"))
            error.code, error.status = wire["code"], wire["status"]  # type: ignore[misc]
        else:
            error = cls(wire["message"], wire.get("fields"))
        error.policy = wire.get("policy")
        return error


class Unacceptable(Exception):
    """An event that no retry can make right: it is parked at once, with the reason."""


class InvalidRequest(Error):
    """The request does not match its contract."""

    code, status = "invalid_request", 422


class NotFound(Error):
    """There is no such thing."""

    code, status = "not_found", 404


class Forbidden(Error):
    """You have no right to do this here."""

    code, status = "forbidden", 403


class Unauthenticated(Error):
    """Sign in first: the token is missing, expired or not ours."""

    code, status = "unauthenticated", 401


class IdempotencyConflict(Error):
    """This Idempotency-Key was used for another request."""

    code, status = "idempotency_conflict", 409


class TooManyRequests(Error):
    """Too many attempts. Wait a while and try again."""

    code, status = "too_many_requests", 429


class Unavailable(Error):
    """A part of the system is away for a moment. Try again with the same Idempotency-Key."""

    code, status = "unavailable", 503


class DeadlineExceeded(Error):
    """The answer did not come in time. Try again with the same Idempotency-Key."""

    code, status = "deadline_exceeded", 504


class InternalError(Error):
    """The fault is ours; it has been logged."""

    code, status = "internal_error", 500


@cache
def shared(schema: type[Schema]) -> Schema:
    """One instance of each schema, for making one costs more than using it; loading keeps none."""
    return schema()


class Request(Schema):
    """What a caller may ask for. Unknown fields are refused."""

    class Meta:
        unknown = RAISE

    @classmethod
    def parse(cls, payload: Any) -> dict[str, Any]:
        """The payload as Python values; raises InvalidRequest with the reason for each field."""
        try:
            return dict(shared(cls).load(payload))
        except ValidationError as error:
            raise InvalidRequest(fields=error.normalized_messages()) from error


class Answer(Schema):
    """The shape of what a caller gets back; also what the API documentation shows."""


class Words(fields.Dict):
    """What the code in another field of the answer means, as ``zh`` and ``en``.

    Services answer codes; the gateway, which has the words for all of them, says them here.
    """

    def __init__(self, of: str, **kwargs: Any):
        super().__init__(keys=fields.String(), values=fields.String(), allow_none=True, **kwargs)
        self.of = of


class Event(Schema):
    """What has happened. Readers ignore fields they do not know, so adding one is safe.

    ``source`` is the service that publishes it; ``type`` is past tense with its version last;
    ``subject`` names the field that holds the aggregate's id; ``district`` is the area that
    the routing key ends in (six digits; the city's code when it concerns the whole city).
    """

    class Meta:
        unknown = EXCLUDE

    source: ClassVar[str]
    type: ClassVar[str]
    subject: ClassVar[str]

    district = fields.String(required=True)

    @classmethod
    def parse(cls, payload: Any) -> dict[str, Any]:
        """The facts as Python values; raises InvalidRequest when they break the contract."""
        try:
            return dict(shared(cls).load(payload))
        except ValidationError as error:
            raise InvalidRequest(fields=error.normalized_messages()) from error

    @classmethod
    def routing_key(cls, district: str) -> str:
        return f"{cls.type}.{district}"


def descendants(cls: type[T]) -> Iterator[type[T]]:
    """Every subclass, however deep: all events, errors, requests of the loaded contracts."""
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


class Minutes(fields.Integer):
    """Whole minutes as a JSON integer: never a float, a string or a boolean (1 coin = 60)."""

    def __init__(self, **kwargs: Any):
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)
