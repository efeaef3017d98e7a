"""Other systems that are told of reports: their addresses, what they hear of, and how it went."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import outbox
from app.database import Base, UtcDateTime, now, session
from app.kept import Kept

LOG_KEPT = timedelta(days=30)
MOST_IN_LOG = 100


class Kind(StrEnum):
    """What a webhook can hear of; the values are part of what is sent."""

    RECEIVED = "report.received"
    STATUS = "report.status"
    ANSWER = "report.answer"
    TEST = "test"


class Webhook(Base):
    """An address that is told of some kinds of events, each message signed with the secret."""

    __tablename__ = "webhooks"
    # What waits for one that was removed must not go to the next one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(64), default=secrets.token_urlsafe)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Delivery(Base):
    """One try to deliver a message; `outbox_id` is the same for all tries of one."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    outbox_id: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(40))
    attempt: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    answer: Mapped[str] = mapped_column(String(120))
    ok: Mapped[bool] = mapped_column(Boolean)


def announce(kind: Kind, event_id: int) -> None:
    """Have each webhook that hears of this kind told of an event of a report that was flushed."""
    for webhook_id, kinds in _ACTIVE.get():
        if kind in kinds:
            outbox.put("webhook", webhook_id=webhook_id, event_id=event_id, heard=kind.value)


def _read_active() -> list[tuple[int, list[str]]]:
    query = select(Webhook.id, Webhook.kinds).where(Webhook.active)
    return [(row.id, row.kinds) for row in session().execute(query)]


# Who hears of what: filing a report asks nothing for it.
_ACTIVE = Kept("webhooks", _read_active)
forget = _ACTIVE.forget
init_app = _ACTIVE.init_app


def list_webhooks() -> Sequence[Webhook]:
    """All of them, the oldest first."""
    return session().scalars(select(Webhook).order_by(Webhook.id)).all()


def list_deliveries(webhook_id: int) -> Sequence[Delivery]:
    """The last tries, the newest first."""
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return session().scalars(query.order_by(Delivery.id.desc()).limit(MOST_IN_LOG)).all()


def forget_old_deliveries() -> int:
    """Remove what nobody looks into any more; for the worker."""
    old = delete(Delivery).where(Delivery.at < now() - LOG_KEPT)
    return len(session().execute(old.returning(Delivery.id)).all())
