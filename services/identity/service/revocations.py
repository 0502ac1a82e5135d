"""Void tokens on the wire."""

from sqlalchemy.orm import Session

from services.identity.contract import ListRevocations, Role
from services.identity.domain import rights
from services.identity.domain.sessions import REVOCATIONS_KEPT
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import revocations
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import query


class Revocations(IdentityPart):
    @query(ListRevocations)
    def list_revocations(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_role(call.caller, Role.OPERATOR, CITY_AREA)
        position = read_cursor(request["cursor"], moment)
        page = revocations.revocations_since(session, position, REVOCATIONS_KEPT, request["limit"])
        return {
            "items": [
                {
                    "person_id": row.person_id,
                    "generation": row.generation,
                    "revoked_at": row.revoked_at,
                }
                for row in page.rows
            ],
            "next_cursor": encode_cursor(*page.position),
            "has_more": page.has_more,
        }
