"""The texts of reports are searched by an index, alike on both databases."""

from __future__ import annotations

from alembic import op

from app.reports.text_index import create_text_index, drop_text_index

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    create_text_index(op)


def downgrade() -> None:
    drop_text_index(op)
