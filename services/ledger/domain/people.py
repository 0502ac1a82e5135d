"""How people are related, as the ledger must know it for gifts."""

from services.identity.contract import Relation


_UP_AND_DOWN = {
    Relation.PARENT: Relation.CHILD,
    Relation.GRANDPARENT: Relation.GRANDCHILD,
    Relation.GREAT_GRANDPARENT: Relation.GREAT_GRANDCHILD,
    Relation.PARENT_IN_LAW: Relation.CHILD_IN_LAW,
    Relation.GRANDPARENT_IN_LAW: Relation.GRANDCHILD_IN_LAW,
    Relation.SPOUSE: Relation.SPOUSE,
    Relation.SIBLING: Relation.SIBLING,
}
_OPPOSITE = _UP_AND_DOWN | {down: up for up, down in _UP_AND_DOWN.items()}


def opposite(relation: Relation) -> Relation:
    """What the person is to the relative.

    >>> str(opposite(Relation.GRANDPARENT))
    'grandchild'
    """
    return _OPPOSITE[relation]
