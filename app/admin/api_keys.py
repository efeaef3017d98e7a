"""Keys of other systems on screen: given out, narrowed or widened, revoked, and when used last."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.forms import differences, read_needed, typed
from app.arguments import read_id
from app.database import session
from app.languages import as_date_time, lazy_gettext
from app.languages import gettext as _
from app.open311.keys import SUBJECT, list_keys, make_key, revoke_key
from app.open311.models import PER_MINUTE, USUAL_SCOPES, ApiKey, Scope
from app.permissions import Role, allow
from app.problems import InvalidFields, NotFound
from app.reports.staff_forms import attempt

pages = Blueprint("api_keys", __name__, url_prefix="/admin/api-keys")

MAX_NAME = 120
MOST_PER_MINUTE = 10_000

SCOPES = {
    Scope.READ: lazy_gettext("Read the texts and photos of what it has sent itself"),
    Scope.CREATE: lazy_gettext("File reports"),
    Scope.UPDATE: lazy_gettext("Change the status of any report and answer it publicly"),
    Scope.WIDE: lazy_gettext("Read the texts and photos of every report; never who reported"),
}


@pages.get("")
@allow(Role.ADMIN)
def keys() -> str:
    """All keys, and a form for one more."""
    return _page({})


@pages.post("")
@allow(Role.ADMIN)
def add() -> Any:
    """One more; it is shown on this answer alone."""

    def carry_out() -> BaseResponse:
        wanted = _read()
        name = wanted.pop("name")
        scopes = [Scope(one) for one in wanted.pop("scopes")]
        key, secret = make_key(name, scopes, **wanted)
        page = render_template("admin/api_key_secret.html", key=_view(key), secret=secret)
        response = BaseResponse(page, status=201, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    return attempt(carry_out, _page)


@pages.get("/<id:key_id>")
@allow(Role.ADMIN)
def key(key_id: int) -> str:
    """One key, what it may do, and the form that changes it."""
    return _key_page(_find(key_id), {})


@pages.post("/<id:key_id>")
@allow(Role.ADMIN)
def change(key_id: int) -> Any:
    """Another name, other scopes, another limit; from the key's next call on."""

    def carry_out() -> BaseResponse:
        found = _find(key_id)
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"), found.id)
        if found.revoked_at:
            raise InvalidFields({"form": _("This key has been revoked. Make a new one.")})
        before, after = _values(found), _read()
        if changed := differences(before, after):
            for name, value in after.items():
                setattr(found, name, value)
            told = {name: [_told(one) for one in both] for name, both in changed.items()}
            audit.record("api_key_changed", SUBJECT, found.id, **told)
        session().flush()
        return redirect(url_for(".key", key_id=found.id, done="saved"), 303)

    return attempt(carry_out, lambda errors: _key_page(_find(key_id), errors))


@pages.post("/<id:key_id>/revoke")
@allow(Role.ADMIN)
def revoke(key_id: int) -> BaseResponse:
    """Shut a system out, from its next call on."""
    revoke_key(_find(key_id))
    session().flush()
    return redirect(url_for(".key", key_id=key_id), 303)


def _find(key_id: int) -> ApiKey:
    found = session().get(ApiKey, key_id)
    if found is None:
        raise NotFound
    return found


def _read() -> dict[str, Any]:
    values = typed("name", "per_minute")
    errors: dict[str, str] = {}
    read_needed(values, "name", MAX_NAME, errors)
    chosen = request.form.getlist("scopes")
    scopes = [scope.value for scope in Scope if scope.value in chosen]
    if not scopes:
        errors["scopes"] = _("Choose what it may do.")
    number = read_id(values, "per_minute")
    if number is None or number > MOST_PER_MINUTE:
        errors["per_minute"] = _("Write a whole number from 1 to %(most)s.", most=MOST_PER_MINUTE)
    if errors:
        raise InvalidFields(errors)
    return {
        "name": values["name"],
        "scopes": scopes,
        "trusted": "trusted" in request.form,
        "per_minute": number,
    }


def _values(found: ApiKey) -> dict[str, Any]:
    return {
        "name": found.name,
        "scopes": list(found.scopes),
        "trusted": found.trusted,
        "per_minute": found.per_minute,
    }


def _told(value: Any) -> Any:
    """A value as the log tells it."""
    return ", ".join(value) if isinstance(value, list) else value


def _view(found: ApiKey) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "hint": found.hint,
        "scopes": [str(name) for scope, name in SCOPES.items() if found.may(scope)],
        "trusted": found.trusted,
        "created": as_date_time(found.created_at),
        "used": as_date_time(found.last_used_at) if found.last_used_at else None,
        "revoked": as_date_time(found.revoked_at) if found.revoked_at else None,
    }


def _fields(values: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    """What the fields of the form show: what was typed, or else these values."""
    sent = bool(errors)
    chosen = request.form.getlist("scopes") if sent else values["scopes"]
    names = ("name", "per_minute")
    return {
        "errors": errors,
        "values": {name: request.form.get(name, "") if sent else values[name] for name in names},
        "trusted": "trusted" in request.form if sent else values["trusted"],
        "scopes": [
            {"id": scope.value, "name": str(name), "chosen": scope.value in chosen}
            for scope, name in SCOPES.items()
        ],
    }


def _page(errors: dict[str, str]) -> str:
    usual = {
        "name": "",
        "scopes": [scope.value for scope in USUAL_SCOPES],
        "trusted": True,
        "per_minute": PER_MINUTE,
    }
    return render_template(
        "admin/api_keys.html", keys=[_view(one) for one in list_keys()], **_fields(usual, errors)
    )


def _key_page(found: ApiKey, errors: dict[str, str]) -> str:
    return render_template(
        "admin/api_key.html",
        key=_view(found),
        seen=audit.last_id(SUBJECT, found.id),
        **_fields(_values(found), errors),
    )
