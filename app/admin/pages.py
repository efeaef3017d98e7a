"""The way in to the settings: what there is, for whom."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for

from app.languages import lazy_gettext as _
from app.permissions import Role, allow, may_open

pages = Blueprint("admin", __name__, url_prefix="/admin")

MANAGERS = (Role.MANAGER, Role.ADMIN)

# What each endpoint is called, and what it is for.
WAYS = {
    "categories.table": (
        _("Categories"),
        _("What residents can report: names, questions, deadlines, how long contacts are kept."),
    ),
    "templates.table": (
        _("Reply templates"),
        _("Answers that are written again and again, in three languages."),
    ),
    "routing.table": (
        _("Who gets which reports"),
        _("By category, place, kind of place and time of day."),
    ),
    "duty_phones.hours": (
        _("Duty phones"),
        _("Which number answers when something is dangerous, by day and time."),
    ),
    "owners.table": (
        _("Owners outside"),
        _("Whom reports are sent on to that are not ours."),
    ),
    "mailbox.mails": (
        _("Received e-mail"),
        _("What came of each, and what could not be read."),
    ),
    "people.register": (
        _("People"),
        _("Who has an account, with which roles; inviting, closing out, helping in again."),
    ),
    "second_factor.form": (
        _("More than a password"),
        _("Which roles need an authenticator app or a passkey."),
    ),
    "units.table": (
        _("Units"),
        _("What they are called, who leads them, and which takes what nobody else takes."),
    ),
    "municipality.settings": (
        _("The municipality"),
        _("Name, addresses, languages, logo, colour and boundary."),
    ),
    "person.search": (
        _("What is kept of one person"),
        _("To hand over to somebody who asks for it, or to erase."),
    ),
    "audit_log.entries": (
        _("Log"),
        _("Who has signed in, changed settings, and looked at contact details."),
    ),
    "outbox.messages": (
        _("Messages that have not gone out"),
        _("What waits, and what could not be sent: e-mail, push and the like."),
    ),
    "webhooks.hooks": (
        _("Webhooks"),
        _("Other systems that are told of reports."),
    ),
    "targets.table": (
        _("Systems that get our reports"),
        _("What belongs to others goes to their Open311 endpoint, mailbox or webhook."),
    ),
    "api_keys.keys": (
        _("Keys of other systems"),
        _("City apps and registers that file reports and follow them (Open311)."),
    ),
}
GROUPS = (
    (
        _("Reports"),
        (
            "categories.table",
            "templates.table",
            "routing.table",
            "duty_phones.hours",
            "owners.table",
            "mailbox.mails",
        ),
    ),
    (
        _("People and units"),
        ("people.register", "second_factor.form", "units.table", "municipality.settings"),
    ),
    (_("Care of data"), ("person.search", "audit_log.entries")),
    (
        _("Other systems and what goes out"),
        ("outbox.messages", "webhooks.hooks", "api_keys.keys", "targets.table"),
    ),
)


@pages.get("")
@allow(*MANAGERS)
def index() -> str:
    """The settings that this person may change."""
    groups = [(str(heading), _ways(endpoints)) for heading, endpoints in GROUPS]
    return render_template("admin/index.html", groups=[one for one in groups if one[1]])


def _ways(endpoints: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"url": url_for(one), "name": str(WAYS[one][0]), "text": str(WAYS[one][1])}
        for one in endpoints
        if may_open(one)
    ]
