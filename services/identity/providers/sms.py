"""Sending short messages."""

from dataclasses import dataclass, field
from typing import Protocol

from services.identity.providers.http import Limits
from services.identity.providers.signed_client import SignedClient
from services.identity.providers.trouble import ProviderRefused
from services.kernel.logs import get_log


log = get_log(__name__)


@dataclass(frozen=True)
class Message:
    """One message; sent again under the same ``request_id`` it is the same message."""

    request_id: str
    phone: str = field(repr=False)
    text: str = field(repr=False)


class SmsSender(Protocol):
    """Whoever can carry a message to a phone."""

    def send(self, message: Message) -> None:
        """Raises ProviderTrouble when it was not taken."""


class HttpSmsSender:
    """A carrier's HTTP interface: POST, JSON, signed both ways."""

    def __init__(self, url: str, key: bytes, limits: Limits | None = None):
        self.client = SignedClient(url, key, limits)

    def send(self, message: Message) -> None:
        answer = self.client.ask(message.request_id, phone=message.phone, text=message.text)
        if answer.get("accepted") is not True:
            raise ProviderRefused("it did not accept the message")


class ConsoleSmsSender:
    """For development: writes messages, codes and all, into the log."""

    def __init__(self) -> None:
        log.warning("NO SMS IS SENT: messages go to this log, codes too. Never for production.")

    def send(self, message: Message) -> None:
        log.warning("NO SMS IS SENT, read it here", phone=message.phone, text=message.text)
