"""What identity tells of suspensions and special groups."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    PersonReinstated,
    PersonSuspended,
    SpecialGroupApproved,
    SpecialGroupEnded,
)
from services.kernel.caller import Call
from services.kernel.service import handles
from services.matching import partings, storage
from services.matching.service.base import Facts, MatchingPart


class Standing(MatchingPart):
    @handles(PersonSuspended)
    def stop_person(self, session: Session, event: Facts, call: Call) -> None:
        """Nothing new for them, and what they had promised is for others to take.

        Whoever books locks the person too, so that no booking is made beside this. They lock the
        request first; if both wait for each other, one of them begins again.
        """
        person_id = event["person_id"]
        storage.lock_person(session, person_id)
        if storage.save_suspension(session, person_id, True, event["sequence"]):
            partings.give_back(self.record, session, person_id, partings.SUSPENDED)

    @handles(PersonReinstated)
    def let_person_go_on(self, session: Session, event: Facts, call: Call) -> None:
        storage.save_suspension(session, event["person_id"], False, event["sequence"])

    @handles(SpecialGroupApproved)
    def keep_special_group(self, session: Session, event: Facts, call: Call) -> None:
        self._keep_membership(session, event, is_ended=False)

    @handles(SpecialGroupEnded)
    def end_special_group(self, session: Session, event: Facts, call: Call) -> None:
        self._keep_membership(session, event, is_ended=True)

    def _keep_membership(self, session: Session, event: Facts, is_ended: bool) -> None:
        person_id, group = event["person_id"], event["group"]
        membership_id = storage.membership_of(person_id, group, event.get("membership_id"))
        storage.save_membership(session, membership_id, person_id, group, is_ended)
