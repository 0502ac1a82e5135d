"""Charity a second time (S11): donations to elders in need and to pools, and allocations."""

from marshmallow import ValidationError, fields, validates_schema

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.ledger.contract.basics import AMOUNT, DISTRICT, REASON


class DonateCoins(Request):
    """Give earned coins to a special-group elder, or into a charity pool (S11).

    ``pool`` is a district's code, or the city's own. An elder, named by ``person_id``, receives
    donations as long as an officer of the district publishes that they do. Anybody else is refused
    in one and the same way, be they unknown, in need but not published, or not in need; and only
    to a donor who has the coins. So nobody finds out by trying who belongs to a special group.
    """

    person_id = fields.UUID(load_default=None, allow_none=True)
    pool = fields.String(load_default=None, allow_none=True, validate=DISTRICT)
    minutes = Minutes(required=True, validate=AMOUNT)

    @validates_schema
    def goes_one_way(self, data: dict[str, object], **_: object) -> None:
        if (data["person_id"] is None) == (data["pool"] is None):
            raise ValidationError("Name a person or a pool, one of the two.", "person_id")


class DonationAnswer(Answer):
    donation_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    donor_id = fields.UUID(required=True)
    person_id = fields.UUID(allow_none=True)
    pool = fields.String(allow_none=True)
    minutes = fields.Integer(required=True)


class PublishNeed(Request):
    """A district officer publishes that a special-group elder receives donations, or ends that.

    It says of the elder that they belong to some special group, so it needs their consent; the
    reason tells how it was given (S11).
    """

    person_id = fields.UUID(required=True)
    published = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=REASON)


class NeedAnswer(Answer):
    person_id = fields.UUID(required=True)
    published = fields.Boolean(required=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)
    changed_at = fields.AwareDateTime(required=True)


class AllocateFromPool(Request):
    """An officer gives coins from a charity pool to a special-group elder, as granted ones (S11).

    From a district's pool its own officer, to elders of the district; from the city's a city
    officer, to any elder.
    """

    pool = fields.String(required=True, validate=DISTRICT)
    person_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class AllocationAnswer(Answer):
    allocation_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    pool = fields.String(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True)


class ShowPool(Request):
    """What a charity pool has; everybody who is signed in may know."""

    pool = fields.String(required=True, validate=DISTRICT)


class PoolAnswer(Answer):
    pool = fields.String(required=True)
    minutes = fields.Integer(required=True)


class CoinsDonated(Event):
    """Somebody has donated earned coins, to an elder or into a pool (S11)."""

    source, type, subject = "ledger", "coins.donated.v1", "donation_id"

    donation_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    donor_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
    pool = fields.String(required=True, allow_none=True)
    minutes = fields.Integer(required=True, strict=True)


class CoinsAllocated(Event):
    """An officer has given coins from a charity pool to an elder (S11)."""

    source, type, subject = "ledger", "coins.allocated.v1", "allocation_id"

    allocation_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    pool = fields.String(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    allocated_by = fields.UUID(required=True)


class NotReceivingDonations(Error):
    """This person does not receive donations by name; a charity pool does."""

    code, status = "not_receiving_donations", 409


class InsufficientPool(Error):
    """The charity pool does not cover this."""

    code, status = "insufficient_pool", 409
