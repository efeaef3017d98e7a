"""The newest reports of a place are found without reading all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

INDEX = "ix_reports_place_newest"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # A million reports take longer than a request may.
        op.execute("SET LOCAL statement_timeout = 0")
    has_place = sa.text("place_id IS NOT NULL")
    op.create_index(
        INDEX,
        "reports",
        ["place_id", "id"],
        sqlite_where=has_place,
        postgresql_where=has_place,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "reports")
