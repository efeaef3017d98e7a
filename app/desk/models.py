"""What the front desk keeps for itself."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.reports.models import Report
from app.staff.models import Staff


class SavedFilter(Base):
    """A view of the register under a name: its owner's alone, or `shared` with everybody.

    `chosen` is what the address of the view says, by name; “me” in it is whoever looks.
    """

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("staff_id", "name", name="uq_saved_filters_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    chosen: Mapped[dict[str, str]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False)

    staff: Mapped[Staff] = relationship()


class Action(StrEnum):
    """What can be done to many reports at once."""

    ASSIGN = "assign"
    CLOSE = "close"
    CATEGORY = "category"


class Outcome(StrEnum):
    """What became of one report of a bulk deed, or would: all but `DONE` leave it as it was.

    `CHANGED`: somebody else was there since it was ticked. `STATE`: the workflow has no such step.
    After the deed was undone `DONE` becomes `UNDONE`, or `KEPT` where somebody has worked on since.
    """

    DONE = "done"
    SAME = "same"
    STATE = "state"
    HELD = "held"
    CHANGED = "changed"
    UNDONE = "undone"
    KEPT = "kept"


class BulkDeed(Base):
    """One thing done to many reports at once; it can be undone until `undo_until`.

    `uuid` is minted by the form, so that what is sent twice is done once. `chosen` is what was
    chosen to be done, in ids and texts, `view` the filter it was done from.
    """

    __tablename__ = "bulk_deeds"
    # What a person can still undo stands above the register.
    __table_args__ = (Index("ix_bulk_deeds_staff", "staff_id", "undo_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    action: Mapped[str] = mapped_column(String(20))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    view: Mapped[dict[str, str]] = mapped_column(JSON)
    undo_until: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    changes: Mapped[list[BulkChange]] = relationship(
        back_populates="deed", order_by="BulkChange.report_id.desc()"
    )


class BulkChange(Base):
    """What a bulk deed did to one report.

    `before` holds the columns that it changed as they were, `event_id` the last line of the
    report's timeline after it: as long as there is no further one, nobody has touched the report.
    """

    __tablename__ = "bulk_changes"
    __table_args__ = (Index("ix_bulk_changes_report", "report_id"),)

    deed_id: Mapped[int] = mapped_column(
        ForeignKey("bulk_deeds.id", ondelete="CASCADE"), primary_key=True
    )
    report_id: Mapped[int] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True
    )
    outcome: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    deed: Mapped[BulkDeed] = relationship(back_populates="changes")
    report: Mapped[Report] = relationship()
