"""Who did what to settings, accounts and personal data: written once, never altered.

What happens to a report stands in its own timeline, to a place or a sign in its own log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import current_user
from sqlalchemy import JSON, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, now, session
from app.problems import SettingsChanged


class AuditEntry(Base):
    """One deed. `subject` says on what (`category`, `staff`, `report` …), `subject_id` on which.

    `details` holds `{field: [before, after]}` for a change, and whatever tells the deed otherwise;
    never a secret, and of a reporter no more than the report's number. Without `staff_id` the
    system or somebody who is not signed in acted.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject", "subject_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(action: str, subject: str, subject_id: int | None = None, **details: Any) -> None:
    """Write down what the person who is signed in does, in the transaction that does it."""
    signed_in = bool(current_user) and current_user.is_authenticated
    session().add(
        AuditEntry(
            staff_id=current_user.id if signed_in else None,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )


def last_id(subject: str) -> int:
    """The newest entry on a subject: what a form of settings has seen; 0 for none."""
    query = select(func.max(AuditEntry.id)).where(AuditEntry.subject == subject)
    return session().scalar(query) or 0


def demand_seen(subject: str, seen: int | None) -> None:
    """Refuse a form that was rendered before somebody else changed the same settings.

    Raises:
        SettingsChanged
    """
    others = AuditEntry.staff_id.is_distinct_from(current_user.id)
    query = select(func.count(AuditEntry.id)).where(
        AuditEntry.subject == subject, AuditEntry.id > (seen or 0), others
    )
    if session().scalar(query):
        raise SettingsChanged
