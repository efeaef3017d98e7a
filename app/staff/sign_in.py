"""Sign-in for staff: the password by Flask-Security, the second step by `app.staff.second_step`."""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore, user_authenticated
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.config import Settings
from app.database import db, now
from app.database import session as database_session
from app.languages import gettext as _
from app.permissions import STAFF, Role, allow, allowed_roles
from app.problems import UnsupportedType
from app.rate_limits import SIGN_INS_PER_ACCOUNT, SIGN_INS_PER_ADDRESS, limiter
from app.staff import (
    account,
    authenticator,
    factors,  # noqa: F401 - its pages hang on the account's blueprint
    second_step,
    signing_in,
    tablets,
)
from app.staff.freshness import ASKED_AT
from app.staff.models import RoleRow, Staff
from app.staff.second_step import PENDING, SecondStep

SESSION_HOURS = 12

# Where a role starts its day, first match wins.
_HOMES = [
    (Role.FRONT_DESK, "desk.register"),
    (Role.MANAGER, "desk.register"),
    (Role.CREW, "crew.worklist"),
    (Role.SIGN_KEEPER, "signs.register"),
    (Role.ADMIN, "desk.register"),
]


def init_app(app: Flask, settings: Settings) -> None:
    """Register accounts, the sign-in page and its throttle."""
    app.config.from_mapping(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of the hash
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="staff/sign_in.html",
        SECURITY_POST_LOGIN_VIEW="/staff",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        # The page says the same whether the address or the password was wrong.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        # The library's page that asks for the password again is not ours (`app.staff.freshness`).
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        # The cross-site rule of `app.cross_site` stands in for form tokens.
        WTF_CSRF_ENABLED=False,
        SESSION_COOKIE_NAME="vof_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=SESSION_HOURS * 3600,
    )
    security = Security(app, SQLAlchemyUserDatastore(db, Staff, RoleRow))
    security.two_factor_plugins = SecondStep()
    # People sign in with a session; nobody has a token, so no body is searched for one.
    app.login_manager.request_loader(_nobody)  # type: ignore[attr-defined]
    find = app.login_manager._user_callback  # type: ignore[attr-defined]  # noqa: SLF001 - the library's own, which ours narrows
    app.login_manager.user_loader(lambda known: _narrowed(find(known)))  # type: ignore[attr-defined]
    user_authenticated.connect(_note_sign_in, app)
    _throttle(app.view_functions)
    authenticator.init_app(app, settings)
    second_step.init_app(app)
    tablets.init_app(app)
    app.register_blueprint(signing_in.pages)
    app.register_blueprint(account.pages)
    app.after_request(_set_no_cookie_before_sign_in)
    app.add_url_rule("/staff", "staff.home", home)
    app.context_processor(_who)


def _nobody(_request: object) -> None:
    return None


def _narrowed(staff: Staff | None) -> Staff | None:
    """Who the session says is there, unless it is too old or the person must set something up."""
    if staff is None or second_step.hides_on_public_pages(staff) or not tablets.holds(staff):
        return None
    age_s = time.time() - session.get(ASKED_AT, 0)
    return staff if age_s <= SESSION_HOURS * 3600 else None


def _note_sign_in(_app: Flask, user: Staff, authn_via: list[str], **_rest: object) -> None:
    user.last_sign_in_at = now()
    tablets.note_sign_in(user)
    way = {} if authn_via == ["password"] else {"with": ", ".join(authn_via)}
    audit.record_for(user.id, "sign_in", "staff", user.id, **way)


def _throttle(views: dict[str, Any]) -> None:
    view = views["security.login"]
    for limit, sender in (
        (SIGN_INS_PER_ACCOUNT, _account),
        (SIGN_INS_PER_ADDRESS, get_remote_address),
    ):
        view = limiter.limit(limit, key_func=sender, methods=["POST"], deduct_when=_refused)(view)
    views["security.login"] = _noted(view)
    leave = views["security.logout"]

    def sign_out() -> Any:
        staff_id = current_user.id if current_user.is_authenticated else None
        response = leave()
        if staff_id is not None:
            audit.record_for(staff_id, "sign_out", "staff", staff_id)
        return response

    views["security.logout"] = sign_out


def _noted(view: Any) -> Any:
    """Write down whose account somebody failed to sign in to."""

    def sign_in() -> Any:
        if request.method != "POST" or current_user.is_authenticated:
            return view()
        if request.mimetype == "application/json":
            # The library reads it, but the throttles would not know whose account it is about.
            raise UnsupportedType
        session.pop(PENDING, None)
        response = view()
        known = select(Staff.id).where(Staff.email == _account())
        complete = current_user.is_authenticated or PENDING in session
        if not complete and (staff_id := database_session().scalar(known)):
            audit.record_for(None, "sign_in_failed", "staff", staff_id)
        return response

    return sign_in


def _account() -> str:
    return request.form.get("email", "").strip().lower()


def _refused(response: Response) -> bool:
    return response.status_code == HTTPStatus.OK


def _set_no_cookie_before_sign_in(response: Response) -> Response:
    """Flask-Security marks the session of whoever merely looks at the sign-in page."""
    if request.endpoint == "security.login" and request.method == "GET":
        session.pop("fs_cc", None)
        session.modified = bool(session)
    return response


@allow(*STAFF)
def home() -> BaseResponse:
    """Send a person to the page where their work is."""
    return redirect(url_for(home_endpoint()), 303)


def home_endpoint() -> str:
    """The endpoint a signed-in person starts at."""
    return next(endpoint for role, endpoint in _HOMES if current_user.has_role(role))


def _who() -> dict[str, Any]:
    if not (current_user and current_user.is_authenticated):
        return {"staff": None, "sign_in_url": url_for("security.login")}
    return {
        "staff": {"name": current_user.name},
        "account_url": url_for("account.page"),
        "staff_links": _links(),
        "sign_out_url": url_for("security.logout"),
        "sign_in_url": url_for("security.login"),
    }


def _links() -> list[dict[str, Any]]:
    """What this person may open, in the order of the day."""
    names = [
        ("desk.register", _("Register")),
        ("desk.today", _("Today")),
        ("crew.worklist", _("My unit")),
        ("signs.register", _("Signs")),
        ("keepers_places.register", _("Places")),
        ("statistics.overview", _("Figures")),
        ("admin.index", _("Settings")),
    ]
    return [
        {"url": url_for(endpoint), "name": name, "current": request.endpoint == endpoint}
        for endpoint, name in names
        if any(current_user.has_role(role) for role in allowed_roles(current_app, endpoint))
    ]
