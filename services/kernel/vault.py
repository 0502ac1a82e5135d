"""How personal data lies in the database: sealed by AES-GCM, found again by keyed hashes.

All keys are derived from the data key. A sealed text begins with the id of the key that sealed it,
so that a retired data key can still open what it sealed after a new one has taken its place.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


KEY_BYTES = 32
KEY_ID_BYTES = 4
NONCE_BYTES = 12


class CannotOpen(Exception):
    """A sealed text was changed, moved to another place, or sealed with a key that we lack."""


@dataclass(frozen=True)
class DataKey:
    """What is derived from one data key."""

    key_id: str
    sealing: AESGCM
    secret: bytes

    @staticmethod
    def derive(secret: bytes, service: str) -> "DataKey":
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a data key has {KEY_BYTES} bytes")
        key_id = expand(secret, service, "key id", KEY_ID_BYTES).hex()
        return DataKey(key_id, AESGCM(expand(secret, service, "sealing")), secret)


def expand(secret: bytes, service: str, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key of its own for each purpose of each service; none leads back to the data key."""
    info = f"timebank {service} {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)


class Vault:
    """Seals with the first key; opens with any of them. No service opens what another sealed."""

    def __init__(self, data_key: bytes, *retired: bytes, service: str):
        self.service = service
        self.current = DataKey.derive(data_key, service)
        self.keys = {key.key_id: key for key in (DataKey.derive(k, service) for k in retired)}
        self.keys[self.current.key_id] = self.current
        self.index_keys: dict[tuple[str, str], bytes] = {}

    def is_current(self, sealed: str) -> bool:
        """Whether the newest key sealed it."""
        return key_id_of(sealed) == self.current.key_id

    def seal(self, plain: str, field: str, owner: UUID | str) -> str:
        """The text sealed for one field of one row: it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.current.sealing.encrypt(nonce, plain.encode(), place(field, owner))
        return f"{self.current.key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, field: str, owner: UUID | str) -> str:
        key_id, _, body = sealed.partition(".")
        key = self.keys.get(key_id)
        if key is None:
            raise CannotOpen(f"no data key {key_id}")
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(raw).decode() != body:
                raise CannotOpen(f"{field} of {owner}")
            opened = key.sealing.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place(field, owner))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"{field} of {owner}") from error
        return opened.decode()

    def index(self, field: str, value: str) -> str:
        """The blind index: equal for equal values, and says nothing to whoever lacks the key."""
        return self.index_by(self.current, field, value)

    def indexes(self, field: str, value: str) -> dict[str, str]:
        """The blind index by each known key, under the key's id."""
        return {key_id: self.index_by(key, field, value) for key_id, key in self.keys.items()}

    def index_by(self, data_key: DataKey, field: str, value: str) -> str:
        place_of_key = (data_key.key_id, field)
        key = self.index_keys.get(place_of_key)
        if key is None:
            key = expand(data_key.secret, self.service, f"index {field}")
            self.index_keys[place_of_key] = key
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def key_id_of(sealed: str) -> str:
    """The id of the key that sealed a text; it stands before the point."""
    return sealed.partition(".")[0]


def place(field: str, owner: UUID | str) -> bytes:
    return f"{field}|{owner}".encode()
