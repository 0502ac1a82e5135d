"""The main job: registration, grant, request, visit, gift and redemption, each step checked."""

from collections.abc import Callable
from typing import Any

from deploy.demo import story
from deploy.demo.play.performance import Performance
from deploy.demo.report import hour, short
from deploy.demo.stage import Person


# Where everybody lives: the elder in Dongcheng, the volunteer across the border in Chaoyang.
ELDER_STREET = "110101008"
FARTHER_STREET = "110101001"
VOLUNTEER_STREET = "110105001"
SECOND_STREET = "110106013"
OLDER_STREET = "110108011"
ELDER_AGE, VOLUNTEER_AGE, MOTHER_AGE, OLDER_AGE, PUPIL_AGE, MINOR_AGE = 78, 34, 66, 65, 15, 17
GRANTED, PLANNED, SERVED, FARTHER, GIFT = 300, 120, 95, 60, 60
AWAY_DEGREES = 0.02
METRES_A_DEGREE = 111_195


class MainJob(Performance):
    """A coin's life with the people who move it: they stay for the chapters that follow."""

    volunteer: Person
    elder: Person
    pupil: Person
    second: Person
    older: Person
    visited: dict[str, Any]

    def accounts(self) -> None:
        stage, step = self.stage, self.report.step
        self.report.chapter("accounts")
        street = stage.population.city.street(VOLUNTEER_STREET)
        details = story.fresh_details(stage, VOLUNTEER_AGE, street)
        wrong = details | {"id_number": with_wrong_check_digit(details["id_number"])}
        self.refused(
            "wrong_check_digit", "invalid_id_number", lambda: stage.client.post("/v1/people", wrong)
        )
        self.refused(
            "minor_without_guardian",
            "guardian_required",
            lambda: story.register(stage, MINOR_AGE, VOLUNTEER_STREET),
        )
        volunteer = story.register(stage, VOLUNTEER_AGE, VOLUNTEER_STREET)
        elder = story.register(stage, ELDER_AGE, ELDER_STREET, willing_and_healthy=False)
        step("volunteer_registered", True, **self.who(volunteer))
        step("elder_registered", True, age=ELDER_AGE, **self.who(elder))
        early = story.signed_in(stage, elder)
        self.refused(
            "unverified_request",
            "person_not_verified",
            lambda: story.publish(stage, early, self.start, PLANNED),
            name=elder.name,
        )
        self.volunteer = story.verify(stage, volunteer)
        self.elder = story.verify(stage, elder)
        for person in (self.volunteer, self.elder):
            right = story.show_person(stage, person)["state"] == "verified"
            right = right and self.minutes_of(person) == 0
            place = stage.population.city.street(person.street).name_zh
            step("verified", right, street=place, name=person.name)
        self.pupil = pupil = story.register_and_verify(
            stage,
            PUPIL_AGE,
            VOLUNTEER_STREET,
            school=self.words["school"],
            guardian_id=self.volunteer.person_id,
        )
        facts: dict[str, Any] = {"age": PUPIL_AGE, "guardian": self.volunteer.name}
        led = story.show_person(stage, pupil)["guardian_id"] == self.volunteer.person_id
        step("pupil_verified", led, **self.who(pupil), **facts)

    def free_coins(self) -> None:
        stage, step, elder = self.stage, self.report.step, self.elder
        self.report.chapter("grant")
        name, district = elder.name, self.district(elder.street)
        self.refused(
            "no_coins",
            "insufficient_coins",
            lambda: story.publish(stage, elder, self.start, PLANNED),
            name=name,
        )
        reason = self.words["grant_reason"]
        self.refused(
            "not_special",
            "not_in_special_group",
            lambda: story.grant_at_once(stage, elder, GRANTED, reason),
            name=name,
        )
        evidence = self.words["evidence"]
        story.approve_special_group(stage, elder, "economic_hardship", evidence)
        groups = story.show_person(stage, elder)["special_groups"]
        step("special_group", groups == ["economic_hardship"], district=district, name=name)
        # As much as is granted below, so that the budget lasts however often the play is given.
        reason_of_city = self.words["top_up_reason"]
        before, after, held = self.budget_over(
            GRANTED, lambda: story.top_up(stage, elder.district, GRANTED, reason_of_city)
        )
        step("topped_up", held, before, after, district=district, minutes=GRANTED)
        elder_before = self.minutes_of(elder)
        before, after, held = self.budget_over(
            -GRANTED, lambda: story.grant(stage, elder, GRANTED, reason)
        )
        elder_after = self.minutes_of(elder)
        facts: dict[str, Any] = {"name": name, "district": district, "minutes": GRANTED}
        right = elder_after == elder_before + GRANTED
        step("granted", right, elder_before, elder_after, **facts)
        step("budget", held, before, after, district=district)

    def budget_over(self, change: int, act: Callable[[], Any]) -> tuple[int, int, bool]:
        """The budget before and after, and whether it changed by as much.

        Others may draw on the same budget meanwhile; then the ledger has more than one new
        transfer, and how much of the change is ours cannot be told.
        """
        district = self.elder.district
        transfers = story.trial_balance(self.stage)["transfers"]
        before = story.budget(self.stage, district)
        act()
        after = story.budget(self.stage, district)
        alone = story.trial_balance(self.stage)["transfers"] == transfers + 1
        return before, after, after == before + change or not alone

    def request(self) -> None:
        stage, step, elder, volunteer = self.stage, self.report.step, self.elder, self.volunteer
        self.report.chapter("request")
        before = self.minutes_of(elder)
        self.near = near = story.publish(stage, elder, self.start, PLANNED)
        after = self.minutes_of(elder)
        step(
            "published",
            near["state"] == "open" and after == before - PLANNED,
            before,
            after,
            name=elder.name,
            id=short(near["request_id"]),
            minutes=PLANNED,
            hour=hour(near["starts_at"]),
        )
        street = stage.population.city.street(FARTHER_STREET)
        place = {
            "latitude": street.latitude,
            "longitude": street.longitude,
            "address": story.address_in(stage, street),
        }
        far = story.publish(stage, elder, self.after(5), FARTHER, place=place)
        before, after = after, self.minutes_of(elder)
        facts: dict[str, Any] = {"name": elder.name, "id": short(far["request_id"])}
        held = far["state"] == "open" and after == before - FARTHER
        step("published_far", held, before, after, minutes=FARTHER, **facts)
        self.see_nearby(near, far)
        story.cancel(stage, elder, far, self.words["cancel_reason"])
        story.until_coins(stage, elder, held_minutes=PLANNED)
        before, after = after, self.minutes_of(elder)
        step("cancelled", after == before + FARTHER, before, after, **facts)
        self.booking = story.accept(stage, volunteer, near)
        shown = self.booking["address"] == elder.address
        facts = {"name": volunteer.name, "id": short(near["request_id"])}
        step("accepted", shown and self.booking["state"] == "accepted", **facts)
        self.second = story.register_and_verify(stage, VOLUNTEER_AGE, SECOND_STREET)
        self.refused(
            "taken",
            "request_not_open",
            lambda: story.accept(stage, self.second, near),
            name=self.second.name,
        )

    def see_nearby(self, near: dict[str, Any], far: dict[str, Any]) -> None:
        seen = story.nearby(self.stage, self.volunteer)
        metres = [item["distance_metres"] for item in seen]
        distance = {item["request_id"]: item["distance_metres"] for item in seen}
        nearer, farther = (distance.get(item["request_id"]) for item in (near, far))
        ordered = bool(nearer and farther and nearer < farther and metres == sorted(metres))
        name, district = self.volunteer.name, self.district(self.volunteer.street)
        facts: dict[str, Any] = {"name": name, "district": district, "near": nearer, "far": farther}
        self.report.step("nearest_first", ordered, instead=str(metres), **facts)

    def visit(self) -> None:
        stage, step, elder, volunteer = self.stage, self.report.step, self.elder, self.volunteer
        self.report.chapter("visit")
        place = story.position(self.near)
        away = place | {"latitude": place["latitude"] + AWAY_DEGREES}
        begin, end = self.after(), self.after(minutes=SERVED)
        self.refused(
            "too_far",
            "too_far",
            lambda: story.check_in(stage, volunteer, self.booking, away, begin),
            name=volunteer.name,
            metres=round(AWAY_DEGREES * METRES_A_DEGREE),
        )
        before, elder_before = self.minutes_of(volunteer), self.minutes_of(elder)
        visit = story.check_in(stage, volunteer, self.booking, place, begin)
        step("checked_in", visit["state"] == "underway", name=volunteer.name, hour=hour(begin))
        visit = story.check_out(stage, volunteer, self.booking, place, end)
        right = visit["state"] == "completed" and visit["minutes"] == SERVED
        step("checked_out", right, name=volunteer.name, hour=hour(end), minutes=visit["minutes"])
        story.until_coins(stage, volunteer, earned_minutes=before + SERVED)
        after = self.minutes_of(volunteer)
        right = after == before + SERVED
        step("earned", right, before, after, name=volunteer.name, minutes=SERVED)
        home, other = self.district(volunteer.street), self.district(self.near["district"])
        step("across_districts", home != other, district=home, other=other)
        rest = PLANNED - SERVED
        story.until_coins(stage, elder, total_minutes=elder_before + rest, held_minutes=0)
        step(
            "rest_returned",
            True,
            elder_before,
            elder_before + rest,
            name=elder.name,
            minutes=SERVED,
        )
        self.visited = visit
        self.rating(visit)

    def rating(self, visit: dict[str, Any]) -> None:
        stage, elder, volunteer = self.stage, self.elder, self.volunteer
        clock, praise = self.after(2), self.words["praise"]
        rated = story.rate(stage, elder, visit, 5, praise, clock)
        shown = story.reputation(stage, volunteer)
        right = rated["stars"] == 5 and shown["ratings"] == 1 and shown["stars_sum"] == 5
        facts: dict[str, Any] = {"name": elder.name, "volunteer": volunteer.name}
        self.report.step("rated", right, stars=5, average=shown["average"], **facts)
        self.refused(
            "rated_twice",
            "already_rated",
            lambda: story.rate(stage, elder, visit, 1, clock=clock),
            name=elder.name,
        )

    def gift(self) -> None:
        stage, step, volunteer = self.stage, self.report.step, self.volunteer
        self.report.chapter("gift")
        clock = self.after(3)
        self.refused(
            "not_kin",
            "not_kin",
            lambda: story.give(stage, volunteer, self.elder, GIFT, clock),
            name=volunteer.name,
            receiver=self.elder.name,
        )
        mother = story.register_and_verify(
            stage, MOTHER_AGE, VOLUNTEER_STREET, male=False, willing_and_healthy=False
        )
        kinship_id = story.become_kin(stage, volunteer, mother, "parent")
        facts: dict[str, Any] = {"name": volunteer.name, "mother": mother.name}
        confirmed = story.kinships(stage, mother).get(volunteer.person_id) == "confirmed"
        step("kinship", confirmed, id=short(kinship_id), **facts)
        before = self.minutes_of(volunteer)
        story.give_to_kin(stage, volunteer, mother, GIFT, clock)
        after = self.minutes_of(volunteer)
        step("gave", after == before - GIFT, before, after, name=volunteer.name, minutes=GIFT)
        gifted = story.wallet(stage, mother)["gifted_minutes"]
        step("received", gifted == GIFT, 0, gifted, mother=mother.name)
        self.older = story.register_and_verify(stage, OLDER_AGE, OLDER_STREET)
        request = story.publish(stage, mother, self.after(6), GIFT, self.after(4))
        story.complete_visit(stage, self.older, request, GIFT)
        left = story.until_coins(stage, mother, gifted_minutes=0, held_minutes=0)["total_minutes"]
        step("gift_used", left == 0, GIFT, left, mother=mother.name, volunteer=self.older.name)
        earned = story.until_coins(stage, self.older, earned_minutes=GIFT)["earned_minutes"]
        facts = {"name": self.older.name, "age": OLDER_AGE, "minutes": GIFT}
        step("elder_earned", earned == GIFT, 0, earned, **facts)

    def redemption(self) -> None:
        stage, step, older, second = self.stage, self.report.step, self.older, self.second
        self.report.chapter("redeem")
        clock, start = self.after(8), self.after(25)
        self.refused(
            "too_young",
            "not_yet_elder",
            lambda: story.publish(stage, self.volunteer, start, 30, clock),
            name=self.volunteer.name,
            age=VOLUNTEER_AGE,
        )
        before = self.minutes_of(older)
        request = story.publish(stage, older, start, GIFT, clock)
        after = self.minutes_of(older)
        held = request["state"] == "open" and after == before - GIFT
        facts: dict[str, Any] = {
            "name": older.name,
            "age": OLDER_AGE,
            "id": short(request["request_id"]),
        }
        step("redeems", held, before, after, **facts)
        before = self.minutes_of(second)
        story.complete_visit(stage, second, request, GIFT)
        story.until_coins(stage, second, earned_minutes=before + GIFT)
        story.until_coins(stage, older, held_minutes=0, total_minutes=0)
        home, other = self.district(older.street), self.district(VOLUNTEER_STREET)
        facts = {"district": home, "other": other, "volunteer": second.name}
        step("redeemed", home != other, before, before + GIFT, minutes=GIFT, **facts)


def with_wrong_check_digit(id_number: str) -> str:
    return id_number[:-1] + ("0" if id_number[-1] != "0" else "1")
