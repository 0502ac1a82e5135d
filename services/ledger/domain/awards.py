"""Points for a rating (S8, S10): to the elder who gave it, and for its stars, to the volunteer.

Once a visit: what is edited later, and how often, gives nothing more and takes nothing back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ledger.contract import NoWallet
from services.ledger.domain.accounts import Account, points, points_issuance
from services.ledger.domain.books import Books, Outcome, Want
from services.ledger.domain.past import PastTransfer
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move, transfer_id_of


@dataclass(frozen=True)
class RatingPoints:
    """The points that an elder has got for ratings since a month of the city began."""

    elder_id: UUID
    since: datetime
    points: int = 0

    @property
    def key(self) -> tuple[UUID, datetime]:
        return self.elder_id, self.since


@dataclass(frozen=True)
class ThankForRating:
    """A visit was rated. Whoever said it for the elder, the points are the elder's (S15)."""

    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    stars: int
    rated_by: UUID
    month: datetime

    @property
    def transfer_ids(self) -> list[UUID]:
        kinds = TransferKind.POINTS_RATING, TransferKind.POINTS_STARS
        return [transfer_id_of(kind, self.visit_id) for kind in kinds]

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Person, self.elder_id)
        yield Want(Person, self.volunteer_id)
        yield Want(RatingPoints, (self.elder_id, self.month))
        for transfer_id in self.transfer_ids:
            yield Want(PastTransfer, transfer_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        return points(self.elder_id), points(self.volunteer_id), points_issuance()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        if any(books.find(PastTransfer, each) for each in self.transfer_ids):
            return Outcome()
        before = books.find(RatingPoints, (self.elder_id, self.month))
        before = before or RatingPoints(self.elder_id, self.month)
        given = self._award(
            TransferKind.POINTS_RATING, self.elder_id, self._thanks(before, policy), books, policy
        )
        of_stars = self.stars * policy.points_a_star
        starred = self._award(TransferKind.POINTS_STARS, self.volunteer_id, of_stars, books, policy)
        transfers = (*given, *starred)
        after = replace(before, points=before.points + sum(map(brought, given)))
        return Outcome(transfers, (after, *map(PastTransfer, transfers)))

    def _thanks(self, before: RatingPoints, policy: LedgerPolicy) -> int:
        """What this rating gives, up to what the policy gives in a month."""
        most = policy.most_rating_points_a_month
        if most is None:
            return policy.points_a_rating
        return max(0, min(policy.points_a_rating, most - before.points))

    def _award(
        self, kind: TransferKind, person_id: UUID, amount: int, books: Books, policy: LedgerPolicy
    ) -> tuple[Transfer, ...]:
        if not amount:
            return ()
        if has_left(books, person_id):
            return ()
        award = move(
            kind,
            self.visit_id,
            out_of={points_issuance(): amount},
            into={points(person_id): amount},
            acted_by=self.rated_by,
            policy_version=policy.version,
        )
        return (award,)


def has_left(books: Books, person_id: UUID) -> bool:
    """Whether a wallet is closed. Raises NoWallet while nobody has told us of the person yet.

    Elders and volunteers are verified before any visit, so the news of it is on its way, and the
    event is tried again.
    """
    person = books.find(Person, person_id)
    if person is None:
        raise NoWallet
    return person.state is WalletState.CLOSED


def brought(transfer: Transfer) -> int:
    return sum(leg.amount for leg in transfer.legs if leg.amount > 0)
