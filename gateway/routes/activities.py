"""The routes to matching's group activities."""

from gateway.routes.route import create, show
from services.matching import contract as matching


ACTIVITY = "/v1/activities/{request_id}"

ACTIVITY_ROUTES = [
    create(
        "/v1/activities",
        matching.OrganiseActivity,
        "matching",
        matching.ActivityAnswer,
        location=ACTIVITY,
    ),
    show("/v1/activities", matching.ListActivities, "matching", matching.ActivitiesAnswer),
    show(ACTIVITY, matching.ShowActivity, "matching", matching.ActivityAnswer),
    *(
        create(
            ACTIVITY + path, request_class, "matching", matching.ActivityAnswer, location=ACTIVITY
        )
        for path, request_class in (
            ("/seats", matching.JoinActivity),
            ("/seats/{seat_id}/return", matching.LeaveActivity),
            ("/absences", matching.MarkAbsent),
        )
    ),
]
