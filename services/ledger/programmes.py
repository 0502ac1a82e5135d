"""Public programmes on the wire: opened, funded, given back, closed, shown (S16)."""

from typing import Any

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.ids import new_id
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import query
from services.ledger import domain, storage
from services.ledger.contract import (
    CloseProgramme,
    FundProgramme,
    ListProgrammes,
    NoProgramme,
    OpenProgramme,
    ReturnProgramme,
    ShowProgramme,
)
from services.ledger.domain import rights
from services.ledger.gathering import PostingService, posts


class Programmes(PostingService):
    """The part of the ledger that keeps what districts set aside for a purpose."""

    @posts(OpenProgramme)
    def open_programme(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.OpenProgrammeOf(new_id(), call.caller, **request)

    @posts(FundProgramme)
    def fund_programme(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Fund(new_id(), call.caller, **request)

    @posts(ReturnProgramme)
    def return_programme(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.GiveBack(new_id(), call.caller, **request)

    @posts(CloseProgramme)
    def close_programme(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.EndProgramme(new_id(), call.caller, **request)

    @query(ShowProgramme)
    def show_programme(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        found = storage.find_programme(session, request["programme_id"])
        if found is None:
            raise NoProgramme
        (item,) = with_figures(session, [found])
        return item

    @query(ListProgrammes)
    def list_programmes(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = storage.programme_page(session, request["district"], limit, before)
        page, more = found[:limit], len(found) > limit
        cursor = encode_cursor(page[-1].opened_at, page[-1].programme_id) if more else None
        return {"items": with_figures(session, page), "next_cursor": cursor}


def with_figures(session: Session, page: list[domain.Programme]) -> list[dict[str, Any]]:
    figures = storage.figures_of(session, page)
    return [domain.shown_programme(each, 0) | figures[each.programme_id]._asdict() for each in page]
