"""Paper forms entered in bulk, on the wire."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command
from services.rating import domain, storage
from services.rating.contract import (
    Channel,
    EnterRatingSheet,
    PreviewRatingSheet,
    RatingFault,
)
from services.rating.domain.rights import require_clerk
from services.rating.domain.sheets import FormLine, check_line, read_sheet
from services.rating.service.base import Facts, rules_at
from services.rating.service.ratings import Ratings
from services.rating.storage import stars
from services.rating.words import fault_in_words


class RatingSheets(Ratings):
    @command(PreviewRatingSheet)
    def preview_rating_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        policy = rules_at(session, call)
        lines, _ = self._checked(session, request, call, policy)
        return shown(lines, {}, policy)

    @command(EnterRatingSheet)
    def enter_rating_sheet(self, session: Session, request: Facts, call: Call) -> Facts:
        """What somebody has rated since the preview is that line's fault now."""
        policy = rules_at(session, call)
        lines, visits = self._checked(session, request, call, policy)
        good = [line.visit_id for line in lines if line.visit_id and line.fault is None]
        # In one order, so that two lists never wait for each other; then nobody rates them.
        for volunteer_id in sorted({visits[visit_id].volunteer_id for visit_id in good}):
            stars.lock_served(session, volunteer_id)
        lines, visits = self._checked(session, request, call, policy)
        entered: dict[UUID, UUID] = {}
        for line in lines:
            if line.fault is not None or line.visit_id is None:
                continue
            said = {"visit_id": line.visit_id, "stars": line.stars, **line.more}
            said["channel"] = Channel.PAPER_FORM
            rating = self._rate(session, visits[line.visit_id], said, call)
            entered[line.visit_id] = rating.rating_id
        return shown(lines, entered, policy)

    def _checked(
        self, session: Session, request: Facts, call: Call, policy: domain.RatingPolicy
    ) -> tuple[list[FormLine], dict[UUID, domain.Visit]]:
        require_clerk(call.caller)
        read = read_sheet(request["csv"])
        ids = [line.visit_id for line in read if line.visit_id is not None]
        visits = storage.find_visits(session, ids)
        rated = storage.rated_among(session, ids)
        lines = [
            check_line(
                line,
                visits.get(line.visit_id) if line.visit_id else None,
                line.visit_id in rated,
                call.caller,
                call.now,
                policy,
            )
            for line in read
        ]
        return lines, visits


def shown(
    lines: list[FormLine], entered: Mapping[UUID, UUID], policy: domain.RatingPolicy
) -> Facts:
    faulty = sum(line.fault is not None for line in lines)
    return {
        "policy_version": policy.version,
        "lines": len(lines),
        "good_lines": len(lines) - faulty,
        "faulty_lines": faulty,
        "entered_lines": len(entered),
        "items": [shown_line(line, entered, policy) for line in lines],
    }


def shown_line(line: FormLine, entered: Mapping[UUID, UUID], policy: domain.RatingPolicy) -> Facts:
    fault: RatingFault | None = line.fault
    return {
        "line": line.line,
        "visit_id": line.visit_id,
        "stars": line.stars,
        "rating_id": entered.get(line.visit_id) if line.visit_id and fault is None else None,
        "fault": fault,
        **fault_in_words(fault, policy.window_days),
    }
