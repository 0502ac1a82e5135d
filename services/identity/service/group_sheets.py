"""Lists for special groups on the wire: preview, enter, approve."""

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity import memberships
from services.identity.contract import (
    ApproveGroupSheet,
    EnterGroupSheet,
    MembershipState,
    PrepareGroupSheet,
    Role,
    SheetFault,
    SheetNotEntered,
    SheetState,
    ShowGroupSheet,
)
from services.identity.domain import group_sheets as rules_of
from services.identity.domain import officers, rights
from services.identity.domain.memberships import Term, check_approver
from services.identity.service.base import Facts, IdentityPart
from services.identity.service.groups import group_rules_at
from services.identity.special_groups import groups_by_word, words_of
from services.identity.storage import group_sheets as stored
from services.identity.storage.memberships import add_membership, standing_among
from services.identity.storage.tables_groups import SheetLineRow, SheetRow
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import Error, InvalidRequest
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.service import command, query


LAST_LINE = 2**31 - 1


class GroupSheets(IdentityPart):
    @command(PrepareGroupSheet)
    def prepare_group_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        district, officer_id = request["district"], call.caller.person_id
        rights.require_role(call.caller, Role.DISTRICT_OFFICER, district)
        today, rules = city_date(call.now), group_rules_at(session, call)
        read = rules_of.read_sheet(request["csv"], groups_by_word(), today)
        people = stored.find_by_id_numbers(
            session, self.vault, {line.id_number for line in read if line.fault is None}
        )
        standing = standing_among(session, [person.person_id for person in people.values()])
        lines = [
            rules_of.check_line(
                line, people.get(line.id_number), district, standing, officer_id, today, rules
            )
            for line in read
        ]
        assert officer_id is not None, "whoever holds a role is somebody"
        sheet = SheetRow(
            sheet_id=uuid4(),
            district=district,
            state=SheetState.PREPARED,
            prepared_at=call.now,
            prepared_by=officer_id,
        )
        stored.add_sheet(session, self.vault, sheet, lines)
        faulty = stored.lines_page(session, sheet.sheet_id, 0, len(lines), faulty=True)
        return shown(session, sheet) | {"faults": [shown_line(*each) for each in faulty]}

    @command(EnterGroupSheet)
    def enter_group_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        """Each good line once; what has changed since the preview is that line's fault now."""
        sheet = self._sheet(session, request, call, lock=True)
        if sheet.state is SheetState.ENTERED:
            return shown(session, sheet)
        today, rules = city_date(call.now), group_rules_at(session, call)
        lines = stored.good_lines(session, sheet.sheet_id)
        ids = [line.person_id for line in lines if line.person_id]
        people, standing = stored.find_people(session, ids), standing_among(session, ids)
        for line in lines:
            assert line.person_id and line.group and line.sealed_evidence, "a good line is whole"
            person, term = people[line.person_id], Term(line.starts_on, line.ends_on)
            line.fault = rules_of.fault_of(
                person, line.group, term, standing, call.caller.person_id, today, rules
            )
            if line.fault is None and person.district != sheet.district:
                line.fault = SheetFault.UNKNOWN_PERSON
            if line.fault is None:
                self._enter(session, sheet, line, term, call)
        sheet.state = SheetState.ENTERED
        sheet.entered_at, sheet.entered_by = call.now, call.caller.person_id
        session.flush()
        return shown(session, sheet)

    @command(ApproveGroupSheet)
    def approve_group_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        """What cannot be approved any more goes on waiting, for an officer to refuse."""
        sheet = self._sheet(session, request, call, lock=True)
        if sheet.state is not SheetState.ENTERED:
            raise SheetNotEntered
        check_approver(call.caller.person_id, sheet.prepared_by, sheet.entered_by)
        rules = group_rules_at(session, call)
        for row, person in stored.lock_entered(session, sheet.sheet_id, request["lines"]):
            try:
                rights.require_district_officer_of(call.caller, person)
                memberships.approve(self.record, session, row, person, call, rules)
            except Error:
                continue
        return shown(session, sheet)

    @query(ShowGroupSheet)
    def show_group_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        sheet = self._sheet(session, request, call)
        limit, after = request["limit"], line_of(request["cursor"])
        found = stored.lines_page(session, sheet.sheet_id, after, limit + 1)
        page = found[:limit]
        return shown(session, sheet) | {
            "items": [shown_line(*each) for each in page],
            "next_cursor": encode_cursor(page[-1][0].line) if len(found) > limit else None,
        }

    def _sheet(self, session: Session, request: Facts, call: Call, lock: bool = False) -> SheetRow:
        rights.require_signed_in(call.caller)
        find = stored.lock_sheet if lock else stored.find_sheet
        sheet = find(session, request["sheet_id"])
        if lock:
            rights.require_role(call.caller, Role.DISTRICT_OFFICER, sheet.district)
        else:
            officers.require_officer_of(call.caller, sheet.district)
        return sheet

    def _enter(
        self, session: Session, sheet: SheetRow, line: SheetLineRow, term: Term, call: Call
    ) -> None:
        assert line.person_id and line.group and line.sealed_evidence
        row = add_membership(
            session,
            self.vault,
            line.person_id,
            line.group,
            self.vault.open(line.sealed_evidence, "evidence", line.person_id),
            term,
            MembershipState.ENTERED,
            call.now,
            call.caller.person_id,
            sheet_id=sheet.sheet_id,
        )
        if row is None:
            line.fault = SheetFault.MEMBER_ALREADY
        else:
            line.membership_id = row.membership_id


def shown(session: Session, sheet: SheetRow) -> Facts:
    session.flush()
    names = ("sheet_id", "district", "state", "prepared_by", "prepared_at", "entered_by")
    counts = stored.counts_of(session, sheet.sheet_id)
    return {name: getattr(sheet, name) for name in names} | counts


def shown_line(line: SheetLineRow, state: MembershipState | None) -> dict[str, Any]:
    names = ("line", "name", "group", "starts_on", "ends_on", "fault", "membership_id")
    said = {name: getattr(line, name) for name in names}
    return said | {"id_number": line.masked_id_number, "state": state} | words_of(line.fault)


def line_of(cursor: str | None) -> int:
    """After which line the next page begins; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return 0
    match decode_cursor(cursor):
        case [int(line)] if line is not True and 0 < line <= LAST_LINE:
            return line
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
