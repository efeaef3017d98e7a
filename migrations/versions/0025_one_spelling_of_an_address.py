"""E-mail addresses that follow are kept in small letters; who followed twice so follows once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

SUBSCRIPTIONS = sa.table(
    "subscriptions",
    sa.column("id", sa.Integer),
    sa.column("report_id", sa.Integer),
    sa.column("way", sa.String),
    sa.column("address", sa.String),
    sa.column("by_reporter", sa.Boolean),
    sa.column("confirmed_at", sa.DateTime(timezone=True)),
)
TABLE = SUBSCRIPTIONS.c


def upgrade() -> None:
    connection = op.get_bind()
    mails = sa.select(SUBSCRIPTIONS).where(TABLE.way == "email")
    spelt_otherwise = mails.where(TABLE.address != sa.func.lower(TABLE.address))
    for row in connection.execute(spelt_otherwise.order_by(TABLE.id)).all():
        address = row.address.lower()
        same = mails.where(TABLE.report_id == row.report_id, TABLE.address == address)
        kept = connection.execute(same).first()
        if kept is None:
            change(row.id, address=address)
            continue
        connection.execute(sa.delete(SUBSCRIPTIONS).where(TABLE.id == row.id))
        if row.by_reporter:
            change(kept.id, by_reporter=True)
        if row.confirmed_at and not kept.confirmed_at:
            change(kept.id, confirmed_at=row.confirmed_at)


def change(subscription_id: int, **values: object) -> None:
    op.get_bind().execute(
        sa.update(SUBSCRIPTIONS).where(TABLE.id == subscription_id).values(values)
    )


def downgrade() -> None:
    """How an address was spelt is not known any more, and nobody asks."""
