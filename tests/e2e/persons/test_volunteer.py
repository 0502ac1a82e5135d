"""The volunteer: finds a request nearby, serves it, sees what it brought, gives and redeems."""

from datetime import datetime, timedelta

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import Relation
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, volunteer


def test_an_adult_finds_a_request_nearby_serves_it_and_uses_the_coins(stage: Stage) -> None:
    elder = elder_with_coins(stage)
    start = story.daytime()
    request = story.publish(stage, elder, start, 120)
    fresh = story.signed_in(stage, story.register(stage, 34, HOME))
    refusal("person_not_verified", story.accept, stage, fresh, request)
    worker, other = story.verify(stage, fresh), volunteer(stage)

    seen = story.nearby(stage, worker)
    assert [each["distance_metres"] for each in seen] == sorted(
        each["distance_metres"] for each in seen
    )
    mine = next(each for each in seen if each["request_id"] == request["request_id"])
    assert mine["address"] is None
    booking = story.accept(stage, worker, request)
    assert booking["address"] == elder.address
    refusal("request_not_open", story.accept, stage, other, request)
    path = f"/v1/bookings/{booking['booking_id']}"
    refusal("forbidden", stage.client.get, path, other.token)
    refusal("forbidden", stage.client.post, f"{path}/release", {"reason": "x"}, other.token)

    where = story.position(request)
    refusal("forbidden", story.check_in, stage, other, booking, where, start)
    away = where | {"latitude": where["latitude"] + 0.1}
    refusal("too_far", story.check_in, stage, worker, booking, away, start)
    story.check_in(stage, worker, booking, where, start)
    visit = story.check_out(stage, worker, booking, where, start + timedelta(minutes=95))
    assert (visit["state"], visit["minutes"]) == ("completed", 95)
    assert [step["rule"] for step in visit["explanation"]][0] == "served"
    refusal("forbidden", stage.client.get, f"/v1/visits/{visit['visit_id']}", other.token)

    story.until_coins(stage, worker, earned_minutes=95)
    refusal("forbidden", stage.client.get, f"/v1/people/{elder.person_id}/wallet", worker.token)
    line = story.statement(stage, worker)[-1]
    assert (line["minutes"], line["policy_version"]) == (95, 1)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    story.rate(stage, elder, visit, 5, "很好", clock)
    assert story.reputation(stage, worker)["average"] == "5.0"

    mother = story.register_and_verify(stage, 66, HOME)
    refusal("not_kin", story.give, stage, worker, mother, 60, clock)
    story.become_kin(stage, worker, mother, Relation.PARENT)
    story.give_to_kin(stage, worker, mother, 60, clock)
    story.until_coins(stage, worker, earned_minutes=35)
    refusal("not_yet_elder", story.publish, stage, worker, start + timedelta(days=1), 30)


def test_a_pupil_serves_led_by_the_guardian(stage: Stage) -> None:
    guardian = volunteer(stage, age=45)
    street = stage.population.city.street(HOME)
    school = {"school": "示范中学"}
    alone = story.fresh_details(stage, 15, street, **school)
    refusal("guardian_required", stage.client.post, "/v1/people", alone)
    led = {"guardian_id": guardian.person_id}
    pupil = story.register(stage, 15, HOME, **school, **led)
    path = f"/v1/people/{pupil.person_id}"
    consent = {"declaration": "guardian_consent", "version": 1}
    pupils_own = story.signed_in(stage, pupil).token
    refusal("forbidden", stage.client.post, f"{path}/declarations", consent, pupils_own)
    stage.client.post(f"{path}/declarations", consent, guardian.token)
    named = stage.client.get(f"{path}/guardianships", guardian.token)["items"][0]
    confirmation = f"/v1/guardianships/{named['guardianship_id']}/confirmation"
    refusal("forbidden", stage.client.post, confirmation, {}, pupils_own)
    stage.client.post(confirmation, {}, guardian.token)
    pupil = story.verify(stage, pupil)
    shown = stage.client.get(path, guardian.token)
    assert shown["guardian_id"] == guardian.person_id
    stranger = volunteer(stage)
    refusal("forbidden", stage.client.get, path, stranger.token)

    start = story.daytime()
    request = story.publish(stage, elder_with_coins(stage), start, 60)
    booking = story.accept(stage, pupil, request)
    where = story.position(request)
    refusal("guardian_absent", story.check_in, stage, pupil, booking, where, start)
    story.check_in(stage, pupil, booking, where, start, guardian=guardian)
    end = start + timedelta(minutes=60)
    assert story.check_out(stage, pupil, booking, where, end)["minutes"] == 60
    story.until_coins(stage, pupil, earned_minutes=60)
