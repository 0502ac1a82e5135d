"""Stages of volunteers' profiles, candidates and invitations."""

import itertools
from dataclasses import replace

from tests.integration.matching.test_volunteers import PROFILE
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.requests import show_open_request
from tests.integration.rights.stages import Scene, stage


SKILLS = itertools.cycle(("nursing", "first_aid", "medicine", "legal", "finance", "teaching"))


@stage("matching", "set_profile")
def set_profile(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), person_id=cast.volunteer.person_id, **PROFILE)


@stage("matching", "show_profile")
def show_profile(cast: Cast) -> Scene:
    scene = set_profile(cast)
    cast.matching.call("set_profile", scene.payload, cast.volunteer, now=scene.now)
    return replace(scene, payload={"person_id": cast.volunteer.person_id})


@stage("matching", "certify_skill")
def certify_skill(cast: Cast) -> Scene:
    of = {"person_id": cast.volunteer.person_id, "skill": next(SKILLS)}
    return cast.scene(cast.morning(), **of, evidence="a certificate")


@stage("matching", "certify_skill of the clerk")
def certify_oneself(cast: Cast) -> Scene:
    scene = certify_skill(cast)
    return replace(scene, payload=scene.payload | {"person_id": cast.clerk.person_id})


@stage("matching", "withdraw_certificate")
def withdraw_certificate(cast: Cast) -> Scene:
    scene = certify_skill(cast)
    cast.matching.call("certify_skill", scene.payload, cast.clerk, now=scene.now)
    payload = {name: scene.payload[name] for name in ("person_id", "skill")}
    return replace(scene, payload=payload | {"reason": "it has run out"})


@stage("matching", "list_candidates")
def list_candidates(cast: Cast) -> Scene:
    return show_open_request(cast)


@stage("matching", "invite_volunteers")
def invite_volunteers(cast: Cast) -> Scene:
    scene = show_open_request(cast)
    invited = {"volunteer_ids": [str(cast.volunteer.person_id)]}
    return replace(scene, payload=scene.payload | invited)


def invited(cast: Cast) -> tuple[Scene, str]:
    """A scene in which the volunteer has been asked to come, and the invitation."""
    scene = invite_volunteers(cast)
    answer = cast.matching.call("invite_volunteers", scene.payload, cast.clerk, now=scene.now)
    invitation_id = str(answer["items"][0]["invitation_id"])
    return replace(scene, payload={"invitation_id": invitation_id}), scene.payload["request_id"]


@stage("matching", "show_invitation")
def show_invitation(cast: Cast) -> Scene:
    return invited(cast)[0]


@stage("matching", "withdraw_invitation")
def withdraw_invitation(cast: Cast) -> Scene:
    return invited(cast)[0]


@stage("matching", "answer_invitation")
def answer_invitation(cast: Cast) -> Scene:
    scene, _ = invited(cast)
    return replace(scene, payload=scene.payload | {"accept": True})


@stage("matching", "list_invitations of a request")
def list_invitations_of_a_request(cast: Cast) -> Scene:
    scene, request_id = invited(cast)
    return replace(scene, payload={"request_id": request_id})


@stage("matching", "list_invitations of a volunteer")
def list_invitations_of_a_volunteer(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), volunteer_id=cast.volunteer.person_id)
