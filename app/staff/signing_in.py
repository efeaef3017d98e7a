"""The pages of a sign-in beside the password: code, passkey, forgotten password, one-time link."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address
from flask_login import logout_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.attempts import attempt
from app.languages import gettext as _
from app.permissions import allow
from app.problems import InvalidFields
from app.rate_limits import (
    CODES_PER_ACCOUNT,
    LINKS_PER_ACCOUNT,
    LINKS_PER_ADDRESS,
    SIGN_INS_PER_ADDRESS,
    limiter,
)
from app.staff import passkeys
from app.staff.links import find_link, make_link, send_link
from app.staff.models import LinkKind, Staff, StaffLink
from app.staff.operations import note_change, reset_factors, set_password
from app.staff.queries import find_by_email
from app.staff.second_step import complete, pending_person, take_step

pages = Blueprint("signing_in", __name__, url_prefix="/sign-in")


def typed_address() -> str:
    """The e-mail address in a form, as accounts have it."""
    return request.form.get("email", "").strip().lower()


def refused(response: Response) -> bool:
    """Whether an attempt has failed; only those are counted."""
    return response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def _pending_account() -> str:
    staff = pending_person()
    return f"staff {staff.id}" if staff else get_remote_address()


@pages.get("/code")
@allow(anyone=True)
def code() -> Any:
    """Where a code is asked for, after the password."""
    staff = pending_person()
    return _code_page(staff, {}) if staff else redirect(url_for("security.login"), 303)


@pages.post("/code")
@allow(anyone=True)
@limiter.limit(CODES_PER_ACCOUNT, key_func=_pending_account, deduct_when=refused)
def check_code() -> Any:
    """Sign in with the app's code, or with one off the sheet."""
    staff = pending_person(for_change=True)
    if staff is None:
        return redirect(url_for("security.login"), 303)
    via = take_step(staff, request.form.get("code", ""))
    if via is None:
        audit.record_for(None, "sign_in_failed", "staff", staff.id, step="code")
        sentence = _("This code does not fit. Wait for the next one in the app, and try that.")
        return _code_page(staff, {"code": sentence}), 422
    return complete(staff, via)


def _code_page(staff: Staff, errors: dict[str, str]) -> str:
    return render_template(
        "staff/code.html",
        errors=errors,
        has_app=staff.tf_totp_secret is not None,
        has_passkeys=bool(staff.passkeys) and passkeys.possible_here(),
    )


@pages.post("/passkey/options")
@allow(anyone=True)
@limiter.limit(SIGN_INS_PER_ADDRESS)
def passkey_options() -> Response:
    """What the browser needs to sign a challenge."""
    return Response(passkeys.options_to_prove(pending_person()), mimetype="application/json")


@pages.get("/passkey")
@allow(anyone=True)
def passkey() -> str:
    """Where one can try again with a passkey."""
    return render_template("staff/passkey.html", errors={}, possible=passkeys.possible_here())


@pages.post("/passkey")
@allow(anyone=True)
@limiter.limit(SIGN_INS_PER_ADDRESS, deduct_when=refused)
def sign_in_with_passkey() -> Any:
    """Sign in with a passkey alone; it counts as both steps."""

    def carry_out() -> BaseResponse:
        used = passkeys.prove(request.form.get("credential", ""))
        return complete(used.staff, "passkey")

    def show_again(errors: dict[str, str]) -> str:
        return render_template(
            "staff/passkey.html", errors=errors, possible=passkeys.possible_here()
        )

    return attempt(carry_out, show_again)


@pages.get("/forgotten")
@allow(anyone=True)
def forgotten() -> str:
    """Where one asks for a link to a new password."""
    return render_template("staff/forgotten.html", errors={}, sent="sent" in request.args)


@pages.post("/forgotten")
@allow(anyone=True)
@limiter.limit(LINKS_PER_ADDRESS)
@limiter.limit(LINKS_PER_ACCOUNT, key_func=typed_address)
def send_password_link() -> Any:
    """Send a link, if there is such an account; nobody learns here whether there is."""

    def carry_out() -> BaseResponse:
        if "@" not in typed_address():
            raise InvalidFields({"email": _("Write your e-mail address.")})
        found = find_by_email(typed_address())
        staff = found if found and found.active else None
        # Written in either case, which takes either case the same time.
        audit.record_for(None, "password_link_asked", "staff", staff.id if staff else None)
        if staff:
            # Somebody else may be asking: an invitation or a recovery goes on as it is.
            kind = LinkKind.PASSWORD if staff.password else LinkKind.INVITATION
            send_link(make_link(staff, kind))
        return redirect(url_for(".forgotten", sent=1), 303)

    return attempt(
        carry_out, lambda errors: render_template("staff/forgotten.html", errors=errors, sent=False)
    )


@pages.get("/link/<link_token>")
@allow(anyone=True)
def link(link_token: str) -> str:
    """Where the holder of a one-time link sets a password."""
    return _link_page(find_link(link_token), {})


@pages.post("/link/<link_token>")
@allow(anyone=True)
@limiter.limit(SIGN_INS_PER_ADDRESS)
def use_link(link_token: str) -> Any:
    """Set the password; every session ends, and after a recovery every factor, too."""
    held = find_link(link_token)

    def carry_out() -> BaseResponse:
        used = find_link(link_token, for_change=True)
        set_password(used.staff, request.form.get("password", ""))
        if used.kind == LinkKind.RECOVERY:
            reset_factors(used.staff)
        note_change(used.staff, "link_used", kind=used.kind)
        logout_user()
        return redirect(url_for("security.login", done="password"), 303)

    return attempt(carry_out, lambda errors: _link_page(held, errors))


def _link_page(held: StaffLink, errors: dict[str, str]) -> str:
    return render_template(
        "staff/link.html",
        errors=errors,
        kind=held.kind,
        person={"name": held.staff.name, "email": held.staff.email},
        has_second_factor=held.staff.has_second_factor and held.kind != LinkKind.RECOVERY,
    )
