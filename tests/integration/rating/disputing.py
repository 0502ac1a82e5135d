"""The small stories that tests of disputes begin with: the ledger and the staff of a street."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.ledger.contract import CoinsFrozen, DisputeSettled
from services.rating.contract import DisputeClosed
from services.rating.storage import DisputableRow
from tests.integration.conftest import Running
from tests.integration.rating.conftest import ENDED, SOON, STREET, Rating, Visit


DISTRICT = STREET[:6]
DAY = timedelta(days=1)


def staff(role: Role, area: str) -> Caller:
    return Caller(uuid4(), (RoleIn(role, area),))


class Disputing(Rating):
    """The running service with a clerk, two officers of the district and two of the city."""

    def __init__(self, running: Running):
        super().__init__(running)
        self.clerk = staff(Role.AGENCY_CLERK, STREET)
        self.district = staff(Role.DISTRICT_OFFICER, DISTRICT)
        self.city, self.other_city = (staff(Role.CITY_OFFICER, CITY_AREA) for _ in range(2))
        self.operator = staff(Role.OPERATOR, CITY_AREA)

    def visited(self, volunteer: Caller | None = None, **changes: Any) -> Visit:
        """A visit of 60 minutes, of 90 that were planned, that can be disputed."""
        visit = Visit(uuid4(), Caller(uuid4()), volunteer or Caller(uuid4()))
        facts = {"minutes": 60, "planned_minutes": 90, "acted_by": []}
        self.tell_visit(visit, **(facts | changes))
        self.eventually(lambda: self.is_disputable(visit.visit_id))
        return visit

    def is_disputable(self, visit_id: UUID) -> bool:
        with self.session() as session:
            return session.get(DisputableRow, visit_id) is not None

    def open(
        self, visit: Visit, caller: Caller | None = None, now: datetime = SOON, **more: Any
    ) -> dict[str, Any]:
        """As the elder who says that too much was paid, unless told otherwise."""
        said = {"visit_id": str(visit.visit_id), "claim": "too_much", "words": "只来了40分钟"}
        key = more.pop("key", "")
        return self.call("open_dispute", said | more, caller or visit.elder, key=key, now=now)

    def act(
        self, act: str, dispute: dict[str, Any], caller: Caller, now: datetime = SOON, **more: Any
    ) -> dict[str, Any]:
        payload = {"dispute_id": dispute["dispute_id"], **more}
        return self.call(f"{act}_dispute", payload, caller, now=now)

    def decide(
        self, dispute: dict[str, Any], caller: Caller, outcome: str = "stand", **more: Any
    ) -> dict[str, Any]:
        reason = more.pop("reason", "双方陈述一致")
        return self.act("decide", dispute, caller, outcome=outcome, reason=reason, **more)

    def say(
        self, dispute: dict[str, Any], caller: Caller, words: str, now: datetime = SOON, **more: Any
    ) -> dict[str, Any]:
        payload = {"dispute_id": dispute["dispute_id"], "words": words, **more}
        return self.call("add_evidence", payload, caller, now=now)

    def show(
        self, dispute: dict[str, Any], caller: Caller | None = None, now: datetime = SOON
    ) -> dict[str, Any]:
        payload = {"dispute_id": dispute["dispute_id"]}
        return self.call("show_dispute", payload, caller or self.city, key=None, now=now)

    def until(self, dispute: dict[str, Any], state: str) -> dict[str, Any]:
        """The dispute, once the ledger's word has brought it there."""

        def arrived() -> dict[str, Any] | None:
            shown = self.show(dispute)
            return shown if shown["state"] == state else None

        found: dict[str, Any] = self.eventually(arrived)
        return found

    def about(self, dispute: dict[str, Any]) -> dict[str, Any]:
        names = ("dispute_id", "visit_id", "request_id", "volunteer_id")
        return {"district": DISTRICT} | {name: UUID(dispute[name]) for name in names}

    def tell_frozen(
        self, dispute: dict[str, Any], minutes: int = 60, event_id: UUID | None = None
    ) -> None:
        """As the ledger answers an opening."""
        facts = {"paid_minutes": 60, "frozen_minutes": minutes}
        reason = None if minutes == 60 else "spent"
        told = self.about(dispute) | facts
        self.publish(CoinsFrozen, now=SOON, event_id=event_id, **told, reason=reason)

    def tell_settled(
        self,
        dispute: dict[str, Any],
        returned: int = 0,
        released: int = 0,
        corrected: int = 0,
        refused: str | None = None,
        now: datetime = SOON,
    ) -> None:
        """As the ledger answers a closing."""
        facts = {"returned_minutes": returned, "released_minutes": released}
        facts |= {"corrected_minutes": corrected}
        self.publish(DisputeSettled, now=now, **self.about(dispute), **facts, refused=refused)

    def reviewed(self, visit: Visit | None = None, frozen: int = 60, **more: Any) -> dict[str, Any]:
        """A dispute that waits for the street's clerk."""
        dispute = self.open(visit or self.visited(), **more)
        self.tell_frozen(dispute, frozen)
        return self.until(dispute, "under_review")

    def sweep(self, now: datetime) -> dict[str, Any]:
        return self.call("sweep_disputes", {}, self.operator, now=now)

    def closed(self, dispute: dict[str, Any]) -> list[dict[str, Any]]:
        """What the ledger was told of its end."""
        told = self.recorded(DisputeClosed)
        return [each for each in told if each["dispute_id"] == dispute["dispute_id"]]


__all__ = ["DAY", "DISTRICT", "ENDED", "SOON", "STREET", "Disputing", "staff"]
