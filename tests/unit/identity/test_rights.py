"""Rights: for each question, every role that may, and every one that may not."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.identity.contract import Role
from services.identity.domain import officers, rights
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, Unauthenticated
from tests.unit.identity.test_people import make_person


WARD = make_person(person_id=UUID(int=1), guardian_id=UUID(int=2))
FRIEND = make_person(person_id=UUID(int=3), street="110101002")
ELSEWHERE = "110108001"
CLERK_ROLE = RoleIn("agency_clerk", "110105001")
OFFICER_ROLE = RoleIn("district_officer", "110108")


def holding(role: str, area: str, person: int = 9) -> Caller:
    return Caller(UUID(int=person), (RoleIn(role, area),))


CALLERS = {
    "nobody": Caller(),
    "self": Caller(UUID(int=1)),
    "guardian": Caller(UUID(int=2)),
    "friend": Caller(UUID(int=3)),
    "stranger": Caller(UUID(int=8)),
    "clerk": holding("agency_clerk", "110105001"),
    "clerk_self": holding("agency_clerk", "110105001", person=1),
    "clerk_of_friend": holding("agency_clerk", "110101002"),
    "clerk_friend": holding("agency_clerk", "110105001", person=3),
    "clerk_elsewhere": holding("agency_clerk", ELSEWHERE),
    "district": holding("district_officer", "110105"),
    "district_self": holding("district_officer", "110105", person=1),
    "district_elsewhere": holding("district_officer", "110108"),
    "city": holding("city_officer", "110000"),
    "operator": holding("operator", "110000"),
}
QUESTIONS: dict[str, tuple[Callable[[Caller], None], set[str]]] = {
    "see": (
        lambda caller: rights.require_may_see(caller, WARD),
        {"self", "guardian", "clerk", "clerk_self", "clerk_friend", "district", "district_self"}
        | {"city"},
    ),
    "verify": (
        lambda caller: rights.require_clerk_of(caller, WARD),
        {"clerk", "clerk_friend"},
    ),
    "claim kinship": (
        lambda caller: rights.require_may_claim(caller, WARD, FRIEND),
        {"self", "friend", "clerk", "clerk_self", "clerk_friend", "clerk_of_friend"}
        | {"district_self"},
    ),
    "confirm kinship": (
        lambda caller: rights.require_clerk_of(caller, WARD, FRIEND),
        {"clerk", "clerk_of_friend"},
    ),
    "approve special group": (
        lambda caller: rights.require_district_officer_of(caller, WARD),
        {"district"},
    ),
    "make a clerk": (
        lambda caller: rights.require_may_assign(caller, Role.AGENCY_CLERK, "110105001"),
        {"district", "district_self", "city"},
    ),
    "make a street officer": (
        lambda caller: rights.require_may_assign(caller, Role.STREET_OFFICER, "110105001"),
        {"district", "district_self", "city"},
    ),
    "suspend": (
        lambda caller: officers.require_may_suspend(caller, WARD, [CLERK_ROLE]),
        {"district", "city"},
    ),
    "suspend an officer": (
        lambda caller: officers.require_may_suspend(caller, WARD, [OFFICER_ROLE]),
        {"city"},
    ),
    "see suspensions": (
        lambda caller: officers.require_self_or_officer_of(caller, WARD),
        {"self", "clerk_self", "district", "district_self", "city"},
    ),
    "make a district officer": (
        lambda caller: rights.require_may_assign(caller, Role.DISTRICT_OFFICER, "110105"),
        {"city"},
    ),
    "make a city officer": (
        lambda caller: rights.require_may_assign(caller, Role.CITY_OFFICER, "110000"),
        {"city"},
    ),
    "adopt a policy": (
        lambda caller: rights.require_role(caller, Role.CITY_OFFICER, "110000"),
        {"city"},
    ),
}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_each_role_may_what_it_may_and_nothing_else(question: str, who: str) -> None:
    require, allowed = QUESTIONS[question]
    refusal: type[Error] | None = None
    try:
        require(CALLERS[who])
    except Error as error:
        refusal = type(error)
    if who == "nobody":
        assert refusal is Unauthenticated
    else:
        assert refusal is (None if who in allowed else Forbidden)
