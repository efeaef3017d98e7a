"""Keys of other systems: made, looked up by their digest, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select, update

from app import audit
from app.database import now, session
from app.open311.models import PER_MINUTE, USUAL_SCOPES, ApiKey, Scope

SUBJECT = "api_key"
PREFIX = "vof_"
_HINT_CHARACTERS = 8
# When a key was used last is worth one write a minute, not one for each call.
USE_NOTED_EVERY = timedelta(minutes=1)


def make_key(
    name: str,
    scopes: Collection[Scope] = USUAL_SCOPES,
    *,
    trusted: bool = True,
    per_minute: int = PER_MINUTE,
) -> tuple[ApiKey, str]:
    """Let another system in.

    Returns:
        The key's row, and the key itself, which is kept nowhere.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        digest=digest_of(secret),
        hint=secret[:_HINT_CHARACTERS],
        scopes=[scope.value for scope in Scope if scope in scopes],
        trusted=trusted,
        per_minute=per_minute,
    )
    session().add(key)
    session().flush()
    audit.record("api_key_added", SUBJECT, key.id, name=name, scopes=", ".join(key.scopes))
    return key, secret


def digest_of(secret: str) -> str:
    """What is kept of a key. It is random and long, so a plain hash tells nothing of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_key(secret: str) -> ApiKey | None:
    """The key in use that somebody shows."""
    query = select(ApiKey).where(ApiKey.digest == digest_of(secret), ApiKey.revoked_at.is_(None))
    return session().scalar(query)


def list_keys() -> Sequence[ApiKey]:
    """Those in use first, then the revoked ones, each by name."""
    query = select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.name, ApiKey.id)
    return session().scalars(query).all()


def revoke_key(key: ApiKey) -> None:
    """Shut another system out, from its next call on; once more is fine."""
    if key.revoked_at is None:
        key.revoked_at = now()
        audit.record("api_key_revoked", SUBJECT, key.id, name=key.name)


def is_use_to_note(key: ApiKey) -> bool:
    """Whether it is worth writing down that a key is used now."""
    return key.last_used_at is None or now() - key.last_used_at > USE_NOTED_EVERY


def note_use(key_id: int) -> None:
    """Write down that a key was used."""
    session().execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now()))
