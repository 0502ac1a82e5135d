"""What every part of identity stands on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from nameko.extensions import DependencyProvider
from sqlalchemy.orm import Session

from services.identity import answers, proving
from services.identity import declarations as catalogue
from services.identity.contract import PersonChanged, StaffChanged
from services.identity.domain import changes, declarations, rights
from services.identity.domain.declarations import Text
from services.identity.domain.guardianship import as_guarded
from services.identity.domain.organisations import Organisation, told_of
from services.identity.domain.people import Person
from services.identity.domain.rules import Rules
from services.identity.providers.choose import Providers
from services.identity.storage import declarations as accepted
from services.identity.storage import memberships
from services.identity.storage import people as stored
from services.identity.storage.guardianships import is_in_care
from services.identity.storage.tables_organisations import StaffRow
from services.identity.storage.vault import Vault
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import Service
from services.kernel.settings import Settings


Facts = dict[str, Any]
STAFF = ("staff_id", "organisation_id", "person_id", "is_lead", "role", "area", "state")


class VaultOfProcess(DependencyProvider):
    """Gives the service ``self.vault``, made once from the process's data key."""

    def setup(self) -> None:
        self.vault = Vault.of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> Vault:
        return self.vault


class ProvidersOfProcess(DependencyProvider):
    """Gives the service ``self.providers``, chosen once by the process's settings."""

    def setup(self) -> None:
        self.providers = Providers.of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> Providers:
        return self.providers


def rules_at(session: Session, call: Call) -> Rules:
    return Rules.from_values(policy_at(session, call.now).values)


class IdentityPart(Service):
    """One room of identity; all of them together are the service."""

    vault = VaultOfProcess()
    providers = ProvidersOfProcess()

    @classmethod
    def check_settings(cls, settings: Settings) -> None:
        Providers.of(settings)

    def person(self, session: Session, person_id: UUID, call: Call, lock: bool = False) -> Person:
        """Somebody whom the caller asks about, with the guardian who stands for them today."""
        found = (stored.lock_person if lock else stored.get_person)(session, person_id)
        if found.guardian_id is None:
            return found
        today, adult_age = city_date(call.now), rules_at(session, call).adult_age
        return as_guarded(found, is_in_care(session, person_id), today, adult_age)

    def check_proof(self, session: Session, person: Person, request: Facts, call: Call) -> None:
        """People show that it is really them; whoever helps them at the desk has seen the card."""
        if rights.is_one_of(call.caller, person):
            sends_codes = self.providers.sms is not None
            proving.check_proof(
                session, self.vault, person.person_id, request["password"], call, sends_codes
            )

    def told_of_change(self, session: Session, person: Person) -> None:
        """Tell the facts as they are now; of somebody not verified nobody keeps any."""
        if person.is_verified:
            self.record(session, PersonChanged, **changes.changed_facts(person))

    def told_of_staff(
        self,
        session: Session,
        organisation: Organisation,
        row: StaffRow,
        changed_at: datetime,
        acted_by: UUID,
    ) -> None:
        """Tell that somebody is staff of an organisation now, or in another state as such."""
        facts = told_of(organisation, row, STAFF)
        self.record(session, StaffChanged, **facts, changed_at=changed_at, acted_by=acted_by)

    def missing(self, session: Session, person: Person, call: Call) -> list[Text]:
        """The declarations that this person, or the guardian, is still asked for."""
        today = city_date(call.now)
        is_minor = not person.is_adult(today, rules_at(session, call).adult_age)
        acceptances = accepted.acceptances_of(session, person.person_id)
        asked = declarations.in_force(catalogue.texts(), today)
        return declarations.missing(acceptances, asked, is_minor)

    def shown(self, session: Session, person: Person, call: Call, to_self: bool = False) -> Facts:
        """The person's record, masked but for themselves."""
        private = stored.open_private(session, self.vault, person.person_id)
        groups = memberships.groups_of(session, person.person_id)
        missing = [text.declaration for text in self.missing(session, person, call)]
        return answers.person(person, private, groups, missing, to_self)
