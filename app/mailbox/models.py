"""What has come in by e-mail, and whether the mailbox answers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.reports.models import Report


class Outcome(StrEnum):
    """What became of a mail.

    The last three wait for a person until they are settled, and so does a report's answer that
    came after it was closed.
    """

    REPORT = "report"
    ANSWER = "answer"
    NOTE = "note"
    IGNORED = "ignored"
    AFTER_CLOSING = "after_closing"
    CROWD = "crowd"
    UNREAD = "unread"


class Reason(StrEnum):
    """Why a mail was ignored, or could not be read."""

    AUTO_SUBMITTED = "auto_submitted"
    PRECEDENCE = "precedence"
    AUTO_RESPONSE = "auto_response"
    NO_RETURN_PATH = "no_return_path"
    LIST = "list"
    MAILER_DAEMON = "mailer_daemon"
    OWN_ADDRESS = "own_address"
    OWN_MESSAGE = "own_message"

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_PARTS = "too_many_parts"
    MALFORMED = "malformed"
    NOTHING_IN_IT = "nothing_in_it"
    FAILED = "failed"


class Way(StrEnum):
    """How a mail reached us."""

    IMAP = "imap"
    PIPE = "pipe"


class ReceivedMail(Base):
    """One mail, known again by its `mark`: made from its Message-ID, or its content without one.

    Who wrote it stands here (`sender`, `subject`, `raw`) only as long as no report holds it, and
    goes with the row on `erase_on`. `sender_mark` tells mails of one sender from others.
    `settled_at` is None while a person should look.
    """

    __tablename__ = "received_mails"
    __table_args__ = (
        Index("ix_received_mails_sender", "sender_mark", "received_at"),
        Index(
            "ix_received_mails_unsettled",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    sender_mark: Mapped[str] = mapped_column(String(64), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    way: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), index=True
    )
    size_bytes: Mapped[int] = mapped_column(Integer)
    sender: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    raw: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erase_on: Mapped[date] = mapped_column(Date, index=True)

    report: Mapped[Report | None] = relationship()


class MailboxState(Base):
    """When the mailbox was last read, and since when it does not answer: a single row."""

    __tablename__ = "mailbox_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
