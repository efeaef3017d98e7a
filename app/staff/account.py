"""“My account”: name, password, where one is signed in; what lets one in stands in `factors`."""

from __future__ import annotations

from typing import Any

import flask_login
from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.arguments import printable
from app.attempts import attempt
from app.languages import as_date, lazy_gettext
from app.languages import gettext as _
from app.permissions import STAFF, allow
from app.problems import InvalidFields
from app.rate_limits import CODES_PER_ACCOUNT, limiter
from app.staff import passkeys, recovery_codes
from app.staff.freshness import note_shown, page_to_go_back_to
from app.staff.models import Staff
from app.staff.operations import end_sessions, lock_account, note_change, set_password
from app.staff.second_step import is_held_back
from app.staff.signing_in import refused
from app.staff.tablets import BEHIND, end_stay, find_stay, stay_lines
from app.staff.wording import roles_of

pages = Blueprint("account", __name__, url_prefix="/staff")

MAX_NAME = 120
DONE = {
    "name": lazy_gettext("Your name is changed."),
    "password": lazy_gettext("Your password is changed, and other devices are signed out."),
    "app": lazy_gettext("The authenticator app is set up."),
    "app-removed": lazy_gettext("The authenticator app is removed."),
    "passkey": lazy_gettext("The passkey is added."),
    "passkey-removed": lazy_gettext("The passkey is removed."),
    "tablet": lazy_gettext("You are signed out of the tablet."),
}


def own_account() -> Staff:
    """The account of the person who is signed in, locked."""
    staff = lock_account(current_user.id)
    assert staff is not None
    return staff


def _me() -> str:
    return f"staff {current_user.id}"


@pages.get("/account")
@allow(*STAFF)
def page() -> str:
    """All that a person may know and change of their own account."""
    return account_page({}, {})


@pages.post("/account/name")
@allow(*STAFF)
def change_name() -> Any:
    """Call oneself otherwise: colleagues read it, and so does who is answered."""
    name = printable(request.form.get("name", "")).strip()

    def carry_out() -> BaseResponse:
        demand_name(name)
        staff = own_account()
        if staff.name != name:
            audit.record("name_changed", "staff", staff.id, name=[staff.name, name])
            staff.name = name
        return done("name")

    return attempt(carry_out, lambda errors: account_page({"name": name}, errors))


def demand_name(name: str) -> None:
    """A person has a name.

    Raises:
        InvalidFields: none, or one that is too long.
    """
    if not name:
        raise InvalidFields({"name": _("Write a name.")})
    if len(name) > MAX_NAME:
        raise InvalidFields({"name": _("Use at most %(most)s characters.", most=MAX_NAME)})


@pages.post("/account/password")
@allow(*STAFF)
@limiter.limit(CODES_PER_ACCOUNT, key_func=_me, deduct_when=refused)
def change_password() -> Any:
    """Another password, for who knows the old one; everybody but this browser is signed out."""

    def carry_out() -> BaseResponse:
        staff = own_account()
        if not staff.verify_and_update_password(request.form.get("old_password", "")):
            raise InvalidFields({"old_password": _("This is not your present password.")})
        set_password(staff, request.form.get("password", ""))
        stay_signed_in(staff)
        note_change(staff, "password_changed")
        return done("password")

    return attempt(carry_out, lambda errors: account_page({}, errors))


def stay_signed_in(staff: Staff) -> None:
    """Keep this browser's session when all others have just been ended."""
    flask_login.login_user(staff, force=True)
    cookie.pop(BEHIND, None)
    note_shown()


@pages.post("/account/sign-out-everywhere")
@allow(*STAFF)
def sign_out_everywhere() -> BaseResponse:
    """End every session of one's own, this one too."""
    staff = own_account()
    audit.record("signed_out_everywhere", "staff", staff.id)
    end_sessions(staff)
    flask_login.logout_user()
    return redirect(url_for("security.login", done="signed-out"), 303)


@pages.post("/account/tablets/<id:stay_id>/end")
@allow(*STAFF)
def end_tablet(stay_id: int) -> BaseResponse:
    """Sign out of a tablet that is elsewhere, or of this one."""
    end_stay(find_stay(stay_id, own_account()), current_user)
    return done("tablet")


@pages.get("/confirm")
@allow(*STAFF)
def confirm() -> str:
    """Where a person shows once more who they are."""
    return _confirm_page({})


@pages.post("/confirm")
@allow(*STAFF)
@limiter.limit(CODES_PER_ACCOUNT, key_func=_me, deduct_when=refused)
def check_it_is_you() -> Any:
    """Show who one is by password or passkey, and go on."""

    def carry_out() -> BaseResponse:
        staff = own_account()
        if "credential" in request.form:
            if passkeys.prove(request.form["credential"]).staff_id != staff.id:
                raise InvalidFields({"passkey": _("This passkey belongs to another account.")})
        elif not staff.verify_and_update_password(request.form.get("password", "")):
            raise InvalidFields({"password": _("This is not your password.")})
        note_shown()
        return redirect(page_to_go_back_to(), 303)

    return attempt(carry_out, _confirm_page)


@pages.post("/confirm/options")
@allow(*STAFF)
def confirm_options() -> BaseResponse:
    """What the browser needs to sign a challenge with one of the person's passkeys."""
    return BaseResponse(passkeys.options_to_prove(current_user), mimetype="application/json")


def _confirm_page(errors: dict[str, str]) -> str:
    return render_template(
        "staff/confirm.html",
        errors=errors,
        next=request.args.get("next", ""),
        has_passkeys=bool(current_user.passkeys) and passkeys.possible_here(),
    )


def done(what: str) -> BaseResponse:
    """Back to the account, which says what has happened."""
    return redirect(url_for("account.page", done=what), 303)


def account_page(typed: dict[str, str], errors: dict[str, str]) -> str:
    """The page, with what was typed into a form that was refused."""
    me: Staff = current_user
    return render_template(
        "staff/account.html",
        me={"name": me.name, "email": me.email, "roles": roles_of(me)},
        typed=typed,
        errors=errors,
        done=DONE.get(request.args.get("done", "")),
        held_back=is_held_back(me),
        has_app=me.tf_totp_secret is not None,
        passkeys=[_line(one) for one in me.passkeys],
        tablets=stay_lines(me),
        codes_left=recovery_codes.count_codes(me) if me.has_second_factor else None,
    )


def _line(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "added": as_date(one.created_at),
        "used": as_date(one.last_used_at) if one.last_used_at else None,
    }
