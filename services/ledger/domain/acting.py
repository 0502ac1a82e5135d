"""Who acts for somebody: the person, a clerk of their street, a lineal relative."""

from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger.contract import NotKin
from services.ledger.domain.books import Books
from services.ledger.domain.giving import require_kin
from services.ledger.domain.people import Kin, Person
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.rights import signed_in


def acting_for(caller: Caller, person_id: UUID, books: Books, policy: LedgerPolicy) -> UUID:
    """Who acts, if they may (S15); raises Unauthenticated or Forbidden.

    A relative is one of those to whom the policy lets coins be given, confirmed as kin.
    """
    acted_by = signed_in(caller)
    if acted_by == person_id:
        return acted_by
    person, kin = books.find(Person, person_id), books.find(Kin, acted_by)
    if person and caller.holds(Role.AGENCY_CLERK, person.street):
        return acted_by
    try:
        require_kin(acted_by, person_id, kin.kinships if kin else (), policy)
    except NotKin:
        raise Forbidden from None
    return acted_by
