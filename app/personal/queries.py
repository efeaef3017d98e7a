"""What is kept of one person, wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from app.audit import AuditEntry
from app.database import session
from app.mailbox.models import ReceivedMail
from app.mailbox.queries import sender_mark
from app.mailbox.written import Writer
from app.notices.models import Subscription, Way
from app.personal.person import Person
from app.reports.models import Contact, Event, EventKind, Report
from app.reports.queries import LIST_COLUMNS

MOST_MENTIONS = 50
# Deeds of the log that are about who reported.
LOOKS = ("contact_seen", "contact_searched", "contact_forwarded", "contact_erased")
# And those about one person, which name the reports that were found.
LOOK_UPS = ("person_seen", "person_exported", "person_erased")
_ABOUT_OWN_MAILS = (Writer.REPORTER.value, Writer.READER.value)


def list_reports_of(person: Person) -> Sequence[Report]:
    """The reports that carry a person's contact details, with all that hangs on them."""
    query = (
        select(Report)
        .join(Report.contact)
        .where(_is_of(person))
        .options(
            *LIST_COLUMNS,
            joinedload(Report.contact),
            selectinload(Report.events).joinedload(Event.staff),
            selectinload(Report.photos),
        )
        .order_by(Report.id)
    )
    found = session().scalars(query).all()
    # A pattern of digits finds more numbers than the one that is meant.
    return [one for one in found if person.email or _has_phone(one, person)]


def _is_of(person: Person) -> ColumnElement[bool]:
    if person.email:
        return func.lower(Contact.email) == person.email
    return person.may_be(Contact.phone)


def _has_phone(report: Report, person: Person) -> bool:
    return report.contact is not None and person.has(report.contact.phone)


def list_subscriptions_of(person: Person, reports: Sequence[Report]) -> Sequence[Subscription]:
    """What a person's address or number follows, and what follows the person's own reports."""
    own = and_(
        Subscription.report_id.in_([one.id for one in reports]), Subscription.by_reporter.is_(True)
    )
    if person.email:
        of_address = func.lower(Subscription.address) == person.email
        by_address = and_(Subscription.way == Way.EMAIL.value, of_address)
    else:
        by_address = and_(Subscription.way == Way.SMS.value, person.may_be(Subscription.address))
    query = (
        select(Subscription)
        .where(or_(own, by_address))
        .options(joinedload(Subscription.report).options(*LIST_COLUMNS))
    )
    found = session().scalars(query.order_by(Subscription.id)).all()
    own_ids = {one.id for one in reports}
    # A pattern of digits finds more numbers than the one that is meant.
    return [
        one
        for one in found
        if person.email or person.has(one.address) or (one.by_reporter and one.report_id in own_ids)
    ]


def list_mails_of(person: Person) -> Sequence[ReceivedMail]:
    """Mails from a person's address that no report holds, with what stands in them."""
    if not person.email:
        return []
    of_sender = func.lower(ReceivedMail.sender) == person.email
    query = select(ReceivedMail).where(of_sender).options(undefer(ReceivedMail.raw))
    return session().scalars(query.order_by(ReceivedMail.id)).all()


def list_notes_of(person: Person, reports: Sequence[Report]) -> Sequence[Event]:
    """What a person wrote by e-mail that stands as a note, in order of the reports.

    Answers to mails that went to the person as a reporter are among them, from whichever address.
    """
    ids = [one.id for one in reports]
    of_reports = and_(Event.report_id.in_(ids), Event.from_value.in_(_ABOUT_OWN_MAILS))
    is_meant = of_reports
    if person.email:
        is_meant = or_(of_reports, Event.to_value == sender_mark(person.email))
    query = select(Event).where(Event.kind == EventKind.NOTE.value, is_meant)
    in_order = query.order_by(Event.report_id, Event.id)
    in_short = joinedload(Event.report).options(*LIST_COLUMNS)
    return session().scalars(in_order.options(in_short)).all()


def is_from(person: Person, event: Event) -> bool:
    """Whether a note came from a person's own address, and not from one that is another's."""
    return bool(person.email) and event.to_value == sender_mark(person.email)


def list_mentions(person: Person, reports: Sequence[Report]) -> Sequence[Report]:
    """Reports of others whose texts hold a person's address: somebody has to look at each."""
    own = [one.id for one in reports]
    in_events = select(Event.report_id).where(person.is_in(Event.internal_text, Event.public_text))
    query = (
        select(Report)
        .where(
            or_(person.is_in(Report.description, Report.address), Report.id.in_(in_events)),
            Report.id.not_in(own),
        )
        .options(*LIST_COLUMNS)
    )
    return session().scalars(query.order_by(Report.id.desc()).limit(MOST_MENTIONS)).all()


def list_looks(reports: Sequence[Report]) -> Sequence[AuditEntry]:
    """When somebody looked at who sent these reports, looked them up, or did something with it."""
    of_report = and_(
        AuditEntry.subject == "report",
        AuditEntry.subject_id.in_([one.id for one in reports]),
        AuditEntry.action.in_(LOOKS),
    )
    query = select(AuditEntry).where(or_(of_report, AuditEntry.action.in_(LOOK_UPS)))
    numbers = {one.number for one in reports}

    def is_meant(entry: AuditEntry) -> bool:
        return entry.action in LOOKS or not numbers.isdisjoint(entry.details["reports"])

    # Look-ups are few: no database needs to search their lists of numbers.
    return list(filter(is_meant, session().scalars(query.order_by(AuditEntry.id))))
