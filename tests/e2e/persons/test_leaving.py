"""An account ends over HTTP, everywhere, with the books whole; and what is held on people."""

from datetime import timedelta

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage, log_in
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, volunteer


def test_a_death_ends_what_was_to_come_and_the_officer_settles_the_coins(stage: Stage) -> None:
    elder, worker = elder_with_coins(stage, 120), volunteer(stage)
    start = story.daytime()
    request = story.publish(stage, elder, start, 60)
    story.accept(stage, worker, request)
    path, desk = f"/v1/people/{elder.person_id}", stage.clerk(HOME)
    death = {"reason": "death", "paper": "居民死亡医学证明书"}
    refusal("forbidden", stage.client.post, f"{path}/closing", death, elder.token)
    assert stage.client.post(f"{path}/closing", death, desk)["state"] == "closed"
    refusal("account_closed", stage.client.post, f"{path}/closing", death, desk)

    def void() -> bool | None:
        try:
            stage.client.get(path, elder.token)
        except Problem as problem:
            return problem.code == "session_revoked" or None
        return None

    story.until(void, "the tokens to be void")
    refusal("bad_credentials", log_in, stage.client, elder.phone, stage.password)
    shown = f"/v1/requests/{request['request_id']}"
    story.until(
        lambda: stage.client.get(shown, desk)["state"] == "cancelled" or None, "the cancellation"
    )
    assert stage.client.get(path, desk)["phone"] is None
    officer = stage.district_officer(HOME[:6])
    wallet = f"{path}/wallet"
    story.until(
        lambda: stage.client.get(wallet, officer)["total_minutes"] == 120 or None, "the coins back"
    )
    assert stage.client.get(wallet, officer)["state"] == "frozen"
    settle = {"cause": "death", "reason": "Settled with the daughter"}
    closed = stage.client.post(f"{wallet}/closing", settle, officer)
    assert (closed["state"], closed["settled_minutes"]) == ("closed", 120)
    assert story.trial_balance(stage)["total_minutes"] == 0


def test_people_see_who_read_their_data_and_take_a_copy_of_it(stage: Stage) -> None:
    person = story.register_and_verify(stage, 40, HOME)
    path = f"/v1/people/{person.person_id}"
    read = {"fields_read": ["phone"], "reason": "Nobody opens the door"}
    shown = stage.client.post(f"{path}/contact", read, stage.clerk(HOME))
    assert shown["phone"] == person.phone
    (seen,) = stage.client.get(f"{path}/reads", person.token)["items"]
    assert (seen["reason"], seen["fields_read"]) == ("Nobody opens the door", ["phone"])
    copy = stage.client.get(f"{path}/data.json", person.token)
    assert copy["person_id"] == person.person_id
    assert person.phone in str(copy) and "手机号码" in str(copy)
    refusal("forbidden", stage.client.get, f"{path}/data.json", stage.clerk(HOME))


def test_a_volunteer_who_is_ill_takes_the_declaration_back_and_is_no_volunteer(
    stage: Stage,
) -> None:
    elder, worker = elder_with_coins(stage), volunteer(stage)
    request = story.publish(stage, elder, story.daytime() + timedelta(hours=2), 60)
    story.accept(stage, worker, request)
    path = f"/v1/people/{worker.person_id}/declarations"
    stage.client.post(f"{path}/willing_and_healthy/withdrawal", {}, worker.token)
    shown = f"/v1/requests/{request['request_id']}"
    story.until(
        lambda: stage.client.get(shown, elder.token)["state"] == "open" or None, "it to open again"
    )
    refusal("not_a_volunteer", story.accept, stage, worker, request)
    health = {"declaration": "willing_and_healthy", "version": 1}
    stage.client.post(path, health, worker.token)

    def again() -> bool | None:
        try:
            return bool(story.accept(stage, worker, request))
        except Problem:
            return None

    story.until(again, "a volunteer again")
