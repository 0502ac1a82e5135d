"""Coins that are given: grants from a budget by an officer (S16), gifts within a family (S5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.calendar import age_at
from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest
from services.ledger.contract import (
    CoinsGifted,
    CoinsGranted,
    InsufficientBudget,
    InsufficientCoins,
    NotInSpecialGroup,
    NotKin,
    Provenance,
    ReceiverNotElder,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, budget, issuance, wallet
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.people import Kin, Kinship, Person, opposite
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


def top_up(top_up_id: UUID, district: str, minutes: int, reason: str, acted_by: UUID) -> Transfer:
    """The city issues minutes into a district's budget: the only way that coins come to be."""
    return move(
        TransferKind.BUDGET_TOP_UP,
        top_up_id,
        out_of={issuance(): minutes},
        into={budget(district): minutes},
        reason=reason,
        acted_by=acted_by,
    )


def grant(
    grant_id: UUID,
    person_id: UUID,
    district: str,
    minutes: int,
    reason: str,
    granted_by: UUID,
    budget_minutes: int,
    in_special_group: bool,
    policy: LedgerPolicy,
) -> Transfer:
    """From the district's budget to the elder's granted coins.

    Raises NotInSpecialGroup where the policy asks for one, InsufficientBudget.
    """
    if policy.special_groups_only and not in_special_group:
        raise NotInSpecialGroup(fields={"special_groups_only": policy.special_groups_only})
    if budget_minutes < minutes:
        raise InsufficientBudget(
            fields={"needed_minutes": minutes, "budget_minutes": budget_minutes}
        )
    return move(
        TransferKind.GRANT,
        grant_id,
        out_of={budget(district): minutes},
        into={wallet(person_id, Provenance.GRANTED): minutes},
        reason=reason,
        acted_by=granted_by,
        policy_version=policy.version,
    )


def require_kin(
    giver_id: UUID, receiver_id: UUID, kinships: Iterable[Kinship], policy: LedgerPolicy
) -> None:
    """Raise NotKin unless the receiver is a confirmed relative of the giver, whoever claimed it."""
    if giver_id == receiver_id:
        raise InvalidRequest(fields={"receiver_id": ["Nobody gives coins to themselves."]})
    for kinship in kinships:
        pair = (kinship.person_id, kinship.relative_id)
        if pair == (giver_id, receiver_id) and kinship.relation in policy.gift_relations:
            return
        if pair == (receiver_id, giver_id) and opposite(kinship.relation) in policy.gift_relations:
            return
    raise NotKin(fields={"relations": sorted(map(str, policy.gift_relations))})


def gift(
    gift_id: UUID,
    giver_id: UUID,
    receiver_id: UUID,
    minutes: int,
    earned_minutes: int,
    receiver_age: int,
    kinships: Iterable[Kinship],
    policy: LedgerPolicy,
) -> Transfer:
    """From the giver's earned coins to the receiver's gifted ones.

    Raises NotKin, ReceiverNotElder, InsufficientCoins: only earned coins are given on.
    """
    require_kin(giver_id, receiver_id, kinships, policy)
    if receiver_age < policy.gift_receiver_from_age:
        raise ReceiverNotElder(fields={"receiver_from_age": policy.gift_receiver_from_age})
    if earned_minutes < minutes:
        raise InsufficientCoins(
            fields={"needed_minutes": minutes, "spendable_minutes": earned_minutes}
        )
    return move(
        TransferKind.GIFT,
        gift_id,
        out_of={wallet(giver_id, Provenance.EARNED): minutes},
        into={wallet(receiver_id, Provenance.GIFTED): minutes},
        acted_by=giver_id,
        policy_version=policy.version,
    )


@dataclass(frozen=True)
class TopUp:
    """A city officer tops up a district's budget."""

    top_up_id: UUID
    caller: Caller
    district: str
    minutes: int
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        return ()

    def accounts(self, books: Books) -> Iterable[Account]:
        return issuance(), budget(self.district)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        acted_by = rights.may_top_up(self.caller, self.district)
        transfer = top_up(self.top_up_id, self.district, self.minutes, self.reason, acted_by)
        minutes = books.balance(budget(self.district)) + self.minutes
        return Outcome((transfer,), answer={"district": self.district, "minutes": minutes})


@dataclass(frozen=True)
class Grant:
    """A district officer grants coins to an elder of the district (S16)."""

    grant_id: UUID
    caller: Caller
    person_id: UUID
    minutes: int
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Person, self.person_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        person = books.find(Person, self.person_id)
        if person is None:
            return ()
        return budget(person.district), wallet(self.person_id, Provenance.GRANTED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        granted_by = rights.may_grant(self.caller, books.find(Person, self.person_id))
        person = books.person(self.person_id)
        transfer = grant(
            grant_id=self.grant_id,
            person_id=self.person_id,
            district=person.district,
            minutes=self.minutes,
            reason=self.reason,
            granted_by=granted_by,
            budget_minutes=books.balance(budget(person.district)),
            in_special_group=bool(person.groups),
            policy=policy,
        )
        answer = {
            "grant_id": self.grant_id,
            "person_id": self.person_id,
            "district": person.district,
            "minutes": self.minutes,
        }
        told = Happened(CoinsGranted, {**answer, "granted_by": granted_by})
        return Outcome((transfer,), events=(told,), answer=answer)


@dataclass(frozen=True)
class Gift:
    """The holder gives earned coins to a lineal relative (S5)."""

    gift_id: UUID
    caller: Caller
    receiver_id: UUID
    minutes: int

    def wants(self, books: Books) -> Iterable[Want]:
        giver_id = rights.signed_in(self.caller)
        return Want(Person, giver_id), Want(Person, self.receiver_id), Want(Kin, giver_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        giver_id = rights.signed_in(self.caller)
        yield wallet(giver_id, Provenance.EARNED)
        yield wallet(self.receiver_id, Provenance.GIFTED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        giver_id = rights.signed_in(self.caller)
        kin = books.find(Kin, giver_id)
        kinships = kin.kinships if kin else ()
        # Who is no relative learns nothing of the other, not even whether there is a wallet.
        require_kin(giver_id, self.receiver_id, kinships, policy)
        giver, receiver = books.person(giver_id), books.person(self.receiver_id)
        answer = {
            "gift_id": self.gift_id,
            "giver_id": giver_id,
            "receiver_id": self.receiver_id,
            "minutes": self.minutes,
        }
        transfer = gift(
            gift_id=self.gift_id,
            giver_id=giver_id,
            receiver_id=self.receiver_id,
            minutes=self.minutes,
            earned_minutes=books.balance(wallet(giver_id, Provenance.EARNED)),
            receiver_age=age_at(receiver.birth_date, now),
            kinships=kinships,
            policy=policy,
        )
        told = Happened(CoinsGifted, {"district": giver.district, **answer})
        return Outcome((transfer,), events=(told,), answer=answer)
