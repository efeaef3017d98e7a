"""The authenticator app: a secret shared with a phone, and the codes of six digits it shows."""

from __future__ import annotations

import hmac
from typing import Any, cast
from urllib.parse import urlsplit

import qrcode
from flask import Flask, current_app
from flask_security import Totp
from passlib.totp import TotpMatch
from qrcode.constants import ERROR_CORRECT_M

from app.config import Settings
from app.staff.models import Staff
from qr_signs.symbol import QUIET_ZONE_MODULES, outline_path

# A phone's clock may be half a minute off.
WINDOW_S = 30
DIGITS = 6


class Authenticator(Totp):
    """Flask-Security's, which leaves it to us that a code counts once."""

    def get_last_counter(self, user: Any) -> int | None:
        """The period of the last code that was used."""
        return cast("int | None", user.tf_last_counter)

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """No code of this period or an earlier one counts again."""
        user.tf_last_counter = tmatch.counter


def init_app(app: Flask, settings: Settings) -> None:
    """Make the key that secrets are kept under; a new `SECRET_KEY` makes them useless."""
    key = hmac.digest(f"totp-secrets:{settings.secret_key}".encode(), b"", "sha256").hex()
    issuer = f"VOF {urlsplit(settings.public_url).hostname}"
    app.extensions["authenticator"] = Authenticator({"1": key}, issuer)


def _authenticator() -> Authenticator:
    known: Authenticator = current_app.extensions["authenticator"]
    return known


def new_secret() -> str:
    """A secret for one person's app, encrypted as it is kept."""
    return str(_authenticator().generate_totp_secret())


def code_fits(staff: Staff, typed: str) -> bool:
    """Whether the app shows this code now; the same code is refused from then on.

    The person's row must be locked: two requests with one code at once would both be let in.
    """
    return staff.tf_totp_secret is not None and _fits(staff, staff.tf_totp_secret, typed)


def set_up(staff: Staff, secret: str, typed: str) -> bool:
    """Let an app count from now on, if it shows the right code; whether it does."""
    staff.tf_last_counter = None
    if not _fits(staff, secret, typed):
        return False
    staff.tf_totp_secret = secret
    return True


def _fits(staff: Staff, secret: str, typed: str) -> bool:
    code = "".join(typed.split())
    if not (code.isascii() and code.isdecimal() and len(code) == DIGITS):
        return False
    return bool(_authenticator().verify_totp(code, secret, staff, window=WINDOW_S))


def in_words(secret: str) -> str:
    """The secret as one types it into an app."""
    return str(_authenticator().get_totp_pretty_key(secret)).replace("-", " ")


def address_of(secret: str, email: str) -> str:
    """What an app reads from the symbol, and opens on the same phone."""
    return str(_authenticator().get_totp_uri(email, secret))


def symbol(address: str) -> dict[str, int | str]:
    """The address as a QR symbol: the side of its picture and the outline in it."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(address)
    code.make()
    modules = code.get_matrix()
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    return {"side": side, "path": outline_path(modules, QUIET_ZONE_MODULES)}
