"""The ledger on the wire: parse, one transaction, decide, record."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.identity.contract import (
    KinshipConfirmed,
    PersonVerified,
    PolicyAdopted,
    SpecialGroupApproved,
)
from services.kernel.calendar import age_at
from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.paging import encode_cursor
from services.kernel.policy import policy_at, save_policy
from services.kernel.service import Service, command, handles, query
from services.ledger import answers, domain, rights, storage
from services.ledger.contract import (
    CoinsEarned,
    CoinsGifted,
    CoinsGranted,
    GiftCoins,
    GrantCoins,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    NoWallet,
    Provenance,
    ShowAdmission,
    ShowBudget,
    ShowHold,
    ShowStatement,
    ShowTrialBalance,
    ShowWallet,
    TopUpBudget,
)
from services.matching.contract import (
    RequestCancelled,
    RequestExpired,
    RequestSubmitted,
    VisitCompleted,
    VisitNoShow,
)


def policy_for(session: Session, call: Call) -> domain.LedgerPolicy:
    policy = policy_at(session, call.now)
    return domain.LedgerPolicy.from_values(policy.version, policy.values)


class LedgerService(Service):
    name = "ledger"

    # What others tell us

    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: dict[str, Any], call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(PersonVerified)
    def open_wallet(self, session: Session, event: dict[str, Any], call: Call) -> None:
        person_id = event["person_id"]
        storage.save_person(
            session, person_id, event["birth_date"], event["street"], event["sequence"]
        )
        storage.open_accounts(session, domain.wallets(person_id).values())

    @handles(KinshipConfirmed)
    def keep_kinship(self, session: Session, event: dict[str, Any], call: Call) -> None:
        kinship = domain.Kinship(event["person_id"], event["relative_id"], event["relation"])
        storage.save_kinship(session, event["kinship_id"], kinship)

    @handles(SpecialGroupApproved)
    def keep_special_group(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_special_group(session, event["person_id"], event["group"])

    # Holds

    @handles(RequestSubmitted)
    def hold_coins(self, session: Session, event: dict[str, Any], call: Call) -> None:
        request_id, elder_id = event["request_id"], event["elder_id"]
        if storage.find_hold(session, request_id):
            return
        policy = policy_for(session, call)
        decided = self._decide_hold(session, elder_id, event["minutes"], policy, call)
        facts = {"district": event["district"], "request_id": request_id, "elder_id": elder_id}
        if isinstance(decided, domain.Refusal):
            self.record(session, HoldRefused, **facts, **vars(decided))
            return
        hold = domain.Hold(uuid4(), request_id, elder_id, event["district"], decided)
        if storage.add_hold(session, hold):
            storage.open_accounts(session, [domain.escrow(request_id)])
            storage.post(session, domain.hold_transfer(hold, policy.version), call.now)
            self.record(session, HoldPlaced, **facts, hold_id=hold.hold_id, minutes=hold.minutes)

    def _decide_hold(
        self,
        session: Session,
        elder_id: UUID,
        minutes: int,
        policy: domain.LedgerPolicy,
        call: Call,
    ) -> dict[Provenance, int] | domain.Refusal:
        elder = storage.find_person(session, elder_id)
        if elder is None:
            return domain.decide_hold(minutes, None, 0, policy)
        wallets = domain.wallets(elder_id)
        locked = storage.lock_balances(session, wallets.values())
        balances = {part: locked[account] for part, account in wallets.items()}
        age = age_at(elder.birth_date, call.now)
        return domain.decide_hold(minutes, balances, age, policy)

    @handles(RequestCancelled)
    def release_cancelled(self, session: Session, event: dict[str, Any], call: Call) -> None:
        self._release(session, event, call)

    @handles(RequestExpired)
    def release_expired(self, session: Session, event: dict[str, Any], call: Call) -> None:
        self._release(session, event, call)

    @handles(VisitNoShow)
    def release_no_show(self, session: Session, event: dict[str, Any], call: Call) -> None:
        self._release(session, event, call)

    def _release(self, session: Session, event: dict[str, Any], call: Call) -> None:
        request_id = event["request_id"]
        ahead = domain.release_ahead(uuid4(), request_id, event["elder_id"], event["district"])
        if storage.add_hold(session, ahead):
            return
        hold = storage.lock_hold(session, request_id)
        settlement = hold and domain.decide_release(hold)
        if settlement:
            self._settle(session, settlement, call)

    @handles(VisitCompleted)
    def pay_volunteer(self, session: Session, event: dict[str, Any], call: Call) -> None:
        hold = storage.lock_hold(session, event["request_id"])
        if hold is None:
            raise NotFound("The coins of this visit's request are not held yet.")
        if storage.find_person(session, event["volunteer_id"]) is None:
            raise NoWallet
        settlement = domain.decide_post(
            hold,
            event["visit_id"],
            event["volunteer_id"],
            event["minutes"],
            event["policy_version"],
            policy_for(session, call).spending_order,
        )
        if settlement is None:
            return
        self._settle(session, settlement, call)
        if settlement.post:
            self.record(
                session,
                CoinsEarned,
                transfer_id=settlement.post.transfer_id,
                elder_id=hold.elder_id,
                **answers.pick(
                    event,
                    "district",
                    "visit_id",
                    "request_id",
                    "volunteer_id",
                    "minutes",
                    "policy_version",
                ),
            )

    def _settle(self, session: Session, settlement: domain.Settlement, call: Call) -> None:
        hold = settlement.hold
        storage.lock_balances(session, domain.accounts_of(settlement.transfers))
        for transfer in settlement.transfers:
            storage.post(session, transfer, call.now)
        storage.settle_hold(session, hold)
        if settlement.release:
            self.record(
                session,
                HoldReleased,
                district=hold.district,
                hold_id=hold.hold_id,
                request_id=hold.request_id,
                elder_id=hold.elder_id,
                minutes=hold.released_minutes,
            )

    # Budgets, grants and gifts

    @command(TopUpBudget)
    def top_up_budget(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        district = request["district"]
        acted_by = rights.may_top_up(call.caller, district)
        budget, issuance = domain.budget(district), domain.issuance()
        storage.open_accounts(session, [budget, issuance])
        transfer = domain.top_up(uuid4(), district, request["minutes"], request["reason"], acted_by)
        storage.post(session, transfer, call.now)
        return {"district": district, "minutes": storage.balance_of(session, budget)}

    @command(GrantCoins)
    def grant_coins(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        person = storage.find_person(session, request["person_id"])
        granted_by = rights.may_grant(call.caller, person)
        if person is None:
            raise NoWallet
        budget = domain.budget(person.district)
        granted = domain.wallet(person.person_id, Provenance.GRANTED)
        balances = storage.lock_balances(session, [budget, granted])
        grant_id = uuid4()
        transfer = domain.decide_grant(
            grant_id=grant_id,
            **request,
            district=person.district,
            granted_by=granted_by,
            budget_minutes=balances.get(budget, 0),
            in_special_group=storage.in_special_group(session, person.person_id),
            policy=policy_for(session, call),
        )
        storage.post(session, transfer, call.now)
        answer = {
            "grant_id": grant_id,
            "person_id": person.person_id,
            "district": person.district,
            "minutes": request["minutes"],
        }
        self.record(session, CoinsGranted, **answer, granted_by=granted_by)
        return answer

    @command(GiftCoins)
    def gift_coins(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        giver_id, receiver_id = rights.signed_in(call.caller), request["receiver_id"]
        policy = policy_for(session, call)
        kinships = storage.kinships_of(session, giver_id)
        domain.require_kin(giver_id, receiver_id, kinships, policy)
        giver = storage.find_person(session, giver_id)
        receiver = storage.find_person(session, receiver_id)
        if giver is None or receiver is None:
            raise NoWallet
        earned = domain.wallet(giver_id, Provenance.EARNED)
        gifted = domain.wallet(receiver_id, Provenance.GIFTED)
        balances = storage.lock_balances(session, [earned, gifted])
        answer = {"gift_id": uuid4(), "giver_id": giver_id, **request}
        transfer = domain.decide_gift(
            **answer,
            earned_minutes=balances[earned],
            receiver_age=age_at(receiver.birth_date, call.now),
            kinships=kinships,
            policy=policy,
        )
        storage.post(session, transfer, call.now)
        self.record(session, CoinsGifted, district=giver.district, **answer)
        return answer

    # Answers

    @query(ShowWallet)
    def show_wallet(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        person = storage.find_person(session, request["person_id"])
        rights.may_see(call.caller, request["person_id"], person)
        if person is None:
            raise NoWallet
        balances, held = storage.wallet_of(session, person.person_id)
        return answers.wallet(person.person_id, balances, held)

    @query(ShowAdmission)
    def show_admission(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = storage.find_person(session, request["person_id"])
        rights.may_see(call.caller, request["person_id"], person)
        if person is None:
            raise NoWallet
        policy = policy_for(session, call)
        balances, _ = storage.wallet_of(session, person.person_id)
        figures = domain.admission(balances, policy)
        return {
            "person_id": person.person_id,
            **vars(figures),
            "eligible": figures.eligible,
            "policy_version": policy.version,
        }

    @query(ShowStatement)
    def show_statement(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = storage.find_person(session, request["person_id"])
        rights.may_see(call.caller, request["person_id"], person)
        if person is None:
            raise NoWallet
        before = answers.position_of(request["cursor"])
        lines = storage.statement_page(session, person.person_id, request["limit"], before)
        page, more = lines[: request["limit"]], len(lines) > request["limit"]
        return {
            "person_id": person.person_id,
            "items": [answers.statement_line(line) for line in page],
            "next_cursor": encode_cursor(page[-1].position) if more else None,
        }

    @query(ShowHold)
    def show_hold(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        hold = storage.find_hold(session, request["request_id"])
        if hold is None:
            raise NotFound("No coins are held for this request.")
        rights.may_see(call.caller, hold.elder_id, storage.find_person(session, hold.elder_id))
        return answers.hold(hold)

    @query(ShowBudget)
    def show_budget(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        district = request["district"]
        rights.may_see_budget(call.caller, district)
        minutes = storage.balance_of(session, domain.budget(district)) or 0
        return {"district": district, "minutes": minutes}

    @query(ShowTrialBalance)
    def show_trial_balance(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.may_audit(call.caller)
        return answers.trial_balance(*storage.trial_balance(session))
