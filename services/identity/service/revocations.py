"""Void tokens on the wire."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import ListRevocations, Role
from services.identity.domain import rights
from services.identity.domain.sessions import REVOCATIONS_KEPT
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import revocations
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA, InvalidRequest
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.service import query


class Revocations(IdentityPart):
    @query(ListRevocations)
    def list_revocations(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_role(call.caller, Role.OPERATOR, CITY_AREA)
        position = position_of(request["cursor"])
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


def position_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The position that an answer gave; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return None
    try:
        moment, person_id = decode_cursor(cursor)
        position = datetime.fromisoformat(moment), UUID(person_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]}) from error
    if position[0].tzinfo is None:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
    return position
