"""The log of deeds: who signed in, changed settings or looked at somebody's contact details."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from app.arguments import read_id
from app.audit import AuditEntry, list_entries
from app.database import session
from app.languages import LANGUAGES, as_date_time, lazy_gettext
from app.languages import gettext as _
from app.permissions import Role, allow
from app.reports.models import Report
from app.staff.models import Staff
from app.staff.wording import ROLE_NAMES

pages = Blueprint("audit_log", __name__, url_prefix="/admin/log")

PAGE = 100
# What a person does, and what is done to an account.
ABOUT_PEOPLE = ("staff", "account")

ACTIONS = {
    "sign_in": lazy_gettext("Signed in"),
    "sign_in_failed": lazy_gettext("Failed to sign in"),
    "sign_out": lazy_gettext("Signed out"),
    "password_link_asked": lazy_gettext("Asked for a link to a new password"),
    "link_used": lazy_gettext("Set a password by a link"),
    "password_changed": lazy_gettext("Changed the password"),
    "name_changed": lazy_gettext("Changed the name"),
    "signed_out_everywhere": lazy_gettext("Signed out everywhere"),
    "app_added": lazy_gettext("Set up an authenticator app"),
    "app_removed": lazy_gettext("Removed the authenticator app"),
    "passkey_added": lazy_gettext("Added a passkey"),
    "passkey_removed": lazy_gettext("Removed a passkey"),
    "recovery_codes_made": lazy_gettext("Made new recovery codes"),
    "recovery_code_used": lazy_gettext("Used a recovery code"),
    "tablet_added": lazy_gettext("Stays signed in on a tablet"),
    "tablet_ended": lazy_gettext("Signed out of a tablet"),
    "tablet_locked": lazy_gettext("Signed out of a tablet after wrong PINs"),
    "person_off_tablet": lazy_gettext("Signed somebody out of a tablet"),
    "person_invited": lazy_gettext("Invited somebody"),
    "person_changed": lazy_gettext("Changed an account"),
    "person_deactivated": lazy_gettext("Closed an account"),
    "person_reactivated": lazy_gettext("Opened an account again"),
    "person_signed_out": lazy_gettext("Signed somebody out everywhere"),
    "factors_reset": lazy_gettext("Ended somebody's second factors"),
    "link_made": lazy_gettext("Made a link to a new password"),
    "second_factor_demanded": lazy_gettext("Changed which roles need a second factor"),
    "contact_seen": lazy_gettext("Looked at who reported"),
    "contact_searched": lazy_gettext("Found a report by who reported"),
    "contact_forwarded": lazy_gettext("Sent contact details on"),
    "webhook_added": lazy_gettext("Added a webhook"),
    "webhook_test": lazy_gettext("Tried a webhook"),
    "webhook_pause": lazy_gettext("Paused a webhook"),
    "webhook_resume": lazy_gettext("Let a webhook go on"),
    "webhook_remove": lazy_gettext("Removed a webhook"),
    "api_key_added": lazy_gettext("Made a key for another system"),
    "api_key_changed": lazy_gettext("Changed what a key may do"),
    "api_key_revoked": lazy_gettext("Revoked a key"),
    "target_added": lazy_gettext("Added a system that gets reports"),
    "target_changed": lazy_gettext("Changed a system that gets reports"),
    "outbox_retried": lazy_gettext("Had messages sent again"),
    "outbox_dropped": lazy_gettext("Gave a message up"),
    "filter_shared": lazy_gettext("Shared a filter with all"),
    "filter_changed": lazy_gettext("Changed a shared filter"),
    "filter_removed": lazy_gettext("Removed a shared filter"),
    "contact_erased": lazy_gettext("Deleted contact details"),
    "text_removed": lazy_gettext("Took personal words out"),
    "person_seen": lazy_gettext("Looked up all of one person"),
    "person_exported": lazy_gettext("Handed over all of one person"),
    "person_erased": lazy_gettext("Erased one person"),
    "retention": lazy_gettext("Removed what had been kept long enough"),
    "backup_made": lazy_gettext("Made a backup"),
    "backup_restored": lazy_gettext("Restored a backup"),
    "database_moved": lazy_gettext("Moved the register to another database"),
    "category_added": lazy_gettext("Added a category"),
    "category_changed": lazy_gettext("Changed a category"),
    "category_moved": lazy_gettext("Moved a category"),
    "category_archived": lazy_gettext("Archived a category"),
    "category_restored": lazy_gettext("Restored a category"),
    "question_added": lazy_gettext("Added a question"),
    "question_changed": lazy_gettext("Changed a question"),
    "question_moved": lazy_gettext("Moved a question"),
    "question_retired": lazy_gettext("Stopped asking a question"),
    "question_asked_again": lazy_gettext("Asked a question again"),
    "template_added": lazy_gettext("Added a reply template"),
    "template_changed": lazy_gettext("Changed a reply template"),
    "template_moved": lazy_gettext("Moved a reply template"),
    "template_archived": lazy_gettext("Archived a reply template"),
    "template_restored": lazy_gettext("Restored a reply template"),
    "rule_added": lazy_gettext("Added a line to the routing table"),
    "rule_changed": lazy_gettext("Changed a line of the routing table"),
    "rule_moved": lazy_gettext("Moved a line of the routing table"),
    "rule_removed": lazy_gettext("Removed a line of the routing table"),
    "mail_seen": lazy_gettext("Got a received mail as a file"),
    "mail_entered": lazy_gettext("Entered a received mail by hand"),
    "mail_dismissed": lazy_gettext("Said of a received mail that nothing more is to be done"),
    "unit_added": lazy_gettext("Added a unit"),
    "unit_changed": lazy_gettext("Changed a unit"),
    "unit_moved": lazy_gettext("Moved a unit"),
    "unit_archived": lazy_gettext("Archived a unit"),
    "unit_restored": lazy_gettext("Put a unit into use again"),
    "unit_default": lazy_gettext("Chose the unit that takes what nobody else takes"),
    "owner_added": lazy_gettext("Added an owner"),
    "owner_changed": lazy_gettext("Changed an owner"),
    "owner_archived": lazy_gettext("Archived an owner"),
    "owner_restored": lazy_gettext("Put an owner into use again"),
    "municipality_changed": lazy_gettext("Changed the municipality's settings"),
    "look_changed": lazy_gettext("Changed the logo or the colour"),
    "boundary_changed": lazy_gettext("Changed the boundary"),
    "duty_phones_changed": lazy_gettext("Changed the duty phones"),
    "service_figure_added": lazy_gettext("Added a figure that does not come from reports"),
    "service_figure_changed": lazy_gettext("Changed a figure that does not come from reports"),
    "service_figure_removed": lazy_gettext("Deleted a figure that does not come from reports"),
}

# What the fields are called that `details` tells of.
FIELDS = {
    "email": lazy_gettext("E-mail"),
    "roles": lazy_gettext("Roles"),
    "handed_on": lazy_gettext("Reports handed on"),
    "with": lazy_gettext("With"),
    "step": lazy_gettext("Step"),
    "kind": lazy_gettext("Kind"),
    "left": lazy_gettext("Left"),
    "tablet": lazy_gettext("Tablet"),
    "name": lazy_gettext("Name"),
    "shared": lazy_gettext("Shared"),
    "unit": lazy_gettext("Unit"),
    "template": lazy_gettext("Reply template"),
    "text": lazy_gettext("Text"),
    "category": lazy_gettext("Category"),
    "group": lazy_gettext("Group"),
    "priority": lazy_gettext("Priority"),
    "working_days": lazy_gettext("Deadline of its own, in working days"),
    "danger": lazy_gettext("Danger"),
    "danger_question": lazy_gettext("Question about danger"),
    "synonyms": lazy_gettext("Other words"),
    "retention_days": lazy_gettext("Days that contact details are kept"),
    "erased_earlier": lazy_gettext("Contact details erased earlier"),
    "way": lazy_gettext("Where to"),
    "question": lazy_gettext("Question"),
    "label": lazy_gettext("Question"),
    "hint": lazy_gettext("Help text"),
    "answers": lazy_gettext("Answers to choose from"),
    "required": lazy_gettext("Must be answered"),
    "min": lazy_gettext("Least"),
    "max": lazy_gettext("Most"),
    "show_when": lazy_gettext("Only asked after"),
    "place": lazy_gettext("Place"),
    "place_kind": lazy_gettext("Kind of place"),
    "days": lazy_gettext("Days"),
    "from_time": lazy_gettext("From"),
    "until_time": lazy_gettext("Until"),
    "person": lazy_gettext("Person"),
    "note": lazy_gettext("Note"),
    "phone": lazy_gettext("Phone"),
    "lead": lazy_gettext("Lead"),
    "front_desk_phone": lazy_gettext("Phone of the front desk"),
    "front_desk_email": lazy_gettext("E-mail of the front desk"),
    "feedback_email": lazy_gettext("E-mail for feedback on the service"),
    "privacy_email": lazy_gettext("E-mail for questions about privacy"),
    "accessibility_url": lazy_gettext("Accessibility statement"),
    "languages": lazy_gettext("Languages of residents’ pages"),
    "greeting": lazy_gettext("A message on the front page"),
    "duty_phone": lazy_gettext("Number at all other times"),
    "duty_hours": lazy_gettext("Duty hours"),
    "sign_colour": lazy_gettext("Colour of the band on signs"),
    "logo": lazy_gettext("Logo"),
    "address": lazy_gettext("Address"),
    "another_key": lazy_gettext("Another key"),
    "service_codes": lazy_gettext("What they call our categories"),
    "sends_files": lazy_gettext("Photos as files"),
    "with_contact": lazy_gettext("Who reported goes along"),
    "active": lazy_gettext("In use"),
    "scopes": lazy_gettext("What it may do"),
    "trusted": lazy_gettext("Trusted"),
    "per_minute": lazy_gettext("How many calls a minute"),
    "area_km2": lazy_gettext("Area in km²"),
    "measure": lazy_gettext("Measure"),
    "year": lazy_gettext("Year"),
    "month": lazy_gettext("Month"),
    "figure": lazy_gettext("Value"),
    "source": lazy_gettext("Source"),
    "reports": lazy_gettext("Reports"),
    "what": lazy_gettext("What"),
    "count": lazy_gettext("How many"),
    "messages": lazy_gettext("Messages"),
    "kinds": lazy_gettext("Tells of"),
    "url": lazy_gettext("Address"),
    "owner": lazy_gettext("Owner"),
    "made_at": lazy_gettext("Backup from"),
}

# Values that are codes, in words; whatever else stands there was typed by somebody.
VALUES = {
    "invitation": lazy_gettext("Invitation"),
    "password": lazy_gettext("Password"),
    "recovery": lazy_gettext("Fresh start"),
    "code": lazy_gettext("Code from the app"),
    "recovery_code": lazy_gettext("Recovery code"),
    "passkey": lazy_gettext("Passkey"),
    "webauthn": lazy_gettext("Passkey"),
    "pin": lazy_gettext("PIN"),
    "contact details": lazy_gettext("Contact details"),
    "subscriptions": lazy_gettext("Subscriptions"),
    "received mails": lazy_gettext("Received mails"),
    "messages given up": lazy_gettext("Messages that were given up"),
    "lines of the log": lazy_gettext("Lines of the log"),
    "stays on tablets": lazy_gettext("Sign-ins on tablets"),
    "photos of no report": lazy_gettext("Photos of no report"),
} | {role.value: name for role, name in ROLE_NAMES.items()}
# The fields in which they stand.
CODED = {"kind", "with", "step", "roles", "what"}
# Those that are many, not what was before and after.
SEVERAL = {"reports"}


@pages.get("")
@allow(Role.ADMIN)
def entries() -> str:
    """The newest first, of one kind or one person where the address says so."""
    action = request.args.get("action", "")
    action = action if action in ACTIONS else ""
    found = list_entries(
        PAGE + 1,
        before_id=read_id(request.args, "before"),
        action=action,
        staff_id=read_id(request.args, "person"),
    )
    shown = found[:PAGE]
    return render_template(
        "admin/log.html",
        entries=lines(shown),
        action=action,
        actions=[{"id": key, "name": str(name)} for key, name in ACTIONS.items()],
        next_url=_next_url(shown) if len(found) > PAGE else None,
    )


def _next_url(shown: Sequence[AuditEntry]) -> str:
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value}
    return url_for(".entries", **asked | {"before": shown[-1].id})


def lines(shown: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Entries in words."""
    people = _people(shown)
    numbers = _numbers(one.subject_id for one in shown if one.subject == "report")
    return [
        {
            "at": as_date_time(one.at),
            "at_iso": one.at.isoformat(),
            "what": str(ACTIONS.get(one.action, one.action)),
            "who": people.get(one.staff_id) if one.staff_id else None,
            "account": people.get(one.subject_id) if one.subject in ABOUT_PEOPLE else None,
            "number": numbers.get(one.subject_id) if one.subject == "report" else None,
            "details": [
                f"{_name(key)}: {_value(key, value)}" for key, value in one.details.items()
            ],
        }
        for one in shown
    ]


def _name(key: str) -> str:
    """A field as its form calls it; a text in several languages has the language's code behind."""
    base, _underscore, code = key.rpartition("_")
    if base in FIELDS and code in LANGUAGES:
        return f"{FIELDS[base]} ({LANGUAGES[code]})"
    return str(FIELDS.get(key, key))


def _value(key: str, value: Any) -> str:
    """A change is kept as before and after."""
    parts = value if isinstance(value, list) and key not in SEVERAL else [value]
    return " → ".join(_in_words(part) if key in CODED else _plain(part) for part in parts)


def _in_words(value: Any) -> str:
    said = _plain(value).split(", ")
    return ", ".join(str(VALUES.get(one, one)) for one in said)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "–"
    return "–" if value is None or value == "" else str(value)


def _people(shown: Sequence[AuditEntry]) -> dict[int | None, str]:
    ids = {one.staff_id for one in shown}
    ids |= {one.subject_id for one in shown if one.subject in ABOUT_PEOPLE}
    rows = session().execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


def _numbers(ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {one for one in ids if one is not None}
    rows = session().execute(select(Report.id, Report.number).where(Report.id.in_(wanted)))
    return {row.id: row.number for row in rows}
