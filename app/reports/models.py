"""Categories, reports and everything that hangs on a report."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now
from app.geo import Point
from app.places.models import Place, PlaceKind, Unit
from app.reports.workflow import Status
from app.signs.models import Sign
from app.staff.models import Staff

# What a report is filed under until the front desk has sorted it.
UNSORTED_CATEGORY = "AN01"


class Channel(StrEnum):
    """How a report reached us."""

    QR = "qr"
    WEB = "web"
    KIOSK = "kiosk"
    PHONE = "phone"
    EMAIL = "email"
    COUNTER = "counter"
    SOCIAL = "social"
    OPEN311 = "open311"
    STAFF = "staff"


class Danger(StrEnum):
    """D1: to life or health. D2: serious damage or pollution."""

    LIFE = "D1"
    DAMAGE = "D2"


class Category(Base):
    """What can be wrong. `code` is public and permanent; a category is archived, never deleted.

    `synonyms` are other words by which the front desk finds it. `working_days` is its own deadline,
    where it has another one than its priority gives.
    """

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    place_group: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    priority: Mapped[str] = mapped_column(String(2))
    priority_note: Mapped[str | None] = mapped_column(String(120))
    danger: Mapped[str | None] = mapped_column(String(2))
    danger_question: Mapped[dict[str, str] | None] = mapped_column(JSON)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    synonyms: Mapped[list[str]] = mapped_column(JSON, default=list)
    retention_days: Mapped[int] = mapped_column(Integer, default=365)
    working_days: Mapped[int | None] = mapped_column(Integer)
    sort_order: Mapped[int] = mapped_column(Integer, default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()

    def days_for(self, priority: str) -> int | None:
        """Its own deadline in working days, which counts for the priority it usually has."""
        return self.working_days if priority == self.priority else None


class Report(Base):
    """One fault as it was reported, and where it stands.

    `created_at` is when the resident wrote it (perhaps offline), `received_at` when it reached us.
    `fingerprint` tells a repeated request from another one under the same id. `held_at` says that
    it looks like spam: it is received and numbered, but shown to nobody but the desk until a
    person releases it. `follower_count` is how many others said "me too". `assignee_id` is who in
    the unit takes care of it, `escalated_at` when the unit's lead was told that it is late.
    `merged_into_id` is the report that a duplicate stands for; who follows the duplicate counts
    with that one and hears of it. `was_fixed` is the reporter's answer to whether it was put right,
    until it is closed anew. `asked_at` is when the crew asked the front desk something, until the
    desk does something with the report.
    """

    __tablename__ = "reports"
    __table_args__ = (
        # `closed_at IS NULL` means open. The first serves a place's open and lately fixed reports,
        # the second a unit's worklist, which is a few per cent of the table.
        Index("ix_reports_place", "place_id", "closed_at", "id"),
        # What has been reported at a place before.
        Index(
            "ix_reports_place_newest",
            "place_id",
            "id",
            sqlite_where=text("place_id IS NOT NULL"),
            postgresql_where=text("place_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_open_unit",
            "unit_id",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # What is late longest, whichever unit has it.
        Index(
            "ix_reports_open_due",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_reports_status", "status", "id"),
        Index("ix_reports_category", "category_id", "id"),
        Index("ix_reports_unit", "unit_id", "id"),
        Index("ix_reports_channel", "channel", "id"),
        Index("ix_reports_received", "received_at", "id"),
        Index(
            "ix_reports_assignee",
            "assignee_id",
            "id",
            sqlite_where=text("assignee_id IS NOT NULL"),
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_merged_into",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_sign",
            "sign_id",
            "id",
            sqlite_where=text("sign_id IS NOT NULL"),
            postgresql_where=text("sign_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_held",
            "id",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
        Index(
            "ix_reports_asked",
            "id",
            sqlite_where=text("asked_at IS NOT NULL"),
            postgresql_where=text("asked_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[str] = mapped_column(String(20), default=Status.RECEIVED)
    priority: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    sign_id: Mapped[int | None] = mapped_column(ForeignKey("signs.id"))
    point: Mapped[WKBElement | None] = mapped_column(Point)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    address: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_reason: Mapped[str | None] = mapped_column(String(40))
    follower_count: Mapped[int] = mapped_column(Integer, default=0)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    was_fixed: Mapped[bool | None] = mapped_column(Boolean)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    category: Mapped[Category] = relationship()
    unit: Mapped[Unit] = relationship()
    assignee: Mapped[Staff | None] = relationship()
    place: Mapped[Place | None] = relationship()
    sign: Mapped[Sign | None] = relationship()
    merged_into: Mapped[Report | None] = relationship(remote_side="Report.id")
    contact: Mapped[Contact | None] = relationship(back_populates="report")
    events: Mapped[list[Event]] = relationship(back_populates="report", order_by="Event.id")
    photos: Mapped[list[Photo]] = relationship(back_populates="report", order_by="Photo.id")

    @property
    def own_photos(self) -> list[Photo]:
        """Those that its reporter sent."""
        return [photo for photo in self.photos if not photo.by_staff]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.closed_at is None


class Contact(Base):
    """Who reported, kept apart so that the fault outlives the person."""

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("name <> '' OR email <> '' OR phone <> ''", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), unique=True
    )
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    erase_on: Mapped[date] = mapped_column(Date, index=True)

    report: Mapped[Report] = relationship(back_populates="contact")


class EventKind(StrEnum):
    """What a line of the timeline tells."""

    RECEIVED = "received"
    STATUS = "status"
    UNIT = "unit"
    PERSON = "person"
    CATEGORY = "category"
    NOTE = "note"
    PHOTO_RELEASED = "photo_released"
    PHOTO_WITHDRAWN = "photo_withdrawn"
    PHOTO_BLACKED_OUT = "photo_blacked_out"
    PHOTO_DELETED = "photo_deleted"
    MOVED = "moved"
    PRIORITY = "priority"
    MESSAGE = "message"
    HELD = "held"
    RELEASED = "released"
    CONTACT_ERASED = "contact_erased"
    FORWARDED = "forwarded"
    MERGED = "merged"
    SPLIT = "split"
    FIX_ANSWER = "fix_answer"
    TEXT_REMOVED = "text_removed"
    UNDONE = "undone"
    # The crew asks the front desk something, and has added photos of the work.
    ASKED = "asked"
    WORK_PHOTOS = "work_photos"


class Event(Base):
    """One change of a report: audit log, public history, source of notices. Never altered,
    except that personal words are taken out (`app.personal`).

    `from_value` and `to_value` are states for a status event and names of units, people or
    categories for an event of that kind; for a merged or split one the number of the duplicate.
    For an answer to “was it fixed?” they are who says it and what, for a note that came by e-mail
    what its writer is to the report and a mark of the address.
    An undone one has the kind of what was undone, and what holds again.
    Without `staff_id` the reporter or the system acted. `uuid` is minted by the sender of what may
    be sent twice. What the reporter writes (a message, a reason) is internal: only the reporter and
    staff read it. `minutes` is how long the work took that it tells of, where the crew has said so.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_uuid", "uuid", unique=True),
        # What has changed since then, for other systems that ask.
        Index("ix_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_value: Mapped[str | None] = mapped_column(String(120))
    to_value: Mapped[str | None] = mapped_column(String(120))
    public_text: Mapped[str] = mapped_column(Text, default="")
    internal_text: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int | None] = mapped_column(Integer)

    report: Mapped[Report] = relationship(back_populates="events")
    staff: Mapped[Staff | None] = relationship()


class Follower(Base):
    """One more person who met the same fault. `uuid` is minted by their device; nothing else of
    them is kept here.
    """

    __tablename__ = "followers"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Moment(StrEnum):
    """What a photo of the work shows: how it was found, or how it was left."""

    BEFORE = "before"
    AFTER = "after"


class Photo(Base):
    """A re-encoded photo in the photo store. It belongs to nobody until its report is accepted.

    `name` is the unguessable name in the store, `fingerprint` the SHA-256 of what was uploaded.
    `uuid` stands in its address. One that is blacked out gets another name and another address;
    `sent_as` is then the id that its sender knows it by. `moment` is a `Moment`, where it shows the
    work.
    """

    __tablename__ = "photos"
    __table_args__ = (
        Index(
            "ix_photos_unclaimed",
            "created_at",
            sqlite_where=text("report_id IS NULL"),
            postgresql_where=text("report_id IS NULL"),
        ),
        Index("uq_photos_sent_as", "sent_as", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    sent_as: Mapped[UUID | None] = mapped_column(Uuid)
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    width_px: Mapped[int] = mapped_column(Integer)
    height_px: Mapped[int] = mapped_column(Integer)
    by_staff: Mapped[bool] = mapped_column(Boolean, default=False)
    moment: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report | None] = relationship(back_populates="photos")


class DeletedPhoto(Base):
    """The id under which a deleted photo was sent: a phone that sends it once more does not bring
    it back.
    """

    __tablename__ = "deleted_photos"

    sent_as: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class ReplyTemplate(Base):
    """An answer that is written again and again, in the staff's and the reporter's languages.

    `texts` is by language: nb, nn, en. Without `category_id` it is offered for every report.
    """

    __tablename__ = "reply_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    sort_order: Mapped[int] = mapped_column(Integer, default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    category: Mapped[Category | None] = relationship()


class RoutingRule(Base):
    """One line of the table that says who gets a report; the first that fits counts.

    None leaves a thing out of account. `days` are ISO weekdays (Monday is 1), empty for all;
    `from_time` and `until_time` are `HH:MM` by the clock in Norway, both or neither, and may span
    midnight. Where no line fits, the category's own unit has it.
    """

    __tablename__ = "routing_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    sort_order: Mapped[int] = mapped_column(Integer)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("place_kinds.id"))
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    from_time: Mapped[str | None] = mapped_column(String(5))
    until_time: Mapped[str | None] = mapped_column(String(5))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    category: Mapped[Category | None] = relationship()
    place: Mapped[Place | None] = relationship()
    kind: Mapped[PlaceKind | None] = relationship()
    unit: Mapped[Unit] = relationship()
    staff: Mapped[Staff | None] = relationship()
