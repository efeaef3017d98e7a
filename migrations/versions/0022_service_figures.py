"""Figures of the service that do not come from reports."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

WHOLE_YEAR = sa.text("month IS NULL")
ONE_MONTH = sa.text("month IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "service_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("upper", sa.Float(), nullable=True),
        sa.Column("about", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_figures"),
    )
    op.create_index(
        "uq_service_figures_year",
        "service_figures",
        ["year", "measure", "source"],
        unique=True,
        sqlite_where=WHOLE_YEAR,
        postgresql_where=WHOLE_YEAR,
    )
    op.create_index(
        "uq_service_figures_month",
        "service_figures",
        ["year", "month", "measure", "source"],
        unique=True,
        sqlite_where=ONE_MONTH,
        postgresql_where=ONE_MONTH,
    )


def downgrade() -> None:
    op.drop_table("service_figures")
