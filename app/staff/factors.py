"""Setting up what lets one in besides the password: app, recovery codes, passkeys.

Each change asks first whether it is still the person who signed in.
"""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.arguments import printable
from app.attempts import attempt
from app.database import session
from app.languages import gettext as _
from app.permissions import STAFF, allow
from app.problems import InvalidFields, NotFound, SecondFactorDemanded
from app.rate_limits import CODES_PER_ACCOUNT, limiter
from app.staff import authenticator, passkeys, recovery_codes
from app.staff.account import account_page, done, own_account, pages
from app.staff.freshness import demand_fresh
from app.staff.models import Passkey, Staff
from app.staff.operations import note_change
from app.staff.signing_in import refused

_NEW_SECRET = "new_totp_secret"  # noqa: S105 - where in the session it is kept, encrypted


@pages.get("/account/app")
@allow(*STAFF)
def app_form() -> str:
    """A new secret, to be read into an app; it counts once the app has shown a code."""
    demand_fresh()
    # Named with its person: a browser may be shared, and its session outlive a sign-out.
    cookie[_NEW_SECRET] = {"of": current_user.id, "is": authenticator.new_secret()}
    return _app_page({})


@pages.post("/account/app")
@allow(*STAFF)
@limiter.limit(CODES_PER_ACCOUNT, key_func=lambda: f"staff {current_user.id}", deduct_when=refused)
def set_up_app() -> Any:
    """Let the app count from now on, in place of an earlier one."""
    demand_fresh(url_for("account.app_form"))
    if cookie.get(_NEW_SECRET, {}).get("of") != current_user.id:
        return redirect(url_for("account.app_form"), 303)

    def carry_out() -> Any:
        staff = own_account()
        if not authenticator.set_up(staff, cookie[_NEW_SECRET]["is"], request.form.get("code", "")):
            raise InvalidFields({"code": _("This code does not fit. Try the next one in the app.")})
        del cookie[_NEW_SECRET]
        note_change(staff, "app_added")
        return _with_codes(staff, "app")

    return attempt(carry_out, _app_page)


def _app_page(errors: dict[str, str]) -> str:
    secret = cookie[_NEW_SECRET]["is"]
    address = authenticator.address_of(secret, current_user.email)
    return render_template(
        "staff/app.html",
        errors=errors,
        secret=authenticator.in_words(secret),
        address=address,
        symbol=authenticator.symbol(address),
    )


@pages.post("/account/app/remove")
@allow(*STAFF)
def remove_app() -> Any:
    """No code of the app counts any more."""
    demand_fresh(url_for("account.page"))

    def carry_out() -> BaseResponse:
        staff = own_account()
        if staff.tf_totp_secret is not None:
            _demand_another(staff, others=len(staff.passkeys))
            staff.tf_totp_secret = staff.tf_last_counter = None
            _end_codes_without_factor(staff)
            note_change(staff, "app_removed")
        return done("app-removed")

    return attempt(carry_out, lambda errors: account_page({}, errors))


@pages.post("/account/recovery-codes")
@allow(*STAFF)
def renew_codes() -> Any:
    """New codes in place of the old ones, shown this once."""
    demand_fresh(url_for("account.page"))
    staff = own_account()
    if not staff.has_second_factor:
        return redirect(url_for("account.page"), 303)
    return _codes_page(staff)


@pages.get("/account/passkeys")
@allow(*STAFF)
def passkey_form() -> str:
    """Where a passkey is given a name and made."""
    demand_fresh()
    return _passkey_page("", {})


@pages.post("/account/passkeys/options")
@allow(*STAFF)
def new_passkey_options() -> Response:
    """What the browser needs to make one."""
    demand_fresh(url_for("account.passkey_form"))
    return Response(passkeys.options_to_add(own_account()), mimetype="application/json")


@pages.post("/account/passkeys")
@allow(*STAFF)
def add_passkey() -> Any:
    """Keep the passkey that the browser has made."""
    demand_fresh(url_for("account.passkey_form"))
    name = printable(request.form.get("passkey_name", "")).strip()

    def carry_out() -> Any:
        staff = own_account()
        made = passkeys.add_passkey(staff, name, request.form.get("credential", ""))
        note_change(staff, "passkey_added", name=made.name)
        return _with_codes(staff, "passkey")

    return attempt(carry_out, lambda errors: _passkey_page(name, errors))


@pages.post("/account/passkeys/<id:passkey_id>/remove")
@allow(*STAFF)
def remove_passkey(passkey_id: int) -> Any:
    """Nobody comes in with this passkey any more."""
    demand_fresh(url_for("account.page"))

    def carry_out() -> BaseResponse:
        staff = own_account()
        found = session().get(Passkey, passkey_id)
        if found is None or found.staff_id != staff.id:
            raise NotFound
        others = len(staff.passkeys) - 1 + (staff.tf_totp_secret is not None)
        _demand_another(staff, others=others)
        staff.passkeys.remove(found)
        session().delete(found)
        session().flush()
        _end_codes_without_factor(staff)
        note_change(staff, "passkey_removed", name=found.name)
        return done("passkey-removed")

    return attempt(carry_out, lambda errors: account_page({}, errors))


def _passkey_page(name: str, errors: dict[str, str]) -> str:
    return render_template(
        "staff/new_passkey.html", errors=errors, name=name, possible=passkeys.possible_here()
    )


def _demand_another(staff: Staff, *, others: int) -> None:
    """Refuse to take away the last factor from somebody whose role demands one.

    Raises:
        SecondFactorDemanded
    """
    if staff.needs_second_factor and others == 0:
        raise SecondFactorDemanded


def _end_codes_without_factor(staff: Staff) -> None:
    if not staff.has_second_factor:
        recovery_codes.end_codes(staff)


def _with_codes(staff: Staff, what: str) -> Any:
    """Who has just set up the first factor is shown recovery codes."""
    return done(what) if recovery_codes.count_codes(staff) else _codes_page(staff)


def _codes_page(staff: Staff) -> str:
    codes = recovery_codes.renew_codes(staff)
    audit.record("recovery_codes_made", "staff", staff.id)
    return render_template("staff/recovery_codes.html", codes=codes)
