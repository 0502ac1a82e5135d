"""The pieces of the story, each over HTTP: also what end-to-end tests are put together from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.city.numbers import VISITOR_SEQUENCES, is_male, make_id_number, visitor_phone
from deploy.city.places import Street
from deploy.demo.client import Problem
from deploy.demo.stage import NotInTime, Person, Stage, log_in, until
from services.kernel.calendar import CITY_TIME


# So many numbers that somebody else has drawn already are more than chance.
ATTEMPTS = 20
DAYS_A_YEAR = 365.25
DAY_BEGINS_HOUR = 9


# Accounts (S1, S14)


def fresh_details(
    stage: Stage,
    age: int,
    street: Street,
    male: bool | None = None,
    on: date | None = None,
    **others: Any,
) -> dict[str, Any]:
    """A registration of somebody who never existed: valid ID number, name, phone, home.

    They are of the age today, or on the day that is given.
    """
    chance = stage.chance
    fitting = [number for number in VISITOR_SEQUENCES if male in (None, is_male(number))]
    sequence = chance.choice(fitting)
    days = int(age * DAYS_A_YEAR) + chance.randrange(1, 360)
    born = (on or date.today()) - timedelta(days)
    details = {
        "name": "".join(stage.names.draw(chance, is_male(sequence))),
        "id_number": make_id_number(street.district, born, sequence),
        "phone": visitor_phone(chance.randrange(100_000_000)),
        "password": stage.password,
        "street": street.code,
        "address": address_in(stage, street),
        "home": {
            "latitude": round(street.latitude + chance.uniform(-0.002, 0.002), 6),
            "longitude": round(street.longitude + chance.uniform(-0.002, 0.002), 6),
        },
        "willing_and_healthy": True,
    }
    return details | others


def address_in(stage: Stage, street: Street) -> str:
    words, chance = stage.population.city.words, stage.chance
    return str(
        words["address"].format(
            street=street.name_zh,
            estate=chance.choice(words["estates"]),
            building=chance.randint(1, 30),
            unit=chance.randint(1, 6),
            room=chance.randint(101, 1804),
        )
    )


def register(
    stage: Stage, age: int, street: str, token: str | None = None, **others: Any
) -> Person:
    """Register somebody new; numbers that another run has drawn are drawn again."""
    place = stage.population.city.street(street)
    for _ in range(ATTEMPTS):
        details = fresh_details(stage, age, place, **others)
        try:
            answer = stage.client.post("/v1/people", details, token)
        except Problem as problem:
            if problem.code != "already_registered":
                raise
            continue
        return Person(
            person_id=answer["person_id"],
            name=details["name"],
            phone=details["phone"] or "",
            street=street,
            address=details["address"],
            **details["home"],
        )
    raise NotInTime(f"no free ID number after {ATTEMPTS} attempts")


def register_at_the_desk(stage: Stage, age: int, street: str) -> Person:
    """The street's clerk registers somebody without a phone, and acts for them from then on."""
    clerk = stage.clerk(street)
    return replace(register(stage, age, street, clerk, phone=None, password=None), token=clerk)


def verify(stage: Stage, person: Person) -> Person:
    """The street's clerk verifies somebody at the desk; they come back with a token."""
    path = f"/v1/people/{person.person_id}/verification"
    stage.client.post(path, {"card_seen": True}, stage.clerk(person.street))
    verified = signed_in(stage, person)
    wait_until_known(stage, verified)
    return verified


def signed_in(stage: Stage, person: Person) -> Person:
    return replace(person, token=log_in(stage.client, person.phone, stage.password))


def register_and_verify(stage: Stage, age: int, street: str, **others: Any) -> Person:
    person = register(stage, age, street, **others)
    if others.get("guardian_id"):
        consent = {"declaration": "guardian_consent", "version": 1}
        path = f"/v1/people/{person.person_id}/declarations"
        stage.client.post(path, consent, stage.clerk(street))
        confirm_guardian(stage, person)
    return verify(stage, person)


def confirm_guardian(stage: Stage, pupil: Person) -> None:
    """The street's clerk sees in the household register who the guardian is."""
    clerk = stage.clerk(pupil.street)
    path = f"/v1/people/{pupil.person_id}/guardianships"
    named = stage.client.get(path, clerk)["items"][0]["guardianship_id"]
    seen = {"paper": "household_register"}
    stage.client.post(f"/v1/guardianships/{named}/confirmation", seen, clerk)


def show_person(stage: Stage, person: Person) -> dict[str, Any]:
    return stage.client.get(f"/v1/people/{person.person_id}", person.token)


def wait_until_known(stage: Stage, person: Person) -> None:
    """Until ledger and matching have heard of the verification."""
    until(lambda: wallet(stage, person), "a wallet", "no_wallet", "forbidden")

    def ask_for_the_past() -> str:
        """A window in the past is refused in any case; the reason tells whether one is known."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        try:
            publish(stage, person, yesterday, 60)
        except Problem as problem:
            if problem.code == "person_not_verified":
                raise
        return person.person_id

    until(ask_for_the_past, "matching knows the person", "person_not_verified")


# Coins (S2, S5, S16)


def wallet(stage: Stage, person: Person) -> dict[str, Any]:
    return stage.client.get(f"/v1/people/{person.person_id}/wallet", person.token)


def until_coins(stage: Stage, person: Person, **minutes: int) -> dict[str, Any]:
    """The wallet once it holds, say, ``earned_minutes=95``; events take a moment."""

    def look() -> dict[str, Any] | None:
        shown = wallet(stage, person)
        return shown if all(shown[name] == wanted for name, wanted in minutes.items()) else None

    return until(look, f"a wallet with {minutes}")


def approve_special_group(stage: Stage, person: Person, group: str, evidence: str) -> None:
    """The street's clerk applies at the desk, the district's officer approves."""
    path = f"/v1/people/{person.person_id}/special-groups"
    body = {"group": group, "evidence": evidence}
    applied = stage.client.post(path, body, stage.clerk(person.street))
    path = f"/v1/special-groups/{applied['membership_id']}/approval"
    stage.client.post(path, {}, stage.district_officer(person.district))


def grant(
    stage: Stage, person: Person, minutes: int, reason: str, clock: datetime | None = None
) -> dict[str, Any]:
    """Coins from the district's budget, once the ledger has heard of the special group."""
    body = {"person_id": person.person_id, "minutes": minutes, "reason": reason}
    officer = stage.district_officer(person.district)
    # A new key each time: a refusal is the answer to its key for good.
    return until(
        lambda: stage.client.post("/v1/grants", body, officer, clock),
        "a grant",
        "not_in_special_group",
    )


def grant_at_once(stage: Stage, person: Person, minutes: int, reason: str) -> dict[str, Any]:
    """The same without waiting: refused to whoever is in no special group."""
    body = {"person_id": person.person_id, "minutes": minutes, "reason": reason}
    return stage.client.post("/v1/grants", body, stage.district_officer(person.district))


def budget(stage: Stage, district: str) -> int:
    officer = stage.district_officer(district)
    return int(stage.client.get(f"/v1/budgets/{district}", officer)["minutes"])


def top_up(stage: Stage, district: str, minutes: int, reason: str) -> int:
    """The city officer adds to a district's budget; the budget afterwards."""
    path, body = f"/v1/budgets/{district}/top-ups", {"minutes": minutes, "reason": reason}
    return int(stage.client.post(path, body, stage.city_officer)["minutes"])


def become_kin(stage: Stage, person: Person, relative: Person, relation: str) -> str:
    """The person claims the kinship, the clerk of their street confirms it on the register."""
    body = {"person_id": person.person_id, "relative_id": relative.person_id, "relation": relation}
    kinship_id = str(stage.client.post("/v1/kinships", body, person.token)["kinship_id"])
    path = f"/v1/kinships/{kinship_id}/confirmation"
    seen = {"paper": "household_register"}
    stage.client.post(path, seen, stage.clerk(person.street))
    return kinship_id


def kinships(stage: Stage, person: Person) -> dict[str, str]:
    """The state of each kinship, by the relative's id."""
    items = stage.client.get(f"/v1/people/{person.person_id}/kinships", person.token)["items"]
    return {item["relative_id"]: item["state"] for item in items}


def give(
    stage: Stage, giver: Person, receiver: Person, minutes: int, clock: datetime | None = None
) -> dict[str, Any]:
    body = {"receiver_id": receiver.person_id, "minutes": minutes}
    return stage.client.post("/v1/gifts", body, giver.token, clock)


def give_to_kin(
    stage: Stage, giver: Person, receiver: Person, minutes: int, clock: datetime | None = None
) -> dict[str, Any]:
    """A gift, once the ledger has heard of the confirmed kinship."""
    body = {"receiver_id": receiver.person_id, "minutes": minutes}
    return until(
        lambda: stage.client.post("/v1/gifts", body, giver.token, clock), "a gift", "not_kin"
    )


# Requests and visits (S7, S8, S14)


def daytime(hours: int = 0) -> datetime:
    """Tomorrow at nine in the city, or hours later: a visit at night is looked at by a clerk."""
    tomorrow = datetime.now(CITY_TIME) + timedelta(days=1)
    nine = tomorrow.replace(hour=DAY_BEGINS_HOUR, minute=0, second=0, microsecond=0)
    return nine.astimezone(UTC) + timedelta(hours=hours)


def publish(
    stage: Stage,
    elder: Person,
    starts_at: datetime,
    minutes: int,
    clock: datetime | None = None,
    category: str = "assistance",
    place: dict[str, Any] | None = None,
    hours: int = 4,
    **wishes: Any,
) -> dict[str, Any]:
    """The elder asks for help at home, or at another place; raises the Problem of a refusal."""
    body = {
        "elder_id": elder.person_id,
        "category": category,
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=hours)).isoformat(),
        "minutes": minutes,
        "place": place or elder.place,
    } | wishes
    request = stage.client.post("/v1/requests", body, elder.token, clock)
    if request["state"] != "submitted":
        return request
    return until(lambda: settled(stage, elder, request), "an open request")


def settled(stage: Stage, elder: Person, request: dict[str, Any]) -> dict[str, Any] | None:
    shown = stage.client.get(f"/v1/requests/{request['request_id']}", elder.token)
    return None if shown["state"] == "submitted" else shown


def nearby(stage: Stage, volunteer: Person, clock: datetime | None = None) -> list[dict[str, Any]]:
    """All open requests around the volunteer's home."""
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {**volunteer.home, "limit": 100}
    while True:
        page = stage.client.get("/v1/requests/nearby", volunteer.token, clock, **query)
        items += page["items"]
        if not page.get("next_cursor"):
            return items
        query["cursor"] = page["next_cursor"]


def accept(
    stage: Stage, volunteer: Person, request: dict[str, Any], clock: datetime | None = None
) -> dict[str, Any]:
    """A booking; a pupil's once matching has heard of the guardian."""
    path = f"/v1/requests/{request['request_id']}/acceptance"
    return until(
        lambda: stage.client.post(path, {}, volunteer.token, clock),
        "a booking",
        "guardianship_required",
    )


def cancel(
    stage: Stage,
    elder: Person,
    request: dict[str, Any],
    reason: str,
    clock: datetime | None = None,
) -> dict[str, Any]:
    path = f"/v1/requests/{request['request_id']}/cancellation"
    return stage.client.post(path, {"reason": reason}, elder.token, clock)


def position(request: dict[str, Any]) -> dict[str, float]:
    return {"latitude": request["latitude"], "longitude": request["longitude"]}


def check_in(
    stage: Stage,
    volunteer: Person,
    booking: dict[str, Any],
    where: dict[str, float],
    clock: datetime,
    guardian: Person | None = None,
) -> dict[str, Any]:
    """The visit that begins; a guardian who is there says so first, with their own phone."""
    path = f"/v1/bookings/{booking['booking_id']}"
    if guardian is not None:
        stage.client.post(f"{path}/guardian-presence", where, guardian.token, clock)
    return stage.client.post(f"{path}/check-in", where, volunteer.token, clock)


def check_out(
    stage: Stage,
    volunteer: Person,
    booking: dict[str, Any],
    where: dict[str, float],
    clock: datetime,
) -> dict[str, Any]:
    path = f"/v1/bookings/{booking['booking_id']}/check-out"
    return stage.client.post(path, where, volunteer.token, clock)


def complete_visit(
    stage: Stage, volunteer: Person, request: dict[str, Any], served_minutes: int
) -> dict[str, Any]:
    """Accept, check in at the start, check out after so many minutes; the completed visit."""
    begin = datetime.fromisoformat(request["starts_at"])
    booking = accept(stage, volunteer, request, begin - timedelta(minutes=1))
    check_in(stage, volunteer, booking, position(request), begin)
    end = begin + timedelta(minutes=served_minutes)
    return check_out(stage, volunteer, booking, position(request), end)


def rate(
    stage: Stage,
    elder: Person,
    visit: dict[str, Any],
    stars: int,
    words: str = "",
    clock: datetime | None = None,
) -> dict[str, Any]:
    """The elder's rating, once the service that keeps ratings has heard of the visit."""
    path = f"/v1/visits/{visit['visit_id']}/rating"
    body = {"stars": stars, "words": words}
    return until(lambda: stage.client.post(path, body, elder.token, clock), "a rating", "not_found")


def reputation(stage: Stage, volunteer: Person) -> dict[str, Any]:
    return stage.client.get(f"/v1/people/{volunteer.person_id}/reputation", volunteer.token)


# Accounts (S2)


def statement(stage: Stage, person: Person) -> list[dict[str, Any]]:
    """The newest lines, oldest first."""
    path = f"/v1/people/{person.person_id}/statement"
    return list(reversed(stage.client.get(path, person.token, limit=100)["items"]))


def trial_balance(stage: Stage) -> dict[str, Any]:
    return stage.client.get("/v1/ledger/trial-balance", stage.city_officer)
