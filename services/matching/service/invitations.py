"""Invitations on the wire."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, every, query
from services.matching import answers, inviting, rights, shown, storage
from services.matching.contract import (
    AlreadyInvited,
    AnswerInvitation,
    InvitationEnded,
    InvitationSent,
    InvitationState,
    InviteVolunteers,
    ListInvitations,
    RequestNotOpen,
    RequestState,
    ShowInvitation,
    TooManyInvitations,
    WithdrawInvitation,
)
from services.matching.domain.invitations import answer_deadline
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import RequestRow, invitations
from services.matching.storage.finding_policies import finding_policy
from services.matching.storage.tables_finding import InvitationRow


LAPSE_SECONDS = 30


class Invitations(MatchingPart):
    @command(InviteVolunteers)
    def invite_volunteers(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        invited_by = self._acting_for(session, row.elder_id, row.street, call)
        policy = finding_policy(session, call.now)
        answer_by = answer_deadline(call.now, row.starts_at, policy)
        if row.state != RequestState.OPEN or answer_by is None:
            raise RequestNotOpen(fields={"state": row.state})
        volunteer_ids = sorted(set(request["volunteer_ids"]))
        standing = invitations.standing_invitations(session, row.request_id)
        if len(standing) + len(volunteer_ids) > policy.most_invitations:
            raise TooManyInvitations(fields={"most_invitations": policy.most_invitations})
        sent = []
        for volunteer_id in volunteer_ids:
            volunteer = verified(storage.find_person(session, volunteer_id))
            self._check_may_come(session, row, volunteer, call)
            invitation = invitations.add_invitation(
                session,
                invitation_id=uuid4(),
                request_id=row.request_id,
                volunteer_id=volunteer_id,
                invited_by=invited_by,
                state=InvitationState.INVITED,
                sent_at=call.now,
                answer_by=answer_by,
            )
            if invitation is None:
                raise AlreadyInvited(fields={"volunteer_id": str(volunteer_id)})
            facts = inviting.facts(row, invitation)
            self.record(
                session, InvitationSent, **facts, invited_by=invited_by, answer_by=answer_by
            )
            sent.append(shown.invitation(invitation))
        return {"items": sent, "next_cursor": None}

    @command(AnswerInvitation)
    def answer_invitation(self, session: Session, request: Facts, call: Call) -> Facts:
        row, invitation = self._lock_invitation(session, request["invitation_id"], call)
        rights.must_be(call.caller, invitation.volunteer_id)
        if invitation.state != InvitationState.INVITED or invitation.answer_by <= call.now:
            raise InvitationEnded(fields={"state": invitation.state})
        if request["accept"]:
            # As by any other booking, one wins; the invitation is settled with it.
            self._book(session, row, invitation.volunteer_id, call)
        else:
            declined = InvitationState.DECLINED
            inviting.end(self.record, session, row, invitation, declined, call.now)
        return shown.invitation(invitation)

    @command(WithdrawInvitation)
    def withdraw_invitation(self, session: Session, request: Facts, call: Call) -> Facts:
        row, invitation = self._lock_invitation(session, request["invitation_id"], call)
        self._acting_for(session, row.elder_id, row.street, call)
        withdrawn = InvitationState.WITHDRAWN
        inviting.end(self.record, session, row, invitation, withdrawn, call.now)
        return shown.invitation(invitation)

    @query(ShowInvitation)
    def show_invitation(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        invitation_id = request["invitation_id"]
        invitation = found(
            invitations.find_invitation(session, invitation_id), "No such invitation."
        )
        row = storage.find_request(session, invitation.request_id)
        assert row is not None
        self._may_see(session, row, call, invitation.volunteer_id)
        return shown.invitation(invitation)

    @query(ListInvitations)
    def list_invitations(self, session: Session, request: Facts, call: Call) -> Facts:
        caller_id = rights.signed_in(call.caller)
        request_id, volunteer_id = request["request_id"], request["volunteer_id"]
        if (request_id is None) == (volunteer_id is None):
            raise InvalidRequest(fields={"request_id": ["Either this or volunteer_id."]})
        if request_id is not None:
            row = found(storage.find_request(session, request_id), "No such request.")
            self._may_see(session, row, call)
        elif volunteer_id != caller_id:
            person = storage.find_person(session, volunteer_id)
            rights.may_see(call.caller, person.street if person else "")
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        rows = invitations.invitations_page(session, request_id, volunteer_id, limit + 1, before)
        page, cursor = answers.page(rows, limit, lambda row: (row.sent_at, row.invitation_id))
        return {"items": [shown.invitation(row) for row in page], "next_cursor": cursor}

    @every(seconds=LAPSE_SECONDS)
    def lapse_invitations(self, session: Session, call: Call) -> None:
        inviting.sweep(self.record, session, call.now)

    def _lock_invitation(
        self, session: Session, invitation_id: UUID, call: Call
    ) -> tuple[RequestRow, InvitationRow]:
        """The invitation and its request, locked in the order that everybody takes."""
        rights.signed_in(call.caller)
        seen = found(invitations.find_invitation(session, invitation_id), "No such invitation.")
        row = storage.lock_request(session, seen.request_id)
        invitation = invitations.lock_invitation(session, invitation_id)
        assert row is not None and invitation is not None
        return row, invitation
