"""A city of a million volunteers and a hundred thousand open requests, made inside PostgreSQL."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from services.kernel.policy import save_policy
from tests.bench.ledger.people import policy_values


DISTRICT, STREET = "110105", "110105001"
AT_ONCE = 100_000
# Compounds in a square of some forty kilometres; people live within a few hundred metres of one.
COMPOUNDS = """
create table if not exists bench_compounds as
select n, 39.75 + random() * 0.35 as latitude, 116.15 + random() * 0.5 as longitude
from generate_series(0, 2999) n
"""
NEAR_A_COMPOUND = """
select given.n,
    c.latitude + (random() + random() - 1) * 0.004 as latitude,
    c.longitude + (random() + random() - 1) * 0.005 as longitude
from (select n, floor(power(random(), 1.7) * 3000)::int as at
      from generate_series(cast(:first as int), cast(:last as int)) n) given
join bench_compounds c on c.n = given.at
"""
PEOPLE = f"""
insert into people (person_id, name, birth_date, street, latitude, longitude,
    willing_and_healthy, sequence)
select md5(:kind || n)::uuid, '张三', cast(:born as date), '{STREET}', latitude, longitude,
    :willing, 1
from ({NEAR_A_COMPOUND}) placed
"""
VOLUNTEERS = """
insert into volunteers (person_id, skills, languages, free_times, days_off, most_minutes_a_day,
    radius_metres, dispatchable, at_home, latitude, longitude, changed_at)
select person_id,
    case n % 3 when 0 then array['wheelchair'] when 1 then array['barber'] else '{}' end,
    case n % 9 when 0 then array['mandarin', 'cantonese'] else array['mandarin'] end,
    case n % 2 when 0 then '[[1, 540, 720], [3, 540, 1080], [6, 540, 1080]]'::json
        else '[[2, 780, 1080], [4, 780, 1080], [7, 540, 1080]]'::json end,
    '{}', 240, 1000 + 1000 * (n % 5), n % 2 = 0, true, latitude, longitude, now()
from generate_series(cast(:first as int), cast(:last as int)) n
join people on person_id = md5('v' || n)::uuid
"""
REQUESTS = f"""
insert into requests (request_id, elder_id, submitted_by, category, item_code, item_version, skill,
    language, starts_at, ends_at, minutes, street, district, latitude, longitude,
    state, created_at)
select md5('r' || n)::uuid, person_id, person_id, 'accompanying', 'accompanying', 1,
    case n % 10 when 0 then 'wheelchair' end, case n % 20 when 0 then 'cantonese' end,
    starts_at, starts_at + interval '1 hour', 60, '{STREET}', '{DISTRICT}', latitude, longitude,
    'open', now()
from (select n, cast(:now as timestamptz) + (1 + n % 30) * interval '1 day'
          + (n % 10) * interval '1 hour' as starts_at
      from generate_series(cast(:first as int), cast(:last as int)) n) given
join people on person_id = md5('e' || n)::uuid
"""


class Crowd:
    """Fills matching's database as its owner; grows, never shrinks."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.requests = self.volunteers = 0
        # Midnight UTC is eight in the morning in Beijing.
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.morning = today + timedelta(hours=1)
        with engine.begin() as connection:
            connection.execute(text("select setseed(0.42)"))
            connection.execute(text(COMPOUNDS))
            values = policy_values()
            save_policy(connection, 1, datetime(2022, 6, 1, tzinfo=UTC), values)  # type: ignore[arg-type]

    def grow(self, requests: int, volunteers: int) -> None:
        for first in range(self.requests, requests, AT_ONCE):
            span = {"first": first, "last": min(first + AT_ONCE, requests) - 1}
            with self.engine.begin() as connection:
                people = span | {"kind": "e", "born": "1945-01-01", "willing": False}
                connection.execute(text(PEOPLE), people)
                connection.execute(text(REQUESTS), span | {"now": self.morning})
        for first in range(self.volunteers, volunteers, AT_ONCE):
            span = {"first": first, "last": min(first + AT_ONCE, volunteers) - 1}
            with self.engine.begin() as connection:
                people = span | {"kind": "v", "born": "1990-01-01", "willing": True}
                connection.execute(text(PEOPLE), people)
                connection.execute(text(VOLUNTEERS), span)
        self.requests, self.volunteers = requests, volunteers
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))

    def ids(self, connection: Connection, kind: str, most: int, count: int) -> list[str]:
        """Some of the volunteers ("v") or requests ("r"), spread over all."""
        query = text(
            "select md5(cast(:kind as text) || n * cast(:step as int))::uuid::text"
            " from generate_series(0, cast(:last as int)) n"
        )
        asked = {"kind": kind, "step": max(1, most // count), "last": count - 1}
        return list(connection.scalars(query, asked))
