"""What every part of identity stands on."""

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy.orm import Session

from services.identity.domain.rules import Rules
from services.identity.storage.vault import Vault
from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import Service


Facts = dict[str, Any]


class VaultOfProcess(DependencyProvider):
    """Gives the service ``self.vault``, made once from the process's data key."""

    def setup(self) -> None:
        self.vault = Vault.of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> Vault:
        return self.vault


def rules_at(session: Session, call: Call) -> Rules:
    return Rules.from_values(policy_at(session, call.now).values)


class IdentityPart(Service):
    """One room of identity; all of them together are the service."""

    vault = VaultOfProcess()
