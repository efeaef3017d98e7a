"""What a tablet has sent, so that the same sent again counts once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.reports.models import Report


class CrewAction(Base):
    """One thing that was done on a tablet, perhaps without network, and how it was answered.

    `uuid` is minted by the tablet, `fingerprint` tells what was sent under it. `event_id` is the
    line that it wrote into the timeline, `version` and `status` are those of the report after it:
    the same sent again gets the same answer, however the report has moved on. Photos follow by
    themselves, and are shown to everybody where `release_photos` says so.
    """

    __tablename__ = "crew_actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(64))
    release_photos: Mapped[bool] = mapped_column(Boolean)
    event_id: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))

    report: Mapped[Report] = relationship()
