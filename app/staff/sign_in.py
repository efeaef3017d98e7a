"""Sign-in for staff, by Flask-Security: a password now, second factors on the same ground later."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.config import Settings
from app.database import db
from app.database import session as database_session
from app.languages import gettext as _
from app.permissions import STAFF, Role, allow, allowed_roles
from app.problems import NotFound
from app.rate_limits import SIGN_INS_PER_ACCOUNT, SIGN_INS_PER_ADDRESS, limiter
from app.staff.models import RoleRow, Staff

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
        # The cross-site rule of `app.cross_site` stands in for form tokens.
        WTF_CSRF_ENABLED=False,
        SESSION_COOKIE_NAME="vof_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=SESSION_HOURS * 3600,
    )
    Security(app, SQLAlchemyUserDatastore(db, Staff, RoleRow))
    # People sign in with a session; nobody has a token, so no body is searched for one.
    app.login_manager.request_loader(_nobody)  # type: ignore[attr-defined]
    views: dict[str, Any] = app.view_functions
    _throttle(views)
    # Asking for the password again comes with second factors; until then there is no such page.
    views["security.verify"] = _no_such_page
    app.after_request(_set_no_cookie_before_sign_in)
    app.add_url_rule("/staff", "staff.home", home)
    app.context_processor(_who)


def _nobody(_request: object) -> None:
    return None


@allow(*STAFF)
def _no_such_page() -> None:
    raise NotFound


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
    """Write down who has signed in, and whose account somebody failed to sign in to."""

    def sign_in() -> Any:
        if request.method != "POST" or current_user.is_authenticated:
            return view()
        response = view()
        if current_user.is_authenticated:
            audit.record("sign_in", "staff", current_user.id)
        elif known := database_session().scalar(select(Staff.id).where(Staff.email == _account())):
            audit.record_for(None, "sign_in_failed", "staff", known)
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
        ("admin.index", _("Settings")),
    ]
    return [
        {"url": url_for(endpoint), "name": name, "current": request.endpoint == endpoint}
        for endpoint, name in names
        if any(current_user.has_role(role) for role in allowed_roles(current_app, endpoint))
    ]
