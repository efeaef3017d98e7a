"""Reads of subscriptions."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import CTE, Select, func, literal, or_, select
from sqlalchemy.orm import joinedload

from app.database import MAX_ID, session
from app.notices.keys import ReplyTo, read_reply_heads, read_short_head, short_token
from app.notices.models import Subscription, Way, one_spelling
from app.reports.merging import find_end, way_of
from app.reports.models import Event, EventKind, Report


def find_subscription(subscription_id: int) -> Subscription | None:
    """A subscription with what a notice says of its report."""
    query = (
        select(Subscription)
        .where(Subscription.id == subscription_id)
        .options(
            joinedload(Subscription.report).options(
                joinedload(Report.category), joinedload(Report.place), joinedload(Report.sign)
            )
        )
    )
    return session().scalar(query)


def find_by_short_token(token: str) -> Subscription | None:
    """The subscription a link in an SMS speaks for."""
    known = read_short_head(token)
    subscription = find_subscription(known) if known and known <= MAX_ID else None
    if subscription is None or subscription.way != Way.SMS:
        return None
    own = short_token(subscription.id, subscription.uuid)
    return subscription if hmac.compare_digest(own, token) else None


def find_subscription_to_manage(subscription_uuid: uuid.UUID) -> Subscription | None:
    """The subscription a link in a mail or an SMS speaks for."""
    query = select(Subscription).where(
        Subscription.uuid == subscription_uuid, Subscription.way != Way.PUSH.value
    )
    return session().scalar(query.options(joinedload(Subscription.report)))


def find_by_token(subscription_uuid: uuid.UUID) -> Subscription | None:
    """The subscription a link or a push message speaks for, whichever way it travels."""
    query = select(Subscription).where(Subscription.uuid == subscription_uuid)
    return session().scalar(query.options(joinedload(Subscription.report)))


def find_by_address(report_id: int, way: Way, address: str) -> Subscription | None:
    """The subscription of an address to a report."""
    return session().scalar(
        select(Subscription).where(
            Subscription.report_id == report_id,
            Subscription.way == way.value,
            Subscription.address == one_spelling(way, address),
        )
    )


def is_told(subscription: Subscription, event: Event) -> bool:
    """Whether a subscription hears of an event still: `list_told`, asked again when it is sent.

    Somebody may have left or the reports been parted since, and an id may be another's by now.
    """
    said_yes = subscription.way == Way.PUSH or subscription.confirmed_at is not None
    return said_yes and event.report_id in {one.id for one in way_of(subscription.report)}


def list_told(
    report_id: int, *, but: int | None = None, only_staff: bool = False
) -> Sequence[tuple[int, str]]:
    """Id and way of every subscription that hears of what happens to a report.

    Those of its duplicates hear of it, too; an address that follows several hears once.

    Args:
        report_id: which report.
        but: the colleague who did it, and need not be told.
        only_staff: whether it is for colleagues alone.
    """
    joined = _with_duplicates(select(literal(report_id).label("id")))
    query = (
        select(Subscription.id, Subscription.way, Subscription.address)
        .join(joined, joined.c.id == Subscription.report_id)
        .where(or_(Subscription.way == Way.PUSH.value, Subscription.confirmed_at.is_not(None)))
        .order_by(Subscription.report_id != report_id, Subscription.id)
    )
    if but is not None:
        query = query.where(Subscription.staff_id.is_distinct_from(but))
    if only_staff:
        query = query.where(Subscription.staff_id.is_not(None))
    told = {(row.way, row.address): row.id for row in reversed(session().execute(query).all())}
    return sorted((subscription_id, way) for (way, _address), subscription_id in told.items())


def count_told(report_ids: Collection[int]) -> int:
    """How many addresses hear of what happens to these reports, each counted once."""
    joined = _with_duplicates(select(Report.id).where(Report.id.in_(report_ids)))
    addresses = (
        select(Subscription.way, Subscription.address)
        .join(joined, joined.c.id == Subscription.report_id)
        .where(or_(Subscription.way == Way.PUSH.value, Subscription.confirmed_at.is_not(None)))
        .distinct()
    )
    return session().scalar(select(func.count()).select_from(addresses.subquery())) or 0


def list_joined(report: Report) -> Sequence[int]:
    """The ids of all reports of which the same is told as of this one."""
    kept = select(literal(find_end(report).id).label("id"))
    return session().scalars(select(_with_duplicates(kept).c.id)).all()


def _with_duplicates(reports: Select[int]) -> CTE:
    joined = reports.cte("joined", recursive=True)
    return joined.union(select(Report.id).join(joined, Report.merged_into_id == joined.c.id))


def has_moved_on(event: Event) -> bool:
    """Whether a report has entered another state since an event."""
    later = select(Event.id).where(
        Event.report_id == event.report_id,
        Event.id > event.id,
        Event.kind == EventKind.STATUS.value,
    )
    return session().scalar(later.limit(1)) is not None


def count_since(address: str, since: datetime) -> int:
    """How many subscriptions have been made for an e-mail address or a number since then."""
    query = select(func.count(Subscription.id)).where(
        Subscription.address == address.lower(), Subscription.created_at > since
    )
    return session().scalar(query) or 0


def find_reply_to(text: str) -> ReplyTo | None:
    """What the first token of ours in a header says; None where there is none."""
    for token, report_id, to_reporter in read_reply_heads(text):
        report = session().get(Report, report_id) if report_id <= MAX_ID else None
        if report is None:
            continue
        about = ReplyTo(report.id, report.uuid, to_reporter)
        if hmac.compare_digest(about.token, token):
            return about
    return None


def find_report_told(report_id: int) -> Report | None:
    """A report with its reporter's contact details."""
    return session().get(Report, report_id, options=[joinedload(Report.contact)])


def find_event(event_id: int) -> Event | None:
    """A line of a timeline."""
    return session().get(Event, event_id)
