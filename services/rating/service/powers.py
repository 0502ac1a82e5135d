"""Who may act for whom, as identity tells it."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity.contract import (
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    GuardianshipEnded,
    GuardianshipKind,
    KinshipConfirmed,
    KinshipEnded,
    Scope,
)
from services.kernel.caller import Call
from services.kernel.service import handles
from services.rating import storage
from services.rating.service.base import RatingPart


# A pupil serves and is not served: the guardian sees what that brought, and rates nothing.
OF_MINORS = [Scope.SEE_WALLET]


class Powers(RatingPart):
    @handles(ConsentGiven)
    def keep_consent(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_power(
            session,
            event["consent_id"],
            event["elder_id"],
            event["agent_id"],
            event["scopes"],
            event["until"],
        )

    @handles(ConsentRevoked)
    def end_consent(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.end_power(session, event["consent_id"], event["elder_id"], event["agent_id"])

    @handles(GuardianshipConfirmed)
    def keep_guardian(self, session: Session, event: dict[str, Any], call: Call) -> None:
        of_minor = event["kind"] is GuardianshipKind.MINOR
        scopes = OF_MINORS if of_minor else list(Scope)
        pair = (event["ward_id"], event["guardian_id"])
        storage.save_power(session, event["guardianship_id"], *pair, scopes, None, of_minor)

    @handles(GuardianshipEnded)
    def end_guardian(self, session: Session, event: dict[str, Any], call: Call) -> None:
        pair = (event["ward_id"], event["guardian_id"])
        storage.end_power(session, event["guardianship_id"], *pair)

    @handles(KinshipConfirmed)
    def keep_kinship(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_kin(session, **kinship_of(event), is_ended=False)

    @handles(KinshipEnded)
    def end_kinship(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_kin(session, **kinship_of(event), is_ended=True)


def kinship_of(event: dict[str, Any]) -> dict[str, Any]:
    names = ("kinship_id", "person_id", "relative_id", "sequence")
    return {name: event[name] for name in names}
