"""The way in to the settings: what there is, for whom."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from app.languages import lazy_gettext as _
from app.permissions import Role, allow, may_open

pages = Blueprint("admin", __name__, url_prefix="/admin")

MANAGERS = (Role.MANAGER, Role.ADMIN)

# Endpoint, name, and what it is for.
SECTIONS = (
    (
        "people.register",
        _("People"),
        _("Who has an account, with which roles; inviting, closing out, helping in again."),
    ),
    (
        "second_factor.form",
        _("More than a password"),
        _("Which roles need an authenticator app or a passkey."),
    ),
    (
        "categories.table",
        _("Categories"),
        _("What residents can report: names, questions, deadlines, how long contacts are kept."),
    ),
    (
        "templates.table",
        _("Reply templates"),
        _("Answers that are written again and again, in three languages."),
    ),
    (
        "routing.table",
        _("Who gets which reports"),
        _("By category, place, kind of place and time of day."),
    ),
    (
        "outbox.messages",
        _("Messages that have not gone out"),
        _("What waits, and what could not be sent: e-mail, push and the like."),
    ),
    (
        "person.search",
        _("What is kept of one person"),
        _("To hand over to somebody who asks for it, or to erase."),
    ),
    (
        "mailbox.mails",
        _("Received e-mail"),
        _("What came of each, and what could not be read."),
    ),
    (
        "webhooks.hooks",
        _("Webhooks"),
        _("Other systems that are told of reports."),
    ),
    (
        "units.table",
        _("Units"),
        _("What they are called, who leads them, and which takes what nobody else takes."),
    ),
    (
        "owners.table",
        _("Owners outside"),
        _("Whom reports are sent on to that are not ours."),
    ),
    (
        "duty_phones.hours",
        _("Duty phones"),
        _("Which number answers when something is dangerous, by day and time."),
    ),
    (
        "municipality.settings",
        _("The municipality"),
        _("Name, addresses, languages, logo, colour and boundary."),
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
        if may_open(endpoint)
    ]
    return render_template("admin/index.html", sections=sections)
