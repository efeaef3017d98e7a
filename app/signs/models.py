"""Signs: a code, a place, and where in its life the sign is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.geo import Point
from app.places.models import Place


class SignState(StrEnum):
    """The life of a sign, in its usual order."""

    ORDERED = "ordered"
    PRINTED = "printed"
    MOUNTED = "mounted"
    MISSING = "missing"
    RETIRED = "retired"


class Sign(Base):
    """A sign. It is never deleted, so its code is never given out again."""

    __tablename__ = "signs"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default=SignState.ORDERED)
    point: Mapped[WKBElement | None] = mapped_column(Point)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    mounted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    place: Mapped[Place] = relationship()
