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
from app.mailbox.written import Writer, Written, left_out_of, rest_of, split_text
from app.reports.filing import Spot, file_report
from app.reports.models import Channel, Report
from app.reports.photos import keep_photo
from app.reports.schemas import MAX_AGE, MAX_DESCRIPTION, ContactIn

# Makes a report's id out of a mail's mark, so that the same mail is the same report.
_OF_MAILS = uuid.UUID("6b9e7c58-6f0e-4a6e-9d0f-2b8b9d1f5a11")


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
    written = Written(mark, Writer.REPORTER, mail.sender)
    written.add_message(report, rest_of(rest))
    written.add_note(report, [*refused, *left_out_of(pictures.left_out)])
    return report


def _description(mail: IncomingMail) -> str:
    """The text, with the subject before it where that says more."""
    text = mail.text or mail.whole_text
    subject = mail.subject
    if not subject or text.lower().startswith(subject.lower()):
        return text
    return f"{subject}\n\n{text}".strip()


def _contact(mail: IncomingMail) -> tuple[dict[str, str] | None, list[str]]:
    """Who wrote; and what to say where nothing can be sent to the address."""
    given = {"name": mail.sender_name, "email": mail.sender, "phone": ""}
    try:
        contact: dict[str, str] | None = ContactIn().load(given)
    except ValidationError:
        contact = {"name": mail.sender_name, "email": "", "phone": ""} if mail.sender_name else None
        return contact, [_("The mail has no sender that we can write to.")]
    return contact, []
