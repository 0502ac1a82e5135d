"""Asking a provider whether name and ID number belong together."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.identity.providers.http import Limits
from services.identity.providers.signed_client import SignedClient
from services.identity.providers.trouble import ProviderDistrusted
from services.kernel.logs import get_log


log = get_log(__name__)


class Verdict(StrEnum):
    """What a provider can say."""

    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN_NUMBER = "unknown_number"
    EXPIRED = "expired"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Check:
    """One question; asked again under the same ``request_id`` it is the same question."""

    request_id: str
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    document: str


class Verifier(Protocol):
    """Whoever can say whether name and number belong together."""

    def check(self, check: Check) -> Verdict:
        """Raises ProviderTrouble when there is no verdict to be had."""


class HttpVerifier:
    """The provider's HTTP interface: POST, JSON, signed both ways."""

    def __init__(self, url: str, key: bytes, limits: Limits | None = None):
        self.client = SignedClient(url, key, limits)

    def check(self, check: Check) -> Verdict:
        answer = self.client.ask(
            check.request_id, name=check.name, document=check.document, id_number=check.id_number
        )
        try:
            return Verdict(str(answer.get("verdict")))
        except ValueError:
            raise ProviderDistrusted("its verdict is none that we know") from None


class StandInVerifier:
    """For demonstrations: says yes to everybody but those whose name says no."""

    def __init__(self) -> None:
        log.warning("NO REAL VERIFICATION: a stand-in says yes to all. Never for production.")

    def check(self, check: Check) -> Verdict:
        return Verdict.DIFFERS if "不符" in check.name else Verdict.MATCH
