"""Twenty thousand holders, each with a relative to give to, and coins enough."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import Connection, Engine, text

from services.kernel.bulk import texts
from services.kernel.ids import new_id
from services.kernel.policy import save_policy
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import Outcome, TransferKind


PEOPLE = 20_000
DISTRICT, STREET = "110105", "110105001"
MINUTES_EACH = 600_000
AT_ONCE = 1_000
POLICY_FILE = Path(__file__).parents[3] / "deploy" / "policies" / "beijing.yaml"


def people(count: int = PEOPLE) -> list[UUID]:
    """Ids as a city's would be: made one after another."""
    return [
        UUID(int=0x0190 << 112 | number << 80 | 7 << 76 | 2 << 62 | number)
        for number in range(count)
    ]


def relative_of(number: int, count: int = PEOPLE) -> int:
    return (number + 7) % count


def policy_values() -> dict[str, dict[str, object]]:
    document = yaml.safe_load(POLICY_FILE.read_text())
    return {
        section: {name: rule["value"] for name, rule in rules.items()}
        for section, rules in document["values"].items()
    }


def fill(engine: Engine, count: int = PEOPLE) -> list[UUID]:
    """People with kin and coins, posted as any coins are; the people's ids."""
    ids = people(count)
    with engine.begin() as connection:
        save_policy(connection, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values())  # type: ignore[arg-type]
        connection.execute(
            text(
                "insert into people (person_id, birth_date, street, district, sequence)"
                " select id, date '1940-01-01', :street, :district, 1"
                " from unnest(cast(:ids as uuid[])) id"
            ),
            {"ids": texts(ids), "street": STREET, "district": DISTRICT},
        )
        connection.execute(
            text(
                "insert into kinships"
                " (kinship_id, person_id, relative_id, relation, is_ended, sequence)"
                " select gen_random_uuid(), id, kin, 'child', false, 1"
                " from unnest(cast(:ids as uuid[]), cast(:kin as uuid[])) as given(id, kin)"
            ),
            {"ids": texts(ids), "kin": texts([ids[relative_of(n, count)] for n in range(count)])},
        )
    for start in range(0, count, AT_ONCE):
        with engine.begin() as connection:
            endow(connection, ids[start : start + AT_ONCE])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    return ids


def endow(connection: Connection, ids: list[UUID]) -> None:
    now = datetime.now(UTC)
    wallets = [account for each in ids for account in domain.wallets(each).values()]
    storage.open_accounts(connection, wallets)
    transfers = tuple(
        domain.move(
            TransferKind.BUDGET_TOP_UP,
            new_id(),
            out_of={domain.issuance(): MINUTES_EACH},
            into={domain.wallet(each, Provenance.EARNED): MINUTES_EACH},
        )
        for each in ids
    )
    balances = storage.lock_balances(connection, domain.accounts_of(transfers))
    postings = domain.Books(balances=balances).apply(Outcome(transfers), now)
    storage.post(connection, postings, balances, now)
