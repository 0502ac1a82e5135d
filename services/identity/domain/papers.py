"""What each paper shows: a marriage certificate says who is married, and nothing about parents."""

from services.identity.contract import GuardianshipKind, Paper, PaperRequired, Relation


EVERY_RELATION = frozenset(Relation)
MINOR, ADULT = frozenset({GuardianshipKind.MINOR}), frozenset({GuardianshipKind.ADULT})
PARENT = frozenset({Relation.PARENT})
SHOWS: dict[Paper, frozenset[Relation | GuardianshipKind]] = {
    Paper.HOUSEHOLD_REGISTER: EVERY_RELATION | MINOR,
    Paper.BIRTH_CERTIFICATE: PARENT | MINOR,
    Paper.MARRIAGE_CERTIFICATE: frozenset({Relation.SPOUSE}),
    Paper.ADOPTION_CERTIFICATE: PARENT | MINOR,
    Paper.NOTARIAL_DEED: EVERY_RELATION | MINOR,
    Paper.COURT_RULING: EVERY_RELATION | MINOR | ADULT,
    Paper.POLICE_CERTIFICATE: EVERY_RELATION,
    Paper.COMMITTEE_DESIGNATION: MINOR,
}


def papers_for(what: Relation | GuardianshipKind) -> list[Paper]:
    """The papers that show a relation (in its canonical direction) or a guardianship."""
    return [paper for paper, shown in SHOWS.items() if what in shown]


def check_paper(paper: Paper | None, what: Relation | GuardianshipKind) -> None:
    """Raises PaperRequired, with those that would do, for none or one that does not show it."""
    possible = papers_for(what)
    if paper not in possible:
        raise PaperRequired(fields={"paper": [str(paper) for paper in possible]})
