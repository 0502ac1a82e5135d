"""What a plan took for granted of each volunteer's day, looked at again when it is booked.

A plan is some hours old when a clerk accepts it. Its volunteers may have booked other visits since,
or changed what they give. The rules are those of planning itself (``candidates``, ``routes``).
"""

from collections.abc import Iterable
from uuid import UUID

from services.matching.contract.dispatch import (
    DayIsFull,
    NoLongerAvailable,
    NoTimeForTheWay,
)
from services.matching.domain.candidates import Task, may_come, reaches
from services.matching.domain.routes import Helper, Route, Travel, route_of


class DaysWays:
    """The ways of a plan's volunteers through the day, as they are booked, visit by visit."""

    def __init__(self, helpers: Iterable[Helper], travel: Travel):
        self.helpers = {helper.volunteer_id: helper for helper in helpers}
        self.travel = travel
        self.routes: dict[UUID, Route] = {}

    def add(self, task: Task, volunteer_id: UUID) -> None:
        """Put one more visit into a volunteer's day.

        Raises NoLongerAvailable, DayIsFull or NoTimeForTheWay where it does not fit any more.
        """
        helper = self.helpers.get(volunteer_id)
        if helper is None or not (may_come(task, helper) and reaches(task, helper)):
            raise NoLongerAvailable
        route = self.routes.get(volunteer_id)
        if route is None:
            route = self.routes[volunteer_id] = route_of(helper)
        if task.stop.minutes > route.left_minutes:
            raise DayIsFull(fields={"left_minutes": [max(route.left_minutes, 0)]})
        if route.place(task.stop, self.travel) is None:
            raise NoTimeForTheWay
        route.add(task.stop)
