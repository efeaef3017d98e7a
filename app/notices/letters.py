"""What is written to people: the words of each mail and push message, in the reader's language.

Nothing that a stranger typed goes to an address that nobody has confirmed: whoever enters somebody
else's address must not be able to have us carry their words there. So a receipt tells of category
and place, and not of description, name or address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app.config import Settings
from app.languages import as_date, lazy_gettext
from app.languages import gettext as _
from app.notices.keys import notice_token
from app.notices.models import Subscription
from app.places.municipality import municipality
from app.reports import wording
from app.reports.fixed import is_asked
from app.reports.keys import report_key
from app.reports.models import Event, EventKind, Report
from app.reports.workflow import Status

# A push message holds 4 kB in all; a phone shows two or three lines of it.
MAX_PUSH_TEXT_CHARACTERS = 300

_NEWS = {
    Status.RECEIVED: lazy_gettext("The report has been reopened. We will look at it again."),
    Status.IN_PROGRESS: lazy_gettext("We have started working on it."),
    Status.PLANNED: lazy_gettext("We have planned when to put it right."),
    Status.WAITING: lazy_gettext("We need to know something more before we can go on."),
    Status.FIXED: lazy_gettext("It has been put right. Thank you for telling us."),
    Status.NO_ACTION: lazy_gettext("We have closed the report without doing anything."),
    Status.NOT_OURS: lazy_gettext("Others than the municipality are responsible for this."),
    Status.DUPLICATE: lazy_gettext("Somebody had told us already, so we follow up on that report."),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A way on, with a sentence before it where one is needed."""

    text: str
    url: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it has a form: one template makes plain text of it, another HTML."""

    subject: str
    title: str
    paragraphs: list[str]
    action: Link
    quote: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    more: Link | None = None
    question: str = ""
    choices: list[Link] = field(default_factory=list)
    why: str = ""
    stop: Link | None = None


def receipt(subscription: Subscription) -> Letter:
    """What a reporter gets at once; the last mail unless the address is confirmed."""
    report = subscription.report
    return Letter(
        subject=_("We have received your report %(number)s", number=report.number),
        title=_("Thank you. We have received your report."),
        paragraphs=[
            _("We pass the report on to %(unit)s.", unit=report.unit.name),
            *_may_answer(_("If you want to add something, you can reply to this e-mail.")),
        ],
        facts=[(_("Number"), report.number), *facts_of(report), *_deadline(report)],
        action=Link(
            _("Follow your report"),
            report_url(subscription),
            _("With this link you can see and add to your report. Do not share it with others."),
        ),
        more=Link(
            _("Confirm your e-mail address"),
            manage_url(subscription),
            _("Would you like an e-mail when something happens? Confirm your address first."),
        ),
        why=_(
            "You get this because somebody gave this address when reporting a fault. If it was "
            "not you, you need not do anything. We will not write again."
        ),
    )


def confirmation(subscription: Subscription) -> Letter:
    """The question whether an address wants to hear of a report."""
    report = subscription.report
    return Letter(
        subject=_("Would you like e-mails about report %(number)s?", number=report.number),
        title=_("Would you like to hear what happens?"),
        paragraphs=[_("We write to you when something happens with this report.")],
        facts=facts_of(report),
        action=Link(_("Yes, send me e-mails"), manage_url(subscription)),
        why=_(
            "You get this because somebody gave this address to follow a report. If it was not "
            "you, you need not do anything. We will not write again."
        ),
    )


def news(subscription: Subscription, event: Event) -> Letter:
    """What happened with a report."""
    report = subscription.report
    title = _title(subscription, event)
    return Letter(
        subject=_("Report %(number)s: %(news)s", number=report.number, news=title),
        title=title,
        paragraphs=[_news_sentence(event), *_how_to_answer(subscription, event)],
        quote=event.public_text,
        facts=[*facts_of(report), *_deadline(report)],
        action=Link(_action_text(subscription, event), report_url(subscription)),
        question=_("Was it put right?") if asks_whether_fixed(subscription, event) else "",
        choices=_answers(subscription) if asks_whether_fixed(subscription, event) else [],
        why=_(
            "You get this because you asked to hear about report %(number)s.", number=report.number
        ),
        stop=Link(_("Stop these e-mails"), manage_url(subscription)),
    )


def asks_whether_fixed(subscription: Subscription, event: Event) -> bool:
    """Whether a notice asks if it was put right: it says so itself, and nobody has reopened it."""
    closed = event.kind == EventKind.STATUS and event.to_value == Status.FIXED
    return closed and subscription.staff_id is None and is_asked(event.report)


def _answers(subscription: Subscription) -> list[Link]:
    """Links that choose an answer on the page that asks; they give none by themselves."""
    url = fixed_url(subscription)
    return [
        Link(_("Yes, it is put right"), f"{url}&answer=yes"),
        Link(_("No, it is not"), f"{url}&answer=no"),
    ]


def push_message(subscription: Subscription, event: Event, tag: str) -> dict[str, Any]:
    """What happened with a report, in a few lines for a phone; the service worker shows it."""
    report = subscription.report
    message: dict[str, Any] = {
        "title": f"{_title(subscription, event)}: {wording.category_name(report)}",
        "body": shortened(event.public_text or _news_sentence(event)),
        "url": _path(report_url(subscription)),
        "tag": tag,
        "lang": subscription.language,
    }
    if asks_whether_fixed(subscription, event):
        message |= _question(subscription, message["body"])
        if not (subscription.by_reporter and event.report_id == subscription.report_id):
            # The reporter's own page asks, too; where a phone shows no buttons, others need this.
            message["url"] = message["answerTo"]
    return message


def _question(subscription: Subscription, body: str) -> dict[str, Any]:
    """What a push message asks, and where its buttons send the answer."""
    return {
        "body": f"{body} {_('Was it put right?')}",
        "answerTo": _path(fixed_url(subscription)),
        "actions": [
            {"action": "yes", "title": _("Yes, it is put right")},
            {"action": "no", "title": _("No, it is not")},
        ],
        "thanks": _("Thank you. It is good to hear that it is put right."),
    }


def shortened(text: str) -> str:
    """As much of a text as a push message takes."""
    if len(text) <= MAX_PUSH_TEXT_CHARACTERS:
        return text
    return text[: MAX_PUSH_TEXT_CHARACTERS - 1].rstrip() + "…"


def report_url(subscription: Subscription) -> str:
    """The report's page; with its key for whoever reported it."""
    report = subscription.report
    key = {"key": report_key(report.uuid)} if subscription.by_reporter else {}
    return public_url("resident.status", number=report.number, **key, lang=subscription.language)


def fixed_url(subscription: Subscription) -> str:
    """The page that asks whether it was put right."""
    token = notice_token(subscription.uuid)
    return public_url("notices.ask_whether_fixed", token=token, lang=subscription.language)


def manage_url(subscription: Subscription) -> str:
    """The page where a mail's reader says yes or no."""
    token = notice_token(subscription.uuid)
    return public_url("notices.manage", token=token, lang=subscription.language)


def one_click_url(subscription: Subscription) -> str:
    """Where a mail program's own button unsubscribes (RFC 8058)."""
    token = notice_token(subscription.uuid)
    return public_url("notices.unsubscribe", token=token, lang=subscription.language)


def public_url(endpoint: str, **values: Any) -> str:
    """An address as residents use it; the worker has no request to tell."""
    public = urlsplit(current_app.config["PUBLIC_URL"])
    adapter = current_app.url_map.bind(public.netloc, url_scheme=public.scheme)
    return adapter.build(endpoint, values, force_external=True)


def _path(url: str) -> str:
    """An address of ours without the host."""
    return url.removeprefix(current_app.config["PUBLIC_URL"])


def _news_sentence(event: Event) -> str:
    if event.kind == EventKind.STATUS:
        return str(_NEWS[Status(event.to_value or "")])
    return _("%(municipality)s has answered.", municipality=municipality().name)


def _title(subscription: Subscription, event: Event) -> str:
    if asks(subscription, event):
        return _("We have a question for you")
    return wording.event_title(event)


def _action_text(subscription: Subscription, event: Event) -> str:
    return _("Answer us") if asks(subscription, event) else _("See the report")


def asks(subscription: Subscription, event: Event) -> bool:
    """Whether the event is a question that this reader can answer."""
    own = event.report_id == subscription.report_id
    return event.to_value == Status.WAITING and subscription.by_reporter and own


def _how_to_answer(subscription: Subscription, event: Event) -> list[str]:
    if not asks(subscription, event):
        return []
    return _may_answer(_("You can answer by replying to this e-mail, or with the link below."))


def _may_answer(sentence: str) -> list[str]:
    """A sentence that is true only where answers are read and put onto their report."""
    settings: Settings = current_app.extensions["settings"]
    return [sentence] if settings.mailbox_address else []


def facts_of(report: Report) -> list[tuple[str, str]]:
    """What any notice may tell of a report."""
    return [
        (_("What"), wording.category_name(report)),
        (_("Where"), where_in_words(report)),
        (_("Received"), as_date(report.received_at)),
    ]


def where_in_words(report: Report) -> str:
    """The place and the sign, and of other spots nothing that a stranger typed."""
    if report.place is None:
        return _("Where you marked or described it")
    if report.sign is None or not report.sign.label:
        return report.place.name
    return f"{report.place.name}, {report.sign.label}"


def _deadline(report: Report) -> list[tuple[str, str]]:
    deadline = wording.deadline_sentence(report)
    return [(_("Deadline"), deadline)] if deadline else []
