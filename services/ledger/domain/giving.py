"""Coins that are given: grants from a budget by an officer (S16), gifts within a family (S5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.identity.contract import Relation
from services.kernel.contract import InvalidRequest
from services.ledger.contract import (
    InsufficientBudget,
    InsufficientCoins,
    NotInSpecialGroup,
    NotKin,
    Provenance,
    ReceiverNotElder,
)
from services.ledger.domain.accounts import budget, issuance, wallet
from services.ledger.domain.people import opposite
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class Kinship:
    """``relation`` is what the relative is to the person."""

    person_id: UUID
    relative_id: UUID
    relation: Relation


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


def decide_grant(
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
        raise NotInSpecialGroup
    if budget_minutes < minutes:
        raise InsufficientBudget(fields={"budget_minutes": budget_minutes})
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
    seen_from_giver = {
        (giver_id, receiver_id): lambda relation: relation,
        (receiver_id, giver_id): opposite,
    }
    for kinship in kinships:
        see = seen_from_giver.get((kinship.person_id, kinship.relative_id))
        if see and see(kinship.relation) in policy.gift_relations:
            return
    raise NotKin


def decide_gift(
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
        raise ReceiverNotElder
    if earned_minutes < minutes:
        raise InsufficientCoins(fields={"spendable_minutes": earned_minutes})
    return move(
        TransferKind.GIFT,
        gift_id,
        out_of={wallet(giver_id, Provenance.EARNED): minutes},
        into={wallet(receiver_id, Provenance.GIFTED): minutes},
        acted_by=giver_id,
        policy_version=policy.version,
    )
