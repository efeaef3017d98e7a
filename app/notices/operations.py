"""Starting, confirming and ending subscriptions. Operations add and flush; others commit."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete

from app import outbox
from app.config import Settings
from app.database import now, session
from app.notices.models import Subscription, Way, one_spelling
from app.notices.queries import count_since, find_by_address, find_by_token, list_joined
from app.reports.fixed import Answer, note_follower
from app.reports.forms import ReportForm
from app.reports.models import Report

# How often a stranger may have us write to somebody. A caretaker who reports all day gets by.
MOST_PER_ADDRESS = 30
# Each SMS costs, and rings in a pocket.
MOST_PER_NUMBER = 5
COUNTED_FOR = timedelta(hours=24)
# Who presses the button twice gets one question.
ASKED_AGAIN_AFTER = timedelta(minutes=10)


def follow_by_email(report: Report, address: str, language: str, *, by_reporter: bool) -> None:
    """Ask an address whether it wants to hear of a report.

    Nothing tells the caller whether the address was known before.
    """
    known = find_by_address(report.id, Way.EMAIL, address)
    if known is None:
        known = add_subscription(report.id, Way.EMAIL, address, language, by_reporter=by_reporter)
    elif known.confirmed_at or known.created_at > now() - ASKED_AGAIN_AFTER:
        return
    else:
        known.created_at, known.language = now(), language
        session().flush()
    if may_write_to(address):
        outbox.put("confirmation", subscription_id=known.id)


def follow_by_sms(report: Report, number: str, language: str, *, by_reporter: bool) -> None:
    """Ask a mobile number whether it wants to hear of a report; a reporter's gets the receipt so.

    Nothing tells the caller whether the number was known before.
    """
    known = find_by_address(report.id, Way.SMS, number)
    if known is None:
        known = add_subscription(report.id, Way.SMS, number, language, by_reporter=by_reporter)
    elif known.confirmed_at or known.created_at > now() - ASKED_AGAIN_AFTER:
        return
    else:
        known.created_at, known.language = now(), language
        session().flush()
    if may_write_to(number, MOST_PER_NUMBER):
        outbox.put("sms_receipt" if by_reporter else "sms_confirmation", subscription_id=known.id)


def enter_reporter(report: Report, address: str) -> Subscription:
    """The subscription that carries a reporter's receipt; it hears of more once it is confirmed."""
    known = find_by_address(report.id, Way.EMAIL, address)
    if known is None:
        return add_subscription(report.id, Way.EMAIL, address, report.language, by_reporter=True)
    known.by_reporter = True
    return known


def follow_by_push(
    report: Report, endpoint: str, keys: dict[str, str], language: str, *, by_reporter: bool
) -> tuple[Subscription, bool]:
    """Tell a browser of a report; the same browser again only brings its keys up to date.

    Returns:
        The subscription, and whether it is new.
    """
    known = find_by_address(report.id, Way.PUSH, endpoint)
    if known is None:
        added = add_subscription(report.id, Way.PUSH, endpoint, language, by_reporter=by_reporter)
        added.keys, added.confirmed_at = keys, now()
        return added, True
    known.keys, known.language = keys, language
    known.by_reporter = known.by_reporter or by_reporter
    return known, False


def stop_push(report: Report, endpoint: str) -> None:
    """Tell a browser no more; one that is not told already is fine."""
    _end_all(report, Way.PUSH, endpoint)


def confirm(subscription: Subscription) -> None:
    """The owner of the address wants to hear; said twice is said once."""
    subscription.confirmed_at = subscription.confirmed_at or now()


def note_whether_fixed(subscription: Subscription, report: Report, form: ReportForm) -> None:
    """Note what a subscriber who is not the report's own reporter says of the repair.

    Raises:
        InvalidFields, NotAskedNow
    """
    closed_at = report.closed_at
    is_new = closed_at and subscription.answered_at and subscription.answered_at >= closed_at
    before = None
    if is_new and subscription.was_fixed is not None:
        before = Answer.YES if subscription.was_fixed else Answer.NO
    answer = note_follower(report, form, before)
    subscription.was_fixed, subscription.answered_at = answer is Answer.YES, now()


def unsubscribe(subscription_uuid: uuid.UUID) -> None:
    """Forget a subscription, and what the same address hears by another of the same report.

    One that is forgotten already is fine.
    """
    subscription = find_by_token(subscription_uuid)
    if subscription is not None:
        _end_all(subscription.report, Way(subscription.way), subscription.address)


def _end_all(report: Report, way: Way, address: str) -> None:
    """Who followed two reports that were merged hears of both by either."""
    session().execute(
        delete(Subscription).where(
            Subscription.report_id.in_(list_joined(report)),
            Subscription.way == way.value,
            Subscription.address == address,
        )
    )


def end_by_id(subscription_id: int) -> None:
    """Forget a subscription whose receiver does not exist any more."""
    session().execute(delete(Subscription).where(Subscription.id == subscription_id))


def end_reporters(report_id: int) -> None:
    """A reporter's contact details are erased: neither mail nor push reaches them any more."""
    session().execute(
        delete(Subscription).where(
            Subscription.report_id == report_id, Subscription.by_reporter.is_(True)
        )
    )


def may_write_to(address: str, most: int | None = None) -> bool:
    """Whether an address has not been entered more often than anybody would enter their own."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.rate_limits:
        return True
    return count_since(address, now() - COUNTED_FOR) <= (most or MOST_PER_ADDRESS)


def add_subscription(
    report_id: int, way: Way, address: str, language: str, *, by_reporter: bool
) -> Subscription:
    """One more subscription, which nobody has confirmed yet."""
    subscription = Subscription(
        uuid=uuid.uuid4(),
        report_id=report_id,
        way=way.value,
        address=one_spelling(way, address),
        language=language,
        by_reporter=by_reporter,
    )
    session().add(subscription)
    session().flush()
    return subscription
