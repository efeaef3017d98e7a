"""What the municipality is called, how people reach it, and which languages it speaks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.forms import differences, read_email, read_length, read_needed, read_phone, typed
from app.admin.log import lines
from app.admin.translated import read_texts, typed_texts, values_of_texts
from app.arguments import read_id
from app.database import session
from app.languages import DEFAULT_LANGUAGE, LANGUAGES
from app.languages import gettext as _
from app.permissions import Role, allow
from app.places.models import Municipality
from app.places.municipality import forget
from app.problems import InvalidFields, NotFound
from app.reports.staff_forms import attempt

pages = Blueprint("municipality", __name__, url_prefix="/admin/municipality")

SUBJECT = "municipality"
EMAILS = ("front_desk_email", "feedback_email", "privacy_email")
FIELDS = ("name", "front_desk_phone", *EMAILS, "accessibility_url")
NEEDED = ("name", "front_desk_phone", "front_desk_email")
MAX_GREETING = 300


@pages.get("")
@allow(Role.ADMIN)
def settings() -> str:
    """The settings as they are."""
    row = find_row()
    values = _facts(row) | values_of_texts("greeting", row.greeting)
    return _page(values, _spoken(row), {})


@pages.post("")
@allow(Role.ADMIN)
def save() -> Any:
    """Keep what was put right; every page says so within ten seconds."""
    values = typed(*FIELDS) | typed_texts("greeting")
    chosen = [code for code in LANGUAGES if code in request.form.getlist("languages")]

    def carry_out() -> BaseResponse:
        demand_seen()
        greeting = _read(values)
        row = find_row()
        before = _everything(row)
        for name in FIELDS:
            setattr(row, name, values[name])
        spoken = {DEFAULT_LANGUAGE, *chosen}
        row.languages = None if spoken == set(LANGUAGES) else sorted(spoken)
        row.greeting = greeting
        return keep("municipality_changed", row, before, _everything(row), ".settings")

    return attempt(carry_out, lambda errors: _page(values, chosen, errors))


def find_row() -> Municipality:
    """The settings' row.

    Raises:
        NotFound: no municipality has been loaded.
    """
    row: Municipality | None = session().scalar(select(Municipality))
    if row is None:
        raise NotFound
    return row


def demand_seen() -> None:
    """Refuse a form that was opened before somebody else changed the municipality's settings.

    Raises:
        SettingsChanged
    """
    audit.demand_seen(SUBJECT, read_id(request.form, "seen"))


def keep(
    action: str, row: Municipality, before: dict[str, Any], after: dict[str, Any], back_to: str
) -> BaseResponse:
    """Write down what is different, and have every page read the settings anew."""
    if changes := differences(before, after):
        audit.record(action, SUBJECT, row.id, **changes)
    session().flush()
    forget()
    return redirect(url_for(back_to, saved=1), 303)


def frame() -> dict[str, Any]:
    """What each page of these settings shows beside its own form."""
    unseen = (
        lines(audit.list_unseen(SUBJECT, read_id(request.form, "seen")))
        if request.method == "POST"
        else []
    )
    return {
        "seen": audit.last_id(SUBJECT),
        "unseen": unseen,
        "saved": request.args.get("saved"),
    }


def _facts(row: Municipality) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _everything(row: Municipality) -> dict[str, Any]:
    greeting = {f"greeting_{code}": (row.greeting or {}).get(code, "") for code in LANGUAGES}
    return _facts(row) | {"languages": _spoken(row)} | greeting


def _spoken(row: Municipality) -> list[str]:
    return list(LANGUAGES) if row.languages is None else row.languages


def _read(values: dict[str, str]) -> dict[str, str] | None:
    errors: dict[str, str] = {}
    for name in NEEDED:
        read_needed(values, name, 120, errors)
    read_phone(values, "front_desk_phone", errors)
    for name in EMAILS:
        read_email(values, name, 254, errors)
    read_length(values, "accessibility_url", 255, errors)
    address = urlsplit(values["accessibility_url"])
    if values["accessibility_url"] and not (address.scheme == "https" and address.netloc):
        errors["accessibility_url"] = _("Write an address that begins with https://.")
    greeting = read_texts(values, "greeting", errors, most=MAX_GREETING, needed=False)
    if errors:
        raise InvalidFields(errors)
    return greeting


def _page(values: dict[str, Any], chosen: list[str], errors: dict[str, str]) -> str:
    return render_template(
        "admin/municipality.html",
        values=values,
        errors=errors,
        spoken=[
            {
                "code": code,
                "name": name,
                "chosen": code in chosen or code == DEFAULT_LANGUAGE,
                "always": code == DEFAULT_LANGUAGE,
            }
            for code, name in LANGUAGES.items()
        ],
        **frame(),
    )
