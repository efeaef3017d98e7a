"""Who did what to settings, accounts and personal data: written once, never altered.

What happens to a report stands in its own timeline, to a place or a sign in its own log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_login import current_user
from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, UtcDateTime, now, session
from app.problems import SettingsChanged

# Long enough to look into a complaint, and no longer: who worked when is personal, too.
KEPT = timedelta(days=2 * 365)
# More than anybody reads beside a form.
MOST_UNSEEN = 20


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


def record_for(
    staff_id: int | None, action: str, subject: str, subject_id: int | None, **details: Any
) -> None:
    """Write down what somebody did who is not signed in yet, or no more."""
    session().add(
        AuditEntry(
            staff_id=staff_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )


def has_done_since(action: str, subject: str, subject_id: int, since: datetime) -> bool:
    """Whether the person who is signed in has done this since then."""
    done = _done_since(action, subject, current_user.id, since)
    query = done.where(AuditEntry.subject_id == subject_id)
    return session().scalar(query.limit(1)) is not None


def list_done_since(action: str, subject: str, staff_id: int, since: datetime) -> set[int]:
    """On which subjects of a kind somebody has done this since then."""
    query = _done_since(action, subject, staff_id, since)
    return {one for one in session().scalars(query) if one is not None}


def _done_since(action: str, subject: str, staff_id: int, since: datetime) -> Select[int | None]:
    return select(AuditEntry.subject_id).where(
        AuditEntry.subject == subject,
        AuditEntry.action == action,
        AuditEntry.staff_id == staff_id,
        AuditEntry.at >= since,
    )


def list_entries(
    most: int, *, before_id: int | None = None, action: str = "", staff_id: int | None = None
) -> Sequence[AuditEntry]:
    """The newest entries, of one kind or one person where that is asked for."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if action:
        query = query.where(AuditEntry.action == action)
    if staff_id is not None:
        query = query.where(AuditEntry.staff_id == staff_id)
    return session().scalars(query).all()


def count_old_entries() -> dict[str, int]:
    """How many entries nobody needs any more."""
    old = select(func.count(AuditEntry.id)).where(AuditEntry.at < now() - KEPT)
    return {"": session().scalar(old) or 0}


def forget_old_entries() -> int:
    """Remove entries nobody needs any more; for the worker.

    Returns:
        How many there were.
    """
    old = delete(AuditEntry).where(AuditEntry.at < now() - KEPT)
    return len(session().execute(old.returning(AuditEntry.id)).all())


def last_id(subject: str, subject_id: int | None = None) -> int:
    """The newest entry on a subject, or on one of its kind: what a form of settings has seen; 0 for
    none.
    """
    query = select(func.max(AuditEntry.id)).where(*_on(subject, subject_id))
    return session().scalar(query) or 0


def list_unseen(
    subject: str, seen: int | None, subject_id: int | None = None
) -> Sequence[AuditEntry]:
    """What others have done since the entry that a form had seen, the newest first."""
    others = AuditEntry.staff_id.is_distinct_from(current_user.id)
    query = select(AuditEntry).where(*_on(subject, subject_id), AuditEntry.id > (seen or 0), others)
    return session().scalars(query.order_by(AuditEntry.id.desc()).limit(MOST_UNSEEN)).all()


def demand_seen(subject: str, seen: int | None, subject_id: int | None = None) -> None:
    """Refuse a form that was rendered before somebody else changed the same settings.

    Raises:
        SettingsChanged
    """
    if list_unseen(subject, seen, subject_id):
        raise SettingsChanged


def _on(subject: str, subject_id: int | None) -> list[ColumnElement[bool]]:
    wanted = [AuditEntry.subject == subject]
    return wanted if subject_id is None else [*wanted, AuditEntry.subject_id == subject_id]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What has changed, as `details` holds it."""
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: [before.get(name), after.get(name)]
        for name in names
        if before.get(name) != after.get(name)
    }
