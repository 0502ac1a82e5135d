"""Where the coins are, by kind, district and provenance; and what solvency is reckoned from."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.ledger.domain import Cover


# Escrows, reserves and disputed coins are counted where their hold, application or dispute
# belongs, wallets and estates where their holder lives now.
SUPPLY = text("""
select a.kind, coalesce(a.district, p.district, h.district, c.district, d.district), a.provenance,
    sum(a.balance)
from accounts a
left join people p on a.kind in ('wallet', 'estate') and p.person_id = a.owner_id
left join holds h on a.kind = 'escrow' and h.request_id = a.owner_id
left join applications c on a.kind = 'reserve' and c.application_id = a.owner_id
left join disputes d on a.kind = 'dispute' and d.dispute_id = a.owner_id
where a.unit = 'minutes' and a.kind <> 'issuance'
group by 1, 2, 3 having sum(a.balance) <> 0 order by 1, 2, 3
""")
OUTSTANDING = text("""
select p.district, extract(year from age(cast(:day as date), p.birth_date))::int,
    sum(a.balance)::bigint
from accounts a join people p on p.person_id = a.owner_id
where a.kind = 'wallet' and a.balance > 0 group by 1, 2
""")
# Today's visits are few; those of other days were counted when the day was over.
SUPPLIED = text("""
select h.district, cast(t.at at time zone 'Asia/Shanghai' as date), sum(h.posted_minutes)::bigint
from transfers t join holds h using (hold_id)
where t.kind = 'post' and t.number > (
        select coalesce(max(first_number + transfers - 1), 0) from blocks where at < :since)
    and t.at >= :since
group by 1, 2
""")
DAYS = text("""
select district, day, supplied_minutes, expected_minutes, redeemable_minutes
from solvency_days where day >= :since order by day
""")
KEEP_DAY = text("""
insert into solvency_days (day, district, supplied_minutes, expected_minutes, redeemable_minutes)
values (:day, :district, :supplied, :expected, :redeemable) on conflict do nothing
""")


def supply(session: Session) -> list[tuple[str, str | None, str | None, int]]:
    rows = session.execute(SUPPLY)
    return [(kind, district, part, int(minutes)) for kind, district, part, minutes in rows]


def outstanding(session: Session, day: date) -> dict[str, dict[int, int]]:
    """Minutes in wallets by district of the holder and age in whole years on a day."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for district, age, minutes in session.execute(OUTSTANDING, {"day": day}):
        found[district][age] = minutes
    return found


def supplied_since(session: Session, since: datetime) -> dict[str, dict[date, int]]:
    """Minutes of service paid since then (UTC), by district and day of the city."""
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for district, day, minutes in session.execute(SUPPLIED, {"since": since}):
        found[district][day] = minutes
    return found


def kept_days(session: Session, since: date) -> list[Any]:
    """What was kept of each district and day: supplied, expected, redeemable."""
    return list(session.execute(DAYS, {"since": since}))


def last_kept_day(session: Session) -> date | None:
    return session.scalar(text("select max(day) from solvency_days"))


def keep_day(session: Session, day: date, district: str, supplied: int, cover: Cover) -> None:
    session.execute(
        KEEP_DAY,
        {
            "day": day,
            "district": district,
            "supplied": supplied,
            "expected": cover.expected_minutes,
            "redeemable": cover.redeemable_minutes,
        },
    )
