"""Signs to look at, and the round on which somebody does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.arguments import read_id, read_line
from app.database import now
from app.geo import position_of
from app.keepers.signs import SIGN_KEEPERS, sign_row
from app.languages import as_date, lazy_gettext
from app.permissions import allow
from app.signs.health import MOST, Concern, Reason, find_concerns, list_concerns
from app.signs.models import Sign, SignState
from app.signs.queries import list_signs
from app.signs.rounds import Stop, walk

pages = Blueprint("sign_health", __name__, url_prefix="/signs")

MOST_SHOWN = 200
REASON_NAMES = {
    Reason.TAMPERED: lazy_gettext("A resident says something is wrong with it"),
    Reason.MISSING: lazy_gettext("Missing"),
    Reason.DAMAGED: lazy_gettext("Damaged"),
    Reason.MOVED: lazy_gettext("Seen far from where it hangs: moved or copied?"),
    Reason.SILENT: lazy_gettext("No longer scanned as it used to be"),
    Reason.UNMOUNTED: lazy_gettext("Printed long ago and not mounted"),
    Reason.UNCHECKED: lazy_gettext("Not checked for more than a year"),
    Reason.OLD: lazy_gettext("Printed more than five years ago"),
}
URGENT = {Reason.TAMPERED, Reason.MOVED}


@pages.get("/health")
@allow(*SIGN_KEEPERS)
def health() -> str:
    """Signs to look at, the most urgent first."""
    only = _read_reason()
    found = find_concerns(only)
    return render_template(
        "signs/health.html",
        concerns=[_row(concern) for concern in list_concerns(found, MOST_SHOWN)],
        count=len(found),
        more=max(len(found) - MOST_SHOWN, 0),
        reason=only.value if only else "",
        reasons=[{"id": one.value, "name": str(REASON_NAMES[one])} for one in Reason],
        round_url=url_for(".round_list", reason=only.value if only else None),
    )


def _read_reason() -> Reason | None:
    asked = request.args.get("reason", "")
    return Reason(asked) if asked in set(Reason) else None


def _row(concern: Concern) -> dict[str, Any]:
    return sign_row(concern.sign) | {"reasons": _reasons(concern.reasons)}


def _reasons(reasons: list[Reason]) -> list[dict[str, Any]]:
    return [{"name": str(REASON_NAMES[one]), "urgent": one in URGENT} for one in reasons]


@pages.get("/round")
@allow(*SIGN_KEEPERS)
def round_list() -> str:
    """A list to print or to walk with on the phone: signs to look at, or all that fit a search."""
    query, place_id = read_line(request.args, "q"), read_id(request.args, "place")
    reasons: dict[int, list[Reason]] = {}
    if query or place_id or "all" in request.args:
        found = list_signs(query, None, MOST, place_id=place_id)
        signs = [sign for sign in found if sign.state != SignState.RETIRED]
    else:
        concerns = list_concerns(find_concerns(_read_reason()))
        reasons = {concern.sign.id: concern.reasons for concern in concerns}
        signs = [concern.sign for concern in concerns]
    return render_template(
        "signs/round.html",
        stops=[_stop(stop, reasons.get(stop.sign.id, [])) for stop in walk(signs)],
        q=query,
        everything="all" in request.args,
        today=as_date(now()),
        most=MOST,
    )


def _stop(stop: Stop, reasons: list[Reason]) -> dict[str, Any]:
    position = position_of(_point_of(stop.sign))
    return sign_row(stop.sign) | {
        "reasons": _reasons(reasons),
        "metres": _rounded(stop.metres) if stop.metres is not None else None,
        "position": f"{position.lat:.5f}, {position.lon:.5f}" if position else None,
        "form_url": url_for("resident.sign_form", code=stop.sign.code),
    }


def _point_of(sign: Sign) -> Any:
    return sign.point if sign.point is not None else sign.place.point


def _rounded(metres: float) -> str:
    if metres < 1_000:  # noqa: PLR2004 - a kilometre
        return f"{round(metres / 10) * 10} m"
    return f"{metres / 1000:.1f} km".replace(".", ",")
