"""The ten-second report: followers, questions, held reports, subscriptions and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("municipality", sa.Column("feedback_email", sa.String(255), **_empty("")))
    op.add_column("municipality", sa.Column("privacy_email", sa.String(255), **_empty("")))
    op.add_column("municipality", sa.Column("accessibility_url", sa.String(255), **_empty("")))
    op.add_column("municipality", sa.Column("duty_hours", sa.JSON(), **_empty("[]")))
    op.add_column("categories", sa.Column("questions", sa.JSON(), **_empty("[]")))
    op.add_column("reports", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("held_reason", sa.String(40), nullable=True))
    op.add_column("reports", sa.Column("follower_count", sa.Integer(), **_empty("0")))
    held = sa.text("held_at IS NOT NULL")
    op.create_index("ix_reports_held", "reports", ["id"], sqlite_where=held, postgresql_where=held)
    op.add_column("events", sa.Column("uuid", sa.Uuid(), nullable=True))
    op.create_index("uq_events_uuid", "events", ["uuid"], unique=True)
    op.create_table(
        "followers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name="fk_followers_report_id_reports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_followers"),
        sa.UniqueConstraint("uuid", name="uq_followers_uuid"),
    )
    op.create_index("ix_followers_report_id", "followers", ["report_id"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("address", sa.String(700), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("by_reporter", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports.id"],
            name="fk_subscriptions_report_id_reports",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("uuid", name="uq_subscriptions_uuid"),
        sa.UniqueConstraint("report_id", "way", "address", name="uq_subscriptions_way"),
    )
    op.create_index("ix_subscriptions_address", "subscriptions", ["address", "created_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["available_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _empty(value: str) -> dict[str, object]:
    """Rows that are there already need a value."""
    return {"nullable": False, "server_default": sa.text(repr(value))}


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("subscriptions")
    op.drop_table("followers")
    op.drop_index("uq_events_uuid", "events")
    op.drop_column("events", "uuid")
    op.drop_index("ix_reports_held", "reports")
    for table, columns in {
        "reports": ("follower_count", "held_reason", "held_at"),
        "categories": ("questions",),
        "municipality": ("duty_hours", "accessibility_url", "privacy_email", "feedback_email"),
    }.items():
        for column in columns:
            op.drop_column(table, column)
