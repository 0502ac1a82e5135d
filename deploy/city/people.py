"""Who lives in the demonstration city: person number n of seed s is always the same person.

Nothing is remembered between two people, so a city of any size is made in constant memory, and can
be continued at any number. Numbers begin with the staff (one city officer, one operator, an officer
per district, a clerk per street), go on with the residents that the data file names, and then with
blocks of ten neighbours: three elders, six or seven volunteers, and a pupil in every third block.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID, uuid5

from deploy.city.names import Names
from deploy.city.numbers import RESIDENT_SEQUENCES, city_phone, is_male, make_id_number
from deploy.city.places import City, Street, beijing
from services.identity.contract import Relation, Role, SpecialGroup


NAMESPACE = UUID("6c1f3a52-8d6e-5b0c-9d53-2f6f4f1c7a10")
# Ages are as of this day, so that the same seed makes the same people in every year.
REFERENCE_DAY = date(2026, 1, 1)
DAYS_A_YEAR = 365
MOST_PEOPLE = 20_000_000
BLOCK = 10
STRIDE = 1_000_003
HOME_SPREAD_DEGREES = 0.004
MOST_SPREADS = 2.0
PUPIL_EVERY_BLOCKS = 3
SPECIAL_GROUP_EVERY_BLOCKS = 4
VOLUNTEERING_ELDERS = 0.3
CHILD_YEARS = (20, 40)


class Place(IntEnum):
    """The places in a block that somebody else's record refers to."""

    PARENT = 0
    GRANDPARENT = 1
    CHILD = 3
    GUARDIAN = 4
    PUPIL = 9


ELDERS = (Place.PARENT, Place.GRANDPARENT, 2)
ELDER_AGES = (60, 96)
PARENT_AGES = (70, 90)
GUARDIAN_AGES = (36, 51)
VOLUNTEER_AGES = (18, 76)
PUPIL_AGES = (12, 17)
STAFF_AGES = (25, 56)


@dataclass(frozen=True)
class Kin:
    """``relative`` (a number) is the ``relation`` of the person who has this."""

    relative: int
    relation: Relation


@dataclass(frozen=True)
class CityPerson:
    """Everything about one invented person; people refer to each other by number."""

    number: int
    person_id: UUID
    name: str
    id_number: str
    born: date
    phone: str
    street: str
    address: str
    latitude: float
    longitude: float
    volunteers: bool
    verified_by: int | None
    roles: tuple[tuple[Role, str], ...] = ()
    school: str | None = None
    guardian: int | None = None
    kin: tuple[Kin, ...] = ()
    special_group: SpecialGroup | None = None

    @property
    def district(self) -> str:
        return self.street[:6]


@dataclass(frozen=True)
class Birth:
    """When and where somebody was born, and the sequence of their ID number."""

    region: str
    born: date
    sequence: int


class Population:
    """The people of one seed, by number."""

    def __init__(self, seed: int, city: City | None = None):
        self.seed = seed
        self.city = city or beijing()
        self.names = Names(seed)
        self.residents = list(self.city.words["residents"].items())

    # Who has which number

    @cached_property
    def staff(self) -> list[tuple[Role, str]]:
        """The role and area of each of the first people, by number."""
        city = self.city
        return [
            (Role.CITY_OFFICER, city.code),
            (Role.OPERATOR, city.code),
            *((Role.DISTRICT_OFFICER, district.code) for district in city.districts),
            *((Role.AGENCY_CLERK, street.code) for street in city.streets),
        ]

    @cached_property
    def staff_numbers(self) -> dict[tuple[Role, str], int]:
        return {held: number for number, held in enumerate(self.staff)}

    @property
    def fixed(self) -> int:
        """How many people every city has: staff and named residents."""
        return len(self.staff) + len(self.residents)

    def staff_number(self, role: Role | str, area: str) -> int:
        return self.staff_numbers[Role(role), area]

    def resident_number(self, key: str) -> int:
        return len(self.staff) + [name for name, _ in self.residents].index(key)

    def person_id(self, number: int) -> UUID:
        return uuid5(NAMESPACE, f"{self.seed}/{number}")

    def kinship_id(self, number: int, kin: Kin) -> UUID:
        return uuid5(NAMESPACE, f"{self.seed}/{number}/{kin.relative}")

    def chance(self, *names: object) -> Random:
        return Random("/".join(map(str, (self.seed, *names))))

    # Who they are

    def people(self, size: int, start: int = 0) -> Iterator[CityPerson]:
        """The people from number ``start`` up to a city of this size, one at a time."""
        return map(self.person, range(start, size))

    def person(self, number: int) -> CityPerson:
        if not 0 <= number < MOST_PEOPLE:
            raise ValueError(f"A city has up to {MOST_PEOPLE} people.")
        if number < len(self.staff):
            return self.staff_person(number)
        if number < self.fixed:
            return self.named_resident(number)
        return self.neighbour(number)

    def staff_person(self, number: int) -> CityPerson:
        role, area = self.staff[number]
        chance = self.chance("staff", number)
        street = self.office(area)
        day = chance.randrange(*(age * DAYS_A_YEAR for age in STAFF_AGES))
        birth = Birth(street.district, REFERENCE_DAY - timedelta(day), sequence=number + 1)
        boss = None if number == 0 else 0
        return self.settle(number, chance, birth, street, False, boss, roles=((role, area),))

    def office(self, area: str) -> Street:
        """Where somebody who works for an area lives: in it."""
        return next(
            street
            for street in self.city.streets
            if area == self.city.code or street.code.startswith(area)
        )

    def named_resident(self, number: int) -> CityPerson:
        key, facts = self.residents[number - len(self.staff)]
        street = self.city.street(facts["street"])
        # Staff have the sequences up to their count; the next of the right parity are free.
        sequence = len(self.staff) + 2 * (number - len(self.staff)) + 1
        sequence += is_male(sequence) != (facts["sex"] == "male")
        parent, guardian = facts.get("parent"), facts.get("guardian")
        group = facts.get("special_group")
        return self.settle(
            number,
            self.chance("resident", key),
            Birth(street.district, facts["born"], sequence),
            street,
            facts.get("volunteers", False),
            self.clerk_of(street),
            name=facts["name"],
            school=self.school(self.chance("school", key), street) if guardian else None,
            guardian=self.resident_number(guardian) if guardian else None,
            kin=(Kin(self.resident_number(parent), Relation.PARENT),) if parent else (),
            special_group=SpecialGroup(group) if group else None,
        )

    def neighbour(self, number: int) -> CityPerson:
        block, place = divmod(number - self.fixed, BLOCK)
        first = number - place
        if place == Place.PUPIL and block % PUPIL_EVERY_BLOCKS == 0:
            return self.pupil(number, block, first)
        chance = self.chance(number)
        birth = self.birth(block, place)
        # Grown-up children live anywhere in the city, often in another district than their parents.
        near = self.city if place == Place.CHILD else self.city.district(birth.region)
        street = chance.choice(near.streets)
        return self.settle(
            number,
            chance,
            birth,
            street,
            place not in ELDERS or chance.random() < VOLUNTEERING_ELDERS,
            self.clerk_of(street),
            kin=(Kin(first, Relation.PARENT),) if place == Place.CHILD else (),
            special_group=special_group(block) if place == Place.GRANDPARENT else None,
        )

    def pupil(self, number: int, block: int, first: int) -> CityPerson:
        """A child of the block's guardian, at home with them."""
        chance = self.chance(number)
        guardian = self.person(first + Place.GUARDIAN)
        street = self.city.street(guardian.street)
        birth = self.birth(block, Place.PUPIL, is_pupil=True)
        surname, _ = self.name_parts(guardian.number, is_male(int(guardian.id_number[14:17])))
        _, given_name = self.name_parts(number, is_male(birth.sequence))
        return self.settle(
            number,
            chance,
            birth,
            street,
            True,
            self.clerk_of(street),
            name=surname + given_name,
            school=self.school(chance, street),
            guardian=guardian.number,
            kin=(
                Kin(guardian.number, Relation.PARENT),
                Kin(first + Place.GRANDPARENT, Relation.GRANDPARENT),
            ),
        )

    def clerk_of(self, street: Street) -> int:
        return self.staff_number(Role.AGENCY_CLERK, street.code)

    # What they are made of

    def birth(self, block: int, place: int, is_pupil: bool = False) -> Birth:
        """A birth that no other person has.

        Each place in a block has sequences of its own, and its births of all blocks are counted
        through in large strides, so that no two fall on the same slot.
        """
        ages = ages_of(place, is_pupil)
        days = (ages[1] - ages[0]) * DAYS_A_YEAR
        sequences = len(RESIDENT_SEQUENCES) // BLOCK
        districts = len(self.city.districts)
        slots = days * sequences * districts
        begin = self.chance("births", Place.PARENT if place == Place.CHILD else place).randrange
        slot = (block * STRIDE + begin(slots)) % slots
        rest, district = divmod(slot, districts)
        day, offset = divmod(rest, sequences)
        born = REFERENCE_DAY - timedelta(ages[0] * DAYS_A_YEAR + ages[0] // 4 + 1 + day)
        if place == Place.CHILD:
            # The parent's slot, later by years that depend on the sequence alone: still unique.
            span = (CHILD_YEARS[1] - CHILD_YEARS[0]) * DAYS_A_YEAR
            born += timedelta(CHILD_YEARS[0] * DAYS_A_YEAR + offset * span // sequences)
        sequence = RESIDENT_SEQUENCES.start + place * sequences + offset
        return Birth(self.city.districts[district].code, born, sequence)

    def name_parts(self, number: int, male: bool) -> tuple[str, str]:
        return self.names.draw(self.chance("name", number), male)

    def school(self, chance: Random, street: Street) -> str:
        words = self.city.words
        district = self.city.district(street.district).name_zh
        return words["school"].format(
            district=district, number=chance.choice(words["school_numbers"])
        )

    def settle(
        self,
        number: int,
        chance: Random,
        birth: Birth,
        street: Street,
        volunteers: bool,
        verified_by: int | None,
        name: str = "",
        **others: Any,
    ) -> CityPerson:
        """Give somebody who is born a name, a phone and a home near the middle of a street."""
        words = self.city.words
        return CityPerson(
            number=number,
            person_id=self.person_id(number),
            name=name or "".join(self.name_parts(number, is_male(birth.sequence))),
            id_number=make_id_number(birth.region, birth.born, birth.sequence),
            born=birth.born,
            phone=city_phone(number),
            street=street.code,
            address=words["address"].format(
                street=street.name_zh,
                estate=chance.choice(words["estates"]),
                building=chance.randint(1, 30),
                unit=chance.randint(1, 6),
                room=chance.randint(1, 18) * 100 + chance.randint(1, 4),
            ),
            latitude=near(street.latitude, chance),
            longitude=near(street.longitude, chance),
            volunteers=volunteers,
            verified_by=verified_by,
            **others,
        )


def ages_of(place: int, is_pupil: bool) -> tuple[int, int]:
    """From, and up to but without. A child's begin as the parent's: the years are added later."""
    if is_pupil:
        return PUPIL_AGES
    if place in (Place.PARENT, Place.CHILD):
        return PARENT_AGES
    if place == Place.GUARDIAN:
        return GUARDIAN_AGES
    return ELDER_AGES if place in ELDERS else VOLUNTEER_AGES


def special_group(block: int) -> SpecialGroup | None:
    """The groups in turn, for one block in so many."""
    turn, rest = divmod(block, SPECIAL_GROUP_EVERY_BLOCKS)
    groups = list(SpecialGroup)
    return None if rest else groups[turn % len(groups)]


def near(centre: float, chance: Random) -> float:
    spread = max(-MOST_SPREADS, min(MOST_SPREADS, chance.gauss(0, 1)))
    return round(centre + HOME_SPREAD_DEGREES * spread, 6)
