"""Several reports at one place closed at once: “close these three”."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_id, read_whole
from app.attempts import attempt
from app.crew.forms import carry_out, load
from app.crew.pages import CREW, pages
from app.crew.schemas import STATUS
from app.crew.worklist import CLOSINGS, worklist_view
from app.languages import gettext as _
from app.permissions import allow
from app.problems import ChangedMeanwhile, InvalidFields, NotPossibleNow

MOST = 50


@pages.post("/several")
@allow(*CREW)
def close_several() -> Any:
    """Close the chosen reports with one text; those that no longer fit are left and named."""

    def change() -> BaseResponse:
        actions, form = _read(), form_id()
        left = [number for number, content in actions if not _is_closed(form, number, content)]
        place = read_id(request.form, "place")
        done = len(actions) - len(left)
        return redirect(
            url_for("crew.worklist", place=place, closed=done, left=",".join(left) or None), 303
        )

    return attempt(
        change, lambda errors: render_template("crew/worklist.html", **worklist_view(errors))
    )


def _read() -> list[tuple[str, dict[str, Any]]]:
    """What the form asks of each report, in an order that all keep: the rows are locked in it."""
    status = request.form.get("status", "")
    if status not in CLOSINGS:
        raise InvalidFields({"status": _("Choose what happens next.")})
    chosen = [one.partition(":") for one in request.form.getlist("chosen")[:MOST]]
    if not chosen:
        raise InvalidFields({"chosen": _("Tick at least one report first.")})
    return [
        (
            number,
            load(
                {
                    "report": number,
                    "kind": STATUS,
                    "status": status,
                    "version": read_whole(version) or 0,
                    "public_text": request.form.get("public_text", ""),
                }
            ),
        )
        for number, _colon, version in sorted(chosen)
    ]


def _is_closed(form: uuid.UUID, number: str, content: dict[str, Any]) -> bool:
    """Close one, under an id that the same form gives it again."""
    try:
        carry_out(uuid.uuid5(form, number), content)
    except (ChangedMeanwhile, NotPossibleNow):
        return False
    return True
