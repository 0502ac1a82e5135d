"""What is left of each earned coin always makes the balance."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain import EarnedEntry, TransferKind, lots


AT = datetime(2026, 6, 1, tzinfo=UTC)


def entry(
    number: int,
    kind: TransferKind,
    amount: int,
    hold_id: UUID | None = None,
    reverses: UUID | None = None,
) -> EarnedEntry:
    return EarnedEntry(number, UUID(int=number), AT, kind, uuid4(), 1, hold_id, reverses, amount)


def left(*entries: EarnedEntry) -> dict[int, int]:
    return {lot.entry.number: lot.left for lot in lots(entries)}


def test_what_was_earned_first_is_spent_first() -> None:
    first, second = entry(1, TransferKind.POST, 60), entry(2, TransferKind.POST, 30)
    assert left(first, second, entry(3, TransferKind.GIFT, -70)) == {1: 0, 2: 20}


def test_a_release_gives_back_the_coins_that_the_hold_took() -> None:
    hold_id = uuid4()
    history = [
        entry(1, TransferKind.POST, 60),
        entry(2, TransferKind.POST, 30),
        entry(3, TransferKind.HOLD, -80, hold_id),
        entry(4, TransferKind.RELEASE, 25, hold_id),
    ]
    assert left(*history) == {1: 5, 2: 30}


def test_a_reversal_takes_the_coins_of_its_own_visit() -> None:
    history = [
        entry(1, TransferKind.POST, 60),
        entry(2, TransferKind.POST, 30),
        entry(3, TransferKind.REVERSAL, -30, reverses=UUID(int=2)),
    ]
    assert left(*history) == {1: 60, 2: 0}


moves = st.lists(
    st.tuples(st.sampled_from(["earn", "give", "hold", "release", "reverse"]), st.integers(1, 90))
)


@given(moves)
def test_the_lots_make_the_balance_after_any_history(moves: list[tuple[str, int]]) -> None:
    balance, history, held, earned = 0, [], [], []
    for number, (move, minutes) in enumerate(moves, start=1):
        if move == "earn":
            history.append(entry(number, TransferKind.POST, minutes))
            earned.append(number)
        elif move == "release" and held:
            hold_id, most = held.pop()
            history.append(entry(number, TransferKind.RELEASE, min(minutes, most), hold_id))
        elif minutes > balance:
            continue
        elif move == "give":
            history.append(entry(number, TransferKind.GIFT, -minutes))
        elif move == "hold":
            held.append((uuid4(), minutes))
            history.append(entry(number, TransferKind.HOLD, -minutes, held[-1][0]))
        elif move == "reverse" and earned:
            history.append(
                entry(number, TransferKind.REVERSAL, -minutes, reverses=UUID(int=earned.pop()))
            )
        else:
            continue
        balance += history[-1].amount
    found = lots(history)
    assert sum(lot.left for lot in found) == balance
    assert all(0 <= lot.left <= lot.entry.amount for lot in found)
