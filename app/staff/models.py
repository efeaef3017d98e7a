"""Staff accounts and their roles, in the shape Flask-Security expects."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from flask_security import RoleMixin, UserMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, UtcDateTime, now

staff_roles = Table(
    "staff_roles",
    Base.metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class RoleRow(Base, RoleMixin):
    """A role's name in the database; what it may do is declared on the routes."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    # Whether people with this role may not work without a second factor.
    demands_second_factor: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )


class Staff(Base, UserMixin):
    """A person who signs in. Without a password it is somebody who has not used the invitation.

    `tf_totp_secret` is the authenticator app's secret, encrypted; `tf_last_counter` is the period
    of the last code that was used, so that none counts twice.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    # What a session names, instead of the id; a new value signs the person out everywhere.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    # By this a passkey knows whose it is; random, and the same for all of a person's passkeys.
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64))  # type: ignore[assignment]

    roles: Mapped[list[RoleRow]] = relationship(secondary=staff_roles, lazy="joined")  # type: ignore[assignment]
    passkeys: Mapped[list[Passkey]] = relationship(back_populates="staff", order_by="Passkey.id")

    @property
    def has_second_factor(self) -> bool:
        """Whether more than the password is asked for at sign-in."""
        return self.tf_totp_secret is not None or bool(self.passkeys)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a role of this person demands one."""
        return any(role.demands_second_factor for role in self.roles)


class Passkey(Base):
    """A key that a phone, a computer or a security key holds for a person."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[Staff] = relationship(back_populates="passkeys")


class RecoveryCode(Base):
    """One sheet's code that gets a person in without app and passkey; gone once it is used."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class LinkKind(StrEnum):
    """What a link lets its holder do: all set a password, a recovery ends the factors too."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    RECOVERY = "recovery"


class StaffLink(Base):
    """A link that lets one person set a password, once and for a while. Its token is not kept."""

    __tablename__ = "staff_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Used, or put out of use by a later link or a change of the password.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[Staff] = relationship()


class TabletSession(Base):
    """One person's long stay on one tablet: opened by a PIN for a shift, ended from afar.

    `uuid` is public, the token in the tablet's cookie is kept as a digest. `wrong_pins` counts
    since the last right one. Without `ended_by_id` it ended by itself: too many wrong PINs, or a
    change of what lets the person in.
    """

    __tablename__ = "tablet_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(255))
    wrong_pins: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])
