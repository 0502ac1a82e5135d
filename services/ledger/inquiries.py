"""What may be asked about the past: statements, proofs, explanations, supply and solvency."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.identity.contract import Role, Scope
from services.kernel.calendar import CITY_TIME, city_date
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, NotFound
from services.kernel.paging import encode_cursor
from services.kernel.policy import policy_at, policy_of_version
from services.kernel.service import every, query
from services.ledger import answers, domain, storage
from services.ledger.contract import (
    ExplainTransfer,
    ListAudits,
    ListBlocks,
    ListEarnings,
    NoWallet,
    PrintStatement,
    ShowProvenStatement,
    ShowSolvency,
    ShowSupply,
    ShowTransferProof,
)
from services.ledger.domain import Kind, rights
from services.ledger.domain.powers import is_agent
from services.ledger.gathering import PostingService


MOST_PRINTED_LINES = 5_000
MOST_PRINTED_DAYS = 366
SOLVENCY_SECONDS = 600
SOLVENCY_LOCK = 0x73_6F_6C_76
TREND_DAYS = 365
OF_PEOPLE = (Kind.WALLET, Kind.POINTS, Kind.ESTATE)


def policy_for(session: Session, call: Call) -> domain.LedgerPolicy:
    policy = policy_at(session, call.now)
    return domain.LedgerPolicy.from_values(policy.version, policy.values)


def person_for(session: Session, person_id: UUID, call: Call) -> domain.Person:
    """Somebody whom the caller may see; raises Forbidden or NoWallet."""
    person = storage.find_person(session, person_id)
    if not sees_for(session, person_id, call):
        rights.may_see(call.caller, person_id, person)
    if person is None:
        raise NoWallet
    return person


def sees_for(session: Session, person_id: UUID, call: Call) -> bool:
    """Whether the person lets the caller see the wallet, or the caller is their guardian."""
    powers = storage.powers_over(session, person_id, call.caller.person_id)
    return is_agent(powers, Scope.SEE_WALLET, call.now)


def city_midnight(day: date) -> datetime:
    """The moment (UTC) at which a day of the city begins."""
    return datetime.combine(day, time(), CITY_TIME).astimezone(UTC)


def transfer_for(session: Session, transfer_id: UUID, call: Call) -> domain.PastTransfer:
    """A transfer that the caller may see: a party to it, who may see one, or an auditor."""
    rights.signed_in(call.caller)
    found = storage.find_posted(session, [transfer_id]).get(transfer_id)
    if found is None:
        raise NotFound("There is no such transfer.")
    if any(call.caller.holds(role, CITY_AREA) for role in (Role.CITY_OFFICER, Role.OPERATOR)):
        return found
    owners = {leg.account.owner_id for leg in found.transfer.legs if leg.account.kind in OF_PEOPLE}
    if not any(owner and may_see(session, owner, call) for owner in owners):
        raise Forbidden
    return found


def may_see(session: Session, person_id: UUID, call: Call) -> bool:
    try:
        rights.may_see(call.caller, person_id, storage.find_person(session, person_id))
    except Forbidden:
        return False
    return True


class Inquiries(PostingService):
    """The part of the ledger that only reads."""

    @query(PrintStatement)
    def print_statement(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        since, until = request["from_date"], request["until_date"]
        if not timedelta(0) <= until - since < timedelta(days=MOST_PRINTED_DAYS):
            raise InvalidRequest(fields={"until_date": ["Within a year after the first day."]})
        first = storage.last_number_before(session, city_midnight(since))
        last = storage.last_number_before(session, city_midnight(until + timedelta(days=1)))
        wallets = domain.wallets(person.person_id).values()
        opening = sum(storage.balances_as_of(session, wallets, first).values())
        lines = storage.statement_between(
            session, person.person_id, first, last, opening, MOST_PRINTED_LINES + 1
        )
        printed, block = lines[:MOST_PRINTED_LINES], storage.last_block(session)
        return {
            "person_id": person.person_id,
            "name": person.name,
            "from_date": since,
            "until_date": until,
            "opening_minutes": opening,
            "closing_minutes": printed[-1].total_after if printed else opening,
            "items": [answers.statement_line(x) | {"number": x.number} for x in printed],
            "truncated": len(lines) > MOST_PRINTED_LINES,
            "height": block.height if block else 0,
            "block_hash": block.block_hash.hex() if block else "",
            "printed_at": call.now,
        }

    @query(ShowTransferProof)
    def show_transfer_proof(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        transfer_for(session, request["transfer_id"], call)
        number = storage.find_number(session, request["transfer_id"])
        assert number is not None
        return storage.find_proofs(session, [number])[0]

    @query(ShowProvenStatement)
    def show_proven_statement(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        accounts = domain.wallets(person.person_id)
        limit, before = request["limit"], answers.number_before(request["cursor"])
        ids = [account.account_id for account in accounts.values()]
        numbers = storage.newest_numbers(session, ids, before, limit + 1)
        block = storage.last_block(session)
        return {
            "person_id": person.person_id,
            "accounts": {part.value: account.account_id for part, account in accounts.items()},
            "proofs": storage.find_proofs(session, numbers[:limit]),
            "head": storage.header_of(block) if block else None,
            "next_cursor": encode_cursor(numbers[limit - 1]) if len(numbers) > limit else None,
        }

    @query(ListBlocks)
    def list_blocks(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        blocks = storage.find_blocks(session, request["from_height"], request["limit"])
        return {"items": [storage.header_of(block) for block in blocks]}

    @query(ExplainTransfer)
    def explain_transfer(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        found = transfer_for(session, request["transfer_id"], call)
        hold_id = found.transfer.hold_id
        hold = storage.hold_of(session, hold_id) if hold_id else None
        version = found.transfer.policy_version
        policy = policy_of_version(session, version) if version else None
        return answers.explanation(found, hold, policy.values if policy else None)

    @query(ListEarnings)
    def list_earnings(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        lots = domain.lots(storage.earned_entries(session, person.person_id))
        limit, before = request["limit"], answers.number_before(request["cursor"])
        older = [lot for lot in reversed(lots) if lot.entry.number < before]
        page, more = older[:limit], len(older) > limit
        return {
            "person_id": person.person_id,
            "earned_minutes": sum(lot.left for lot in lots),
            "items": [answers.earning(lot) for lot in page],
            "next_cursor": encode_cursor(page[-1].entry.number) if more else None,
        }

    @query(ListAudits)
    def list_audits(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.may_audit(call.caller)
        found = storage.audits(session, request["limit"])
        return {"items": [answers.audit(row) for row in found]}

    @query(ShowSupply)
    def show_supply(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.may_audit(call.caller)
        lines = storage.supply(session)
        names = ("kind", "district", "provenance", "minutes")
        return {
            "supply_minutes": sum(minutes for *_, minutes in lines),
            "items": [dict(zip(names, line, strict=True)) for line in lines],
        }

    @query(ShowSolvency)
    def show_solvency(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        district = request["district"]
        rights.may_see_district(call.caller, district or CITY_AREA)
        today, policy = city_date(call.now), policy_for(session, call)
        kept = [row for row in since_a_year(session, today) if district in (None, row.district)]
        live = storage.supplied_since(session, first_live_moment(session, today))
        held, by_day = Counter[int](), Counter[date]()
        for place, ages in storage.outstanding(session, today).items():
            held.update(ages if district in (None, place) else {})
        for place, days in live.items():
            by_day.update(days if district in (None, place) else {})
        for row in kept:
            by_day[row.day] += row.supplied_minutes
        return {"district": district} | answers.solvency(held, by_day, kept, today, policy)

    @every(seconds=SOLVENCY_SECONDS)
    def keep_solvency(self, session: Session, call: Call) -> None:
        """Keep the days that are over; one replica at a time, each day once."""
        lock = text("select pg_try_advisory_xact_lock(:key)")
        if not session.scalar(lock, {"key": SOLVENCY_LOCK}):
            return
        today = city_date(call.now)
        policy = policy_for(session, call)
        live = storage.supplied_since(session, first_live_moment(session, today))
        kept = since_a_year(session, today)
        held = storage.outstanding(session, today)
        last = storage.last_kept_day(session)
        for district in live.keys() | held.keys():
            days = Counter(live.get(district, {}))
            for row in kept:
                days[row.day] += row.supplied_minutes if row.district == district else 0
            for day in unkept_days(live.get(district, {}), last, today):
                cover = domain.cover(held.get(district, {}), days, day, policy)
                storage.keep_day(session, day, district, days[day], cover)


def since_a_year(session: Session, today: date) -> list[Any]:
    return storage.kept_days(session, today - timedelta(days=TREND_DAYS))


def first_live_moment(session: Session, today: date) -> datetime:
    """From where on visits are counted from the transfers themselves (UTC)."""
    last = storage.last_kept_day(session)
    first = last + timedelta(days=1) if last else today - timedelta(days=TREND_DAYS)
    return city_midnight(first)


def unkept_days(live: dict[date, int], last: date | None, today: date) -> list[date]:
    """The days that are over and not kept: those with visits, and yesterday in any case."""
    yesterday = today - timedelta(days=1)
    return sorted(
        day for day in {*live, yesterday} if day <= yesterday and (last is None or day > last)
    )
