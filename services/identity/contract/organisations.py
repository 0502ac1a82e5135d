"""Organisations: agencies that a street has confirmed, volunteer organisations, care homes."""

from enum import StrEnum

from marshmallow import Schema, fields

from services.kernel.contract import Event


class OrganisationKind(StrEnum):
    """What an organisation is."""

    AGENCY = "agency"
    VOLUNTEER_ORGANISATION = "volunteer_organisation"
    CARE_HOME = "care_home"


class OrganisationFacts(Schema):
    """What every event of an organisation tells; the newest is the whole truth."""

    organisation_id = fields.UUID(required=True)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    name = fields.String(required=True)
    streets = fields.List(fields.String(), required=True)
    places = fields.Integer(required=True, strict=True, allow_none=True)
    acted_by = fields.UUID(required=True)


class OrganisationConfirmed(OrganisationFacts, Event):
    """A street has confirmed an agency, or the district a volunteer organisation or care home.

    An agency of several streets is told again when another of them confirms it; ``streets`` are
    those that have. ``places`` are a care home's.
    """

    source, type, subject = "identity", "organisation.confirmed.v1", "organisation_id"


class OrganisationSuspended(OrganisationFacts, Event):
    """An organisation may do nothing for now; its staff's tokens are void."""

    source, type, subject = "identity", "organisation.suspended.v1", "organisation_id"

    reason = fields.String(required=True)


class OrganisationReinstated(OrganisationFacts, Event):
    """A suspended organisation may work again."""

    source, type, subject = "identity", "organisation.reinstated.v1", "organisation_id"

    reason = fields.String(required=True)


class OrganisationClosed(OrganisationFacts, Event):
    """An organisation is no more."""

    source, type, subject = "identity", "organisation.closed.v1", "organisation_id"

    reason = fields.String(required=True)
