"""What other services tell rating."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import PersonChanged, PersonVerified, PolicyAdopted
from services.kernel.caller import Call
from services.kernel.policy import save_policy
from services.kernel.service import handles
from services.matching.contract import ActivityAttended, VisitCompleted, VisitNoShow
from services.rating import domain, storage
from services.rating.domain.disputes import Disputable
from services.rating.domain.people import Person
from services.rating.domain.stars import Served
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.storage import disputes, people, stars


VISIT = ("visit_id", "elder_id", "volunteer_id", "street", "ended_at")
PERSON = tuple(Person.__dataclass_fields__)
SERVED = ("visit_id", "volunteer_id", "minutes", "ended_at", "street")


class News(RatingPart):
    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: Facts, call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(PersonVerified)
    def keep_person(self, session: Session, event: Facts, call: Call) -> None:
        people.save_person(session, Person(**pick(event, PERSON)), event["sequence"])

    @handles(PersonChanged)
    def keep_changes(self, session: Session, event: Facts, call: Call) -> None:
        people.save_person(session, Person(**pick(event, PERSON)), event["sequence"])

    @handles(VisitCompleted)
    def keep_visit(self, session: Session, event: Facts, call: Call) -> None:
        """Of an activity that a programme pays, each who was there rates for themselves."""
        if event.get("programme_id") is None:
            storage.save_visit(session, visit_of(event))
        disputes.save_disputable(session, disputable_of(event, event["visit_id"]))
        served = stars.lock_served(session, event["volunteer_id"])
        proven = Served(**pick(event, SERVED), category=event.get("category", ""))
        if stars.add_served(session, proven):
            served.minutes += event["minutes"]
            self._award(session, served.volunteer_id, event["district"], call)

    @handles(VisitNoShow)
    def keep_no_show(self, session: Session, event: Facts, call: Call) -> None:
        """Whoever says that it did take place disputes it by its booking, for there is no visit."""
        if "ended_at" in event:
            facts = event | {"minutes": 0}
            disputes.save_disputable(session, disputable_of(facts, event["booking_id"]))

    @handles(ActivityAttended)
    def keep_attendance(self, session: Session, event: Facts, call: Call) -> None:
        storage.save_visit(session, visit_of(event))


def disputable_of(event: Facts, visit_id: UUID) -> Disputable:
    """Matching tells what was planned, and who took part, since there are disputes."""
    names = ("request_id", "elder_id", "volunteer_id", "street", "ended_at", "minutes")
    return Disputable(
        visit_id=visit_id,
        planned_minutes=event.get("planned_minutes"),
        programme_id=event.get("programme_id"),
        acted_by=tuple(event.get("acted_by", ())),
        category=event.get("category", ""),
        decided_at=event.get("decided_at"),
        **pick(event, names),
    )


def visit_of(event: Facts) -> domain.Visit:
    """Matching tells the category since it has been counted by."""
    return domain.Visit(**pick(event, VISIT), category=event.get("category", ""))
