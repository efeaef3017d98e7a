"""Which report a mail is an answer about, and as whom its writer counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.database import session
from app.mailbox.models import ReceivedMail
from app.mailbox.reading import IncomingMail
from app.mailbox.written import Writer
from app.notices.models import Subscription, Way
from app.notices.queries import find_reply_to
from app.reports.models import Report
from app.reports.queries import find_report

# A report's number as it stands in the subjects of our mails.
_NUMBER = re.compile(r"(?<!\d)\d{4}-\d{8}(?!\d)")
_MOST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """A report, locked, and who writes about it."""

    report: Report
    writer: Writer


def find_answered(mail: IncomingMail) -> Answered | None:
    """The report that a mail is about: one of our tokens says so, which nobody can make.

    An answer to the writer's own mail, or a report's number in the subject, counts only where the
    writer's address belongs to that report: neither is secret.
    """
    about = find_reply_to(mail.said_of_ours)
    if about and (report := session().get(Report, about.report_id)):
        writer = _writer(report, mail.sender)
        if writer is Writer.OTHER and about.to_reporter:
            writer = Writer.READER
        return _locked(report, writer)
    for report in [*_reports_of(mail.answers), *_reports_named(mail.subject)]:
        writer = _writer(report, mail.sender)
        if writer in {Writer.REPORTER, Writer.FOLLOWER}:
            return _locked(report, writer)
    return None


def _locked(report: Report, writer: Writer) -> Answered | None:
    found = find_report(report.number, for_change=True)
    return Answered(found, writer) if found else None


def _reports_of(marks: Sequence[str]) -> Sequence[Report]:
    """The reports that these mails became or came to."""
    if not marks:
        return []
    query = select(Report).join(ReceivedMail).where(ReceivedMail.mark.in_(marks))
    return session().scalars(query.order_by(ReceivedMail.id.desc())).unique().all()


def _reports_named(subject: str) -> Sequence[Report]:
    numbers = _NUMBER.findall(subject)[:_MOST_NUMBERS]
    found = [find_report(number) for number in numbers]
    return [report for report in found if report]


def _writer(report: Report, sender: str) -> Writer:
    if not sender:
        return Writer.OTHER
    if report.contact and report.contact.email.lower() == sender:
        return Writer.REPORTER
    query = (
        select(Subscription)
        .where(
            Subscription.report_id == report.id,
            Subscription.way == Way.EMAIL.value,
            func.lower(Subscription.address) == sender,
            Subscription.confirmed_at.is_not(None),
        )
        .options(joinedload(Subscription.report))
    )
    subscription = session().scalar(query)
    if subscription is None:
        return Writer.OTHER
    return Writer.REPORTER if subscription.by_reporter else Writer.FOLLOWER
