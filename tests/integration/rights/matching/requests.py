"""Stages of the catalogue and of requests."""

from dataclasses import replace
from datetime import timedelta

from tests.integration.matching.conftest import PLACE, person
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.stages import Scene, stage


START = timedelta(hours=4)


@stage("matching", "list_categories")
def list_categories(cast: Cast) -> Scene:
    return cast.scene(cast.morning())


@stage("matching", "submit_request")
def submit_request(cast: Cast) -> Scene:
    now = cast.morning()
    return cast.scene(now, **cast.wish(start=now + START))


@stage("matching", "show_request that is open")
def show_open_request(cast: Cast) -> Scene:
    now = cast.morning()
    return cast.scene(now, request_id=cast.opened(now=now, start=now + START, **cast.told))


@stage("matching", "show_request that is booked")
def show_booked_request(cast: Cast) -> Scene:
    now = cast.morning()
    request_id = cast.opened(now=now, start=now + START, **cast.told)
    cast.accept(request_id, now=now)
    return cast.scene(now, request_id=request_id)


@stage("matching", "show_request that a former agent made")
def show_request_of_a_former_agent(cast: Cast) -> Scene:
    now, agent = cast.morning(), person()
    consent = cast.let_act(agent, cast.elder)
    request_id = cast.submit(agent, now, start=now + START)
    cast.revoke(consent, agent, cast.elder)
    return replace(cast.scene(now, request_id=request_id), people={"agent": agent})


@stage("matching", "list_requests of an elder")
def list_requests_of_an_elder(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), elder_id=cast.elder.person_id)


@stage("matching", "list_requests of a volunteer")
def list_requests_of_a_volunteer(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), volunteer_id=cast.volunteer.person_id)


@stage("matching", "list_nearby_requests")
def list_nearby_requests(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **PLACE)


@stage("matching", "cancel_request")
def cancel_request(cast: Cast) -> Scene:
    booked = show_booked_request(cast)
    return cast.scene(booked.now, **booked.payload, reason="to hospital")


@stage("matching", "explain_request")
def explain_request(cast: Cast) -> Scene:
    return show_booked_request(cast)
