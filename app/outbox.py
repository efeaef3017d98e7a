"""Messages to the outside: rows that commit with the work they tell of.

A worker claims them with a lease and hands each to the handler of its kind; what fails waits longer
each time, and what has failed too often is kept for a person to look at. Why it is made this way:
docs/decisions/0005.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from flask import Flask, current_app, has_request_context
from sqlalchemy import JSON, Index, Integer, String, Text, delete, event, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.after_answer import once_answered
from app.database import Base, UtcDateTime, db, now, session
from app.handed_over import HandedOver

log = logging.getLogger(__name__)

# Longer than the slowest handler: a mail server that takes its ten seconds for every answer.
LEASE = timedelta(minutes=3)
# Half a minute, two, eight, … and twelve hours at most: the last try comes about a day after the
# first, so that a mail server may be away for a night.
MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=12)
MAX_ERROR_CHARACTERS = 2_000
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

_FILLED = "outbox was filled"
_HELD_BACK = "outbox holds back until"


class MessageState(StrEnum):
    """A message that has gone out is deleted, so these are all."""

    WAITING = "waiting"
    DEAD = "dead"


class OutboxMessage(Base):
    """One thing to be sent. Its id and time go along as a key: sending twice is possible."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "available_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        # Without it SQLite gives a deleted row's id to the next one, and a mail that carries the
        # Message-ID of an earlier one is dropped by its receiver.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), default=MessageState.WAITING.value)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is this worker's until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime

    @property
    def name(self) -> str:
        """No other message has it, also where a backup has been restored and ids come again.

        Short, since the topic of a push message takes 32 characters.
        """
        return f"{self.id}-{(self.created_at - _BEGINNING) // timedelta(microseconds=1):x}"

    @property
    def key(self) -> str:
        """Goes along with it, so that whoever gets it twice takes it once."""
        return f"vof-{self.name}"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a handler has prepared, to be done outside of any transaction since it takes its time.

    `forget_receiver` runs in the transaction that settles the message, if `run` raised
    `ReceiverGone`. `write_down` runs in that transaction however it went.
    """

    run: Callable[[], None]
    forget_receiver: Callable[[], None]
    write_down: Callable[[], None] = lambda: None


class Undeliverable(Exception):
    """Trying again is of no use; the message is dead at once."""


class ReceiverGone(Undeliverable):
    """Nobody is there any more: the receiver is forgotten, and the message with them."""


Handler: TypeAlias = Callable[[Claim], Errand | None]
Handlers: TypeAlias = Mapping[str, Handler]


def put(kind: str, *, wait: timedelta = timedelta(0), **payload: Any) -> None:
    """Have something sent once the present transaction is kept.

    Args:
        kind: names the handler.
        wait: for how long it stays here at least.
        payload: what it needs; ids rather than personal data.
    """
    message = OutboxMessage(kind=kind, payload=payload, available_at=now() + wait)
    if until := session().info.get(_HELD_BACK):
        message.payload = payload | {"held_back": True}
        message.available_at = until
    session().add(message)
    note_filled()


@contextmanager
def holding_back(until: datetime) -> Iterator[None]:
    """Let what is put here meanwhile leave no sooner than then, so that it can be taken back.

    Its payload says `held_back`: what it tells of may have been overtaken when it leaves.
    """
    session().info[_HELD_BACK] = until
    try:
        yield
    finally:
        del session().info[_HELD_BACK]


def take_back(until: datetime, event_ids: Collection[int]) -> None:
    """Forget what was held back until then and tells of these events."""
    held = select(OutboxMessage.id, OutboxMessage.payload).where(
        OutboxMessage.state == MessageState.WAITING.value, OutboxMessage.available_at == until
    )
    ids = [row.id for row in session().execute(held) if row.payload.get("event_id") in event_ids]
    session().execute(
        delete(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .execution_options(synchronize_session=False)
    )


def note_filled() -> None:
    """There is something to send once the present transaction is kept."""
    session().info[_FILLED] = True


def init_app(app: Flask, wake_worker: Callable[[], None], handed_over: HandedOver) -> None:
    """Wake the worker after each request that has put something here.

    Args:
        app: the application.
        wake_worker: fails loudly when it cannot; the worker's own sweep makes up for it.
        handed_over: remembers what a killed worker has sent.
    """
    app.extensions["wake_worker"] = wake_worker
    app.extensions["handed_over"] = handed_over


@event.listens_for(db.session, "after_commit")
def _note_commit(committed: Session) -> None:
    if committed.info.pop(_FILLED, False) and has_request_context():
        once_answered(current_app.extensions["wake_worker"])


def drain(handlers: Handlers) -> int:
    """Deliver whatever is due, one message after the other; for the worker.

    Returns:
        How many messages were tried.
    """
    tried = 0
    while claim := claim_next():
        _deliver(claim, handlers)
        tried += 1
    return tried


def claim_next() -> Claim | None:
    """Take the message that has been due longest, for as long as the lease runs.

    One at a time, so that the lease need not cover a whole batch. A message whose worker was
    killed is due again when its lease has ended.
    """
    moment = now()
    longest_due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state == MessageState.WAITING.value, OutboxMessage.available_at <= moment
        )
        .order_by(OutboxMessage.available_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = (
        session()
        .execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == longest_due.scalar_subquery())
            .values(available_at=moment + LEASE, attempts=OutboxMessage.attempts + 1)
            .returning(
                OutboxMessage.id,
                OutboxMessage.kind,
                OutboxMessage.payload,
                OutboxMessage.attempts,
                OutboxMessage.created_at,
            )
            .execution_options(synchronize_session=False)
        )
        .one_or_none()
    )
    session().commit()
    return Claim(*taken) if taken else None


def _deliver(claim: Claim, handlers: Handlers) -> None:
    """Each message is settled in a transaction of its own; none can stop the others."""
    errand = None
    handed_over: HandedOver = current_app.extensions["handed_over"]
    if claim.attempts > 1 and handed_over.has(claim.name):
        log.warning("outbox %d (%s) had been handed over before", claim.id, claim.kind)
        _delete(claim)
        session().commit()
        handed_over.forget(claim.name)
        return
    if claim.attempts > MAX_ATTEMPTS:
        _keep_failed(claim, Undeliverable("each worker that tried to send it was ended"))
        session().commit()
        return
    try:
        errand = handlers[claim.kind](claim)
        if errand is not None:
            # From here on nobody's write waits for us.
            session().commit()
            errand.run()
            handed_over.note(claim.name)
            errand.write_down()
        _delete(claim)
        session().commit()
        handed_over.forget(claim.name)
    except ReceiverGone as gone:
        session().rollback()
        log.warning("outbox %d (%s): the receiver is gone: %s", claim.id, claim.kind, gone)
        if errand is not None:
            errand.forget_receiver()
        _delete(claim)
        session().commit()
    except Exception as error:
        # Whatever it is concerns this message alone, and is kept with it.
        session().rollback()
        log.warning("outbox %d (%s) failed", claim.id, claim.kind, exc_info=error)
        _keep_failed(claim, error)
        if errand is not None:
            errand.write_down()
        session().commit()


def _delete(claim: Claim) -> None:
    session().execute(delete(OutboxMessage).where(OutboxMessage.id == claim.id))


def _keep_failed(claim: Claim, error: Exception) -> None:
    dead = isinstance(error, Undeliverable) or claim.attempts >= MAX_ATTEMPTS
    state = MessageState.DEAD if dead else MessageState.WAITING
    if dead:
        log.error("outbox %d (%s) is dead; see /admin/outbox", claim.id, claim.kind)
    session().execute(
        update(OutboxMessage)
        # Where a later worker has it by now, that one decides.
        .where(OutboxMessage.id == claim.id, OutboxMessage.attempts == claim.attempts)
        .values(
            state=state.value,
            available_at=now() + wait_after(claim.attempts),
            error=f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS],
        )
        .execution_options(synchronize_session=False)
    )


def wait_after(attempts: int) -> timedelta:
    """How long a message rests after this many failures."""
    factor: int = 4 ** (attempts - 1)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)
