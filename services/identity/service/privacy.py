"""Unmasked reads and their log, and everything that is held on oneself, on the wire."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity import exporting
from services.identity.contract import ExportPerson, ListReads, RevealContact, SealedField
from services.identity.domain import people, rights
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import exports, reads
from services.identity.storage import people as stored
from services.kernel.caller import Call
from services.kernel.database import DatabaseEngine, transact
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import query


class Privacy(IdentityPart):
    @query(RevealContact, session=False)
    def reveal_contact(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        """Each call is a read of its own: an answer kept for a repeat would lie about unsealed."""

        def read(session: Session) -> Facts:
            rights.require_signed_in(call.caller)
            person = stored.get_person(session, request["person_id"])
            read_by, role = rights.require_may_reveal(call.caller, person)
            people.check_open(person)
            wanted = sorted(set(request["fields_read"]))
            row = reads.add_read(
                session,
                person.person_id,
                read_by,
                role,
                wanted,
                request["reason"],
                call.now,
                call.correlation_id,
            )
            private = stored.open_private(session, self.vault, person.person_id)
            shown = {field.value: getattr(private, field.value) for field in wanted}
            hidden = dict.fromkeys(field.value for field in SealedField)
            return {"person_id": person.person_id, "read_id": row.read_id, **hidden, **shown}

        return transact(db.begin, read)

    @query(ListReads)
    def list_reads(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_self_or_guardian(call.caller, person)
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = reads.reads_page(session, person.person_id, limit + 1, before)
        page = found[:limit]
        cursor = encode_cursor(page[-1].read_at, page[-1].read_id) if len(found) > limit else None
        return {"items": [shown_read(row) for row in page], "next_cursor": cursor}

    @query(ExportPerson)
    def export_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_self_or_guardian(call.caller, person)
        tables = exporting.labels()["sections"]
        held = exports.held_on(session, self.vault, person.person_id, tables)
        return {
            "person_id": person.person_id,
            "exported_at": call.now,
            "sections": [exporting.section(table, rows) for table, rows in held],
        }


def shown_read(row: Any) -> Facts:
    names = ("read_id", "read_at", "read_by", "role", "fields_read", "reason", "correlation_id")
    return {name: getattr(row, name) for name in names}
