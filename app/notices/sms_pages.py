"""Where the link of an SMS leads: short, since each of its characters counts."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.notices.keys import notice_token
from app.notices.pages import pages
from app.notices.queries import find_by_short_token
from app.permissions import allow
from app.problems import NoSuchSubscription
from app.reports.fixed import is_asked
from app.reports.merging import find_end


@pages.get("/v/<token>")
@allow(anyone=True)
def open_sms(token: str) -> BaseResponse:
    """On to the page that asks whether it was put right, or to the one that starts and stops.

    Raises:
        NoSuchSubscription: it has ended.
    """
    subscription = find_by_short_token(token)
    if subscription is None:
        raise NoSuchSubscription
    page = ".manage"
    if subscription.confirmed_at and is_asked(find_end(subscription.report)):
        page = ".ask_whether_fixed"
    return redirect(url_for(page, token=notice_token(subscription.uuid)), 303)
