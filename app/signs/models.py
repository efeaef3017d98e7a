"""Signs: a code, a place, where in its life the sign is, and everything that happened to it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    JSON,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.geo import Point
from app.places.models import Place
from app.staff.models import Staff


class SignState(StrEnum):
    """The life of a sign, in its usual order."""

    ORDERED = "ordered"
    PRINTED = "printed"
    MOUNTED = "mounted"
    MISSING = "missing"
    RETIRED = "retired"


class Sign(Base):
    """A sign. It is never deleted, so its code is never given out again.

    `category_code` is what a sign on a thing is usually about. `mask` is the symbol's mask (0–7),
    chosen when the sign is first printed. `damaged_at` says that a keeper found it damaged and
    nobody has put it right since.
    """

    __tablename__ = "signs"
    __table_args__ = (Index("ix_signs_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default=SignState.ORDERED)
    point: Mapped[WKBElement | None] = mapped_column(Point)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    category_code: Mapped[str | None] = mapped_column(String(10))
    mask: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mounted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    damaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("signs.id"))

    place: Mapped[Place] = relationship()
    replaced_by: Mapped[Sign | None] = relationship(remote_side="Sign.id")


class SignEventKind(StrEnum):
    """What a line of a sign's log tells."""

    ORDERED = "ordered"
    EDITED = "edited"
    PRINTED = "printed"
    MOUNTED = "mounted"
    CHECKED = "checked"
    DAMAGED = "damaged"
    MISSING = "missing"
    RETIRED = "retired"
    REPLACED = "replaced"
    # A resident says that something is wrong with the sign itself, and a keeper has seen to it.
    TAMPERED = "tampered"
    CLEARED = "cleared"


class SignFault(StrEnum):
    """What a resident says is wrong with a sign."""

    COVERED = "covered"
    ELSEWHERE = "elsewhere"
    UNREADABLE = "unreadable"
    MISPLACED = "misplaced"


class SignEvent(Base):
    """One thing that happened to a sign. Never altered, but for a photo that arrives later.

    `at` is when it happened, perhaps without network, `received_at` when it reached us. `uuid` is
    minted by the sender of what may be sent twice. Without `staff_id` a resident or the system
    acted. `point` is where the sender stood, where they said so.
    """

    __tablename__ = "sign_events"
    __table_args__ = (
        Index("ix_sign_events_sign_id", "sign_id", "id"),
        Index("ix_sign_events_photo_name", "photo_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID | None] = mapped_column(Uuid, unique=True)
    sign_id: Mapped[int] = mapped_column(ForeignKey("signs.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_value: Mapped[str | None] = mapped_column(String(200))
    to_value: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    point: Mapped[WKBElement | None] = mapped_column(Point)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    photo_name: Mapped[str | None] = mapped_column(String(64))
    photo_fingerprint: Mapped[str | None] = mapped_column(String(64))

    sign: Mapped[Sign] = relationship()
    staff: Mapped[Staff | None] = relationship()


class SignScans(Base):
    """How often a sign's page was opened on a day, in Norwegian time. A number, and no more."""

    __tablename__ = "sign_scans"

    sign_id: Mapped[int] = mapped_column(ForeignKey("signs.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


class OrderState(StrEnum):
    """Where a print order stands."""

    WAITING = "waiting"
    PRINTING = "printing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PrintOrder(Base):
    """Signs to be printed in one file, by the worker.

    `uuid` is minted with the form, so that sending it twice orders once. `options` holds what the
    format leaves open (`languages`, `file`, `dpi`, `bleed`, `copies`). `done` of `total` steps are
    made. `claimed_until` is the lease of the worker that prints it.
    """

    __tablename__ = "print_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    format: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(20), default=OrderState.WAITING.value)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_name: Mapped[str | None] = mapped_column(String(120))
    file_bytes: Mapped[int | None] = mapped_column(Integer)
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(Text, default="")

    staff: Mapped[Staff | None] = relationship()


class PrintOrderSign(Base):
    """One sign of a print order, in the order in which they are printed."""

    __tablename__ = "print_order_signs"

    order_id: Mapped[int] = mapped_column(ForeignKey("print_orders.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    sign_id: Mapped[int] = mapped_column(ForeignKey("signs.id"), index=True)

    sign: Mapped[Sign] = relationship()
