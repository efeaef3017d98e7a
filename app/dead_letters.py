"""What an operator sees of the outbox and does with it: look, have sent again, drop, forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from app.database import now, session
from app.outbox import MessageState, OutboxMessage, note_filled

MOST_LISTED = 200


def list_messages(
    *, dead: bool, kind: str = "", after_id: int = 0, most: int = MOST_LISTED
) -> Sequence[OutboxMessage]:
    """The oldest messages that wait, or that are dead; of one kind where that is asked for."""
    state = MessageState.DEAD if dead else MessageState.WAITING
    query = select(OutboxMessage).where(
        OutboxMessage.state == state.value, OutboxMessage.id > after_id
    )
    if kind:
        query = query.where(OutboxMessage.kind == kind)
    return session().scalars(query.order_by(OutboxMessage.id).limit(most)).all()


def count_messages() -> dict[tuple[MessageState, str], int]:
    """How many messages there are of each state and kind."""
    query = select(OutboxMessage.state, OutboxMessage.kind, func.count()).group_by(
        OutboxMessage.state, OutboxMessage.kind
    )
    rows = session().execute(query)
    return {(MessageState(state), kind): count for state, kind, count in rows}


def longest_overdue() -> datetime | None:
    """Since when the message that has been due longest waits; None where none is due."""
    query = select(func.min(OutboxMessage.available_at)).where(
        OutboxMessage.state == MessageState.WAITING.value, OutboxMessage.available_at < now()
    )
    return session().scalar(query)


def retry(ids: Sequence[int] | None = None, kind: str = "") -> list[int]:
    """Give dead messages another eight tries; all of them, or of a kind, where no ids are given.

    Returns:
        The ids of those there were.
    """
    chosen = update(OutboxMessage).where(OutboxMessage.state == MessageState.DEAD.value)
    if ids is not None:
        chosen = chosen.where(OutboxMessage.id.in_(ids))
    if kind:
        chosen = chosen.where(OutboxMessage.kind == kind)
    again = chosen.values(state=MessageState.WAITING.value, attempts=0, available_at=now())
    note_filled()
    return list(session().scalars(again.returning(OutboxMessage.id)))


def drop(message_id: int) -> bool:
    """Give a dead message up for good.

    Returns:
        Whether it was there, and dead.
    """
    dropped = delete(OutboxMessage).where(
        OutboxMessage.id == message_id, OutboxMessage.state == MessageState.DEAD.value
    )
    return session().scalar(dropped.returning(OutboxMessage.id)) is not None


def count_dead(before: datetime) -> int:
    """How many dead messages nobody has looked at since then."""
    query = select(func.count(OutboxMessage.id)).where(_is_old(before))
    return session().scalar(query) or 0


def _is_old(before: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.state == MessageState.DEAD.value, OutboxMessage.available_at < before)


def forget_dead(before: datetime) -> int:
    """Remove dead messages that nobody has looked at since long."""
    old = delete(OutboxMessage).where(_is_old(before))
    return len(session().execute(old.returning(OutboxMessage.id)).all())
