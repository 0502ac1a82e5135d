"""What the elder's side changes of a request: edit, replace, cancel."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command
from services.matching import asking, domain, doors, endings, storage
from services.matching.contract import (
    AddressStep,
    CancelRequest,
    EditRequest,
    ReplaceRequest,
    RequestState,
    WrongState,
)
from services.matching.domain import Window
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import RequestRow


REPLACED = "replaced"
PLAIN_CHANGES = ("language", "preferred_volunteer_id")


class Changing(MatchingPart):
    @command(EditRequest)
    def edit_request(self, session: Session, request: Facts, call: Call) -> Facts:
        row, _ = self._lock_own_request(session, request["request_id"], call)
        refuse_activity(row)
        state = RequestState(row.state)
        domain.check_edit(state, row.version, request["version"])
        self._change(session, row, request, call)
        if state is RequestState.OPEN and row.reviewed_at is not None:
            # What was approved is not what it says now.
            endings.move(row, RequestState.IN_REVIEW)
            row.reviewed_at = row.reviewed_by = row.review_reason = None
        session.flush()
        session.refresh(row)
        return self._shown(row, AddressStep.DOOR)

    def _change(self, session: Session, row: RequestRow, request: Facts, call: Call) -> None:
        window = Window(
            request.get("starts_at", row.starts_at),
            request.get("ends_at", row.ends_at),
            request.get("minutes", row.minutes),
        )
        policy = storage.policy_in_force(session, call.now)
        domain.check_minutes_held(window.minutes, row.minutes)
        domain.check_window(window, call.now, policy)
        item = storage.item_version(session, row.item_code, row.item_version)
        domain.check_item(item, None, window.minutes, policy)
        asking.check_language(request.get("language"))
        changes: dict[str, Any] = {name: request[name] for name in PLAIN_CHANGES if name in request}
        door = doors.opened(self.vault, row)
        if "place" in request:
            note = request.get("note", door.note)
            place = (request["place"], note)
            changes |= asking.placed(self.vault, doors.REQUESTS, row.request_id, *place)
        elif "note" in request:
            texts = {"note": request["note"]}
            changes |= doors.sealed(self.vault, doors.REQUESTS, row.request_id, texts)
        for name, value in {**vars(window), **changes, "version": row.version + 1}.items():
            setattr(row, name, value)

    @command(ReplaceRequest)
    def replace_request(self, session: Session, request: Facts, call: Call) -> Facts:
        old, submitted_by = self._lock_own_request(session, request["request_id"], call)
        refuse_activity(old)
        state = RequestState(old.state)
        domain.check_replacement(state, old.version, request["version"])
        elder = verified(storage.find_person(session, old.elder_id))
        self._check_not_paused(session, elder, call)
        replaces = {"replaces_id": old.request_id}
        wish = asking.wish_of(session, elder, submitted_by, request, call.now, **replaces)
        endings.cancel(self.record, session, old, submitted_by, REPLACED)
        # The ledger is asked for the new coins when it has told that the old ones are back.
        row = asking.add(session, self.vault, elder, wish, call.now)
        return self._shown(row, AddressStep.DOOR)

    @command(CancelRequest)
    def cancel_request(self, session: Session, request: Facts, call: Call) -> Facts:
        row, cancelled_by = self._lock_own_request(session, request["request_id"], call)
        how = (cancelled_by, request["reason"], call.now)
        booking = endings.cancel_in_time(self.record, session, row, *how)
        return self._shown(row, AddressStep.DOOR, booking)

    def _lock_own_request(
        self, session: Session, request_id: UUID, call: Call
    ) -> tuple[RequestRow, UUID]:
        """The request, and the caller who acts for its elder."""
        row = found(storage.lock_request(session, request_id), "No such request.")
        return row, self._acting_for(session, row.elder_id, row.street, call)


def refuse_activity(row: RequestRow) -> None:
    """Elders have taken places in what was announced: it is cancelled, not changed."""
    if row.is_activity:
        raise WrongState("An activity is cancelled and announced anew.")
