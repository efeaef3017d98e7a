"""Who is told about a report, and how."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.reports.models import Report
from app.staff.models import Staff


class Way(StrEnum):
    """How a notice travels."""

    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"


def one_spelling(way: Way, address: str) -> str:
    """An address as it is kept: no mail server tells capitals, and nobody shall follow twice."""
    return address.lower() if way is Way.EMAIL else address


class Subscription(Base):
    """One address that wants to hear of one report.

    `address` is an e-mail address in small letters, a mobile number, or the push service's address
    with the keys of the browser. Until `confirmed_at` nothing goes to an e-mail address or a number
    but the receipt, or the question to confirm.
    `by_reporter` subscriptions end with the reporter's contact details. With `staff_id` it is a
    colleague's, who is told more and at the desk's address. `was_fixed` is what somebody other than
    the reporter said at `answered_at` to whether it was put right.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("report_id", "way", "address", name="uq_subscriptions_way"),
        # How often an address has been entered of late.
        Index("ix_subscriptions_address", "address", "created_at"),
        # What waits in the outbox for somebody who has left must not find another under their id.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    way: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(700))
    keys: Mapped[dict[str, str] | None] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    by_reporter: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    was_fixed: Mapped[bool | None] = mapped_column(Boolean)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[Staff | None] = relationship()
    report: Mapped[Report] = relationship()
