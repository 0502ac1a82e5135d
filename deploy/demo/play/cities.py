"""Three cities, one story: the same visits, wishes and gifts under three presets, side by side."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from deploy.demo import policies, presets, story
from deploy.demo.client import Problem
from deploy.demo.play.main_job import MainJob
from deploy.demo.presets import ACCEPTED, Values
from deploy.demo.stage import Person, Stage, until
from services.kernel.calendar import CITY_TIME, city_date


# Far ahead, so that nobody's visits are touched by it; a week for each city, then all is as before.
YEARS_AHEAD, MONTH, DAYS_EACH = 2, 3, 7
ELDER_STREET, FAMILY_STREET = "110101008", "110101001"
ELDER_AGE, VOLUNTEER_AGE, SPOUSE_AGE, CHILD_AGE = 80, 63, 66, 36
SHORT, LONG, HOUR, WHOLE, GIFT = 20, 50, 60, 240, 30
GRANTED = SHORT + LONG + HOUR + 2 * WHOLE + HOUR
SERVING, WHOLE_DAY, ASKING = 1, 2, 3

Answer = int | str


@dataclass(frozen=True)
class City:
    """One city's week: its rules as the file has them, the version in force, its people."""

    stage: Stage
    name: str
    rules: Values
    begins: datetime
    version: int
    elder: Person
    volunteer: Person
    spouse: Person
    child: Person
    went_by: set[int] = field(default_factory=set)

    def at(self, day: int, hour: float) -> datetime:
        return self.begins + timedelta(days=day, hours=hour)

    def served(self, minutes: int, day: int, hour: float, by: Person | None = None) -> int:
        """What a visit to the elder was credited."""
        starts_at, asked = self.at(day, hour), max(minutes, HOUR)
        clock, hours = starts_at - timedelta(hours=1), asked // HOUR
        request = story.publish(self.stage, self.elder, starts_at, asked, clock, hours=hours)
        policies.until_matching_follows(self.stage, self.version, clock, self.elder, request)
        visit = story.complete_visit(self.stage, by or self.volunteer, request, minutes)
        self.went_by.add(visit["policy_version"])
        story.until_coins(self.stage, self.elder, held_minutes=0)
        return int(visit["minutes"])

    def paid(self) -> int:
        """What the elder has spent of the coins that were granted."""
        return GRANTED - int(story.wallet(self.stage, self.elder)["granted_minutes"])

    def redeemed(self) -> str:
        """What the volunteer hears who asks for an hour of help; then it is called off."""
        volunteer, clock = self.volunteer, self.at(ASKING, 9)
        try:
            request = story.publish(self.stage, volunteer, self.at(ASKING, 14), HOUR, clock)
        except Problem as problem:
            return problem.code
        if request["state"] != "open":
            return str(request["refusal"])
        story.cancel(self.stage, volunteer, request, self.name, clock)
        return ACCEPTED

    def redeemed_in_hardship(self) -> str:
        """The same, once the district has approved the volunteer's hardship and all know of it."""
        evidence, expected = self.name, presets.redemption(self.rules, VOLUNTEER_AGE, True)
        story.approve_special_group(self.stage, self.volunteer, "economic_hardship", evidence)
        if expected != ACCEPTED:
            return self.redeemed()
        return until(lambda: self.redeemed() == ACCEPTED or None, "redeeming") and ACCEPTED

    def given(self, giver: Person, receiver: Person, relation: str) -> str:
        """What a giver hears; that the ledger has not heard of the kinship yet is waited out."""
        allowed = relation in self.rules["gift"]["relations"]
        give = story.give_to_kin if allowed else story.give
        try:
            give(self.stage, giver, receiver, GIFT, self.at(ASKING, 10))
        except Problem as problem:
            return problem.code
        return ACCEPTED


@dataclass(frozen=True)
class Row:
    """One thing that happens in each city, and what the city's file says that comes of it."""

    name: str
    happens: Callable[[City], Answer]
    expected: Callable[[Values], Answer]


def whole_day(rules: Values) -> tuple[int, int]:
    first = presets.credited(rules, WHOLE)
    return first, presets.credited(rules, WHOLE, today=first)


ROWS = (
    Row(
        "city_short",
        lambda city: city.served(SHORT, SERVING, 9),
        lambda rules: presets.credited(rules, SHORT),
    ),
    Row(
        "city_long",
        lambda city: city.served(LONG, SERVING, 11),
        lambda rules: presets.credited(rules, LONG),
    ),
    Row(
        "city_hour",
        lambda city: city.served(HOUR, SERVING, 14, by=city.child),
        lambda rules: presets.credited(rules, HOUR),
    ),
    Row(
        "city_whole",
        lambda city: city.served(WHOLE, WHOLE_DAY, 8),
        lambda rules: whole_day(rules)[0],
    ),
    Row(
        "city_same_day",
        lambda city: city.served(WHOLE, WHOLE_DAY, 14),
        lambda rules: whole_day(rules)[1],
    ),
    Row(
        "city_paid",
        lambda city: city.paid(),
        lambda rules: sum(
            (*(presets.credited(rules, each) for each in (SHORT, LONG, HOUR)), *whole_day(rules))
        ),
    ),
    Row(
        "city_redeems",
        lambda city: city.redeemed(),
        lambda rules: presets.redemption(rules, VOLUNTEER_AGE),
    ),
    Row(
        "city_hardship",
        lambda city: city.redeemed_in_hardship(),
        lambda rules: presets.redemption(rules, VOLUNTEER_AGE, in_hardship=True),
    ),
    Row(
        "city_to_parent",
        lambda city: city.given(city.child, city.volunteer, "parent"),
        lambda rules: presets.gift(rules, "parent", VOLUNTEER_AGE),
    ),
    Row(
        "city_to_spouse",
        lambda city: city.given(city.volunteer, city.spouse, "spouse"),
        lambda rules: presets.gift(rules, "spouse", SPOUSE_AGE),
    ),
)


def three_cities(play: MainJob) -> None:
    """Each city's preset is in force for a week to come, and the story is the same in each."""
    play.report.chapter("cities")
    cities = [peopled(play, *week) for week in weeks(play)]
    names = {city.name: play.words[city.name] for city in cities}
    rows, data = [(play.words["version"], *(str(city.version) for city in cities))], []
    for row in ROWS:
        answers = {city.name: row.happens(city) for city in cities}
        expected = {city.name: row.expected(city.rules) for city in cities}
        told = {name: in_words(play, answer) for name, answer in answers.items()}
        by_its_own = all(city.went_by == {city.version} for city in cities)
        play.report.step(
            row.name, answers == expected and by_its_own, instead=str(expected), **told
        )
        rows.append((play.words["rows"][row.name], *told.values()))
        data.append({"row": row.name, **answers})
    play.report.show("cities", rows, data, **names)


def in_words(play: MainJob, answer: Answer) -> str:
    return str(play.words["answers"].get(answer, answer))


def weeks(play: MainJob) -> list[tuple[str, datetime, int]]:
    """Each city, when its week begins, and the version in force in it.

    After the three weeks the rules are those from before them.
    """
    stage, step = play.stage, play.report.step
    first = datetime(play.start.year + YEARS_AHEAD, MONTH, 1, tzinfo=CITY_TIME)
    begins = [first + timedelta(days=DAYS_EACH * number) for number in range(4)]
    before = policies.policy_at(stage, first - timedelta(minutes=1))
    found = []
    for city, day in zip(presets.CITIES, begins, strict=False):
        document = presets.document_of(city)
        shown = policies.in_force_from(stage, day, document, play.words["policy_reason"])
        right = shown["values"] == presets.rules_of(city)
        right = right and policies.was_approved_by_another(stage, shown["version"])
        facts = {"version": shown["version"], "day": city_date(day), "city": play.words[city]}
        step("city_policy", right, **facts)
        found.append((city, day, shown["version"]))
    document = presets.completed(policies.document_of(stage, before["version"]))
    shown = policies.in_force_from(stage, begins[-1], document, play.words["policy_reason"])
    right = shown["values"] == presets.values_of(document)
    step("city_policy_back", right, version=shown["version"], day=city_date(begins[-1]))
    return found


def peopled(play: MainJob, name: str, begins: datetime, version: int) -> City:
    """An elder with granted coins; a volunteer of 63, their spouse of 66 and grown-up child."""
    stage, come = play.stage, partial(story.register_and_verify, play.stage, on=city_date(begins))
    elder = come(ELDER_AGE, ELDER_STREET, willing_and_healthy=False)
    volunteer = come(VOLUNTEER_AGE, FAMILY_STREET, male=True)
    spouse = come(SPOUSE_AGE, FAMILY_STREET, male=False)
    child = come(CHILD_AGE, FAMILY_STREET)
    story.become_kin(stage, volunteer, spouse, "spouse")
    story.become_kin(stage, child, volunteer, "parent")
    story.approve_special_group(stage, elder, "advanced_age", play.words["dispatch_evidence"])
    story.top_up(stage, elder.district, GRANTED, play.words["top_up_reason"])
    story.grant(stage, elder, GRANTED, play.words["dispatch_grant_reason"])
    policies.until_ledger_follows(stage, version, begins, elder)
    rules = presets.rules_of(name)
    return City(stage, name, rules, begins, version, elder, volunteer, spouse, child)
