"""The sign register: the life of signs, print orders, scans, and places that can be edited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from app.geo.indexes import create_spatial_index, drop_spatial_index

revision = "0003"
down_revision = "0002"

POINT = Geometry("POINT", srid=4326, spatial_index=False)
# Table, column, and the table it points to.
REFERENCES = (
    ("places", "unit_id", "units"),
    ("places", "merged_into_id", "places"),
    ("signs", "replaced_by_id", "signs"),
)


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    area = "geometry(MULTIPOLYGON, 4326)" if on_postgresql else "GEOMETRY"
    op.execute(f"ALTER TABLE places ADD COLUMN boundary {area}")
    for table, column, target in REFERENCES:
        # Said in SQL, since SQLite takes a foreign key only together with its column.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER"
            f" CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
        )
    op.create_index("ix_signs_state", "signs", ["state", "id"])
    op.create_index("ix_places_photo_name", "places", ["photo_name"])
    _create_logs()
    _create_scans()
    _create_print_orders()


def _added() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "municipality": (
            sa.Column("sign_colour", sa.String(7), **_empty("#1E2B3C")),
            sa.Column("logo_svg", sa.Text(), **_empty("")),
        ),
        "places": (
            sa.Column("contact", sa.String(200), **_empty("")),
            sa.Column("photo_name", sa.String(64), nullable=True),
            sa.Column("version", sa.Integer(), **_empty("1")),
        ),
        "signs": (
            sa.Column("category_code", sa.String(10), nullable=True),
            sa.Column("accuracy_m", sa.Float(), nullable=True),
            sa.Column("mask", sa.SmallInteger(), nullable=True),
            sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True),
        ),
    }


def _empty(value: str) -> dict[str, object]:
    """Rows that are there already need a value."""
    return {"nullable": False, "server_default": sa.text(repr(value))}


def _create_logs() -> None:
    op.create_table(
        "place_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name="fk_place_events_place_id_places"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_place_events_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_place_events"),
    )
    op.create_index("ix_place_events_place_id", "place_events", ["place_id"])
    op.create_table(
        "sign_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=True),
        sa.Column("sign_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("from_value", sa.String(200), nullable=True),
        sa.Column("to_value", sa.String(200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("point", POINT, nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("photo_name", sa.String(64), nullable=True),
        sa.Column("photo_fingerprint", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["sign_id"], ["signs.id"], name="fk_sign_events_sign_id_signs"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sign_events_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_events"),
        sa.UniqueConstraint("uuid", name="uq_sign_events_uuid"),
    )
    op.create_index("ix_sign_events_sign_id", "sign_events", ["sign_id", "id"])
    op.create_index("ix_sign_events_photo_name", "sign_events", ["photo_name"])
    create_spatial_index(op, "sign_events", "point")


def _create_scans() -> None:
    op.create_table(
        "sign_scans",
        sa.Column("sign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sign_id"], ["signs.id"], name="fk_sign_scans_sign_id_signs"),
        sa.PrimaryKeyConstraint("sign_id", "day", name="pk_sign_scans"),
    )


def _create_print_orders() -> None:
    op.create_table(
        "print_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_name", sa.String(120), nullable=True),
        sa.Column("file_bytes", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_print_orders_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_print_orders"),
        sa.UniqueConstraint("uuid", name="uq_print_orders_uuid"),
    )
    op.create_table(
        "print_order_signs",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sign_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["print_orders.id"], name="fk_print_order_signs_order_id_print_orders"
        ),
        sa.ForeignKeyConstraint(
            ["sign_id"], ["signs.id"], name="fk_print_order_signs_sign_id_signs"
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_print_order_signs"),
    )
    op.create_index("ix_print_order_signs_sign_id", "print_order_signs", ["sign_id"])


def downgrade() -> None:
    drop_spatial_index(op, "sign_events", "point")
    for table in (
        "print_order_signs",
        "print_orders",
        "sign_scans",
        "sign_events",
        "place_events",
    ):
        op.drop_table(table)
    op.drop_index("ix_places_photo_name", "places")
    op.drop_index("ix_signs_state", "signs")
    op.drop_column("places", "boundary")
    for table, column, _target in REFERENCES:
        op.drop_column(table, column)
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)
