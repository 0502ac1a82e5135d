"""What somebody declares on opening an account."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.identity.contract import Declaration
from services.identity.domain.declarations import Text, check_version
from services.kernel.contract import InvalidRequest


def declared(
    given: Iterable[Mapping[str, Any]], willing: bool, asked: dict[Declaration, Text]
) -> dict[Declaration, int]:
    """The versions accepted; ``willing`` alone accepts that declaration as it is in force."""
    versions: dict[Declaration, int] = {}
    for each in given:
        check_version(asked, each["declaration"], each["version"])
        versions[each["declaration"]] = each["version"]
    text = asked.get(Declaration.WILLING_AND_HEALTHY)
    if willing and text is not None:
        versions.setdefault(Declaration.WILLING_AND_HEALTHY, text.version)
    return versions


def check_consent(
    versions: Mapping[Declaration, int],
    guardian_id: UUID | None,
    registered_by: UUID | None,
    by_clerk: bool,
) -> None:
    """Only the guardian consents for a pupil, or a clerk who has the guardian's paper."""
    by_guardian = registered_by is not None and registered_by == guardian_id
    if Declaration.GUARDIAN_CONSENT in versions and not (by_guardian or by_clerk):
        reason = "The guardian gives this consent, signed in or at the desk."
        raise InvalidRequest(fields={"declarations": [reason]})
