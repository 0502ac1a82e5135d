"""Declarations: which version is in force, who accepts it, and what follows from it.

What was accepted stands until it is withdrawn; a new version asks again, and does not put anybody
out of work overnight.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.identity.contract import Declaration, DeclarationOutdated


@dataclass(frozen=True)
class Text:
    """One version of a declaration, asked for from a day on."""

    declaration: Declaration
    version: int
    since: date
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class Acceptance:
    """That a version was accepted for somebody, and whether that was taken back."""

    declaration: Declaration
    version: int
    accepted_at: datetime
    accepted_by: UUID | None
    withdrawn_at: datetime | None = None
    withdrawn_by: UUID | None = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


def in_force(texts: Iterable[Text], today: date) -> dict[Declaration, Text]:
    """The newest version of each declaration that is asked for on a day."""
    known = sorted((text for text in texts if text.since <= today), key=lambda text: text.version)
    return {text.declaration: text for text in known}


def check_version(asked: dict[Declaration, Text], declaration: Declaration, version: int) -> None:
    """Only what is in force is accepted: raises DeclarationOutdated, naming that version."""
    text = asked.get(declaration)
    if text is None or text.version != version:
        current = text.version if text else None
        raise DeclarationOutdated(fields={"version": [f"In force is version {current}."]})


def standing(acceptances: Iterable[Acceptance]) -> dict[Declaration, int]:
    """The newest version of each declaration that was accepted and not withdrawn."""
    versions: dict[Declaration, int] = {}
    for each in acceptances:
        if each.stands:
            versions[each.declaration] = max(each.version, versions.get(each.declaration, 0))
    return versions


def is_willing(acceptances: Iterable[Acceptance], is_minor: bool) -> bool:
    """Whether somebody serves: willing and healthy, a pupil with the guardian's consent (S1)."""
    return serves(standing(acceptances), is_minor)


def serves(stand: Collection[Declaration], is_minor: bool) -> bool:
    """The same, of the declarations that stand."""
    consents = not is_minor or Declaration.GUARDIAN_CONSENT in stand
    return Declaration.WILLING_AND_HEALTHY in stand and consents


def missing(
    acceptances: Iterable[Acceptance], asked: dict[Declaration, Text], is_minor: bool
) -> list[Text]:
    """What is still to be read and accepted, or to be accepted again in its new version.

    Everybody is asked for the privacy notice, a pupil's guardian for consent; being a volunteer is
    a choice, so that declaration is asked for again only of those who made it.
    """
    stand = standing(acceptances)
    needed = {Declaration.PRIVACY_NOTICE} | (stand.keys() & {Declaration.WILLING_AND_HEALTHY})
    if is_minor:
        needed.add(Declaration.GUARDIAN_CONSENT)
    return [
        text
        for declaration, text in asked.items()
        if declaration in needed and stand.get(declaration, 0) < text.version
    ]
