"""Wishes to complain on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.paging import encode_cursor, moment, read_cursor
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
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = storage.complaints_in(session, request["area"], limit + 1, before)
        page, more = found[:limit], len(found) > limit
        last = page[-1] if more else None
        return {
            "items": [pick(vars(each), ITEM) for each in page],
            "next_cursor": encode_cursor(last.rated_at, last.rating_id) if last else None,
        }
