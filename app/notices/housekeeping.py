"""What is forgotten after a while: addresses that are needed no more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from app import dead_letters, webhooks
from app.database import now, session
from app.notices.models import Subscription
from app.reports.models import Category, Contact, Report

# A question to confirm that nobody has answered for so long is answered.
UNCONFIRMED_KEPT = timedelta(days=14)
DEAD_KEPT = timedelta(days=90)


def end_subscriptions() -> int:
    """Forget addresses that nobody confirmed, and those of reports that are over.

    A reporter's end with the contact details; a follower's when the report has been closed for as
    long as its category keeps contact details.
    """
    return _end(_is_unconfirmed()) + sum(_end(_over(days)) for days in _retention_days())


def count_ended() -> dict[str, int]:
    """How many subscriptions are due to be forgotten, by the code of the report's category."""
    over = or_(_is_unconfirmed(), *(_over(days) for days in _retention_days()))
    query = (
        select(Category.code, func.count(Subscription.id))
        .join(Report, Report.category_id == Category.id)
        .join(Subscription, Subscription.report_id == Report.id)
        .where(over)
        .group_by(Category.code)
        .order_by(Category.code)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def _is_unconfirmed() -> ColumnElement[bool]:
    return and_(
        Subscription.confirmed_at.is_(None),
        Subscription.by_reporter.is_(False),
        Subscription.created_at < now() - UNCONFIRMED_KEPT,
    )


def _retention_days() -> list[int]:
    return list(session().scalars(select(Category.retention_days).distinct()))


def _over(retention_days: int) -> ColumnElement[bool]:
    before = now() - timedelta(days=retention_days)
    of_these = select(Report.id).join(Category).where(Category.retention_days == retention_days)
    # Whoever followed with the report's key and left no contact details goes after the same time.
    erased = and_(
        Subscription.by_reporter.is_(True),
        Subscription.created_at < before,
        Subscription.report_id.not_in(select(Contact.report_id)),
    )
    closed = of_these.where(Report.closed_at < before)
    return or_(
        Subscription.report_id.in_(closed),
        and_(Subscription.report_id.in_(of_these), erased),
    )


def _end(which: ColumnElement[bool]) -> int:
    ended = delete(Subscription).where(which).returning(Subscription.id)
    return len(session().execute(ended).all())


def count_dead_due() -> dict[str, int]:
    """How many messages were given up so long ago that they are due to be forgotten."""
    return {"": dead_letters.count_dead(now() - DEAD_KEPT)}


def forget_dead_messages() -> int:
    """Forget what could not be sent and what nobody has looked at."""
    webhooks.forget_old_deliveries()
    return dead_letters.forget_dead(now() - DEAD_KEPT)
