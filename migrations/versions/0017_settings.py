"""Units in an order of their own; the languages and the greeting of a municipality."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "units", sa.Column("sort_order", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("municipality", sa.Column("languages", sa.JSON()))
    op.add_column("municipality", sa.Column("greeting", sa.JSON()))


def downgrade() -> None:
    op.drop_column("municipality", "greeting")
    op.drop_column("municipality", "languages")
    op.drop_column("units", "sort_order")
