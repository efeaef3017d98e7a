"""Messages to the outside: rows that commit with the work they tell of.

A worker claims them with a lease and hands each to the handler of its kind; what fails waits longer
each time, and what has failed too often is kept for a person to look at.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, now, session


class MessageState(StrEnum):
    """A message that has gone out is deleted, so these are all."""

    WAITING = "waiting"
    DEAD = "dead"


class OutboxMessage(Base):
    """One thing to be sent. Its id goes along as an idempotency key: sending twice is possible."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "available_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), default=MessageState.WAITING.value)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str] = mapped_column(Text, default="")


def put(kind: str, **payload: Any) -> None:
    """Have something sent once the present transaction is kept.

    Args:
        kind: names the handler.
        payload: what it needs; ids rather than personal data.
    """
    session().add(OutboxMessage(kind=kind, payload=payload))
