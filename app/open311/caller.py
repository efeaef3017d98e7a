"""Who calls: the key of this request, what it may do, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, RateLimitItemPerMinute

from app.after_answer import once_answered
from app.database import db
from app.open311.arguments import read_text, required
from app.open311.keys import find_key, is_use_to_note, note_use
from app.open311.models import ApiKey, Scope
from app.problems import ApiKeyNeeded, NotInScope, TooMany, WrongApiKey
from app.rate_limits import OPEN_CALLS_PER_MINUTE, WRONG_KEYS_PER_MINUTE, limiter

RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """One system that calls, or somebody without a key."""

    key: ApiKey | None

    @property
    def sees_own(self) -> bool:
        """Whether it is shown the texts and photos of what it has sent."""
        return self.key is not None and self.key.may(Scope.READ)

    @property
    def sees_all(self) -> bool:
        """Whether it is shown the texts and photos of every report."""
        return self.key is not None and self.key.may(Scope.WIDE)

    def sees(self, key_id: int | None) -> bool:
        """Whether it is shown what came by a key."""
        if self.sees_all:
            return True
        return self.key is not None and self.sees_own and key_id == self.key.id


def caller() -> Caller:
    """Who calls; counted against what they may send.

    Raises:
        WrongApiKey: there is no such key, or it was revoked.
        TooMany
    """
    if "open311_caller" not in g:
        g.open311_caller = _read()
    found: Caller = g.open311_caller
    return found


def demand_key(*scopes: Scope) -> ApiKey:
    """The caller's key, which must have one of these scopes.

    Raises:
        ApiKeyNeeded, WrongApiKey, NotInScope, TooMany
    """
    key = caller().key
    if key is None:
        raise ApiKeyNeeded({"api_key": required("api_key")})
    if not any(key.may(scope) for scope in scopes):
        raise NotInScope
    return key


def _read() -> Caller:
    secret = read_text("api_key") or _bearer()
    if not secret:
        _count(RateLimitItemPerMinute(OPEN_CALLS_PER_MINUTE), "open", get_remote_address())
        return Caller(None)
    key = find_key(secret)
    if key is None:
        _count(RateLimitItemPerMinute(WRONG_KEYS_PER_MINUTE), "wrong", get_remote_address())
        raise WrongApiKey({"api_key": WrongApiKey.sentence})
    _count(RateLimitItemPerMinute(key.per_minute), "key", str(key.id))
    if is_use_to_note(key):
        _note_use_later(key.id)
    return Caller(key)


def _bearer() -> str:
    """For who wants no key in an address, which logs may keep."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _count(limit: RateLimitItem, *who: str) -> None:
    if limiter.enabled and not limiter.limiter.hit(limit, "open311", *who):
        raise TooMany(retry_after_s=RETRY_AFTER_S)


def _note_use_later(key_id: int) -> None:
    """In a transaction of its own, since most calls only read, and a refused one is a use, too."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the way Flask has it

    def note() -> None:
        with app.app_context():
            note_use(key_id)
            db.session.commit()

    once_answered(note)
