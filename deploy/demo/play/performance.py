"""One performance with people of its own, so that it can be repeated for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.report import Report, messages, short
from deploy.demo.stage import Person, Stage
from services.kernel.calendar import CITY_TIME


BEGIN_HOUR = 9


class Performance:
    """What every chapter plays with: the stage, the report, the clock of the story."""

    def __init__(self, stage: Stage, report: Report):
        self.stage = stage
        self.report = report
        self.words = messages()["words"]
        tomorrow = datetime.now(CITY_TIME) + timedelta(days=1)
        self.start = tomorrow.replace(hour=BEGIN_HOUR, minute=0, second=0, microsecond=0)

    def after(self, hours: float = 0, minutes: int = 0) -> datetime:
        """A time on the demonstration's clock, counted from the first visit's start."""
        return self.start + timedelta(hours=hours, minutes=minutes)

    def district(self, code: str) -> str:
        return self.stage.population.city.district(code[:6]).name_zh

    def refused(self, step: str, code: str, attempt: Callable[[], Any], /, **facts: Any) -> None:
        """A step that holds when the attempt is refused with this code."""
        try:
            attempt()
            got, instead = "", "accepted"
        except Problem as problem:
            got, instead = problem.code, str(problem)
        self.report.step(step, got == code, instead=instead, code=got, **facts)

    def minutes_of(self, person: Person) -> int:
        return int(story.wallet(self.stage, person)["total_minutes"])

    def who(self, person: Person) -> dict[str, str]:
        return {
            "name": person.name,
            "district": self.district(person.street),
            "id": short(person.person_id),
        }
