"""Passkeys: a phone, a computer or a security key signs a challenge of ours.

Each counts as two factors at once, since its holder must unlock it: they are added and used with
the user verified, and none is accepted otherwise.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import request
from flask import session as cookie
from sqlalchemy import select
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.database import now, session
from app.languages import gettext as _
from app.problems import InvalidFields
from app.staff.models import Passkey, Staff

MAX_NAME = 60
MOST_PASSKEYS = 20
MAX_CREDENTIAL_CHARACTERS = 20_000
CHALLENGE_S = 5 * 60
_CHALLENGE = "passkey_challenge"
_VERIFIED = UserVerificationRequirement.REQUIRED


def possible_here() -> bool:
    """Browsers bind a passkey to a name, and refuse where a site has only a number."""
    try:
        ipaddress.ip_address(_host().strip("[]"))
    except ValueError:
        return True
    return False


def options_to_add(staff: Staff) -> str:
    """What a browser needs to make a passkey for a person, as JSON."""
    if staff.fs_webauthn_user_handle is None:
        staff.fs_webauthn_user_handle = secrets.token_hex(32)
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=f"VOF {_host()}",
        user_name=staff.email,
        user_display_name=staff.name,
        user_id=bytes.fromhex(staff.fs_webauthn_user_handle),
        challenge=_new_challenge(),
        # It must be found without a name: a list of an account's passkeys would tell strangers
        # that there is such an account.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=_described(staff.passkeys),
    )
    return options_to_json(options)


def add_passkey(staff: Staff, name: str, answer: str) -> Passkey:
    """Keep the passkey that a browser has made.

    Raises:
        InvalidFields: it has no name, or the browser's answer does not hold.
    """
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise InvalidFields(
            {"passkey_name": _("Write a name of at most %(most)s characters.", most=MAX_NAME)}
        )
    if len(staff.passkeys) >= MOST_PASSKEYS:
        raise InvalidFields({"passkey_name": _("You have as many passkeys as one can have.")})
    challenge, _asked_at = _take_challenge()
    credential = _read(answer)
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _refused() from error
    known = select(Passkey.id).where(Passkey.credential_id == verified.credential_id)
    if session().scalar(known):
        raise _refused()
    made = Passkey(
        name=name,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(credential),
    )
    staff.passkeys.append(made)
    session().flush()
    return made


def options_to_prove(staff: Staff | None) -> str:
    """What a browser needs to use a passkey, as JSON: one of this person's, or any of ours."""
    options = generate_authentication_options(
        rp_id=_host(),
        challenge=_new_challenge(),
        allow_credentials=_described(staff.passkeys) if staff else [],
        user_verification=_VERIFIED,
    )
    return options_to_json(options)


def prove(answer: str) -> Passkey:
    """The passkey that has signed the challenge of this session; its person is who is there.

    Raises:
        InvalidFields: none has.
    """
    challenge, asked_at = _take_challenge()
    credential = _read(answer)
    try:
        credential_id = base64url_to_bytes(str(credential.get("rawId", "")))
        query = select(Passkey).where(Passkey.credential_id == credential_id)
        locked = query.with_for_update(of=Passkey).execution_options(populate_existing=True)
        found = session().scalar(locked)
        if found is None or not found.staff.active:
            raise _refused()
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _refused() from error
    # The session is the browser's to keep, so a recorded answer could be sent once more with the
    # session it belongs to; what was asked before the last use has been answered.
    if found.last_used_at and asked_at <= found.last_used_at:
        raise _refused()
    found.sign_count, found.last_used_at = verified.new_sign_count, now()
    session().flush()
    return found


def _new_challenge() -> bytes:
    challenge = secrets.token_bytes(32)
    cookie[_CHALLENGE] = {"of": bytes_to_base64url(challenge), "at": time.time()}
    return challenge


def _take_challenge() -> tuple[bytes, datetime]:
    """The challenge of this session and when it was asked; it is gone from the session then.

    Raises:
        InvalidFields: there is none, or it is too old.
    """
    kept = cookie.pop(_CHALLENGE, None)
    if not kept or not 0 <= time.time() - kept["at"] <= CHALLENGE_S:
        raise _refused()
    return base64url_to_bytes(kept["of"]), datetime.fromtimestamp(kept["at"], UTC)


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer) if len(answer) <= MAX_CREDENTIAL_CHARACTERS else None
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise _refused()
    return read


def _refused() -> InvalidFields:
    return InvalidFields(
        {"passkey": _("The passkey was not accepted. Try again, or sign in in another way.")}
    )


def _transports(credential: dict[str, Any]) -> list[str]:
    response = credential.get("response")
    named = response.get("transports") if isinstance(response, dict) else None
    known = {one.value for one in AuthenticatorTransport}
    return [one for one in named if one in known] if isinstance(named, list) else []


def _described(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id,
            transports=[AuthenticatorTransport(way) for way in one.transports],
        )
        for one in passkeys
    ]


def _host() -> str:
    return urlsplit(request.host_url).hostname or ""


def _origin() -> str:
    return request.host_url.rstrip("/")
