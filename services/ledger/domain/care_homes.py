"""Public care homes (S9): how many places each has, and how many of them are taken."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.ledger.contract import NoFreePlace, NoSuchCareHome


@dataclass(frozen=True)
class CareHome:
    """A home as identity tells of it; a place is taken from the offer on.

    It is free again when the offer comes to nothing, or when the wallet of who moved in is closed.
    """

    care_home_id: UUID
    name: str
    district: str
    places: int
    is_open: bool
    taken: int = 0

    @property
    def key(self) -> UUID:
        return self.care_home_id

    @property
    def free(self) -> int:
        """Never below nothing, also where a home has fewer places than before."""
        return max(self.places - self.taken, 0)

    def with_taken(self, more: int) -> "CareHome":
        return replace(self, taken=self.taken + more)


def home_with_place(home: CareHome | None, district: str) -> CareHome:
    """A home that a place may be offered in; raises NoSuchCareHome or NoFreePlace.

    >>> home_with_place(CareHome(UUID(int=1), "Second home", "110105", 1, True), "110105").free
    1
    """
    if home is None or not home.is_open or home.district != district:
        raise NoSuchCareHome
    if not home.free:
        raise NoFreePlace(fields={"places": [home.places]})
    return home
