"""Stages of special groups."""

from dataclasses import replace
from typing import Any

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.rights.identity.cast import Family, family
from tests.integration.rights.stages import Scene, stage


DISTRICT = STREET[:6]


def applied(identity: Identity, by: Caller | None = None) -> tuple[Family, str]:
    """An elder for whom the clerk has applied, or somebody else."""
    everybody = family(identity)
    payload = {"person_id": everybody.elder, "group": "dementia", "evidence": "Certificate 7"}
    answer = identity.call("apply_for_special_group", payload, by or identity.clerk)
    return everybody, str(answer["membership_id"])


def approved(identity: Identity) -> tuple[Family, str]:
    everybody, membership_id = applied(identity)
    identity.call("approve_special_group", {"membership_id": membership_id}, identity.district)
    return everybody, membership_id


@stage("identity", "apply_for_special_group")
def apply_for_special_group(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, group="dementia", evidence="Certificate 7")


@stage("identity", "approve_special_group")
def approve_special_group(identity: Identity) -> Scene:
    everybody, membership_id = applied(identity)
    return everybody.scene(membership_id=membership_id)


@stage("identity", "approve_special_group that the officer entered")
def approve_what_one_entered(identity: Identity) -> Scene:
    everybody, membership_id = applied(identity, identity.district)
    return everybody.scene(membership_id=membership_id)


@stage("identity", "approve_special_group of the officer")
def approve_oneself(identity: Identity) -> Scene:
    scene = approve_special_group(identity)
    officer = Caller(scene.people["oneself"].person_id, identity.district.roles)
    return replace(scene, people={"district": officer})


@stage("identity", "refuse_special_group")
def refuse_special_group(identity: Identity) -> Scene:
    everybody, membership_id = applied(identity)
    return everybody.scene(membership_id=membership_id, reason="The certificate is of another")


@stage("identity", "recheck_special_group")
def recheck_special_group(identity: Identity) -> Scene:
    everybody, membership_id = approved(identity)
    return everybody.scene(membership_id=membership_id, still_entitled=True)


@stage("identity", "end_special_group")
def end_special_group(identity: Identity) -> Scene:
    everybody, membership_id = approved(identity)
    return everybody.scene(membership_id=membership_id, reason="Has recovered")


@stage("identity", "list_special_groups")
def list_special_groups(identity: Identity) -> Scene:
    everybody, _ = approved(identity)
    return everybody.scene(person_id=everybody.elder)


@stage("identity", "list_memberships")
def list_memberships(identity: Identity) -> Scene:
    return Scene({"district": DISTRICT}, NOW)


@stage("identity", "list_rechecks")
def list_rechecks(identity: Identity) -> Scene:
    return Scene({"district": DISTRICT}, NOW)


@stage("identity", "sweep_special_groups")
def sweep_special_groups(identity: Identity) -> Scene:
    return Scene({}, NOW)


def sheet(identity: Identity) -> dict[str, Any]:
    person = identity.new_person()
    identity.load(person)
    line = f"{person.name},{person.id_number},dementia,Certificate 7"
    return {"district": DISTRICT, "csv": f"name,id_number,group,evidence\n{line}\n"}


@stage("identity", "prepare_group_sheet")
def prepare_group_sheet(identity: Identity) -> Scene:
    return Scene(sheet(identity), NOW)


def prepared(identity: Identity, by: Caller) -> dict[str, Any]:
    answer = identity.call("prepare_group_sheet", sheet(identity), by)
    return {"sheet_id": answer["sheet_id"]}


def entered(identity: Identity, by: Caller) -> dict[str, Any]:
    payload = prepared(identity, by)
    identity.call("enter_group_sheet", payload, by)
    return payload


@stage("identity", "enter_group_sheet")
def enter_group_sheet(identity: Identity) -> Scene:
    return Scene(prepared(identity, identity.district), NOW)


@stage("identity", "approve_group_sheet")
def approve_group_sheet(identity: Identity) -> Scene:
    colleague = identity.officer("district_officer", DISTRICT)
    return Scene(entered(identity, colleague), NOW)


@stage("identity", "approve_group_sheet of one's own")
def approve_own_sheet(identity: Identity) -> Scene:
    return Scene(entered(identity, identity.district), NOW)


@stage("identity", "show_group_sheet")
def show_group_sheet(identity: Identity) -> Scene:
    return Scene(prepared(identity, identity.district), NOW)
