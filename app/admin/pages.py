"""The way in to the settings: what there is, for whom."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, url_for
from flask_login import current_user

from app.languages import lazy_gettext as _
from app.permissions import Role, allow, allowed_roles

pages = Blueprint("admin", __name__, url_prefix="/admin")

MANAGERS = (Role.MANAGER, Role.ADMIN)

# Endpoint, name, and what it is for.
SECTIONS = (
    (
        "routing.table",
        _("Who gets which reports"),
        _("By category, place, kind of place and time of day."),
    ),
    (
        "audit_log.entries",
        _("Log"),
        _("Who has signed in, changed settings, and looked at contact details."),
    ),
)


@pages.get("")
@allow(*MANAGERS)
def index() -> str:
    """The settings that this person may change."""
    sections = [
        {"url": url_for(endpoint), "name": str(name), "text": str(text)}
        for endpoint, name, text in SECTIONS
        if any(current_user.has_role(role) for role in allowed_roles(current_app, endpoint))
    ]
    return render_template("admin/index.html", sections=sections)
