"""A shortlist counted anew on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.service import query
from services.rating.contract import RecountSelection
from services.rating.domain.rights import signed_in
from services.rating.domain.selection_rights import require_recounter_of
from services.rating.domain.shortlist import shortlist
from services.rating.service.base import Facts, RatingPart
from services.rating.service.selections import counted
from services.rating.storage import selections as stored


class SelectionRecounts(RatingPart):
    @query(RecountSelection)
    def recount_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        selection = stored.find_selection(session, request["selection_id"])
        require_recounter_of(call.caller, selection.area)
        if selection.shortlist_version is None:
            raise NotFound("Nothing has been counted yet.")
        kept = stored.shortlist_of(session, selection)
        figures = {each.candidate_id: each.figures for each in kept}
        from_figures = shortlist((each.candidate for each in kept), figures, selection.criteria)
        anew = {each.candidate_id: each.figures for each in counted(session, selection)}
        return {
            "selection_id": selection.selection_id,
            "shortlist_version": selection.shortlist_version,
            "equal": from_figures == kept,
            "figures_equal": anew == figures,
        }
