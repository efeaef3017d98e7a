"""The first house: places, signs, reports, staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from app.geo.indexes import create_spatial_index, drop_spatial_index

revision = "0001"
down_revision = None

POINT = Geometry("POINT", srid=4326, spatial_index=False)
AREA = Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)
SPATIALLY_INDEXED = ("places", "signs", "reports")


def upgrade() -> None:
    op.create_table(
        "municipality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=4), nullable=False),
        sa.Column("front_desk_phone", sa.String(length=20), nullable=False),
        sa.Column("duty_phone", sa.String(length=20), nullable=False),
        sa.Column("front_desk_email", sa.String(length=255), nullable=False),
        sa.Column("boundary", AREA, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_municipality"),
    )
    op.create_table(
        "place_kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("category_group", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("first_tiles", sa.JSON(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_kinds"),
        sa.UniqueConstraint("code", name="uq_place_kinds_code"),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("name", name="uq_units_name"),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("place_group", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("priority_note", sa.String(length=120), nullable=True),
        sa.Column("danger", sa.String(length=2), nullable=True),
        sa.Column("danger_question", sa.JSON(), nullable=True),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_categories_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("code", name="uq_categories_code"),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("point", POINT, nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("district", sa.String(length=120), nullable=True),
        sa.Column("owner", sa.String(length=160), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["place_kinds.id"], name="fk_places_kind_id_place_kinds"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sa.UniqueConstraint("external_id", name="uq_places_external_id"),
    )
    op.create_index("ix_places_name", "places", ["name"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_staff_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_staff_fs_uniquifier"),
    )
    op.create_table(
        "signs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("point", POINT, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mounted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_signs_place_id_places"),
        sa.PrimaryKeyConstraint("id", name="pk_signs"),
        sa.UniqueConstraint("code", name="uq_signs_code"),
    )
    op.create_index("ix_signs_place_id", "signs", ["place_id"], unique=False)
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name="fk_staff_roles_role_id_roles", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_roles_staff_id_staff", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "role_id", name="pk_staff_roles"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("sign_id", sa.Integer(), nullable=True),
        sa.Column("point", POINT, nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_reports_category_id_categories"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_reports_place_id_places"),
        sa.ForeignKeyConstraint(["sign_id"], ["signs.id"], name="fk_reports_sign_id_signs"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_reports_unit_id_units"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("number", name="uq_reports_number"),
        sa.UniqueConstraint("uuid", name="uq_reports_uuid"),
    )
    op.create_index("ix_reports_category", "reports", ["category_id", "id"], unique=False)
    op.create_index(
        "ix_reports_open_unit",
        "reports",
        ["unit_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_reports_place", "reports", ["place_id", "closed_at", "id"], unique=False)
    op.create_index("ix_reports_status", "reports", ["status", "id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "name <> '' OR email <> '' OR phone <> ''", name=op.f("ck_contacts_not_empty")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name="fk_contacts_report_id_reports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("report_id", name="uq_contacts_report_id"),
    )
    op.create_index("ix_contacts_erase_on", "contacts", ["erase_on"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("from_value", sa.String(length=120), nullable=True),
        sa.Column("to_value", sa.String(length=120), nullable=True),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("internal_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name="fk_events_report_id_reports", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_events_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_report_id", "events", ["report_id"], unique=False)
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name="fk_photos_report_id_reports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("name", name="uq_photos_name"),
        sa.UniqueConstraint("uuid", name="uq_photos_uuid"),
    )
    op.create_index("ix_photos_report_id", "photos", ["report_id"], unique=False)
    op.create_index(
        "ix_photos_unclaimed",
        "photos",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("report_id IS NULL"),
        postgresql_where=sa.text("report_id IS NULL"),
    )
    for table in SPATIALLY_INDEXED:
        create_spatial_index(op, table, "point")


def downgrade() -> None:
    for table in SPATIALLY_INDEXED:
        drop_spatial_index(op, table, "point")
    op.drop_index(
        "ix_photos_unclaimed",
        table_name="photos",
        sqlite_where=sa.text("report_id IS NULL"),
        postgresql_where=sa.text("report_id IS NULL"),
    )
    op.drop_index("ix_photos_report_id", table_name="photos")
    op.drop_table("photos")
    op.drop_index("ix_events_report_id", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_contacts_erase_on", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index("ix_reports_status", table_name="reports")
    op.drop_index("ix_reports_place", table_name="reports")
    op.drop_index(
        "ix_reports_open_unit",
        table_name="reports",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_reports_category", table_name="reports")
    op.drop_table("reports")
    op.drop_table("staff_roles")
    op.drop_index("ix_signs_place_id", table_name="signs")
    op.drop_table("signs")
    op.drop_table("staff")
    op.drop_index("ix_places_name", table_name="places")
    op.drop_table("places")
    op.drop_table("categories")
    op.drop_table("units")
    op.drop_table("roles")
    op.drop_table("place_kinds")
    op.drop_table("municipality")
