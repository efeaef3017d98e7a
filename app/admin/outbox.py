"""The outbox on screen: what waits, what could not be sent, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.pages import MANAGERS
from app.arguments import read_id, read_whole
from app.database import now, session
from app.dead_letters import count_messages, drop, list_messages, longest_overdue, retry
from app.languages import age_of, as_date_time, lazy_gettext
from app.languages import gettext as _
from app.notices.about import About, tell_about
from app.outbox import MAX_ATTEMPTS, MessageState, OutboxMessage
from app.permissions import Role, allow, may_open
from app.problems import InvalidFields
from app.reports.schemas import clean
from app.reports.staff_forms import attempt

pages = Blueprint("outbox", __name__, url_prefix="/admin/outbox")

PAGE = 50
MAX_REASON = 200
# The worker looks every minute, and a lease lasts for three: what is due for longer waits in vain.
WAITS_IN_VAIN = timedelta(minutes=10)
SUBJECT = "outbox"

KINDS = {
    "report_received": lazy_gettext("Receipts to write"),
    "event": lazy_gettext("News to pass on"),
    "inside_event": lazy_gettext("News to pass on to colleagues"),
    "contact_erased": lazy_gettext("Contact details erased"),
    "sign_tampered": lazy_gettext("Wrong with a sign, to pass on"),
    "sign_tampered_mail": lazy_gettext("E-mail: wrong with a sign"),
    "forwarded": lazy_gettext("E-mail: report sent on"),
    "late_reports": lazy_gettext("Late reports, to pass on"),
    "late_reports_mail": lazy_gettext("E-mail: late reports"),
    "receipt": lazy_gettext("E-mail: receipt"),
    "confirmation": lazy_gettext("E-mail: question to confirm"),
    "webhook": lazy_gettext("Webhook"),
    "sms_receipt": lazy_gettext("SMS: receipt"),
    "sms_confirmation": lazy_gettext("SMS: question to confirm"),
    "sms": lazy_gettext("SMS: news"),
    "email": lazy_gettext("E-mail: news"),
    "push": lazy_gettext("Push: news"),
    "open311_photo": lazy_gettext("Photos of other systems to fetch"),
    "hand_over": lazy_gettext("Reports for other systems"),
    "fetch_states": lazy_gettext("Questions to other systems: how reports stand"),
    "photo_gone": lazy_gettext("Photos to be deleted"),
    "staff_link": lazy_gettext("E-mail: link to a colleague’s account"),
    "account_changed": lazy_gettext("E-mail: change of a colleague’s account"),
}


@pages.get("")
@allow(*MANAGERS)
def messages() -> str:
    """What could not be sent, or with `?state=waiting` what waits; the oldest first."""
    return _page({})


@pages.post("/retry")
@allow(Role.ADMIN)
def send_again() -> BaseResponse:
    """Have messages sent again: one, those that are chosen, or all dead ones of the kind shown."""
    kind = _kind(request.form.get("kind", ""))
    ids = None if "all" in request.form else _chosen()
    again = retry(ids, kind)
    if again:
        audit.record("outbox_retried", SUBJECT, count=len(again), messages=_short(again))
    return redirect(url_for(".messages", kind=kind or None, again=len(again)), 303)


def _short(numbers: Sequence[int]) -> str:
    """Enough to find them in the worker's log."""
    return ", ".join(map(str, numbers[:PAGE])) + (" …" if len(numbers) > PAGE else "")


def _chosen() -> list[int]:
    sent = [request.form["one"]] if "one" in request.form else request.form.getlist("message")
    read = map(read_whole, sent[:PAGE])
    return [one for one in read if one]


@pages.post("/<id:message_id>/drop")
@allow(Role.ADMIN)
def give_up(message_id: int) -> Any:
    """Drop a dead message, with the reason in the log."""

    def carry_out() -> BaseResponse:
        reason = clean(request.form.get("reason", ""))[:MAX_REASON]
        if not reason:
            raise InvalidFields({f"reason-{message_id}": _("Write why it need not be sent.")})
        message = session().get(OutboxMessage, message_id)
        about = tell_about([message])[message_id] if message else About()
        kind = message.kind if message else ""
        if not drop(message_id):
            raise InvalidFields({"form": _("This message is gone, or is being sent again.")})
        told = {"kind": kind, "reason": reason} | ({"report": about.number} if about.number else {})
        audit.record("outbox_dropped", SUBJECT, message_id, **told)
        return redirect(url_for(".messages", dropped=message_id), 303)

    return attempt(carry_out, _page)


def _page(errors: dict[str, str]) -> str:
    waiting = request.args.get("state") == MessageState.WAITING
    kind = _kind(request.args.get("kind", ""))
    found = list_messages(
        dead=not waiting,
        kind=kind,
        after_id=read_id(request.args, "after") or 0,
        most=PAGE + 1,
    )
    shown = found[:PAGE]
    counts = count_messages()
    overdue = longest_overdue()
    state = MessageState.WAITING if waiting else MessageState.DEAD
    return render_template(
        "admin/outbox.html",
        messages=_lines(shown),
        waiting=waiting,
        may_act=not waiting and may_open("outbox.send_again"),
        kind=kind,
        kinds=[{"id": key, "name": name_of(key)} for one, key in sorted(counts) if one == state],
        totals={str(one): _total(counts, one) for one in MessageState},
        stuck=age_of(overdue) if overdue and overdue < now() - WAITS_IN_VAIN else None,
        errors=errors,
        reasons=request.form,
        next_url=_next_url(shown) if len(found) > PAGE else None,
    )


def _total(counts: dict[tuple[MessageState, str], int], state: MessageState) -> int:
    return sum(count for (one, _kind), count in counts.items() if one == state)


def _kind(text: str) -> str:
    return text if text in KINDS else ""


def name_of(kind: str) -> str:
    """What a kind of message is called."""
    return str(KINDS.get(kind, kind))


def _next_url(shown: Sequence[OutboxMessage]) -> str:
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value}
    return url_for(".messages", **asked | {"after": shown[-1].id})


def _lines(shown: Sequence[OutboxMessage]) -> list[dict[str, Any]]:
    about = tell_about(shown)
    return [
        {
            "id": one.id,
            "kind": name_of(one.kind),
            "since": as_date_time(one.created_at),
            "attempts": one.attempts,
            "most_attempts": MAX_ATTEMPTS,
            "next": as_date_time(one.available_at) if one.available_at > now() else None,
            "error": one.error,
            "about": about[one.id],
        }
        for one in shown
    ]
