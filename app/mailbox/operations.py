"""Taking mails in. Operations add and flush; whoever reads the mailbox commits, mail by mail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from app import audit
from app.config import Settings
from app.database import db, now, session
from app.languages import DEFAULT_LANGUAGE, speaking
from app.mailbox.answers import enter_answer
from app.mailbox.automatic import reason_to_ignore
from app.mailbox.matching import find_answered
from app.mailbox.models import Outcome, Reason, ReceivedMail, Way
from app.mailbox.newcomers import enter_report
from app.mailbox.pictures import Sorted, sort_files
from app.mailbox.queries import count_from, find_mail_with, is_own_address, sender_mark
from app.mailbox.reading import (
    Headers,
    IncomingMail,
    Unreadable,
    mark_of,
    read_headers,
    read_mail,
    sender_of,
    subject_of,
)
from app.notices import mail as notices_mail
from app.problems import NotFound, UnreadableMail
from app.reports.deadlines import local_day
from app.reports.schemas import clean

log = logging.getLogger(__name__)

# More than a caretaker writes who reports all day; a program that has gone wild writes more.
MOST_PER_SENDER = 30
COUNTED_FOR = timedelta(hours=1)
# A mail server tries for five days to deliver a mail; after this no mail comes a second time.
KEPT = timedelta(days=90)
# What nobody has looked at; as long as an unsorted report keeps its reporter.
UNSETTLED_KEPT = timedelta(days=365)
# An automatic answer is kept whole in case that it was none, unless it is suspiciously large.
MAX_IGNORED_BYTES = 256 * 1024
MAX_ERROR = 500

UNSETTLED = frozenset({Outcome.AFTER_CLOSING, Outcome.CROWD, Outcome.UNREAD})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as it came, of which nothing is known yet but its headers."""

    raw: bytes
    size_bytes: int
    way: Way
    headers: Headers
    mark: str

    @classmethod
    def of(cls, raw: bytes, size_bytes: int, way: Way) -> Arrived:
        """Reads the headers alone."""
        headers = read_headers(raw)
        return cls(raw, size_bytes, way, headers, mark_of(raw, headers))

    def row(self, outcome: Outcome, reason: Reason | None = None) -> ReceivedMail:
        """A row that holds the mail itself, since no report does."""
        address, _name = sender_of(self.headers)
        kept = outcome is not Outcome.IGNORED or self.size_bytes <= MAX_IGNORED_BYTES
        unsettled = outcome in UNSETTLED
        return ReceivedMail(
            mark=self.mark,
            sender_mark=sender_mark(address) if address else "",
            received_at=now(),
            way=self.way.value,
            outcome=outcome.value,
            reason=reason.value if reason else "",
            size_bytes=self.size_bytes,
            sender=address[:254],
            subject=subject_of(self.headers),
            raw=self.raw if kept else None,
            settled_at=None if unsettled else now(),
            erase_on=_erase_on(unsettled=unsettled),
        )


def take_mail(raw: bytes, size_bytes: int, way: Way) -> bool:
    """Enter a mail in a transaction of its own, or find that it was entered before.

    What fails for the mail's own reasons is kept for a person to look at.

    Args:
        raw: the mail, or the beginning of one that is too large.
        size_bytes: how large it is.
        way: how it came.

    Returns:
        Whether it is new.

    Raises:
        SQLAlchemyError: it could not be kept, and must come again.
    """
    arrived = Arrived.of(raw, size_bytes, way)
    known = find_mail_with(arrived.mark) is not None
    # Reading and decoding take their time, and nobody's write shall wait for that.
    db.session.rollback()
    if known:
        return False
    try:
        return _kept(arrived, _prepared(arrived))
    except OperationalError:
        db.session.rollback()
        raise
    except Exception as error:
        # Whatever it is concerns this mail alone, and is kept with it.
        db.session.rollback()
        log.exception("a mail could not be entered; see /admin/mailbox")
        row = arrived.row(Outcome.UNREAD, Reason.FAILED)
        row.error = clean(f"{type(error).__name__}: {error}")[:MAX_ERROR]
        return _kept(arrived, lambda: row)


def _prepared(arrived: Arrived) -> Callable[[], ReceivedMail]:
    """All that needs no database is done now; the rest when the result is called."""
    with speaking(DEFAULT_LANGUAGE):
        try:
            mail = read_mail(arrived.raw, arrived.size_bytes, arrived.headers)
        except Unreadable as unreadable:
            reason = unreadable.reason
            return lambda: arrived.row(Outcome.UNREAD, reason)
        pictures = sort_files(mail.files)
    return lambda: _entered(arrived, mail, pictures)


def _entered(arrived: Arrived, mail: IncomingMail, pictures: Sorted) -> ReceivedMail:
    reason = reason_to_ignore(
        arrived.headers.text,
        mail.sender,
        is_own=is_own_address(mail.sender),
        own_host=notices_mail.own_host(),
    )
    if reason:
        log.info("a mail was ignored: %s", reason)
        return arrived.row(Outcome.IGNORED, reason)
    if _is_crowd(mail.sender):
        log.warning("a mail is held: its sender has sent more than %d in an hour", MOST_PER_SENDER)
        return arrived.row(Outcome.CROWD)
    return _enter(arrived.row(Outcome.REPORT), mail, pictures)


def _kept(arrived: Arrived, enter: Callable[[], ReceivedMail]) -> bool:
    """Enter and commit; a twin that was quicker has entered it.

    Whatever else clashes, such as a number that was drawn before, is drawn anew once.
    """
    try:
        _commit(enter)
    except IntegrityError:
        db.session.rollback()
        known = find_mail_with(arrived.mark) is not None
        db.session.rollback()
        if known:
            return False
        _commit(enter)
    return True


def _commit(enter: Callable[[], ReceivedMail]) -> None:
    with speaking(DEFAULT_LANGUAGE):
        session().add(enter())
    db.session.commit()


def _enter(row: ReceivedMail, mail: IncomingMail, pictures: Sorted) -> ReceivedMail:
    """Put a mail onto its report, or make one of it; from here on the report tells who wrote."""
    answered = find_answered(mail)
    if answered:
        row.report, outcome = answered.report, enter_answer(answered, row.mark, mail, pictures)
    else:
        row.report, outcome = enter_report(row.mark, mail, pictures), Outcome.REPORT
    row.outcome, row.reason, row.error = outcome.value, "", ""
    row.sender = row.subject = ""
    row.raw = None
    row.settled_at = None if outcome in UNSETTLED else now()
    row.erase_on = _erase_on(unsettled=outcome in UNSETTLED)
    return row


def _erase_on(*, unsettled: bool) -> date:
    return local_day(now() + (UNSETTLED_KEPT if unsettled else KEPT))


def _is_crowd(sender: str) -> bool:
    settings: Settings = current_app.extensions["settings"]
    if not settings.rate_limits or not sender:
        return False
    return count_from(sender, now() - COUNTED_FOR) >= MOST_PER_SENDER


def enter_by_hand(row: ReceivedMail) -> None:
    """A person has looked at a mail that was kept, and it is one for the register.

    Raises:
        NotFound: it is in the register already, or was not kept.
        UnreadableMail: we still cannot read it.
    """
    if row.raw is None or row.report_id is not None:
        raise NotFound
    with speaking(DEFAULT_LANGUAGE):
        try:
            mail = read_mail(row.raw, row.size_bytes, read_headers(row.raw))
        except Unreadable as unreadable:
            raise UnreadableMail from unreadable
        _enter(row, mail, sort_files(mail.files))
    row.settled_at = now()
    session().flush()
    audit.record("mail_entered", "report", row.report_id)


def settle(row: ReceivedMail) -> None:
    """A person has looked, and nothing more is to be done; again is fine."""
    if row.settled_at:
        return
    row.settled_at = now()
    row.erase_on = _erase_on(unsettled=False)
    audit.record("mail_dismissed", "mail", row.id)


def count_old_mails() -> dict[str, int]:
    """How many mails there are whose time is up."""
    query = select(func.count(ReceivedMail.id)).where(_is_old())
    return {"": session().scalar(query) or 0}


def _is_old() -> ColumnElement[bool]:
    return ReceivedMail.erase_on <= local_day(now())


def erase_mails(ids: Sequence[int]) -> None:
    """Erase who wrote some mails, and what; that they came is known still, so none comes twice."""
    session().execute(
        update(ReceivedMail)
        .where(ReceivedMail.id.in_(ids))
        .values(sender="", sender_mark="", subject="", raw=None, settled_at=now())
        .execution_options(synchronize_session=False)
    )


def forget_old_mails() -> int:
    """Forget mails whose time is up; for the worker.

    Returns:
        How many there were.
    """
    old = delete(ReceivedMail).where(_is_old())
    return len(session().execute(old.returning(ReceivedMail.id)).all())
