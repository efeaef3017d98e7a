"""What has come in by e-mail, what became of it, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.arguments import read_id
from app.languages import as_date_time, lazy_gettext
from app.mailbox.models import Outcome, Reason, ReceivedMail
from app.mailbox.operations import enter_by_hand, settle
from app.mailbox.queries import PAGE, find_mail, find_state, list_mails, list_unsettled
from app.permissions import Role, allow
from app.problems import NotFound

pages = Blueprint("mailbox", __name__, url_prefix="/admin/mailbox")

READERS = (Role.FRONT_DESK, Role.MANAGER, Role.ADMIN)

OUTCOMES = {
    Outcome.REPORT: lazy_gettext("Became a report"),
    Outcome.ANSWER: lazy_gettext("The reporter’s answer, on the report"),
    Outcome.NOTE: lazy_gettext("Somebody’s answer, noted on the report"),
    Outcome.AFTER_CLOSING: lazy_gettext("An answer to a report that is closed, noted there"),
    Outcome.IGNORED: lazy_gettext("Ignored"),
    Outcome.CROWD: lazy_gettext("Held: its sender has sent very many in an hour"),
    Outcome.UNREAD: lazy_gettext("Could not be read"),
}
REASONS = {
    Reason.AUTO_SUBMITTED: lazy_gettext("It says that it is an automatic answer."),
    Reason.PRECEDENCE: lazy_gettext("It was sent to many at once."),
    Reason.AUTO_RESPONSE: lazy_gettext("It says that it is an automatic answer."),
    Reason.NO_RETURN_PATH: lazy_gettext("Nobody can answer it, as with messages of mail servers."),
    Reason.LIST: lazy_gettext("It comes from a mailing list."),
    Reason.MAILER_DAEMON: lazy_gettext("A mail server says that something could not be delivered."),
    Reason.OWN_ADDRESS: lazy_gettext("It comes from our own address."),
    Reason.OWN_MESSAGE: lazy_gettext("It is a mail of ours that came back."),
    Reason.EMPTY: lazy_gettext("It is empty."),
    Reason.TOO_LARGE: lazy_gettext("It is larger than 40 MB. Only its beginning was kept here."),
    Reason.TOO_MANY_PARTS: lazy_gettext("It has more parts than anybody attaches."),
    Reason.MALFORMED: lazy_gettext("It is broken."),
    Reason.NOTHING_IN_IT: lazy_gettext("There is neither text nor a file in it."),
    Reason.FAILED: lazy_gettext("Something went wrong with us. Entering it again may help."),
}
# What is read again to the same end.
UNREADABLE = {
    Reason.EMPTY,
    Reason.TOO_LARGE,
    Reason.TOO_MANY_PARTS,
    Reason.MALFORMED,
    Reason.NOTHING_IN_IT,
}
MB = 1024 * 1024


@pages.get("")
@allow(*READERS)
def mails() -> str:
    """What waits for a person, and the newest mails, of one outcome where the address says so."""
    asked = request.args.get("outcome", "")
    outcome = Outcome(asked) if asked in set(Outcome) else None
    found = list_mails(outcome, read_id(request.args, "before"))
    shown = found[:PAGE]
    next_url = None
    if len(found) > PAGE:
        last: ReceivedMail = shown[-1][0]
        next_url = url_for(".mails", outcome=outcome, before=last.id)
    return render_template(
        "mailbox/mails.html",
        state=_state(),
        unsettled=_lines(list_unsettled()),
        mails=_lines(shown),
        outcome=outcome or "",
        outcomes=[{"id": one.value, "name": str(name)} for one, name in OUTCOMES.items()],
        next_url=next_url,
    )


def _state() -> dict[str, Any] | None:
    """How reading the mailbox goes; None where there is none to read."""
    if not current_app.extensions["settings"].mailbox_url:
        return None
    state = find_state()
    return {
        "read": as_date_time(state.read_at) if state and state.read_at else None,
        "failing": as_date_time(state.failing_since) if state and state.failing_since else None,
        "error": state.error if state else "",
    }


def _lines(found: Iterable[Row[ReceivedMail, bool]]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "at": as_date_time(one.received_at),
            "at_iso": one.received_at.isoformat(),
            "what": str(OUTCOMES[Outcome(one.outcome)]),
            "why": str(REASONS[Reason(one.reason)]) if one.reason else "",
            "error": one.error,
            "number": one.report.number if one.report else None,
            "subject": one.subject,
            "size": f"{one.size_bytes / MB:.1f} MB" if one.size_bytes > MB else "",
            "kept": kept,
            "may_enter": kept and one.reason not in UNREADABLE,
            "unsettled": one.settled_at is None,
        }
        for one, kept in found
    ]


@pages.post("/<id:mail_id>/file")
@allow(*READERS)
def file(mail_id: int) -> Response:
    """The mail as it came, for a mail program; that somebody got it is written down."""
    found = _mail(mail_id)
    if found.raw is None:
        raise NotFound
    audit.record("mail_seen", "mail", found.id)
    name = f'attachment; filename="{found.id}.eml"'
    # A browser must never show what a stranger sent as a page of ours.
    return Response(
        found.raw, mimetype="application/octet-stream", headers={"Content-Disposition": name}
    )


@pages.post("/<id:mail_id>/enter")
@allow(*READERS)
def enter(mail_id: int) -> BaseResponse:
    """Make a report of a mail that was ignored, held or not read."""
    found = _mail(mail_id)
    enter_by_hand(found)
    number = found.report.number if found.report else ""
    return redirect(url_for(".mails", entered=number), 303)


@pages.post("/<id:mail_id>/settle")
@allow(*READERS)
def dismiss(mail_id: int) -> BaseResponse:
    """Nothing more is to be done about a mail."""
    settle(_mail(mail_id))
    return redirect(url_for(".mails", settled=1), 303)


def _mail(mail_id: int) -> ReceivedMail:
    found = find_mail(mail_id, for_change=True)
    if found is None:
        raise NotFound
    return found
