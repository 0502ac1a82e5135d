"""A look at a request before it opens."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, query
from services.matching import answers, opening, rights, storage
from services.matching.contract import (
    AddressStep,
    ListReviews,
    RequestState,
    ReviewRequest,
    WrongState,
)
from services.matching.service.base import Facts, MatchingPart, found


class Reviews(MatchingPart):
    @query(ListReviews)
    def list_reviews(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.may_list_reviews(call.caller, request["area"])
        limit, after = request["limit"], read_cursor(request["cursor"], moment)
        rows = storage.requests_to_review(session, request["area"], limit + 1, after)
        page, cursor = answers.page(rows, limit, lambda row: (row.created_at, row.request_id))
        items = [self._shown(row, AddressStep.PLACE) for row in page]
        return {"items": items, "next_cursor": cursor}

    @command(ReviewRequest)
    def review_request(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        is_agent = self._is_agent_of(session, row.elder_id, call)
        parties = (row.elder_id, row.submitted_by)
        reviewed_by = rights.may_review(call.caller, row.street, is_agent, *parties)
        if row.state != RequestState.IN_REVIEW:
            raise WrongState(fields={"state": row.state})
        row.reviewed_by, row.reviewed_at = reviewed_by, call.now
        row.review_reason = request["reason"]
        if request["approved"]:
            opening.open_request(self.record, session, row)
        else:
            how = (reviewed_by, request["reason"], call.now)
            opening.refuse(self.record, session, row, *how)
        return self._shown(row, AddressStep.PLACE)
