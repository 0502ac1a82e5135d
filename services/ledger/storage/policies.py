"""The versions of the policy, as the ledger decides by them."""

from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kernel.contract import Unavailable
from services.kernel.policy import version_told
from services.kernel.prepared import Prepared
from services.kernel.tables import policy_versions
from services.ledger.domain import LedgerPolicy


VERSIONS = Prepared("select effective_from, version from policy_versions")


class Policies:
    """All versions of one database. A version never changes, so its values are read once."""

    def __init__(self) -> None:
        self._since: list[tuple[datetime, int]] = []
        self._known: dict[int, LedgerPolicy] = {}

    def refresh(self, session: Session) -> None:
        """Learn of versions that were adopted meanwhile."""
        self._since = VERSIONS.execute(session).fetchall()
        for version in {version for _, version in self._since}.difference(self._known):
            query = select(policy_versions.c["values"]).where(policy_versions.c.version == version)
            self._known[version] = LedgerPolicy.from_values(version, session.scalars(query).one())

    def at(self, now: datetime) -> LedgerPolicy:
        """The newest version in force (UTC); raises Unavailable before the first is known."""
        _, version = self._in_force(now)
        return self._known[version]

    def told(self, now: datetime) -> dict[str, Any]:
        """The same, as a refusal names it."""
        since, version = self._in_force(now)
        return version_told(version, since)

    def _in_force(self, now: datetime) -> tuple[datetime, int]:
        in_force = [(since, version) for since, version in self._since if since <= now]
        if not in_force:
            raise Unavailable("No policy is in force yet.")
        return max(in_force, key=itemgetter(1))
