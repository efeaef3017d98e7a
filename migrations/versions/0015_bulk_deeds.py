"""What is done to many reports at once, with what it takes to undo it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "bulk_deeds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False, unique=True),
        sa.Column(
            "staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("chosen", sa.JSON, nullable=False),
        sa.Column("view", sa.JSON, nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_bulk_deeds_staff", "bulk_deeds", ["staff_id", "undo_until"])
    op.create_table(
        "bulk_changes",
        sa.Column(
            "deed_id",
            sa.Integer,
            sa.ForeignKey("bulk_deeds.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "report_id",
            sa.Integer,
            sa.ForeignKey("reports.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
    )
    op.create_index("ix_bulk_changes_report", "bulk_changes", ["report_id"])


def downgrade() -> None:
    op.drop_table("bulk_changes")
    op.drop_table("bulk_deeds")
