"""What lets a link speak for a subscription and an answer for a report; the key of push messages.

All are derived from the server's secret key, and end when it is changed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import struct
import uuid
from dataclasses import dataclass
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
# Whether it went to the reporter, and the report's id.
_REPLY_HEAD = struct.Struct(">?I")
# With the head 15 bytes, which base32 writes without padding. 80 bits are guessed by nobody who has
# to send a mail for each try.
_REPLY_MARK_BYTES = 10
# An id in four bytes. Nobody guesses 64 bits through our limits.
_SHORT_HEAD = struct.Struct(">I")
_SHORT_MARK_BYTES = 8
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


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """What a mail of ours is about, as its answers say it back."""

    report_id: int
    report: uuid.UUID
    to_reporter: bool

    @property
    def token(self) -> str:
        """Letters and digits that may stand in a Message-ID or behind the plus of an address.

        The mark is over the UUID too, since ids come again when a backup has been restored.
        """
        head = _REPLY_HEAD.pack(self.to_reporter, self.report_id)
        return base64.b32encode(head + _reply_mark(head + self.report.bytes)).decode().lower()


REPLY_TOKEN = r"[a-z2-7]{24}"  # noqa: S105 - what one looks like
_IN_A_HEADER = re.compile(rf"(?<![a-z0-9]){REPLY_TOKEN}(?![a-z0-9])")
# A long thread says the same one over and over.
_MOST_REPLY_TOKENS = 20


def read_reply_heads(text: str) -> list[tuple[str, int, bool]]:
    """What looks like tokens in a header, each with a report's id and whether the reporter got it.

    Only `ReplyTo` can confirm one. Servers on the way may have changed the case, or wrapped the
    address it stands in.
    """
    found = list(dict.fromkeys(_IN_A_HEADER.findall(text.lower())))[:_MOST_REPLY_TOKENS]
    heads = []
    for token in found:
        to_reporter, report_id = _REPLY_HEAD.unpack_from(base64.b32decode(token.upper()))
        heads.append((token, report_id, to_reporter))
    return heads


def short_token(subscription_id: int, subscription: uuid.UUID) -> str:
    """The same for an SMS, where each character counts: its id, and a mark of 64 bits.

    The mark is over the UUID too, since ids come again when a backup has been restored.
    """
    head = _SHORT_HEAD.pack(subscription_id)
    return as_base64url(head + _short_mark(head + subscription.bytes))


def read_short_head(token: str) -> int | None:
    """The id in such a token, which only `short_token` can confirm; None for any other text."""
    try:
        raw = from_base64url(token)
    except ValueError:
        return None
    if len(raw) != _SHORT_HEAD.size + _SHORT_MARK_BYTES:
        return None
    found: int = _SHORT_HEAD.unpack_from(raw)[0]
    return found


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


def _short_mark(said: bytes) -> bytes:
    return _hmac("short-token", current_app.config["SECRET_KEY"], said)[:_SHORT_MARK_BYTES]


def _reply_mark(said: bytes) -> bytes:
    return _hmac("reply-token", current_app.config["SECRET_KEY"], said)[:_REPLY_MARK_BYTES]


@cache
def _signing_key(secret: str) -> EllipticCurvePrivateKey:
    number = int.from_bytes(_hmac("push-signing-key", secret, b""), "big")
    return derive_private_key(number % (_P256_ORDER - 1) + 1, SECP256R1())


def _hmac(purpose: str, secret: str, message: bytes) -> bytes:
    return hmac.digest(f"{purpose}:{secret}".encode(), message, "sha256")
