"""Codes on a sheet of paper, for whoever has lost app and passkey. Only their digests are kept."""

from __future__ import annotations

import hmac
import secrets

from flask import current_app
from sqlalchemy import delete, func, select

from app.database import session
from app.staff.models import RecoveryCode, Staff

COUNT = 10
# Without what looks alike on paper; ten characters are some 49 bits.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_CHARACTERS = 10


def renew_codes(staff: Staff) -> list[str]:
    """Put new codes in place of the old ones.

    Returns:
        The codes as they are shown, this once.
    """
    end_codes(staff)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS)) for _ in range(COUNT)]
    session().add_all(RecoveryCode(staff_id=staff.id, digest=_digest(code)) for code in codes)
    session().flush()
    half = _CHARACTERS // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def use_code(staff: Staff, typed: str) -> bool:
    """Take a code off the sheet; whether it was on it."""
    code = "".join(character for character in typed.lower() if character.isalnum())
    used = delete(RecoveryCode).where(
        RecoveryCode.staff_id == staff.id, RecoveryCode.digest == _digest(code)
    )
    return bool(session().execute(used.returning(RecoveryCode.id)).all())


def count_codes(staff: Staff) -> int:
    """How many are left."""
    query = select(func.count(RecoveryCode.id)).where(RecoveryCode.staff_id == staff.id)
    return session().scalar(query) or 0


def end_codes(staff: Staff) -> None:
    """No code of this person counts any more."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))


def _digest(code: str) -> str:
    """Keyed, so that a copy of the database alone does not let anybody try codes."""
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.digest(f"recovery-code:{secret}".encode(), code.encode(), "sha256").hex()
