"""Places are looked for by a plain text and ordered by the alphabet, alike on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.places.spelling import search_text, sort_name

revision = "0004"
down_revision = "0003"

SORT_NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
EMPTY = {"nullable": False, "server_default": sa.text("''")}


def upgrade() -> None:
    op.add_column("places", sa.Column("search_text", sa.Text(), **EMPTY))
    op.add_column("places", sa.Column("sort_name", SORT_NAME, **EMPTY))
    op.create_index("ix_places_sort_name", "places", ["sort_name", "id"])
    _spell_names()


def _spell_names() -> None:
    columns = ("id", "name", "district", "search_text", "sort_name")
    places = sa.table("places", *map(sa.column, columns))
    rows = op.get_bind().execute(sa.select(places.c.id, places.c.name, places.c.district))
    spelt = [
        {"row": row_id, "search": search_text(name, district), "sort": sort_name(name)}
        for row_id, name, district in rows
    ]
    change = places.update().where(places.c.id == sa.bindparam("row"))
    change = change.values(search_text=sa.bindparam("search"), sort_name=sa.bindparam("sort"))
    if spelt:
        op.get_bind().execute(change, spelt)


def downgrade() -> None:
    op.drop_index("ix_places_sort_name", "places")
    op.drop_column("places", "sort_name")
    op.drop_column("places", "search_text")
