"""Identity on the wire: parse, one transaction, decide, record."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from eventlet import tpool
from nameko.extensions import DependencyProvider
from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    AdoptPolicy,
    ApproveSpecialGroup,
    AssignRole,
    BadCredentials,
    ClaimKinship,
    ConfirmKinship,
    KinshipConfirmed,
    ListKinships,
    LogIn,
    PersonRegistered,
    PersonVerified,
    PolicyAdopted,
    RegisterPerson,
    Role,
    ShowPerson,
    ShowPolicy,
    ShowPublicKeys,
    SpecialGroupApproved,
    VerifyPerson,
)
from services.identity.domain import people, rights, rules, sessions
from services.identity.domain.id_number import parse_id_number
from services.identity.domain.kinship import Kinship, check_open, check_plausible
from services.identity.domain.people import Person, PersonState
from services.identity.domain.phones import normalise_phone
from services.identity.domain.rules import Rules
from services.identity.passwords import hash_password, is_password
from services.identity.storage import kinships, log_ins, policies, signing_keys
from services.identity.storage import people as stored
from services.identity.storage.vault import Vault
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA, TooManyRequests
from services.kernel.database import DatabaseEngine, transact
from services.kernel.policy import policy_at
from services.kernel.service import Service, command, every, query
from services.kernel.waiting import poll


LOG_IN_WAIT_SECONDS = 5
SWEEP_SECONDS = 3600
OLD_ATTEMPT_DAYS = 7

Facts = dict[str, Any]


class VaultOfProcess(DependencyProvider):
    """Gives the service ``self.vault``, made once from the process's data key."""

    def setup(self) -> None:
        self.vault = Vault(self.container.config["settings"].data_key)

    def get_dependency(self, worker_ctx: Any) -> Vault:
        return self.vault


def rules_at(session: Session, call: Call) -> Rules:
    return Rules.from_values(policy_at(session, call.now).values)


class IdentityService(Service):
    """People, credentials, roles, kinship, special groups and the policy."""

    name = "identity"
    vault = VaultOfProcess()

    @command(RegisterPerson)
    def register_person(self, session: Session, request: Facts, call: Call) -> Facts:
        people.check_street(request["street"])
        today = city_date(call.now)
        id_number = parse_id_number(request["id_number"], today)
        person = Person(
            person_id=uuid4(),
            state=PersonState.REGISTERED,
            name=people.checked_name(request["name"]),
            birth_date=id_number.birth_date,
            street=request["street"],
            latitude=request["home"]["latitude"],
            longitude=request["home"]["longitude"],
            willing_and_healthy=request["willing_and_healthy"],
            school=request["school"],
            guardian_id=request["guardian_id"],
        )
        adult_age = rules_at(session, call).adult_age
        guardian = stored.find_person(session, person.guardian_id)
        people.check_guardian(person, guardian, today, adult_age)
        private = stored.Private(
            id_number=id_number.number,
            phone=normalise_phone(request["phone"]) if request["phone"] else None,
            address=request["address"],
            password_hash=hashed(request["password"]),
        )
        row = stored.row_values(self.vault, person, private, call.now, call.caller.person_id)
        stored.add_people(session, [row])
        self.record(session, PersonRegistered, **people.registered_facts(person))
        return answers.person(person, private, [])

    @query(ShowPerson)
    def show_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_may_see(call.caller, person)
        private = stored.open_private(session, self.vault, person.person_id)
        groups = stored.special_groups_of(session, person.person_id)
        return answers.person(
            person, private, groups, to_self=call.caller.person_id == person.person_id
        )

    @command(VerifyPerson)
    def verify_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        rights.require_clerk_of(call.caller, person)
        people.check_unverified(person)
        verified = stored.save_verified(session, person, call.now, call.caller.person_id)
        facts = people.verified_facts(verified, call.caller.person_id)
        self.record(session, PersonVerified, **facts)
        private = stored.open_private(session, self.vault, person.person_id)
        return answers.person(verified, private, [])

    @query(LogIn, session=False)
    def log_in(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        """Short transactions, none of which fails, so that a wrong password stays counted."""
        phone_index = self.vault.index("phone", normalise_phone(request["phone"]))
        attempt_id = self.begin_attempt(db, phone_index, call)
        credentials = transact(db.begin, lambda s: stored.find_credentials(s, phone_index))
        password_hash = credentials.password_hash if credentials else None
        fits = tpool.execute(is_password, password_hash, request["password"])
        if credentials is None or not fits:
            transact(db.begin, lambda s: log_ins.fail_attempt(s, attempt_id))
            raise BadCredentials

        def open_session(session: Session) -> Facts:
            log_ins.forget_attempts(session, phone_index, attempt_id)
            return self.session_of(session, credentials.person, call)

        return transact(db.begin, open_session)

    def begin_attempt(self, db: DatabaseEngine, phone_index: str, call: Call) -> UUID:
        """Note an attempt, after waiting for checks under way that may use up the limit."""
        attempt_id = uuid4()

        def begin(session: Session) -> bool:
            policy = rules_at(session, call)
            return log_ins.begin_attempt(session, attempt_id, phone_index, call.now, policy)

        if not poll(lambda: transact(db.begin, begin), LOG_IN_WAIT_SECONDS):
            raise TooManyRequests
        return attempt_id

    def session_of(self, session: Session, person: Person, call: Call) -> Facts:
        """A token; the roles of somebody not verified wait until the verification."""
        roles = stored.roles_of(session, person.person_id) if person.is_verified else []
        expiry = sessions.expires_at(call.now, rules_at(session, call))
        key = signing_keys.signing_key(session, self.vault, call.now)
        claims = sessions.claims(person.person_id, roles, call.now, expiry)
        token = signing_keys.sign(self.vault, key, claims)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_at": expiry,
            "person_id": person.person_id,
            "roles": claims["roles"],
        }

    @query(ShowPublicKeys)
    def show_public_keys(self, session: Session, request: Facts, call: Call) -> Facts:
        signing_keys.signing_key(session, self.vault, call.now)
        return {"keys": signing_keys.public_keys(session, call.now)}

    @command(AssignRole)
    def assign_role(self, session: Session, request: Facts, call: Call) -> Facts:
        role, area = Role(request["role"]), request["area"]
        rights.require_may_assign(call.caller, role, area)
        people.check_role_area(role, area)
        person = stored.get_person(session, request["person_id"])
        people.check_verified(person)
        stored.add_roles(session, person.person_id, [(role, area)], call.now, call.caller.person_id)
        return {"person_id": person.person_id, "role": role, "area": area}

    @command(ClaimKinship)
    def claim_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        claim = Kinship(**request)
        person = stored.get_person(session, claim.person_id)
        relative = stored.get_person(session, claim.relative_id)
        rights.require_may_claim(call.caller, person, relative)
        check_plausible(claim, person.birth_date, relative.birth_date)
        row = kinships.add_claim(session, uuid4(), claim, call.now, call.caller.person_id)
        return answers.kinship(row, seen_from=claim.person_id)

    @command(ConfirmKinship)
    def confirm_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, *pair = kinships.lock_with_people(session, request["kinship_id"])
        rights.require_clerk_of(call.caller, *pair)
        people.check_verified(*pair)
        check_open(row.state)
        kinships.save_confirmed(session, row, call.now, call.caller.person_id)
        facts = answers.kinship(row, seen_from=row.person_id)
        self.record(
            session,
            KinshipConfirmed,
            district=pair[0].district,
            confirmed_by=call.caller.person_id,
            **{name: value for name, value in facts.items() if name != "state"},
        )
        return facts

    @query(ListKinships)
    def list_kinships(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_may_see(call.caller, person)
        rows = kinships.kinships_of(session, person.person_id)
        return {"items": [answers.kinship(row, seen_from=person.person_id) for row in rows]}

    @command(ApproveSpecialGroup)
    def approve_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_district_officer_of(call.caller, person)
        people.check_verified(person)
        approved_by = call.caller.person_id
        if stored.add_special_group(
            session, self.vault, **request, now=call.now, approved_by=approved_by
        ):
            self.record(
                session,
                SpecialGroupApproved,
                district=person.district,
                person_id=person.person_id,
                group=request["group"],
                approved_by=approved_by,
            )
        return {
            "person_id": person.person_id,
            "group": request["group"],
            "district": person.district,
        }

    @command(AdoptPolicy)
    def adopt_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_role(call.caller, Role.CITY_OFFICER, CITY_AREA)
        newest, newest_values = policies.lock_newest(session)
        rules.check_policy(request["version"], request["values"], newest, newest_values)
        policies.save_adoption(session, **request, now=call.now, adopted_by=call.caller.person_id)
        self.record(session, PolicyAdopted, district=CITY_AREA, **request)
        return request

    @query(ShowPolicy)
    def show_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        return vars(policy_at(session, call.now))

    @every(seconds=SWEEP_SECONDS)
    def forget_old_attempts(self, session: Session, call: Call) -> None:
        log_ins.delete_old_attempts(session, call.now - timedelta(days=OLD_ATTEMPT_DAYS))


def hashed(password: str | None) -> str | None:
    """The hash, made in a thread so that the other green threads go on meanwhile."""
    return tpool.execute(hash_password, password) if password else None
