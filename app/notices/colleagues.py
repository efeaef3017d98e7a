"""People at work who follow a report: told of all that is done and said, except by themselves.

They are told that somebody wrote, and read what it was at the desk: a reporter's words and notes
for colleagues stay out of mailboxes. What everybody may read goes along.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from app import outbox
from app.database import now, session
from app.languages import gettext as _
from app.notices.letters import Letter, Link, facts_of, manage_url, shortened
from app.notices.models import Subscription, Way
from app.notices.operations import add_subscription
from app.notices.queries import find_by_address, find_event, list_told
from app.outbox import Claim
from app.permissions import Role
from app.reports import wording
from app.reports.models import Event, Report
from app.staff.models import Staff


def follow(report: Report, staff: Staff, language: str) -> None:
    """Tell a colleague by e-mail, at the address of the account; asked twice is asked once."""
    known = find_by_address(report.id, Way.EMAIL, staff.email)
    if known is None:
        known = add_subscription(report.id, Way.EMAIL, staff.email, language, by_reporter=False)
    make_own(known, staff)


def make_own(subscription: Subscription, staff: Staff) -> None:
    """A subscription of somebody who is signed in needs no question to confirm."""
    subscription.staff_id = staff.id
    subscription.confirmed_at = subscription.confirmed_at or now()
    session().flush()


def follow_no_more(report: Report, staff: Staff) -> None:
    """Tell a colleague no more by e-mail; a browser is told no more by itself."""
    session().execute(
        delete(Subscription).where(
            Subscription.report_id == report.id,
            Subscription.staff_id == staff.id,
            Subscription.way == Way.EMAIL.value,
        )
    )


def is_told(report: Report, staff: Staff) -> bool:
    """Whether a colleague hears of a report by e-mail."""
    query = select(Subscription.id).where(
        Subscription.report_id == report.id,
        Subscription.staff_id == staff.id,
        Subscription.way == Way.EMAIL.value,
    )
    return session().scalar(query) is not None


def spread_inside(claim: Claim) -> None:
    """Write to the colleagues alone: this is not for residents."""
    event = find_event(claim.payload["event_id"])
    if event is None:
        return
    for subscription_id, way in list_told(event.report_id, but=event.staff_id, only_staff=True):
        outbox.put(way, subscription_id=subscription_id, event_id=event.id)


def letter(subscription: Subscription, event: Event) -> Letter:
    """What happened with a report that a colleague follows."""
    report = event.report
    title = wording.event_title(event)
    return Letter(
        subject=_("Report %(number)s: %(news)s", number=report.number, news=title),
        title=title,
        paragraphs=[who_did(event)],
        quote=event.public_text,
        facts=facts_of(report),
        action=Link(_("See the report"), _work_url(subscription, report)),
        why=_("You get this because you follow report %(number)s at work.", number=report.number),
        stop=Link(_("Stop these e-mails"), manage_url(subscription)),
    )


def push_message(subscription: Subscription, event: Event, tag: str) -> dict[str, Any]:
    """The same in a few lines."""
    report = event.report
    return {
        "title": f"{wording.event_title(event)}: {wording.category_name(report)}",
        "body": shortened(event.public_text or who_did(event)),
        "url": _work_url(subscription, report).removeprefix(current_app.config["PUBLIC_URL"]),
        "tag": tag,
        "lang": subscription.language,
    }


def who_did(event: Event) -> str:
    """Who is behind a line of the timeline."""
    if event.staff is not None:
        return _("By %(name)s.", name=event.staff.name)
    return _("By the reporter.") if wording.is_by_reporter(event) else _("By the system.")


def _work_url(subscription: Subscription, report: Report) -> str:
    roles = {role.name for role in subscription.staff.roles} if subscription.staff else set()
    at = "desk" if roles - {Role.CREW.value} else "crew"
    return f"{current_app.config['PUBLIC_URL']}/{at}/reports/{report.number}"
