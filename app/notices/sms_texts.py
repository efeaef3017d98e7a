"""What is written by SMS: a few words and one link, in the reader's language.

A message takes two segments at most. The link opens a page with the report, the answers to what is
asked, and the button that stops the messages.
"""

from __future__ import annotations

from app.languages import gettext as _
from app.notices.keys import short_token
from app.notices.letters import asks, asks_whether_fixed, public_url
from app.notices.models import Subscription
from app.notices.sms import fitting
from app.places.municipality import municipality
from app.reports import wording
from app.reports.models import Event


def receipt(subscription: Subscription) -> str:
    """What a caller gets who wants to be told by SMS; it asks, too, so that it is one message."""
    said = _(
        "We have received your report %(number)s. Would you like an SMS when something happens?"
        " Say yes here: %(link)s",
        number=subscription.report.number,
        link=link(subscription),
    )
    return _from_us(said)


def confirmation(subscription: Subscription) -> str:
    """The question whether a number wants to hear of a report."""
    said = _(
        "Would you like an SMS when something happens with report %(number)s? Say yes here:"
        " %(link)s",
        number=subscription.report.number,
        link=link(subscription),
    )
    return _from_us(said)


def news(subscription: Subscription, event: Event) -> str:
    """What happened with a report."""
    values = {
        "number": subscription.report.number,
        "news": wording.event_title(event),
        "link": link(subscription),
    }
    if asks(subscription, event):
        return _from_us(
            _("We have a question about report %(number)s. Answer here: %(link)s", **values)
        )
    if asks_whether_fixed(subscription, event):
        return _from_us(
            _("Report %(number)s: %(news)s. Was it put right? Answer or stop: %(link)s", **values)
        )
    return _from_us(_("Report %(number)s: %(news)s. Read more or stop: %(link)s", **values))


def link(subscription: Subscription) -> str:
    """Where an SMS leads."""
    token = short_token(subscription.id, subscription.uuid)
    return public_url("notices.open_sms", token=token, lang=subscription.language)


def _from_us(said: str) -> str:
    """The municipality's name comes first where there is room; gateways show it as the sender."""
    return fitting(f"{municipality().name}: {said}", said)
