"""Whether it was fixed, as those say who told us or follow it; colleagues who follow a report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ADDED = {
    "reports": [sa.Column("was_fixed", sa.Boolean(), nullable=True)],
    "subscriptions": [
        sa.Column("was_fixed", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
    ],
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    # Said in SQL, since SQLite takes a foreign key only together with its column.
    op.execute(
        "ALTER TABLE subscriptions ADD COLUMN staff_id INTEGER"
        " CONSTRAINT fk_subscriptions_staff_id_staff REFERENCES staff (id)"
    )
    op.create_index("ix_subscriptions_staff_id", "subscriptions", ["staff_id"])


def downgrade() -> None:
    op.drop_index("ix_subscriptions_staff_id", "subscriptions")
    op.drop_column("subscriptions", "staff_id")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
