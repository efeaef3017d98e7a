"""The crew's tablet: actions sent once, time spent, moments of photos, questions to the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("events", sa.Column("minutes", sa.Integer()))
    op.add_column("photos", sa.Column("moment", sa.String(10)))
    op.add_column("reports", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_reports_asked",
        "reports",
        ["id"],
        sqlite_where=sa.text("asked_at IS NOT NULL"),
        postgresql_where=sa.text("asked_at IS NOT NULL"),
    )
    op.create_table(
        "crew_actions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.Uuid, nullable=False, unique=True),
        sa.Column(
            "report_id",
            sa.Integer,
            sa.ForeignKey("reports.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("release_photos", sa.Boolean, nullable=False),
        sa.Column("event_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
    )
    op.create_index("ix_crew_actions_report_id", "crew_actions", ["report_id"])


def downgrade() -> None:
    op.drop_table("crew_actions")
    op.drop_index("ix_reports_asked", "reports")
    op.drop_column("reports", "asked_at")
    op.drop_column("photos", "moment")
    op.drop_column("events", "minutes")
