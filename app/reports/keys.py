"""Secrets and fingerprints that are derived, not stored: HMACs under the server's secret key."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import uuid
from datetime import datetime
from typing import Any

from flask import current_app

from app.languages import OSLO

_KEY_BYTES = 16


def _hmac(purpose: str, message: bytes) -> bytes:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.digest(f"{purpose}:{secret}".encode(), message, "sha256")


def report_key(report_uuid: uuid.UUID) -> str:
    """The key that opens a report to its reporter; a replay gets the same one."""
    digest = _hmac("report-key", report_uuid.bytes)[:_KEY_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def key_fits(report_uuid: uuid.UUID, key: str) -> bool:
    """Whether a key belongs to a report; takes as long for a wrong key as for the right one."""
    return hmac.compare_digest(report_key(report_uuid).encode(), key.encode())


def fingerprint(content: Any) -> str:
    """Tells whether the same was sent again; keyed, so that it does not give personal data away."""
    canonical = json.dumps(content, sort_keys=True, default=str)
    return _hmac("fingerprint", canonical.encode()).hex()


def new_number(received_at: datetime) -> str:
    """A number for the phone: the year and eight random digits, the length of a phone number."""
    return f"{received_at.astimezone(OSLO).year}-{secrets.randbelow(10**8):08d}"
