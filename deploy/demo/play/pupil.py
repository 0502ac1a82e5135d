"""A pupil serves, led by the guardian (S1)."""

from datetime import timedelta

from deploy.demo import story
from deploy.demo.play.main_job import MainJob
from deploy.demo.report import hour, short


DAYS_LATER_HOURS = 48
PUPILS_MINUTES = 60


def pupil_with_guardian(play: MainJob) -> None:
    """The elder of the main job asks again; the pupil comes, first alone, then led."""
    stage, step, elder, pupil = play.stage, play.report.step, play.elder, play.pupil
    play.report.chapter("pupil")
    names = {"name": pupil.name, "guardian": play.volunteer.name}
    begin = play.after(DAYS_LATER_HOURS)
    request = story.publish(stage, elder, begin, PUPILS_MINUTES)
    booking = story.accept(stage, pupil, request)
    step("pupil_booked", booking["state"] == "accepted", id=short(request["request_id"]), **names)
    place = story.position(request)
    play.refused(
        "pupil_alone",
        "guardian_absent",
        lambda: story.check_in(stage, pupil, booking, place, begin),
        **names,
    )
    visit = story.check_in(stage, pupil, booking, place, begin, guardian=play.volunteer)
    step("pupil_led", visit["state"] == "underway", hour=hour(begin), **names)
    before = play.minutes_of(pupil)
    end = begin + timedelta(minutes=PUPILS_MINUTES)
    story.check_out(stage, pupil, booking, place, end)
    story.until_coins(stage, pupil, earned_minutes=before + PUPILS_MINUTES)
    after = play.minutes_of(pupil)
    right = after == before + PUPILS_MINUTES
    step("pupil_earned", right, before, after, minutes=PUPILS_MINUTES, **names)
