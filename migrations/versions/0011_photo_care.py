"""Photos are blacked out under a new address, and those that are deleted stay so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("photos", sa.Column("sent_as", sa.Uuid()))
    op.create_index("uq_photos_sent_as", "photos", ["sent_as"], unique=True)
    op.create_table(
        "deleted_photos",
        sa.Column("sent_as", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports.id"],
            name="fk_deleted_photos_report_id_reports",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sent_as", name="pk_deleted_photos"),
    )
    op.create_index("ix_deleted_photos_report_id", "deleted_photos", ["report_id"])


def downgrade() -> None:
    op.drop_table("deleted_photos")
    op.drop_index("uq_photos_sent_as", "photos")
    op.drop_column("photos", "sent_as")
