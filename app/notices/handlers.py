"""What the worker does with each kind of message in the outbox.

The first three spread a piece of news: one row for each receiver, in the transaction that removes
the row they came from, so that a crash spreads it once. The others write to one receiver.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app import outbox
from app.languages import speaking
from app.notices import (
    accounts,
    colleagues,
    escalation,
    forwarding,
    hooks,
    letters,
    mail,
    operations,
    push,
    sms,
    sms_texts,
    tampering,
)
from app.notices.keys import ReplyTo
from app.notices.letters import Letter
from app.notices.models import Subscription, Way
from app.notices.queries import (
    find_event,
    find_report_told,
    find_subscription,
    has_moved_on,
    is_told,
    list_told,
)
from app.outbox import Claim, Errand, Handlers
from app.reports import photo_care
from app.reports.models import Event


def spread_receipt(claim: Claim) -> None:
    """Enter the reporter's address, and write to it unless somebody enters it over and over."""
    report = find_report_told(claim.payload["report_id"])
    if report is None or report.contact is None or not report.contact.email:
        return
    subscription = operations.enter_reporter(report, report.contact.email)
    if operations.may_write_to(subscription.address):
        outbox.put("receipt", subscription_id=subscription.id)


def spread_event(claim: Claim) -> None:
    """Write to all who asked to hear of a report.

    News that was held back is not told where the report has moved on meanwhile: that was told.
    """
    event = find_event(claim.payload["event_id"])
    if event is None or (claim.payload.get("held_back") and has_moved_on(event)):
        return
    for subscription_id, way in list_told(event.report_id, but=event.staff_id):
        outbox.put(way, subscription_id=subscription_id, event_id=event.id)


def spread_erasure(claim: Claim) -> None:
    """A reporter has deleted their contact details: nothing reaches them any more."""
    operations.end_reporters(claim.payload["report_id"])


def _find(claim: Claim) -> Subscription | None:
    """Who is to be told; None for a subscription that has ended, as a colleague's does who left."""
    subscription = find_subscription(claim.payload["subscription_id"])
    if subscription is None or (subscription.staff and not subscription.staff.active):
        return None
    return subscription


def _find_told(claim: Claim) -> tuple[Subscription, Event] | None:
    """Who is to be told and of what; None where they are not told of that any more."""
    subscription, event = _find(claim), find_event(claim.payload["event_id"])
    if subscription is None or event is None or not is_told(subscription, event):
        return None
    return subscription, event


def _mail(claim: Claim, subscription: Subscription, write: Callable[[], Letter]) -> Errand:
    colleague = subscription.staff
    report = subscription.report
    about = None if colleague else ReplyTo(report.id, report.uuid, subscription.by_reporter)
    with speaking(subscription.language):
        message = mail.compose(
            write(),
            colleague.email if colleague else subscription.address,
            letters.one_click_url(subscription),
            claim.name,
            about,
        )
    return Errand(
        run=partial(mail.mailer().send, message, claim.created_at),
        forget_receiver=partial(operations.end_by_id, subscription.id),
    )


def send_receipt(claim: Claim) -> Errand | None:
    """The one mail that goes to an address nobody has confirmed."""
    subscription = _find(claim)
    if subscription is None:
        return None
    return _mail(claim, subscription, lambda: letters.receipt(subscription))


def send_confirmation(claim: Claim) -> Errand | None:
    """Ask whether an address wants to hear of a report; not if it has answered meanwhile."""
    subscription = _find(claim)
    if subscription is None or subscription.confirmed_at:
        return None
    return _mail(claim, subscription, lambda: letters.confirmation(subscription))


def send_email(claim: Claim) -> Errand | None:
    """Tell a confirmed address what happened."""
    told = _find_told(claim)
    if told is None:
        return None
    news = colleagues.letter if told[0].staff_id else letters.news
    return _mail(claim, told[0], lambda: news(*told))


def _sms(claim: Claim, subscription: Subscription, write: Callable[[], str]) -> Errand:
    with speaking(subscription.language):
        text = write()
    number, key = subscription.address, claim.key
    return Errand(
        run=lambda: sms.sender().send(number, text, key),
        forget_receiver=partial(operations.end_by_id, subscription.id),
    )


def send_sms_receipt(claim: Claim) -> Errand | None:
    """The one SMS that goes to a reporter's number that nobody has confirmed."""
    subscription = _find(claim)
    if subscription is None:
        return None
    return _sms(claim, subscription, lambda: sms_texts.receipt(subscription))


def send_sms_confirmation(claim: Claim) -> Errand | None:
    """Ask whether a number wants to hear of a report; not if it has answered meanwhile."""
    subscription = _find(claim)
    if subscription is None or subscription.confirmed_at:
        return None
    return _sms(claim, subscription, lambda: sms_texts.confirmation(subscription))


def send_sms(claim: Claim) -> Errand | None:
    """Tell a confirmed number what happened."""
    told = _find_told(claim)
    return _sms(claim, told[0], lambda: sms_texts.news(*told)) if told else None


def send_push(claim: Claim) -> Errand | None:
    """Tell a browser what happened."""
    told = _find_told(claim)
    if told is None:
        return None
    subscription = told[0]
    keys = subscription.keys
    if keys is None:
        return None
    with speaking(subscription.language):
        write = colleagues.push_message if subscription.staff_id else letters.push_message
        message = write(*told, claim.key)
    return Errand(
        run=partial(
            push.send,
            subscription.address,
            keys,
            message,
            push.contact_address(),
        ),
        forget_receiver=partial(operations.end_by_id, subscription.id),
    )


HANDLERS: Handlers = {
    "report_received": spread_receipt,
    "event": spread_event,
    "inside_event": colleagues.spread_inside,
    "contact_erased": spread_erasure,
    "sign_tampered": tampering.spread_tampering,
    "sign_tampered_mail": tampering.send_tampering,
    photo_care.GONE: photo_care.remove_files,
    "forwarded": forwarding.send_forwarded,
    "staff_link": accounts.send_link,
    "account_changed": accounts.tell_of_change,
    "late_reports": escalation.spread_late_reports,
    "late_reports_mail": escalation.send_late_reports,
    "receipt": send_receipt,
    "confirmation": send_confirmation,
    "webhook": hooks.send_webhook,
    "sms_receipt": send_sms_receipt,
    "sms_confirmation": send_sms_confirmation,
    Way.EMAIL.value: send_email,
    Way.SMS.value: send_sms,
    Way.PUSH.value: send_push,
}
