"""Systems that reports are handed over to, and how far each report has come."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("jurisdiction", sa.String(120), nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("service_codes", sa.JSON(), nullable=False),
        sa.Column("sends_files", sa.Boolean(), nullable=False),
        sa.Column("with_contact", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (category_id IS NULL)", name="unit_or_category"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_targets_unit_id_units"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_targets_category_id_categories"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_targets"),
    )
    op.create_table(
        "handed_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("foreign_id", sa.String(120), nullable=False),
        sa.Column("token", sa.String(120), nullable=False),
        sa.Column("foreign_status", sa.String(40), nullable=False),
        sa.Column("foreign_notes", sa.Text(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports.id"],
            name="fk_handed_over_report_id_reports",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["targets.id"], name="fk_handed_over_target_id_targets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handed_over"),
        sa.UniqueConstraint("report_id", "target_id", name="uq_handed_over_report"),
    )
    op.create_index("ix_handed_over_target", "handed_over", ["target_id", "id"])


def downgrade() -> None:
    op.drop_table("handed_over")
    op.drop_table("targets")
