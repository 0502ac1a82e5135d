"""A phone that records without a network, and signs what it hands in."""

import base64
import json
import uuid
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.integration.matching.conftest import PLACE


class Phone:
    """A device with a key of its own; a terminal when it has a street."""

    def __init__(self, street: str | None = None):
        self.key = Ed25519PrivateKey.generate()
        self.device_id = str(uuid.uuid4())
        self.street = street

    def registration(self) -> dict[str, Any]:
        public_key = self.key.public_key().public_bytes_raw()
        return {
            "device_id": self.device_id,
            "kind": "terminal" if self.street else "phone",
            "name": "旧手机",
            "public_key": base64.b64encode(public_key).decode(),
            "street": self.street,
        }

    def capture(self, kind: str, booking_id: str, at: datetime, **changes: Any) -> dict[str, Any]:
        facts = {
            "capture_id": str(uuid.uuid4()),
            "booking_id": str(booking_id),
            "kind": kind,
            "at": at.isoformat(),
        }
        return facts | PLACE | changes

    def batch(
        self, captures: list[dict[str, Any]], sealed_at: datetime, **changes: Any
    ) -> dict[str, Any]:
        content = {
            "device_id": self.device_id,
            "batch_id": str(uuid.uuid4()),
            "sealed_at": sealed_at.isoformat(),
            "captures": captures,
        }
        return self.signed(json.dumps(content | changes, ensure_ascii=False))

    def signed(self, text: str) -> dict[str, Any]:
        signature = base64.b64encode(self.key.sign(text.encode())).decode()
        return {"device_id": self.device_id, "batch": text, "signature": signature}
