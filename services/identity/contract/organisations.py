"""Organisations: agencies that a street has confirmed, volunteer organisations, care homes."""

from enum import StrEnum

from marshmallow import Schema, fields, validate

from services.identity.contract.basics import STREET, TEXT
from services.identity.contract.roles import Role
from services.kernel.contract import Answer, Error, Event, Request


NAME = [validate.Length(1, 100), TEXT]
REASON = [validate.Length(1, 200), TEXT]
DISTRICT = validate.Regexp(r"^[0-9]{6}$(?!\n)", error="A six-digit district code.")
MOST_STREETS = 50
MOST_CARE_PLACES = 5000
MOST_ORGANISATIONS = 100


class OrganisationKind(StrEnum):
    """What an organisation is."""

    AGENCY = "agency"
    VOLUNTEER_ORGANISATION = "volunteer_organisation"
    CARE_HOME = "care_home"


class OrganisationState(StrEnum):
    """Where an organisation stands; closed is final."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class StaffState(StrEnum):
    """Whether somebody works for an organisation; ended is final."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class ProposeOrganisation(Request):
    """Put an organisation forward: an agency with its streets, a care home with its places.

    It may do nothing until another person has confirmed it: for an agency the officer of each
    street, or the district's; else an officer of the district or of the city.
    """

    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    name = fields.String(required=True, validate=NAME)
    district = fields.String(required=True, validate=DISTRICT)
    streets = fields.List(
        fields.String(validate=STREET), load_default=list, validate=validate.Length(0, MOST_STREETS)
    )
    places = fields.Integer(
        load_default=None, strict=True, validate=validate.Range(1, MOST_CARE_PLACES)
    )


class ConfirmOrganisation(Request):
    """Confirm an organisation; of an agency, for those of its streets that are the caller's."""

    organisation_id = fields.UUID(required=True)


class SuspendOrganisation(Request):
    """Stop an organisation: within seconds none of its staff can do anything as its staff."""

    organisation_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ReinstateOrganisation(Request):
    """Let a suspended organisation work again; its staff sign in anew."""

    organisation_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class CloseOrganisation(Request):
    """End an organisation, or turn down one that was proposed, for good."""

    organisation_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ShowOrganisation(Request):
    """An organisation with its projects; with its staff for its leads and for officers."""

    organisation_id = fields.UUID(required=True)


class ListOrganisations(Request):
    """A district's organisations, by name."""

    district = fields.String(required=True, validate=DISTRICT)
    kind = fields.Enum(OrganisationKind, by_value=True, load_default=None)
    state = fields.Enum(OrganisationState, by_value=True, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ORGANISATIONS))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class AddStaff(Request):
    """Make a verified person staff of a confirmed organisation, by its lead or the district.

    An agency's clerks get their role so, in one of the agency's confirmed streets. Leads are made
    by the district's officer alone.
    """

    organisation_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    is_lead = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    role = fields.Enum(
        Role,
        by_value=True,
        load_default=None,
        validate=validate.OneOf([Role.AGENCY_CLERK]),
    )
    area = fields.String(load_default=None, validate=STREET)


class SuspendStaff(Request):
    """Stop somebody as staff: within seconds no token has the role any more."""

    staff_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ReinstateStaff(Request):
    """Let suspended staff work again."""

    staff_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class EndStaff(Request):
    """Somebody no longer works for the organisation; they may say so themselves."""

    staff_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class AddProject(Request):
    """A project of a confirmed volunteer organisation, in one of the eight categories (S6, S10).

    It begins today at the earliest: what was done before does not become a project's.
    """

    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True, validate=NAME)
    category = fields.String(required=True, validate=[validate.Length(1, 40), TEXT])
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None)


class EndProject(Request):
    """A project is over, today."""

    project_id = fields.UUID(required=True)


class StaffAnswer(Answer):
    staff_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    is_lead = fields.Boolean(required=True)
    role = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)


class ProjectAnswer(Answer):
    project_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class OrganisationAnswer(Answer):
    organisation_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True)
    state = fields.String(required=True)
    streets = fields.List(fields.String(), required=True)
    confirmed_streets = fields.List(fields.String(), required=True)
    places = fields.Integer(required=True, allow_none=True)


class OrganisationFile(OrganisationAnswer):
    projects = fields.List(fields.Nested(ProjectAnswer), required=True)
    staff = fields.List(
        fields.Nested(StaffAnswer),
        metadata={"description": "For the organisation's leads and for officers."},
    )


class OrganisationsAnswer(Answer):
    items = fields.List(fields.Nested(OrganisationAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


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


class StaffChanged(Event):
    """Somebody has become staff of an organisation, or is stopped, let go on or ended as such."""

    source, type, subject = "identity", "staff.changed.v1", "staff_id"

    staff_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    is_lead = fields.Boolean(required=True)
    role = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    state = fields.Enum(StaffState, by_value=True, required=True)
    changed_at = fields.AwareDateTime(required=True)
    acted_by = fields.UUID(required=True)


class ProjectChanged(Event):
    """A volunteer organisation has a project, or has set the day of its end."""

    source, type, subject = "identity", "project.changed.v1", "project_id"

    project_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    acted_by = fields.UUID(required=True)


class OrganisationKnown(Error):
    """An organisation of this kind and name is in the district already."""

    code, status = "organisation_known", 409


class WrongOrganisationState(Error):
    """The organisation is in another state than this needs."""

    code, status = "wrong_organisation_state", 409


class StaffKnown(Error):
    """This person is staff of this organisation already, in this area."""

    code, status = "staff_known", 409


class WrongStaffState(Error):
    """This member of staff is in another state than this needs."""

    code, status = "wrong_staff_state", 409


class WrongKind(Error):
    """An organisation of this kind has no such thing."""

    code, status = "wrong_kind", 409
