"""The ledger on the wire: an entrypoint makes a command of what comes, or answers a question."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity.contract import (
    KinshipConfirmed,
    KinshipEnded,
    PersonVerified,
    PolicyAdopted,
    SpecialGroupApproved,
    SpecialGroupEnded,
)
from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.database import DatabaseEngine
from services.kernel.ids import new_id
from services.kernel.paging import encode_cursor
from services.kernel.policy import save_policy
from services.kernel.service import command, every, handles, query
from services.ledger import answers, domain, granting, storage
from services.ledger.contract import (
    AnswerOffer,
    ApplyForCareHome,
    CancelGrantRun,
    GiftCoins,
    GrantCoins,
    LapseOffer,
    ListApplications,
    ListGrantRuns,
    Move,
    OfferPlace,
    PrepareGrantRun,
    ReviewApplication,
    ShowAdmission,
    ShowApplication,
    ShowBudget,
    ShowGrantRun,
    ShowHold,
    ShowStatement,
    ShowTrialBalance,
    ShowWallet,
    StartGrantRun,
    TopUpBudget,
    WithdrawApplication,
)
from services.ledger.disputes import Disputes
from services.ledger.domain import rights
from services.ledger.gathering import posts, posts_on
from services.ledger.homes import CareHomes
from services.ledger.inquiries import Inquiries, person_for, policy_for
from services.ledger.lives import Lives
from services.ledger.offices import Offices
from services.ledger.powers import Powers
from services.ledger.programmes import Programmes
from services.ledger.rewards import Rewards
from services.matching.contract import (
    RequestCancelled,
    RequestExpired,
    RequestRefused,
    RequestSubmitted,
    VisitCompleted,
    VisitNoShow,
)


# How long a grant run may wait for its next lines when the one who worked on it has died.
GRANT_RUN_SECONDS = 1.0


class LedgerService(Inquiries, Offices, Programmes, CareHomes, Disputes, Rewards, Lives, Powers):
    name = "ledger"

    # What others tell us

    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: dict[str, Any], call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(PersonVerified)
    def open_wallet(self, session: Session, event: dict[str, Any], call: Call) -> None:
        person_id = event["person_id"]
        storage.save_person(
            session,
            person_id,
            event["name"],
            event["birth_date"],
            event["street"],
            event["sequence"],
        )
        storage.open_accounts(session, domain.wallets(person_id).values())

    @handles(KinshipConfirmed)
    def keep_kinship(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_kinship(session, event["kinship_id"], kinship_of(event), event["sequence"])

    @handles(KinshipEnded)
    def end_kinship(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.end_kinship(session, event["kinship_id"], kinship_of(event), event["sequence"])

    @handles(SpecialGroupApproved)
    def keep_special_group(self, session: Session, event: dict[str, Any], call: Call) -> None:
        membership_id = event.get("membership_id")
        storage.save_membership(session, membership_id, event["person_id"], event["group"], False)

    @handles(SpecialGroupEnded)
    def end_special_group(self, session: Session, event: dict[str, Any], call: Call) -> None:
        """Nothing more is granted for it; what was granted stays."""
        membership_id = event["membership_id"]
        storage.save_membership(session, membership_id, event["person_id"], event["group"], True)

    # Holds

    @posts_on(RequestSubmitted)
    def hold_coins(self, event: dict[str, Any], call: Call) -> domain.Command:
        names = ("request_id", "elder_id", "district", "minutes")
        facts = {name: event[name] for name in names}
        return domain.PlaceHold(new_id(), **facts, programme_id=event.get("programme_id"))

    @posts_on(RequestCancelled)
    def release_cancelled(self, event: dict[str, Any], call: Call) -> domain.Command:
        return release(event)

    @posts_on(RequestRefused)
    def release_refused(self, event: dict[str, Any], call: Call) -> domain.Command:
        return release(event)

    @posts_on(RequestExpired)
    def release_expired(self, event: dict[str, Any], call: Call) -> domain.Command:
        return release(event)

    @posts_on(VisitNoShow)
    def release_no_show(self, event: dict[str, Any], call: Call) -> domain.Command:
        return release(event)

    @posts_on(VisitCompleted)
    def pay_volunteer(self, event: dict[str, Any], call: Call) -> domain.Command:
        names = ("visit_id", "request_id", "volunteer_id", "district", "minutes", "policy_version")
        return domain.PayVisit(**{name: event[name] for name in names})

    # Budgets, grants and gifts

    @posts(TopUpBudget)
    def top_up_budget(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.TopUp(new_id(), call.caller, **request)

    @posts(GrantCoins)
    def grant_coins(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Grant(new_id(), call.caller, **request)

    @posts(GiftCoins)
    def gift_coins(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Gift(new_id(), call.caller, **request)

    # Grant runs

    @command(PrepareGrantRun)
    def prepare_grant_run(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        return granting.prepare(session, request, call, policy_for(session, call))

    @posts(StartGrantRun)
    def start_grant_run(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.StartRun(request["run_id"], call.caller, call.correlation_id)

    @posts(CancelGrantRun)
    def cancel_grant_run(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.CancelRun(request["run_id"], call.caller)

    @every(seconds=GRANT_RUN_SECONDS, session=False)
    def carry_on_grant_runs(self, db: DatabaseEngine, call: Call) -> None:
        granting.carry_on(db, self.posting.submit)

    @query(ShowGrantRun)
    def show_grant_run(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        return granting.show(session, request, call)

    @query(ListGrantRuns)
    def list_grant_runs(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        return granting.list_runs(session, request, call)

    # Places in care homes

    @posts(ApplyForCareHome)
    def apply_for_care_home(self, request: dict[str, Any], call: Call) -> domain.Command:
        person_id = request["person_id"] or rights.signed_in(call.caller)
        return domain.Apply(new_id(), call.caller, person_id, request["need"])

    @posts(ReviewApplication)
    def review_application(self, request: dict[str, Any], call: Call) -> domain.Command:
        move = Move.APPROVE if request.pop("approved") else Move.REJECT
        return domain.Proceed(caller=call.caller, move=move, **request)

    @posts(OfferPlace)
    def offer_place(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Proceed(caller=call.caller, move=Move.OFFER, **request)

    @posts(AnswerOffer)
    def answer_offer(self, request: dict[str, Any], call: Call) -> domain.Command:
        move = Move(request.pop("answer"))
        return domain.Proceed(caller=call.caller, move=move, **request)

    @posts(WithdrawApplication)
    def withdraw_application(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Proceed(caller=call.caller, move=Move.WITHDRAW, **request)

    @posts(LapseOffer)
    def lapse_offer(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Proceed(caller=call.caller, move=Move.LAPSE, **request)

    # Answers

    @query(ShowWallet)
    def show_wallet(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        at = request["at"]
        if at is None:
            return answers.wallet(person, storage.wallet_of(session, person.person_id))
        return answers.wallet(person, storage.wallet_as_of(session, person.person_id, at), at)

    @query(ShowAdmission)
    def show_admission(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        policy = policy_for(session, call)
        balances = storage.wallet_of(session, person.person_id).balances
        figures = domain.admission(balances, policy)
        application = storage.find_open_application(session, person.person_id)
        return {
            "person_id": person.person_id,
            **vars(figures),
            "eligible": figures.eligible,
            "reserved_minutes": application.minutes if application else 0,
            "application_id": application and application.application_id,
            "policy_version": policy.version,
        }

    @query(ShowApplication)
    def show_application(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        application = storage.find_application(session, request["application_id"])
        if application is None:
            raise NotFound("There is no such application.")
        if call.caller.person_id != application.applied_by:
            person = storage.find_person(session, application.person_id)
            rights.may_see(call.caller, application.person_id, person)
        place = storage.find_queue(session, application.district).place_of(application)
        steps = storage.find_steps(session, application.application_id)
        return domain.shown(application, place) | {"steps": [vars(step) for step in steps]}

    @query(ListApplications)
    def list_applications(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        district, state, limit = request["district"], request["state"], request["limit"]
        rights.may_see_district(call.caller, district)
        after = answers.waiting_after(request["cursor"])
        found = storage.application_page(session, district, state, limit, after)
        page, more = found[:limit], len(found) > limit
        queue = storage.find_queue(session, district)
        return {
            "items": [domain.shown(each, queue.place_of(each)) for each in page],
            "next_cursor": encode_cursor(*page[-1].waiting) if more else None,
        }

    @query(ShowStatement)
    def show_statement(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        before = answers.position_of(request["cursor"])
        lines = storage.statement_page(session, person.person_id, request["limit"], before)
        page, more = lines[: request["limit"]], len(lines) > request["limit"]
        return {
            "person_id": person.person_id,
            "items": [answers.statement_line(line) for line in page],
            "next_cursor": encode_cursor(*page[-1].position) if more else None,
        }

    @query(ShowHold)
    def show_hold(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        hold = storage.find_hold(session, request["request_id"])
        if hold is None:
            raise NotFound("No coins are held for this request.")
        if hold.programme_id is None:
            rights.may_see(call.caller, hold.elder_id, storage.find_person(session, hold.elder_id))
        else:
            rights.may_see_programme(call.caller, hold.district)
        return answers.hold(hold)

    @query(ShowBudget)
    def show_budget(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        district = request["district"]
        rights.may_see_district(call.caller, district)
        minutes = storage.balance_of(session, domain.budget(district)) or 0
        return {"district": district, "minutes": minutes}

    @query(ShowTrialBalance)
    def show_trial_balance(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.may_audit(call.caller)
        return answers.trial_balance(*storage.trial_balance(session))


def kinship_of(event: dict[str, Any]) -> domain.Kinship:
    return domain.Kinship(event["person_id"], event["relative_id"], event["relation"])


def release(event: dict[str, Any]) -> domain.Command:
    return domain.ReleaseHold(new_id(), event["request_id"], event["elder_id"], event["district"])
