"""Reads of what has come in by e-mail."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import joinedload

from app.config import ABOUT, Settings
from app.database import session
from app.mailbox.models import MailboxState, Outcome, ReceivedMail
from app.notices import mail
from app.notices.keys import REPLY_TOKEN
from app.reports.models import Report

PAGE = 100


def is_own_address(address: str) -> bool:
    """Whether our mails come from here, or answers to them go here, whatever token is in it."""
    settings: Settings = current_app.extensions["settings"]
    if not address:
        return False
    if address == mail.sender_address().lower():
        return True
    ours = re.escape(settings.mailbox_address.lower()).replace(re.escape(ABOUT), REPLY_TOKEN)
    return re.fullmatch(ours, address) is not None


def find_mail_with(mark: str) -> int | None:
    """The id of the mail that is known by this mark."""
    return session().scalar(select(ReceivedMail.id).where(ReceivedMail.mark == mark))


def find_mail(mail_id: int, *, for_change: bool = False) -> ReceivedMail | None:
    """A mail by its id."""
    query = select(ReceivedMail).where(ReceivedMail.id == mail_id)
    return session().scalar(query.with_for_update(of=ReceivedMail) if for_change else query)


def list_mails(
    outcome: Outcome | None = None, before_id: int | None = None
) -> Sequence[Row[ReceivedMail, bool]]:
    """The newest mails and one more than a page holds, and whether each was kept whole."""
    query = _listed().order_by(ReceivedMail.id.desc()).limit(PAGE + 1)
    if outcome:
        query = query.where(ReceivedMail.outcome == outcome.value)
    if before_id:
        query = query.where(ReceivedMail.id < before_id)
    return session().execute(query).all()


def list_unsettled() -> Sequence[Row[ReceivedMail, bool]]:
    """The oldest mails that wait for a person, and whether each was kept whole."""
    query = _listed().where(ReceivedMail.settled_at.is_(None))
    return session().execute(query.order_by(ReceivedMail.id).limit(PAGE)).all()


def _listed() -> Select[ReceivedMail, bool]:
    # The mail itself may be of 40 MB and is not read for a list.
    kept = ReceivedMail.raw.is_not(None).label("kept")
    number = joinedload(ReceivedMail.report).load_only(Report.number)
    return select(ReceivedMail, kept).options(number)


def count_unsettled() -> int:
    """How many mails wait for a person."""
    query = select(func.count(ReceivedMail.id)).where(ReceivedMail.settled_at.is_(None))
    return session().scalar(query) or 0


def count_from(sender: str, since: datetime) -> int:
    """How many mails a sender has sent since then."""
    query = select(func.count(ReceivedMail.id)).where(
        ReceivedMail.sender_mark == sender_mark(sender), ReceivedMail.received_at > since
    )
    return session().scalar(query) or 0


def sender_mark(address: str) -> str:
    """Tells one sender from another without telling who it is."""
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.digest(f"mail-sender:{secret}".encode(), address.encode(), "sha256").hex()


def find_state() -> MailboxState | None:
    """How reading the mailbox went lately; None where it was never tried."""
    return session().scalar(select(MailboxState))
