"""Webhooks on screen: added, paused, tried, removed, and how their deliveries went."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import audit, outbox
from app.database import session
from app.languages import as_date_time, lazy_gettext
from app.languages import gettext as _
from app.notices.hooks import NO_ANSWER, REFUSED, why_not
from app.permissions import Role, allow
from app.problems import InvalidFields, NotFound
from app.public_addresses import NO_ADDRESS, PRIVATE
from app.reports.staff_forms import attempt
from app.webhooks import Kind, Webhook, forget, list_deliveries, list_webhooks

pages = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")

SUBJECT = "webhook"
MOST = 20
MAX_URL = 500

KINDS = {
    Kind.RECEIVED: lazy_gettext("A report has been received"),
    Kind.STATUS: lazy_gettext("A report has another status"),
    Kind.ANSWER: lazy_gettext("A report has been answered"),
}

# What the log keeps of a try, in words; whatever else stands there is a name for specialists.
ANSWERS = {
    NO_ANSWER: lazy_gettext("No answer"),
    NO_ADDRESS: lazy_gettext("The name has no address"),
    PRIVATE: lazy_gettext("The address is not public"),
    "ReadTimeoutError": lazy_gettext("No answer in time"),
    "ConnectTimeoutError": lazy_gettext("Nobody answers at the address"),
    "NewConnectionError": lazy_gettext("Nobody answers at the address"),
    "SSLError": lazy_gettext("The certificate does not hold"),
}


@pages.get("")
@allow(Role.ADMIN)
def hooks() -> str:
    """All webhooks, and a form for one more."""
    return _page({})


@pages.post("")
@allow(Role.ADMIN)
def add() -> Any:
    """One more; its secret is shown on this answer alone."""

    def carry_out() -> BaseResponse:
        url, kinds = _read()
        if len(list_webhooks()) >= MOST:
            raise InvalidFields({"form": _("There are enough webhooks. Remove one first.")})
        hook = Webhook(url=url, kinds=kinds)
        session().add(hook)
        forget()
        session().flush()
        audit.record("webhook_added", SUBJECT, hook.id, url=url, kinds=", ".join(kinds))
        page = render_template("admin/webhook_secret.html", hook=_view(hook), secret=hook.secret)
        response = BaseResponse(page, status=201, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    return attempt(carry_out, _page)


def _read() -> tuple[str, list[str]]:
    url = request.form.get("url", "").strip()
    kinds: list[str] = [one.value for one in KINDS if one.value in request.form.getlist("kinds")]
    errors = {}
    if len(url) > MAX_URL or why_not(url):
        errors["url"] = _("Write an address that begins with https://.")
    if not kinds:
        errors["kinds"] = _("Choose what it is told of.")
    if errors:
        raise InvalidFields(errors)
    return url, kinds


@pages.get("/<id:webhook_id>")
@allow(Role.ADMIN)
def hook(webhook_id: int) -> str:
    """One webhook with the log of its deliveries."""
    found = _find(webhook_id)
    deliveries = [
        {
            "at": as_date_time(one.at),
            "kind": str(KINDS.get(Kind(one.kind), _("Test"))),
            "attempt": one.attempt,
            "answer": _in_words(one.answer),
            "ok": one.ok,
            "message": one.outbox_id,
        }
        for one in list_deliveries(webhook_id)
    ]
    return render_template("admin/webhook.html", hook=_view(found), deliveries=deliveries)


def _in_words(answer: str) -> str:
    """What came of a try."""
    if answer.startswith(REFUSED):
        return _("Answered %(status)s", status=answer.removeprefix(REFUSED))
    return str(ANSWERS.get(answer, answer))


@pages.post("/<id:webhook_id>/<any(test, pause, resume, remove):step>")
@allow(Role.ADMIN)
def do(webhook_id: int, step: str) -> BaseResponse:
    """Try it, pause it, let it go on, or remove it."""
    found = _find(webhook_id)
    if step == "test":
        outbox.put("webhook", webhook_id=found.id, event_id=None, heard=Kind.TEST.value)
    elif step == "remove":
        session().delete(found)
    else:
        found.active = step == "resume"
    audit.record(f"webhook_{step}", SUBJECT, webhook_id, url=found.url)
    session().flush()
    forget()
    if step == "remove":
        return redirect(url_for(".hooks"), 303)
    return redirect(url_for(".hook", webhook_id=webhook_id, done=step), 303)


def _find(webhook_id: int) -> Webhook:
    found = session().get(Webhook, webhook_id)
    if found is None:
        raise NotFound
    return found


def _view(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "active": hook.active,
        "kinds": [str(name) for kind, name in KINDS.items() if kind.value in hook.kinds],
    }


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "admin/webhooks.html",
        hooks=[_view(one) for one in list_webhooks()],
        kinds=[{"id": kind.value, "name": str(name)} for kind, name in KINDS.items()],
        values=request.form,
        chosen=request.form.getlist("kinds"),
        errors=errors,
    )
