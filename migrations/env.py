"""Runs the migrations; one history serves both databases."""

from __future__ import annotations

from typing import Any

from alembic import context

import app.audit
import app.desk.models
import app.mailbox.models
import app.notices.models
import app.outbox  # noqa: F401 - every table is known once these are imported
from app.database import db
from app.geo.indexes import is_spatial_bookkeeping


def _belongs_to_the_models(
    _object: Any, name: str | None, kind: str, reflected: bool, compare_to: Any
) -> bool:
    """Leave alone what is in the database but not ours: spatial indexes and the queue's tables."""
    if reflected and compare_to is None and kind == "table":
        return False
    return not is_spatial_bookkeeping(name, kind)


# `vof move-database` names another engine than the application's.
with (context.config.attributes.get("engine") or db.engine).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        include_object=_belongs_to_the_models,
        render_as_batch=False,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
