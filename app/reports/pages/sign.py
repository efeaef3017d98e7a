"""What residents tell of a sign itself: that it was scanned, or that something is wrong with it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import outbox
from app.arguments import form_id
from app.languages import gettext as _
from app.permissions import allow
from app.problems import InvalidFields
from app.rate_limits import SCANS, SIGN_FAULTS, limiter
from app.reports.pages import pages
from app.reports.schemas import clean
from app.reports.staff_forms import attempt
from app.signs.faults import FAULT_NAMES
from app.signs.models import SignEventKind, SignFault
from app.signs.operations import MAX_NOTE, Deed, record_deed
from app.signs.queries import sign_as_typed
from app.signs.scans import count_scan, is_bot


@pages.post("/s/<code>/scanned")
@pages.post("/S/<code>/scanned")
@allow(anyone=True)
@limiter.limit(SCANS)
def scanned(code: str) -> tuple[str, int]:
    """A beacon that the page sends when it has been opened from a sign; counted, and no more.

    Whoever is signed in is at work, and machines do not report faults.
    """
    if not (current_user.is_authenticated or is_bot(request.user_agent.string)):
        count_scan(sign_as_typed(code))
    return "", 204


@pages.get("/s/<code>/sign")
@allow(anyone=True)
def sign_fault(code: str) -> str:
    """Ask what is wrong with the sign itself."""
    return _page(code, {"id": str(uuid.uuid4())}, {})


def _page(code: str, values: Any, errors: dict[str, str]) -> str:
    found = sign_as_typed(code)
    return render_template(
        "reports/sign.html",
        sign={"code": found.code, "label": found.label},
        place_name=found.place.name,
        form_url=url_for(".sign_form", code=found.code),
        faults=[{"id": one.value, "name": str(FAULT_NAMES[one])} for one in SignFault],
        values=values,
        errors=errors,
        most=MAX_NOTE,
        sent="sent" in request.args,
    )


@pages.post("/s/<code>/sign")
@allow(anyone=True)
@limiter.limit(SIGN_FAULTS)
def tell_sign_fault(code: str) -> Any:
    """Write it into the sign's log and have the sign keepers told."""

    def carry_out() -> BaseResponse:
        sign = sign_as_typed(code)
        event, created = record_deed(sign, _read_fault())
        if created:
            outbox.put("sign_tampered", event_id=event.id)
        spoken = request.args.get("lang")
        return redirect(url_for(".sign_fault", code=sign.code, sent=1, lang=spoken), 303)

    return attempt(carry_out, lambda errors: _page(code, request.form, errors))


def _read_fault() -> Deed:
    errors: dict[str, Any] = {}
    what = request.form.get("what", "")
    if what not in set(SignFault):
        errors["what"] = _("Choose what is wrong.")
    text = clean(request.form.get("text", ""))
    if len(text) > MAX_NOTE:
        errors["text"] = _("Use at most %(most)s characters.", most=MAX_NOTE)
    if errors:
        raise InvalidFields(errors)
    return Deed(SignEventKind.TAMPERED, None, form_id(), text=text, what=what)
