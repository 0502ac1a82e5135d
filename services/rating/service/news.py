"""What other services tell rating."""

from sqlalchemy.orm import Session

from services.identity.contract import PersonChanged, PersonVerified, PolicyAdopted
from services.kernel.caller import Call
from services.kernel.policy import save_policy
from services.kernel.service import handles
from services.matching.contract import ActivityAttended, VisitCompleted
from services.rating import domain, storage
from services.rating.domain.people import Person
from services.rating.domain.stars import Served
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.storage import people, stars


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
        served = stars.lock_served(session, event["volunteer_id"])
        proven = Served(**pick(event, SERVED), category=event.get("category", ""))
        if stars.add_served(session, proven):
            served.minutes += event["minutes"]
            self._award(session, served.volunteer_id, event["district"], call)

    @handles(ActivityAttended)
    def keep_attendance(self, session: Session, event: Facts, call: Call) -> None:
        storage.save_visit(session, visit_of(event))


def visit_of(event: Facts) -> domain.Visit:
    """Matching tells the category since it has been counted by."""
    return domain.Visit(**pick(event, VISIT), category=event.get("category", ""))
