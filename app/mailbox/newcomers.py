"""A mail that answers nothing becomes a report that waits to be sorted."""

from __future__ import annotations

import uuid
from typing import Any

from marshmallow import ValidationError

from app.database import now
from app.languages import DEFAULT_LANGUAGE
from app.languages import gettext as _
from app.mailbox.pictures import Sorted
from app.mailbox.reading import IncomingMail
from app.reports.models import Channel, Event, EventKind, Report
from app.reports.operations import Spot, file_report
from app.reports.photos import keep_photo
from app.reports.schemas import MAX_AGE, MAX_DESCRIPTION, ContactIn

# Makes a report's id out of a mail's mark, so that the same mail is the same report.
_OF_MAILS = uuid.UUID("6b9e7c58-6f0e-4a6e-9d0f-2b8b9d1f5a11")
# What stands in a note beside the description; more than this is no fault report.
MAX_REST = 20_000


def enter_report(mark: str, mail: IncomingMail, pictures: Sorted) -> Report:
    """File a mail with its photos and its sender; without a category and a place."""
    contact, refused = _contact(mail)
    description, rest = split_text(_description(mail), MAX_DESCRIPTION)
    sent_at = mail.sent_at if mail.sent_at and mail.sent_at >= now() - MAX_AGE else None
    content: dict[str, Any] = {
        "category": "",
        "sign": "",
        "place": None,
        "position": None,
        "address": "",
        "description": description,
        "language": mail.language or DEFAULT_LANGUAGE,
        "contact": contact,
        "answers": {},
        "channel": Channel.EMAIL.value,
        "created_at": sent_at,
        "website": "",
        "opened_seconds": None,
    }
    report = file_report(uuid.uuid5(_OF_MAILS, mark), mark, content, Spot(None, None, None))
    for prepared in pictures.photos:
        keep_photo(uuid.uuid4(), prepared, report)
    said = [*([refused] if refused else []), *rest_and_left_out(rest, pictures.left_out)]
    add_system_note(report, said)
    return report


def _description(mail: IncomingMail) -> str:
    """The text, with the subject before it where that says more."""
    text = mail.text or mail.whole_text
    subject = mail.subject
    if not subject or text.lower().startswith(subject.lower()):
        return text
    return f"{subject}\n\n{text}".strip()


def _contact(mail: IncomingMail) -> tuple[dict[str, str] | None, str]:
    """Who wrote; and what to say of an address that nothing can be sent to."""
    given = {"name": mail.sender_name, "email": mail.sender, "phone": ""}
    try:
        contact: dict[str, str] = ContactIn().load(given)
    except ValidationError:
        sender = mail.sender or _("unknown")
        return None, _("The mail has no sender that we can write to: %(sender)s.", sender=sender)
    return contact, ""


def split_text(text: str, most: int) -> tuple[str, str]:
    """What fits, cut between two words, and the rest."""
    if len(text) <= most:
        return text, ""
    cut = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most))
    cut = cut if cut > most // 2 else most - 1
    return text[:cut].rstrip() + "…", text[cut:].lstrip()


def rest_and_left_out(rest: str, left_out: list[str]) -> list[str]:
    """Paragraphs of a note on what had no room in the report."""
    said = []
    if rest:
        shown, over = split_text(rest, MAX_REST)
        said.append(_("The rest of the mail:") + f"\n{shown}")
        if over:
            said.append(_("%(count)s more characters were left out.", count=len(over)))
    if left_out:
        said.append(_("What came with the mail and was not kept:") + "\n" + "\n".join(left_out))
    return said


def add_system_note(report: Report, paragraphs: list[str]) -> None:
    """Write a note for colleagues that nobody in particular has written; an empty one is none."""
    if paragraphs:
        text = "\n\n".join(paragraphs)
        report.events.append(Event(kind=EventKind.NOTE.value, internal_text=text))
