"""Print orders: what is asked for, how far it has come, and the lease of who prints it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import joinedload, lazyload, load_only

from app.database import now, session
from app.places.models import Place
from app.problems import NothingToPrint, OrderFinished, ReusedId, TooManySigns
from app.signs.models import OrderState, PrintOrder, PrintOrderSign, Sign, SignState
from app.staff.models import Staff

# A worker says at least every few seconds that it is still printing.
LEASE = timedelta(minutes=2)
MOST_SIGNS = 2_000
PAGE = 50
UNDER_WAY = frozenset({OrderState.WAITING, OrderState.PRINTING})


@dataclass(frozen=True, slots=True)
class Finished:
    """The file of an order: where it lies in the store, its size and its SHA-256."""

    file_name: str
    file_bytes: int
    file_sha256: str


def place_order(
    order_uuid: uuid.UUID,
    signs: Sequence[Sign],
    format_name: str,
    options: dict[str, Any],
    staff: Staff,
) -> PrintOrder:
    """Order a file with some signs, in this order; the same form sent again orders nothing new.

    Raises:
        NothingToPrint, TooManySigns: the number of signs does not do.
        ReusedId: the id stands for another order.
    """
    if known := session().scalar(select(PrintOrder).where(PrintOrder.uuid == order_uuid)):
        if (known.format, known.options) != (format_name, options):
            raise ReusedId
        return known
    printable = [sign for sign in signs if sign.state != SignState.RETIRED]
    if not printable:
        raise NothingToPrint
    if len(printable) > MOST_SIGNS:
        raise TooManySigns(most=MOST_SIGNS)
    order = PrintOrder(
        uuid=order_uuid,
        staff_id=staff.id,
        format=format_name,
        options=options,
        state=OrderState.WAITING.value,
        error="",
        done=0,
        total=0,
    )
    session().add(order)
    session().flush()
    session().add_all(
        PrintOrderSign(order_id=order.id, position=position, sign_id=sign.id)
        for position, sign in enumerate(printable)
    )
    session().flush()
    return order


def order_again(order: PrintOrder, order_uuid: uuid.UUID, staff: Staff) -> PrintOrder:
    """The same signs in the same way once more, without those that have been taken down."""
    return place_order(order_uuid, list_signs_of_order(order), order.format, order.options, staff)


def cancel_order(order: PrintOrder) -> None:
    """Stop an order; its printer notices within a second.

    Raises:
        OrderFinished: it is finished.
    """
    stopped = session().execute(
        update(PrintOrder)
        .where(PrintOrder.id == order.id, PrintOrder.state.in_(UNDER_WAY))
        .values(state=OrderState.CANCELLED.value, finished_at=now(), claimed_until=None)
        .returning(PrintOrder.id)
        .execution_options(synchronize_session=False)
    )
    if stopped.first() is None:
        raise OrderFinished
    session().expire(order)


def claim_next() -> int | None:
    """The id of the order that has waited longest, ours while the lease runs.

    An order whose printer was ended in the middle is begun anew when its lease has run out.
    """
    left_behind = and_(
        PrintOrder.state == OrderState.PRINTING.value, PrintOrder.claimed_until < now()
    )
    longest = (
        select(PrintOrder.id)
        .where(or_(PrintOrder.state == OrderState.WAITING.value, left_behind))
        .order_by(PrintOrder.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = session().execute(
        update(PrintOrder)
        .where(PrintOrder.id == longest.scalar_subquery())
        .values(state=OrderState.PRINTING.value, claimed_until=now() + LEASE, done=0)
        .returning(PrintOrder.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none()


def note_progress(order_id: int, done: int, total: int) -> bool:
    """Say how far the printing has come, and keep the lease.

    Returns:
        Whether to go on: nobody has cancelled the order.
    """
    still = session().execute(
        update(PrintOrder)
        .where(PrintOrder.id == order_id, PrintOrder.state == OrderState.PRINTING.value)
        .values(done=done, total=total, claimed_until=now() + LEASE)
        .returning(PrintOrder.id)
        .execution_options(synchronize_session=False)
    )
    return still.first() is not None


def finish_order(order_id: int, finished: Finished) -> bool:
    """Hand out the file of an order.

    Returns:
        False where it was cancelled at the last moment.
    """
    ready = session().execute(
        update(PrintOrder)
        .where(PrintOrder.id == order_id, PrintOrder.state == OrderState.PRINTING.value)
        .values(
            state=OrderState.READY.value,
            done=PrintOrder.total,
            finished_at=now(),
            claimed_until=None,
            file_name=finished.file_name,
            file_bytes=finished.file_bytes,
            file_sha256=finished.file_sha256,
        )
        .returning(PrintOrder.id)
        .execution_options(synchronize_session=False)
    )
    return ready.first() is not None


def fail_order(order_id: int, reason: str) -> None:
    """Stop an order with a sentence that says why; nothing of it is handed out."""
    session().execute(
        update(PrintOrder)
        .where(PrintOrder.id == order_id, PrintOrder.state == OrderState.PRINTING.value)
        .values(state=OrderState.FAILED.value, finished_at=now(), claimed_until=None, error=reason)
        .execution_options(synchronize_session=False)
    )


def find_order(order_id: int) -> PrintOrder | None:
    """An order with who placed it."""
    return session().scalar(
        select(PrintOrder)
        .where(PrintOrder.id == order_id)
        .options(joinedload(PrintOrder.staff))
        .execution_options(populate_existing=True)
    )


def list_orders(before_id: int | None, most: int = PAGE) -> Sequence[PrintOrder]:
    """Orders, the newest first."""
    by_whom = joinedload(PrintOrder.staff).options(load_only(Staff.name), lazyload(Staff.roles))
    query = select(PrintOrder).options(by_whom).order_by(PrintOrder.id.desc())
    if before_id is not None:
        query = query.where(PrintOrder.id < before_id)
    return session().scalars(query.limit(most)).all()


def list_orders_of_sign(sign: Sign) -> Sequence[PrintOrder]:
    """The orders a sign was part of, the newest first."""
    query = (
        select(PrintOrder)
        .join(PrintOrderSign, PrintOrderSign.order_id == PrintOrder.id)
        .where(PrintOrderSign.sign_id == sign.id)
        .order_by(PrintOrder.id.desc())
        .limit(PAGE)
    )
    return session().scalars(query).all()


def list_signs_of_order(order: PrintOrder) -> Sequence[Sign]:
    """The signs of an order with their places, in the order of printing."""
    query = (
        select(Sign)
        .join(PrintOrderSign, PrintOrderSign.sign_id == Sign.id)
        .where(PrintOrderSign.order_id == order.id)
        .options(joinedload(Sign.place).joinedload(Place.kind))
        .order_by(PrintOrderSign.position)
    )
    return session().scalars(query).all()


def count_signs_of(order_ids: Sequence[int]) -> dict[int, int]:
    """How many signs each order has."""
    counted = (
        select(PrintOrderSign.order_id, func.count())
        .where(PrintOrderSign.order_id.in_(order_ids))
        .group_by(PrintOrderSign.order_id)
    )
    return {row.order_id: row[1] for row in session().execute(counted)}
