"""Stages of the catalogue, exchanges and points."""

from uuid import uuid4

from services.kernel.contract import CITY_AREA
from tests.integration.ledger.conftest import CLERK, STREET
from tests.integration.rights.ledger.cast import ELSEWHERE, Cast
from tests.integration.rights.stages import Scene, stage


def fresh_code() -> str:
    return f"towel-{uuid4().hex[:8]}"


@stage("ledger", "add_reward")
def add_reward(cast: Cast) -> Scene:
    return cast.scene(**cast.reward(fresh_code()))


@stage("ledger", "add_reward of the city")
def add_reward_of_the_city(cast: Cast) -> Scene:
    return cast.scene(**cast.reward(fresh_code(), CITY_AREA))


@stage("ledger", "change_reward")
def change_reward(cast: Cast) -> Scene:
    return cast.scene(code="towel", stock_added=1)


@stage("ledger", "list_rewards")
def list_rewards(cast: Cast) -> Scene:
    return cast.scene()


@stage("ledger", "exchange_points")
def exchange_points(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.elder.person_id, code="towel")


@stage("ledger", "exchange_points for the city's")
def exchange_points_for_the_citys(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.elder.person_id, code="rice")


@stage("ledger", "exchange_points for another district's")
def exchange_points_for_another_districts(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.elder.person_id, code="soap")


@stage("ledger", "show_exchange")
def show_exchange(cast: Cast) -> Scene:
    exchange_id = cast.exchanged()
    return cast.scene({"pickup_code": cast.code(exchange_id)}, exchange_id=exchange_id)


@stage("ledger", "show_exchange made by the agency")
def show_exchange_made_by_the_agency(cast: Cast) -> Scene:
    exchange_id = cast.exchanged(CLERK)
    return cast.scene({"pickup_code": cast.code(exchange_id)}, exchange_id=exchange_id)


@stage("ledger", "hand_over_reward")
def hand_over_reward(cast: Cast) -> Scene:
    exchange_id = cast.exchanged()
    return cast.scene(exchange_id=exchange_id, pickup_code=cast.code(exchange_id))


@stage("ledger", "hand_over_reward in another street")
def hand_over_reward_in_another_street(cast: Cast) -> Scene:
    exchange_id = cast.exchanged(pickup_street=ELSEWHERE)
    return cast.scene(exchange_id=exchange_id, pickup_code=cast.code(exchange_id))


@stage("ledger", "hand_over_reward of the city")
def hand_over_reward_of_the_city(cast: Cast) -> Scene:
    exchange_id = cast.exchanged(code="rice")
    return cast.scene(exchange_id=exchange_id, pickup_code=cast.code(exchange_id))


@stage("ledger", "hand_over_reward of the clerk")
def hand_over_reward_of_the_clerk(cast: Cast) -> Scene:
    cast.known_clerk()
    exchange_id = cast.exchanged(CLERK, person_id=CLERK.person_id)
    return cast.scene(exchange_id=exchange_id, pickup_code=cast.code(exchange_id, CLERK))


@stage("ledger", "cancel_exchange")
def cancel_exchange(cast: Cast) -> Scene:
    return cast.scene(exchange_id=cast.exchanged())


@stage("ledger", "cancel_exchange that is handed over")
def cancel_exchange_that_is_handed_over(cast: Cast) -> Scene:
    return cast.scene(exchange_id=cast.handed_over())


@stage("ledger", "return_reward")
def return_reward(cast: Cast) -> Scene:
    return cast.scene(exchange_id=cast.handed_over(), reason="it leaks")


@stage("ledger", "return_reward that waits")
def return_reward_that_waits(cast: Cast) -> Scene:
    return cast.scene(exchange_id=cast.exchanged(), reason="it leaks")


@stage("ledger", "list_exchanges")
def list_exchanges(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.elder.person_id)


@stage("ledger", "list_pick_ups")
def list_pick_ups(cast: Cast) -> Scene:
    return cast.scene(street=STREET)


@stage("ledger", "list_points")
def list_points(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.elder.person_id)
