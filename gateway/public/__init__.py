"""Pages for people who have no account: HTML that reads well on a phone, Chinese first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.exchange import HttpAnswer
from gateway.public.certificate import certificate_form, certificate_page, certificate_problem
from services.kernel.contract import Error


@dataclass(frozen=True)
class Page:
    """How an answer is shown to people, and how a refusal is."""

    show: Callable[[dict[str, Any]], HttpAnswer]
    refuse: Callable[[Error], HttpAnswer]


CERTIFICATE_PAGE = Page(certificate_page, certificate_problem)

__all__ = ["CERTIFICATE_PAGE", "Page", "certificate_form"]
