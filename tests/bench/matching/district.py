"""A made-up district on one day: compounds along streets, elders who ask, volunteers who may come.

Everything is drawn from one seed, so that two runs plan the same day.
"""

from random import Random
from uuid import UUID

from services.matching.domain.candidates import Task
from services.matching.domain.routes import Helper, Stop


SIDE_METRES = 16_000
STREET_METRES = 80
COMPOUNDS = 500
COMPOUND_METRES = 180
LIVE_IN_COMPOUNDS = 0.8
SKILLS = ("wheelchair", "first_aid", "computer", "law", "massage", "driving")
LANGUAGES = ("cantonese", "shanghainese", "sign_language", "english")
# Hours of a day that volunteers give, in minutes, and how often; most have jobs.
SHIFTS = ((8 * 60, 12 * 60), (13 * 60, 18 * 60), (17 * 60, 21 * 60), (8 * 60, 18 * 60))
SHIFT_WEIGHTS = (35, 35, 15, 15)
FREE_THAT_DAY = 0.45
STARTS = range(8 * 60, 18 * 60, 30)
LENGTHS = (60, 60, 90, 120, 120, 180)


def compounds(random: Random) -> list[tuple[float, float, float]]:
    """Where people live close together: a few large ones, many small."""
    return [
        (random.uniform(0, SIDE_METRES), random.uniform(0, SIDE_METRES), random.paretovariate(1.5))
        for _ in range(COMPOUNDS)
    ]


def home(random: Random, places: list[tuple[float, float, float]]) -> tuple[float, float]:
    """A door: in a compound mostly, and always on a street."""
    if random.random() < LIVE_IN_COMPOUNDS:
        (x, y, _), *_ = random.choices(places, [weight for *_, weight in places])
        x, y = random.gauss(x, COMPOUND_METRES), random.gauss(y, COMPOUND_METRES)
    else:
        x, y = random.uniform(0, SIDE_METRES), random.uniform(0, SIDE_METRES)
    return round(x / STREET_METRES) * STREET_METRES, y


def chosen(random: Random, of: tuple[str, ...], chance: float) -> str | None:
    return random.choice(of) if random.random() < chance else None


def make_district(requests: int, volunteers: int, seed: int) -> tuple[list[Task], list[Helper]]:
    """The day's open requests in the order in which they were asked for, and the volunteers."""
    random = Random(seed)
    places = compounds(random)
    tasks = [make_task(number, random, places) for number in range(requests)]
    helpers = [make_helper(number, random, places) for number in range(volunteers)]
    return sorted(tasks, key=lambda task: -task.waiting_days), helpers


def make_task(number: int, random: Random, places: list[tuple[float, float, float]]) -> Task:
    x, y = home(random, places)
    begins, minutes = random.choice(STARTS), random.choice(LENGTHS)
    stop = Stop(UUID(int=number), x, y, begins, begins + minutes, minutes)
    return Task(
        stop,
        elder_id=UUID(int=1 << 64 | number),
        skill=chosen(random, SKILLS, 0.25),
        certificate_needed=random.random() < 0.2,
        language=chosen(random, LANGUAGES, 0.05),
        is_special=random.random() < 0.2,
        waiting_days=random.randrange(15),
    )


def make_helper(number: int, random: Random, places: list[tuple[float, float, float]]) -> Helper:
    x, y = home(random, places)
    free = random.choices(SHIFTS, SHIFT_WEIGHTS) if random.random() < FREE_THAT_DAY else []
    skills = frozenset(skill for skill in SKILLS if random.random() < 0.3)
    return Helper(
        UUID(int=2 << 64 | number),
        x,
        y,
        radius_metres=random.choice((1000, 2000, 3000, 5000)),
        free=tuple(free),
        most_minutes=random.choice((120, 180, 240, 480)),
        skills=skills,
        certified=frozenset(skill for skill in sorted(skills) if random.random() < 0.4),
        languages=frozenset(each for each in LANGUAGES if random.random() < 0.15),
    )
