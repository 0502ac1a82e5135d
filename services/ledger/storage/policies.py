"""The versions of the policy, as the ledger decides by them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kernel.contract import Unavailable
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
        in_force = [version for since, version in self._since if since <= now]
        if not in_force:
            raise Unavailable("No policy is in force yet.")
        return self._known[max(in_force)]
