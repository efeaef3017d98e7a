"""Systems that reports are handed over to, by unit or category, and how far each has come."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import outbox
from app.database import Base, UtcDateTime, now, session
from app.kept import Kept

MESSAGE = "hand_over"
# A phone sends the text of a report first, and then its photos one by one.
PHOTOS_FOLLOW = timedelta(minutes=3)


class TargetKind(StrEnum):
    """How a system takes reports."""

    OPEN311 = "open311"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Target(Base):
    """A system that gets the reports of a unit, or of a category, whatever their unit is.

    `address` is where its Open311 endpoint lies, an e-mail address, or a webhook's. `secret` is the
    key that the endpoint gave us, or what a webhook's messages are signed with. `service_codes`
    says what the endpoint calls our categories, by their code, `*` for all others. `sends_files`
    says that it takes photos as files and not by their addresses.
    """

    __tablename__ = "targets"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (category_id IS NULL)", name="unit_or_category"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    address: Mapped[str] = mapped_column(String(500))
    jurisdiction: Mapped[str] = mapped_column(String(120), default="")
    secret: Mapped[str] = mapped_column(String(200), default=secrets.token_urlsafe)
    service_codes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    sends_files: Mapped[bool] = mapped_column(Boolean, default=True)
    with_contact: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    def fits(self, report: Reported) -> bool:
        """Whether a report is one of those it gets."""
        return bool(report.category_id == self.category_id or report.unit_id == self.unit_id)


class HandedOver(Base):
    """A report at a target. `tried_at` is when it was first sent, whether an answer came or not.

    `outbox_id` is the message that is on it. `foreign_id` is what the target calls it, `token` what
    it is called until then. `foreign_status` and `foreign_notes` are as the target told them last.
    """

    __tablename__ = "handed_over"
    __table_args__ = (
        UniqueConstraint("report_id", "target_id", name="uq_handed_over_report"),
        Index("ix_handed_over_target", "target_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("targets.id"))
    outbox_id: Mapped[int] = mapped_column(Integer)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    foreign_id: Mapped[str] = mapped_column(String(120), default="")
    token: Mapped[str] = mapped_column(String(120), default="")
    foreign_status: Mapped[str] = mapped_column(String(40), default="")
    foreign_notes: Mapped[str] = mapped_column(Text, default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    target: Mapped[Target] = relationship()


class Reported(Protocol):
    """What decides who gets a report."""

    id: Any
    category_id: Any
    unit_id: Any


def hand_over(report: Reported, event_id: int, *, wait: timedelta = timedelta(0)) -> None:
    """Have a report that was flushed handed over to whom it belongs, if that is a target.

    Args:
        report: which.
        event_id: of the line of its timeline that makes it theirs.
        wait: for how long it stays here, so that all of it goes along.
    """
    for target_id, unit_id, category_id in _ACTIVE.get():
        if report.category_id == category_id or report.unit_id == unit_id:
            ids = {"report_id": report.id, "target_id": target_id, "event_id": event_id}
            outbox.put(MESSAGE, wait=wait, **ids)


def _read_active() -> list[tuple[int, int | None, int | None]]:
    query = select(Target.id, Target.unit_id, Target.category_id).where(Target.active)
    return [(row.id, row.unit_id, row.category_id) for row in session().execute(query)]


# Who gets what: filing a report asks nothing for it.
_ACTIVE = Kept("targets", _read_active)
forget = _ACTIVE.forget
init_app = _ACTIVE.init_app


def find_handed_over(report_id: int, target_id: int) -> HandedOver | None:
    """A report at a target, locked."""
    query = select(HandedOver).where(
        HandedOver.report_id == report_id, HandedOver.target_id == target_id
    )
    return session().scalar(query.with_for_update(of=HandedOver))


def list_targets() -> Sequence[Target]:
    """All of them, by name."""
    return session().scalars(select(Target).order_by(Target.name, Target.id)).all()


def list_handed_over(target_id: int, most: int) -> Sequence[HandedOver]:
    """The reports at a target, the newest first."""
    query = select(HandedOver).where(HandedOver.target_id == target_id)
    return session().scalars(query.order_by(HandedOver.id.desc()).limit(most)).all()
