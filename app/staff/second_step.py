"""The second step of a sign-in: after the password a code or a passkey, where somebody has one.

Between the two steps the session says who gave the right password; it opens nothing.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, abort, current_app, redirect, request, url_for
from flask import session as cookie
from flask_login import current_user
from flask_security import login_user
from flask_security.tf_plugin import TfPlugin
from flask_security.utils import _get_post_login_redirect
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.database import session
from app.permissions import allowed_roles
from app.staff import authenticator, recovery_codes
from app.staff.models import Staff

PENDING = "second_step"
PENDING_S = 10 * 60
# What a person whose role demands a second factor may open before there is one.
OPEN_WITHOUT = ("account.", "security.logout")


class SecondStep(TfPlugin):
    """Flask-Security asks this after a right password whether the sign-in is complete."""

    def tf_enter(
        self, user: Any, remember_me: bool | None, primary_authn_via: str, next_loc: str | None
    ) -> BaseResponse | None:
        """Send whoever has a second factor on to the page that asks for it."""
        if not user.has_second_factor:
            return None
        cookie[PENDING] = {
            "who": user.fs_uniquifier,
            "until": time.time() + PENDING_S,
            # Held to our own addresses by the same rule as at a sign-in with one step.
            "next": _get_post_login_redirect(),
        }
        return redirect(url_for("signing_in.code"), 303)


def pending_person(*, for_change: bool = False) -> Staff | None:
    """Who gave the right password and has not taken the second step; None for nobody.

    Args:
        for_change: lock the account, so that a code counts once.
    """
    kept = cookie.get(PENDING)
    if not kept or kept["until"] < time.time():
        return None
    query = select(Staff).where(Staff.fs_uniquifier == kept["who"], Staff.active)
    if for_change:
        query = query.with_for_update(of=Staff).execution_options(populate_existing=True)
    return session().scalars(query).unique().one_or_none()


def take_step(staff: Staff, typed: str) -> str | None:
    """How this person has shown who they are: by the app's code or by one off the sheet.

    Returns:
        None if the code is neither.
    """
    if authenticator.code_fits(staff, typed):
        return "code"
    if recovery_codes.use_code(staff, typed):
        audit.record_for(
            staff.id,
            "recovery_code_used",
            "staff",
            staff.id,
            left=recovery_codes.count_codes(staff),
        )
        return "recovery_code"
    return None


def complete(staff: Staff, via: str) -> BaseResponse:
    """Sign a person in and send them to where they wanted to be."""
    kept = cookie.pop(PENDING, None)
    target = kept["next"] if kept else _get_post_login_redirect()
    login_user(staff, authn_via=[via])
    return redirect(target, 303)


def init_app(app: Flask) -> None:
    """Hold people whose role demands a second factor to having one."""
    app.before_request(_demand_second_factor)


def is_held_back(staff: Staff) -> bool:
    """Whether this person must set up a second factor before anything else."""
    return staff.needs_second_factor and not staff.has_second_factor


def hides_on_public_pages(staff: Staff) -> bool:
    """Whether a public page must treat this person as a visitor: some show staff more."""
    endpoint = request.endpoint
    if endpoint is None or endpoint.startswith(OPEN_WITHOUT):
        return False
    return not allowed_roles(current_app, endpoint) and is_held_back(staff)


def _demand_second_factor() -> Any:
    if request.endpoint is None or request.endpoint.startswith(OPEN_WITHOUT):
        return
    if not allowed_roles(current_app, request.endpoint):
        return
    if current_user.is_authenticated and is_held_back(current_user):
        abort(redirect(url_for("account.page", demanded=1), 303))
