"""Erasing who reported: the contact details go, the fault stays.

The same whether the reporter asks with the report's link, the desk does it, or the time is up.
"""

from __future__ import annotations

import re
from typing import Any

from app import outbox
from app.database import session
from app.reports.models import Contact, Event, Report

# What stands in a text in the place of what was struck out; the same in every language.
STRUCK_OUT = "[…]"
_COUNTRY, _NATIONAL_DIGITS = "47", 8
# A first name alone may be a word of the fault's; a full name is the person's.
_FEWEST_NAMES = 2


def as_phone(text: str) -> str:
    """The digits of a phone number without Norway's code, the same however it is written."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    if len(digits) == len(_COUNTRY) + _NATIONAL_DIGITS and digits.startswith(_COUNTRY):
        return digits.removeprefix(_COUNTRY)
    return digits


def erase_contact(report: Report, event: Event | None = None) -> None:
    """Erase a reporter's name, e-mail and phone, also where they stand in the report's texts.

    Subscriptions of the reporter end with it: the worker sees to that.

    Args:
        report: its events are read; without contact details nothing happens.
        event: the line of the timeline that tells of it.
    """
    contact = report.contact
    if contact is None:
        return
    strike_out(report, contact)
    session().delete(contact)
    report.contact = None
    if event is not None:
        report.events.append(event)
    session().flush()
    outbox.put("contact_erased", report_id=report.id)


def strike_out(report: Report, contact: Contact) -> None:
    """Take contact details out of everything that is written of a report."""
    known = _known(contact)
    if known is None:
        return
    report.description = known.sub(STRUCK_OUT, report.description)
    report.address = known.sub(STRUCK_OUT, report.address)
    report.answers = {code: _without(known, answer) for code, answer in report.answers.items()}
    for event in report.events:
        event.public_text = known.sub(STRUCK_OUT, event.public_text)
        event.internal_text = known.sub(STRUCK_OUT, event.internal_text)


def _without(known: re.Pattern[str], answer: Any) -> Any:
    return known.sub(STRUCK_OUT, answer) if isinstance(answer, str) else answer


def _known(contact: Contact) -> re.Pattern[str] | None:
    """Contact details however they may be written in a text; None where nothing is certain."""
    parts = []
    if contact.email:
        parts.append(re.escape(contact.email))
    digits = as_phone(contact.phone)
    if len(digits) >= _NATIONAL_DIGITS:
        parts.append(r"(?:(?:\+|00)?47[\s.-]?)?" + r"[\s.-]?".join(digits))
    names = contact.name.split()
    if len(names) >= _FEWEST_NAMES:
        parts.append(r"\s+".join(map(re.escape, names)))
    if not parts:
        return None
    return re.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
