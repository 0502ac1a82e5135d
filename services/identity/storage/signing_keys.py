"""The Ed25519 key pairs that sign tokens: one signs, earlier ones check until their tokens end."""

import base64
import hashlib
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.storage.tables import SigningKeyRow
from services.identity.storage.vault import Vault


ALGORITHM = "EdDSA"
KID_BYTES = 12


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signing_key(session: Session, vault: Vault, now: datetime) -> SigningKeyRow:
    """The key that signs, made on first use; of two makers at the same time one prevails."""
    row = find_signing_key(session)
    if row is None:
        session.execute(insert(SigningKeyRow).values(new_key(vault, now)).on_conflict_do_nothing())
        row = find_signing_key(session)
    if row is None:
        raise RuntimeError("the signing key was retired while it was being read")
    return row


def find_signing_key(session: Session, lock: bool = False) -> SigningKeyRow | None:
    query = select(SigningKeyRow).where(SigningKeyRow.valid_until.is_(None))
    return session.scalar(query.with_for_update() if lock else query)


def new_key(vault: Vault, now: datetime) -> dict[str, Any]:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kid = base64url(hashlib.sha256(public).digest()[:KID_BYTES])
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return {
        "kid": kid,
        "public_key": base64url(public),
        "sealed_private_key": vault.seal(base64url(raw), "private_key", kid),
        "created_at": now,
    }


def rotate_signing_key(
    session: Session, vault: Vault, now: datetime, old_until: datetime
) -> SigningKeyRow:
    """Put a new key in place; the old one checks tokens until the last it signed has ended."""
    old = find_signing_key(session, lock=True)
    if old is not None:
        old.valid_until = old_until
        session.flush()
    return signing_key(session, vault, now)


def public_keys(session: Session, now: datetime) -> list[dict[str, str]]:
    """Every key that may have signed a token which is still good, newest first, as JWKs."""
    rows = session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.valid_until.is_(None) | (SigningKeyRow.valid_until > now))
        .order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid)
    )
    return [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": row.kid,
            "x": row.public_key,
        }
        for row in rows
    ]


def sign(vault: Vault, row: SigningKeyRow, claims: dict[str, Any]) -> str:
    opened = vault.open(row.sealed_private_key, "private_key", row.kid)
    raw = base64.urlsafe_b64decode(opened + "=" * (-len(opened) % 4))
    private = Ed25519PrivateKey.from_private_bytes(raw)
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers={"kid": row.kid})
