"""The platform's own processes: services and relays, auditor, dispatcher, gateway."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.program import Program
from deploy.provision import SERVICES


if TYPE_CHECKING:
    from deploy.local.stack import Stack


# A relay's name comes from its service, so that logs sort together.
AUDITOR = "ledger-auditor"
PROVIDERS = ("TIMEBANK_VERIFIER", "TIMEBANK_SMS_", "TIMEBANK_WECHAT")
DISPATCHER = "matching-dispatcher"
PUBLIC_URL = "TIMEBANK_PUBLIC_URL"
LIMITS = ("TIMEBANK_CHECKS_A_MINUTE", "TIMEBANK_PROXIES")
RELAYS = tuple(f"{service}-relay" for service in SERVICES)
PROCESSES = (*SERVICES, *RELAYS, AUDITOR, DISPATCHER, "gateway")
# Those that keep something sealed: personal data, the secrets of visit codes.
SEALING = ("identity", "matching", "ledger")
SERVICE_RANK = 100
RELAY_RANK = 200
GATEWAY_RANK = 300


def application_programs(stack: "Stack", project: Path) -> list[Program]:
    """Describe every process, each with the environment of its own part and no other's."""
    programs = []
    for service in SERVICES:
        database = {"TIMEBANK_DATABASE_URL": stack.database_url(service)}
        key = data_keys(stack) if service in SEALING else {}
        asks = providers(os.environ) if service == "identity" else {}
        if service == "rating":
            asks = {PUBLIC_URL: os.environ.get(PUBLIC_URL) or public_url(stack)}
        programs += [
            _program(
                stack, project, service, ["service", service], SERVICE_RANK, database | key | asks
            ),
            _program(stack, project, f"{service}-relay", ["relay", service], RELAY_RANK, database),
        ]
    books = {"TIMEBANK_DATABASE_URL": stack.database_url("ledger")}
    programs.append(_program(stack, project, AUDITOR, ["auditor", "ledger"], RELAY_RANK, books))
    days = {"TIMEBANK_DATABASE_URL": stack.database_url("matching")}
    programs.append(
        _program(stack, project, DISPATCHER, ["dispatcher", "matching"], RELAY_RANK, days)
    )
    address = {"TIMEBANK_HTTP_ADDRESS": stack.gateway_address} | limits(os.environ)
    programs.append(_program(stack, project, "gateway", ["gateway"], GATEWAY_RANK, address))
    return programs


def public_url(stack: "Stack") -> str:
    """Where a demonstration is reached; in production only its operator knows."""
    return stack.gateway_url if stack.mode == "demonstration" else ""


def limits(environment: Mapping[str, str]) -> dict[str, str]:
    """How often an address may check certificates, and behind how many proxies it is seen.

    >>> limits({"TIMEBANK_PROXIES": "1", "TIMEBANK_SECRET": "x"})
    {'TIMEBANK_PROXIES': '1'}
    """
    return {name: environment[name] for name in LIMITS if name in environment}


def providers(environment: Mapping[str, str]) -> dict[str, str]:
    """How identity reaches the register, the SMS carrier and WeChat, if it is told to.

    >>> providers({"TIMEBANK_SMS_SENDER": "none", "TIMEBANK_SECRET": "x", "SMS_KEY": "y"})
    {'TIMEBANK_SMS_SENDER': 'none'}
    """
    return {name: environment[name] for name in environment if name.startswith(PROVIDERS)}


def data_keys(stack: "Stack") -> dict[str, str]:
    """The data key, and those that still open something while it is being exchanged."""
    retired = os.environ.get("TIMEBANK_RETIRED_DATA_KEYS", "")
    keys = {"TIMEBANK_DATA_KEY": stack.data_key}
    return keys | ({"TIMEBANK_RETIRED_DATA_KEYS": retired} if retired else {})


def _program(
    stack: "Stack",
    project: Path,
    name: str,
    arguments: list[str],
    rank: int,
    environment: dict[str, str],
) -> Program:
    port = stack.metrics_port(name)
    return Program(
        name=name,
        command=[sys.executable, "-m", "services.kernel", *arguments],
        environment={
            **stack.base_environment(),
            **environment,
            "TIMEBANK_METRICS_PORT": str(port),
        },
        directory=project,
        rank=rank,
    )
