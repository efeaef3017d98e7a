"""A passkey in memory, for tests that need no browser: it signs as a phone would."""

from __future__ import annotations

import base64
import json
import secrets
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTACHED = 0x01, 0x04, 0x40


class SoftPasskey:
    """One key for one site. `verified=False` is a stolen one that nobody unlocks."""

    def __init__(
        self, origin: str = "http://localhost", host: str = "localhost", *, verified: bool = True
    ) -> None:
        self.origin, self.host = origin, host
        self.flags = PRESENT | (VERIFIED if verified else 0)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def make(self, options: dict[str, Any]) -> str:
        """What a browser sends after `navigator.credentials.create`."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attached = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        signed = self._signed_part(ATTACHED) + attached
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": signed})
        told = self._told("webauthn.create", options)
        return self._answer(clientDataJSON=told, attestationObject=whole)

    def sign(self, options: dict[str, Any], **changes: bytes) -> str:
        """What a browser sends after `navigator.credentials.get`."""
        self.count += 1
        told, signed = self._told("webauthn.get", options), self._signed_part(0)
        signature = self.key.sign(signed + sha256(told).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": told, "authenticatorData": signed, "signature": signature}
        return self._answer(**parts | changes)

    def _signed_part(self, more: int) -> bytes:
        flags = (self.flags | more).to_bytes(1)
        return sha256(self.host.encode()).digest() + flags + self.count.to_bytes(4)

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, **parts: bytes) -> str:
        response = {name: as_text(part) for name, part in parts.items()}
        own = {"id": as_text(self.id), "rawId": as_text(self.id), "type": "public-key"}
        return json.dumps(own | {"response": response, "clientExtensionResults": {}})


def as_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
