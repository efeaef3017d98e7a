"""A duplicate points to the report it stands for; the history of a sign is found fast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Index, column it begins with, its columns.
INDEXES = (
    ("ix_reports_merged_into", "merged_into_id", ["merged_into_id"]),
    ("ix_reports_sign", "sign_id", ["sign_id", "id"]),
)


def upgrade() -> None:
    # Said in SQL, since SQLite takes a foreign key only together with its column.
    op.execute(
        "ALTER TABLE reports ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT fk_reports_merged_into_id_reports REFERENCES reports (id)"
    )
    for name, column, columns in INDEXES:
        only = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "reports", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, _column, _columns in INDEXES:
        op.drop_index(name, "reports")
    op.drop_column("reports", "merged_into_id")
