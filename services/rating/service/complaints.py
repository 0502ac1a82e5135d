"""Wishes to complain on the wire."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.service import query
from services.rating import storage
from services.rating.contract import ComplaintAnswer, ListComplaints
from services.rating.domain.rights import may_list_complaints
from services.rating.service.base import Facts, RatingPart, pick


ITEM = tuple(ComplaintAnswer().fields)


class Complaints(RatingPart):
    @query(ListComplaints)
    def list_complaints(self, session: Session, request: Facts, call: Call) -> Facts:
        may_list_complaints(call.caller, request["area"])
        limit, before = request["limit"], position_of(request["cursor"])
        found = storage.complaints_in(session, request["area"], limit + 1, before)
        page, more = found[:limit], len(found) > limit
        last = page[-1] if more else None
        return {
            "items": [pick(vars(each), ITEM) for each in page],
            "next_cursor": encode_cursor(last.rated_at, last.rating_id) if last else None,
        }


def position_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Before which rating the next page begins; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return None
    try:
        rated_at, rating_id = decode_cursor(cursor)
        moment, number = datetime.fromisoformat(rated_at), UUID(rating_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]}) from error
    if moment.tzinfo is None:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
    return moment, number
