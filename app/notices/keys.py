"""What lets a link speak for a subscription, and the key that signs push messages.

Both are derived from the server's secret key, and end when it is changed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app

_MARK_BYTES = 16
_UUID_BYTES = 16
# The order of the curve P-256: private keys are the numbers below it.
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def notice_token(subscription: uuid.UUID) -> str:
    """What stands in the links of a mail; whoever has it may confirm and unsubscribe."""
    return as_base64url(subscription.bytes + _mark(subscription))


def read_token(token: str) -> uuid.UUID | None:
    """The subscription a token of ours speaks for; None for any other text."""
    try:
        raw = from_base64url(token)
    except ValueError:
        return None
    if len(raw) != _UUID_BYTES + _MARK_BYTES:
        return None
    subscription = uuid.UUID(bytes=raw[:_UUID_BYTES])
    return subscription if hmac.compare_digest(_mark(subscription), raw[_UUID_BYTES:]) else None


def push_signing_key() -> EllipticCurvePrivateKey:
    """The private VAPID key of this deployment."""
    return _signing_key(current_app.config["SECRET_KEY"])


def push_public_key() -> str:
    """What a browser needs to subscribe: the public VAPID key."""
    public = push_signing_key().public_key()
    return as_base64url(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def as_base64url(raw: bytes) -> str:
    """Bytes as they stand in addresses and in the messages of browsers, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes of such a text.

    Raises:
        ValueError: it is none.
    """
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _mark(subscription: uuid.UUID) -> bytes:
    return _hmac("notice-token", current_app.config["SECRET_KEY"], subscription.bytes)[:_MARK_BYTES]


@cache
def _signing_key(secret: str) -> EllipticCurvePrivateKey:
    number = int.from_bytes(_hmac("push-signing-key", secret, b""), "big")
    return derive_private_key(number % (_P256_ORDER - 1) + 1, SECP256R1())


def _hmac(purpose: str, secret: str, message: bytes) -> bytes:
    return hmac.digest(f"{purpose}:{secret}".encode(), message, "sha256")
