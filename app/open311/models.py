"""Keys of other systems, and what came in by which."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, now

PER_MINUTE = 600


class Scope(StrEnum):
    """What a key may do; the values are shown to operators and kept.

    `READ` shows the texts and photos of what the key itself has sent, `WIDE` those of every report.
    """

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    WIDE = "wide"


# What a key can do where nothing else is said. Seeing what others have sent is given on purpose.
USUAL_SCOPES = (Scope.READ, Scope.CREATE, Scope.UPDATE)


class ApiKey(Base):
    """What lets another system in. The key itself is shown once and not kept.

    `digest` is the SHA-256 of the key, which is long and random, `hint` its first characters. What
    comes through one that is not `trusted` is looked at by the desk first. `per_minute` is how many
    calls it may make.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    trusted: Mapped[bool] = mapped_column(Boolean, default=True)
    per_minute: Mapped[int] = mapped_column(Integer, default=PER_MINUTE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def may(self, scope: Scope) -> bool:
        """Whether it has a scope."""
        return scope.value in self.scopes


class KeyedReport(Base):
    """Which key a report came by."""

    __tablename__ = "keyed_reports"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True
    )
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), index=True)


class TakenUpdate(Base):
    """An update that another system has sent, so that it counts once.

    `update_id` is its sender's, `event_id` the line of the timeline that it made.
    """

    __tablename__ = "taken_updates"
    __table_args__ = (
        UniqueConstraint("key_id", "report_id", "update_id", name="uq_taken_updates_update"),
        Index("ix_taken_updates_report", "report_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    update_id: Mapped[str] = mapped_column(String(255))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
