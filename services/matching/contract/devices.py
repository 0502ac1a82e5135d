"""Phones and agency terminals that sign what they record while there is no network."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Request, Words
from services.matching.contract.visits import CODE, PlaceProof


MOST_CAPTURES = 50
MOST_BATCH_CHARACTERS = 30_000
# Ed25519: 32 bytes of key, 64 of signature, in base64.
PUBLIC_KEY = validate.Regexp(r"^[A-Za-z0-9+/]{43}=$", error="32 bytes in base64.")
SIGNATURE = validate.Regexp(r"^[A-Za-z0-9+/]{86}==$", error="64 bytes in base64.")


class DeviceKind(StrEnum):
    """A volunteer's own phone, or a terminal of the street's agency."""

    PHONE = "phone"
    TERMINAL = "terminal"


class DeviceState(StrEnum):
    """active → revoked."""

    ACTIVE = "active"
    REVOKED = "revoked"


class CaptureKind(StrEnum):
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"


class CaptureOutcome(StrEnum):
    """What became of a capture; ``queued`` is taken too, and a clerk will look at the visit."""

    TAKEN = "taken"
    REPEATED = "repeated"
    QUEUED = "queued"
    REFUSED = "refused"


class RegisterDevice(Request):
    """Make a device known by its public key (Ed25519): one's own phone, or a street's terminal."""

    device_id = fields.UUID(required=True)
    kind = fields.Enum(DeviceKind, by_value=True, load_default=DeviceKind.PHONE)
    name = fields.String(required=True, validate=validate.Length(1, 100))
    public_key = fields.String(required=True, validate=PUBLIC_KEY)
    street = fields.String(load_default=None, allow_none=True, validate=validate.Length(equal=9))


class ShowDevice(Request):
    """One device, without its key."""

    device_id = fields.UUID(required=True)


class RevokeDevice(Request):
    """Nothing that the device signs is taken any more: it was lost, sold or stolen."""

    device_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class SubmitCaptures(Request):
    """Hand in what a device recorded without a network: a batch, signed as it stands.

    ``batch`` is the JSON text of a CaptureBatch; the signature is over its UTF-8 bytes, so that
    nobody has to agree on how JSON is spelt.
    """

    device_id = fields.UUID(required=True)
    batch = fields.String(required=True, validate=validate.Length(2, MOST_BATCH_CHARACTERS))
    signature = fields.String(required=True, validate=SIGNATURE)


class Capture(PlaceProof, Request):
    """One check-in or check-out as the device saw it, under an id that the device gave it."""

    capture_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    kind = fields.Enum(CaptureKind, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    guardian_code = fields.String(load_default=None, allow_none=True, validate=CODE)


class CaptureBatch(Request):
    """What the device signs: the captures, and what its clock showed when it sealed them."""

    device_id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    sealed_at = fields.AwareDateTime(required=True)
    captures = fields.List(
        fields.Nested(Capture), required=True, validate=validate.Length(1, MOST_CAPTURES)
    )


class DeviceAnswer(Answer):
    device_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    street = fields.String(allow_none=True)
    state = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(allow_none=True)


class CaptureAnswer(Answer):
    capture_id = fields.UUID(required=True)
    outcome = fields.String(required=True)
    reason = fields.String(allow_none=True)
    reason_words = Words(of="reason")
    visit_id = fields.UUID(allow_none=True)


class CapturesAnswer(Answer):
    batch_id = fields.UUID(required=True)
    skew_seconds = fields.Integer(required=True)
    items = fields.List(fields.Nested(CaptureAnswer), required=True)


class DeviceConflict(Error):
    """This device_id is another device's, or was registered with another key."""

    code, status = "device_conflict", 409


class DeviceRevoked(Error):
    """This device was revoked; nothing that it signs is taken."""

    code, status = "device_revoked", 409


class BadSignature(Error):
    """The signature is not this device's for this batch."""

    code, status = "bad_signature", 409


class BatchConflict(Error):
    """Another batch of this device already has this batch_id."""

    code, status = "batch_conflict", 409
