"""Stages of what the policy makes of visits."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from services.identity.contract import PolicyProposed
from services.kernel.policy import policy_at
from services.matching.storage.proposals import find_proposal
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.visits import underway
from tests.integration.rights.stages import Scene, stage


@stage("matching", "explain_visit")
def explain_visit(cast: Cast) -> Scene:
    scene, visit_id = underway(cast)
    return replace(scene, payload={"visit_id": visit_id})


@stage("matching", "dry_run_draft")
def dry_run_draft(cast: Cast) -> Scene:
    now, draft_id = cast.morning(), uuid4()
    with cast.matching.session() as session:
        policy = policy_at(session, now)
    cast.matching.publish(
        PolicyProposed,
        district="110000",
        draft_id=draft_id,
        base_version=policy.version,
        effective_from=datetime(2099, 1, 1, tzinfo=UTC),
        values=policy.values,
        proposed_by=uuid4(),
    )

    def is_known() -> bool:
        with cast.matching.session() as session:
            return find_proposal(session, draft_id) is not None

    cast.matching.eventually(is_known)
    return cast.scene(now, draft_id=draft_id, month="2026-10")
