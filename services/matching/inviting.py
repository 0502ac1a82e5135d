"""How invitations end, and whom it is told to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.matching import storage
from services.matching.contract import InvitationAnswered, InvitationState, RequestState
from services.matching.domain.invitations import invitation_moved
from services.matching.storage import BookingRow, RequestRow, invitations
from services.matching.storage.tables_finding import InvitationRow


Record = Callable[..., None]


def end(
    record: Record,
    session: Session,
    row: RequestRow,
    invitation: InvitationRow,
    to: InvitationState,
    now: datetime,
    booking: BookingRow | None = None,
) -> None:
    """The only place where an invitation's state changes; raises InvitationEnded."""
    invitation.state = invitation_moved(InvitationState(invitation.state), to)
    invitation.ended_at = now
    invitation.booking_id = booking and booking.booking_id
    record(session, InvitationAnswered, **facts(row, invitation), outcome=to)


def facts(row: RequestRow, invitation: InvitationRow) -> dict[str, Any]:
    return {
        "invitation_id": invitation.invitation_id,
        "request_id": row.request_id,
        "elder_id": row.elder_id,
        "volunteer_id": invitation.volunteer_id,
        "district": row.district,
    }


def settle(
    record: Record, session: Session, row: RequestRow, booking: BookingRow, now: datetime
) -> None:
    """Somebody comes: their invitation is accepted, however they booked; the others are over."""
    for invitation in invitations.standing_invitations(session, row.request_id):
        if invitation.volunteer_id == booking.volunteer_id:
            end(record, session, row, invitation, InvitationState.ACCEPTED, now, booking)
        else:
            end(record, session, row, invitation, InvitationState.WITHDRAWN, now)


def sweep(record: Record, session: Session, now: datetime) -> int:
    """End a batch of those whose time to answer is over; how many. Safe with replicas."""
    ended = 0
    for invitation_id, request_id in sorted(
        invitations.due_invitations(session, now), key=lambda pair: pair[1]
    ):
        # The request first, as everybody does.
        row = storage.lock_request(session, request_id)
        invitation = invitations.lock_invitation(session, invitation_id)
        if row is None or invitation is None or invitation.state != InvitationState.INVITED:
            continue
        is_open = row.state == RequestState.OPEN
        to = InvitationState.LAPSED if is_open else InvitationState.WITHDRAWN
        end(record, session, row, invitation, to, now)
        ended += 1
    return ended
