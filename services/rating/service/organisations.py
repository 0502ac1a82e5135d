"""What identity tells of organisations, their projects and who belongs to them."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    OrganisationClosed,
    OrganisationConfirmed,
    OrganisationReinstated,
    OrganisationState,
    OrganisationSuspended,
    ProjectChanged,
    StaffChanged,
)
from services.kernel.caller import Call
from services.kernel.service import handles
from services.rating.domain.attribution import Project, StaffStep
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.storage import organisations


STEP = tuple(StaffStep.__dataclass_fields__)
PROJECT = tuple(Project.__dataclass_fields__)
ORGANISATION = ("organisation_id", "kind", "name", "district", "sequence")


class Organisations(RatingPart):
    @handles(OrganisationConfirmed)
    def keep_organisation(self, session: Session, event: Facts, call: Call) -> None:
        keep(session, event, OrganisationState.CONFIRMED)

    @handles(OrganisationSuspended)
    def keep_suspension_of_organisation(self, session: Session, event: Facts, call: Call) -> None:
        keep(session, event, OrganisationState.SUSPENDED)

    @handles(OrganisationReinstated)
    def keep_return_of_organisation(self, session: Session, event: Facts, call: Call) -> None:
        keep(session, event, OrganisationState.CONFIRMED)

    @handles(OrganisationClosed)
    def keep_end_of_organisation(self, session: Session, event: Facts, call: Call) -> None:
        keep(session, event, OrganisationState.CLOSED)

    @handles(StaffChanged)
    def keep_staff(self, session: Session, event: Facts, call: Call) -> None:
        organisations.add_step(session, StaffStep(**pick(event, STEP)))

    @handles(ProjectChanged)
    def keep_project(self, session: Session, event: Facts, call: Call) -> None:
        organisations.save_project(session, **pick(event, (*PROJECT, "sequence")))


def keep(session: Session, event: Facts, state: OrganisationState) -> None:
    facts = pick(event, ORGANISATION) | {"kind": event["kind"].value, "state": state.value}
    organisations.save_organisation(session, **facts)
