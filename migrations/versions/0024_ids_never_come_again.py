"""No subscription and no webhook gets the id of one that is gone; PostgreSQL never gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

# What names them in messages that are in the outbox still.
NAMED_BY = {"subscriptions": "subscription_id", "webhooks": "webhook_id"}
AGAIN, NEVER_AGAIN = "PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)"


def upgrade() -> None:
    rebuild_tables(AGAIN, NEVER_AGAIN)


def downgrade() -> None:
    rebuild_tables(NEVER_AGAIN, AGAIN)


def rebuild_tables(key: str, other_key: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    execute = op.get_bind().exec_driver_sql
    # To drop the webhooks deletes what points to them, which no transaction can switch off.
    execute("CREATE TEMPORARY TABLE kept_deliveries AS SELECT * FROM webhook_deliveries")
    execute("DELETE FROM webhook_deliveries")
    for table, name in NAMED_BY.items():
        rebuild(table, key, other_key)
        if other_key == NEVER_AGAIN:
            go_on_counting(table, name)
    execute("INSERT INTO webhook_deliveries SELECT * FROM kept_deliveries")
    execute("DROP TABLE kept_deliveries")


def rebuild(table: str, key: str, other_key: str) -> None:
    """The same table with the same rows and indexes under another key."""
    connection = op.get_bind()
    written = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :type AND sql <> ''"
    )
    (whole,) = connection.scalars(written, {"table": table, "type": "table"})
    indexes = connection.scalars(written, {"table": table, "type": "index"}).all()
    columns = whole[whole.index("(") :]
    if key not in columns:
        raise ValueError(f"{table} has no {key}")
    execute = connection.exec_driver_sql
    execute(f"CREATE TABLE other_{table} {columns.replace(key, other_key)}")
    execute(f"INSERT INTO other_{table} SELECT * FROM {table}")  # noqa: S608 - names of ours
    execute(f"DROP TABLE {table}")
    execute(f"ALTER TABLE other_{table} RENAME TO {table}")
    for index in indexes:
        execute(index)


def go_on_counting(table: str, name: str) -> None:
    """After the ids of rows that are gone and that waiting messages name."""
    connection = op.get_bind()
    named = sa.text("SELECT max(json_extract(payload, :path)) FROM outbox")
    last = connection.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table)))
    last = max(last or 0, connection.scalar(named, {"path": f"$.{name}"}) or 0)
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, last))
