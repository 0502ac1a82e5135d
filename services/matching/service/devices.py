"""Devices on the wire, and what they recorded while there was no network."""

from sqlalchemy.orm import Session

from services.identity.contract import Role
from services.kernel.caller import Call
from services.kernel.contract import Forbidden, InvalidRequest
from services.kernel.service import command, query
from services.kernel.wire import plain
from services.matching import capturing, domain, rights, storage
from services.matching.contract import (
    BatchConflict,
    DeviceConflict,
    DeviceKind,
    DeviceRevoked,
    DeviceState,
    RegisterDevice,
    RevokeDevice,
    ShowDevice,
    SubmitCaptures,
)
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import DeviceRow


SHOWN = ("device_id", "kind", "name", "owner_id", "street", "state", "registered_at", "revoked_at")


def shown(row: DeviceRow) -> Facts:
    return {name: getattr(row, name) for name in SHOWN}


class Devices(MatchingPart):
    @command(RegisterDevice)
    def register_device(self, session: Session, request: Facts, call: Call) -> Facts:
        owner_id = rights.signed_in(call.caller)
        is_terminal = request["kind"] is DeviceKind.TERMINAL
        if is_terminal != (request["street"] is not None):
            raise InvalidRequest(fields={"street": ["A terminal has one, a phone has none."]})
        if is_terminal:
            call.caller.require(Role.AGENCY_CLERK, request["street"])
        else:
            verified(storage.find_person(session, owner_id))
        facts = request | {"owner_id": owner_id}
        is_new = storage.add_device(
            session, **facts, state=DeviceState.ACTIVE, registered_at=call.now
        )
        row = storage.find_device(session, request["device_id"])
        assert row is not None
        if not is_new and any(getattr(row, name) != value for name, value in facts.items()):
            raise DeviceConflict
        return shown(row)

    @query(ShowDevice)
    def show_device(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.find_device(session, request["device_id"]), "No such device.")
        self._may_handle(row, call)
        return shown(row)

    @command(RevokeDevice)
    def revoke_device(self, session: Session, request: Facts, call: Call) -> Facts:
        revoked_by = rights.signed_in(call.caller)
        row = found(storage.lock_device(session, request["device_id"]), "No such device.")
        self._may_handle(row, call)
        state = DeviceState(row.state)
        row.state = domain.moved_in(domain.DEVICE_MOVES, state, DeviceState.REVOKED)
        row.revoked_by, row.revoked_at = revoked_by, call.now
        row.revoke_reason = request["reason"]
        return shown(row)

    @command(SubmitCaptures)
    def submit_captures(self, session: Session, request: Facts, call: Call) -> Facts:
        handed_in_by = rights.signed_in(call.caller)
        device_id, text = request["device_id"], request["batch"]
        # Its batches are taken one after the other, and none after it was revoked.
        device = found(storage.lock_device(session, device_id), "No such device.")
        self._may_handle(device, call)
        if device.state != DeviceState.ACTIVE:
            raise DeviceRevoked
        capturing.check_signature(device, text, request["signature"])
        batch = capturing.parse_batch(text, device_id)
        skew = domain.skew_seconds(batch["sealed_at"], call.now)
        earlier = storage.claim_batch(
            session,
            device_id=device_id,
            batch_id=batch["batch_id"],
            content_hash=capturing.content_hash(text),
            sealed_at=batch["sealed_at"],
            received_at=call.now,
            received_from=handed_in_by,
            skew_seconds=skew,
        )
        if earlier is not None:
            if earlier.content_hash != capturing.content_hash(text):
                raise BatchConflict
            return dict(earlier.answer or {})
        items = capturing.take_batch(self._tools, session, device, batch, handed_in_by, call.now)
        answer: Facts = plain({"batch_id": batch["batch_id"], "skew_seconds": skew, "items": items})
        storage.keep_batch_answer(session, device_id, batch["batch_id"], answer)
        return answer

    def _may_handle(self, row: DeviceRow, call: Call) -> None:
        """A phone is its owner's affair; a terminal that of the clerks of its street."""
        if row.kind == DeviceKind.PHONE:
            rights.must_be(call.caller, row.owner_id)
        elif row.street is None or not call.caller.holds(Role.AGENCY_CLERK, row.street):
            raise Forbidden
