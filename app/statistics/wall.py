"""A screen for the wall of an office: how it stands today, read from afar."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Response, jsonify, render_template, request, url_for

from app.arguments import read_id
from app.database import now
from app.languages import as_date_time
from app.languages import gettext as _
from app.permissions import STAFF, allow
from app.places.queries import list_units, list_units_in_use
from app.reports.deadlines import begin_of
from app.statistics.facts import facts
from app.statistics.pages import pages
from app.statistics.selection import today


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands: what came and went since midnight in Norway, and what is open."""

    received: int
    closed: int
    open: int
    overdue: int


def standings() -> dict[int, Standing]:
    """By the unit's id."""
    midnight, moment = int(begin_of(today()).timestamp()), int(now().timestamp())
    query = """
        SELECT unit,
            count(*) FILTER (received >= ?),
            count(*) FILTER (closed >= ?),
            count(*) FILTER (is_open),
            count(*) FILTER (late_after < ?)
        FROM reports WHERE is_open OR closed >= ? OR received >= ? GROUP BY unit
    """
    rows = facts().rows(query, [midnight, midnight, moment, midnight, midnight])
    return {unit: Standing(*counts) for unit, *counts in rows}


@pages.get("/wall")
@allow(*STAFF)
def wall() -> str:
    """The screen; a script fetches the figures anew, and a link does where there is none."""
    unit_id = _chosen_unit()
    return render_template(
        "statistics/wall.html",
        **_view(unit_id),
        live_url=url_for(".wall_figures", unit=unit_id),
        again_url=url_for(".wall", unit=unit_id),
        links=[
            {"name": _("All units"), "url": url_for(".wall"), "current": unit_id is None},
            *(
                {
                    "name": one.name,
                    "url": url_for(".wall", unit=one.id),
                    "current": one.id == unit_id,
                }
                for one in list_units_in_use()
            ),
        ],
    )


@pages.get("/wall/figures")
@allow(*STAFF)
def wall_figures() -> Response:
    """The figures alone, for the script; a body only when one has changed."""
    view = _view(_chosen_unit())
    response = jsonify({"figures": render_template("statistics/wall_figures.html", **view)})
    # When they were read is no news.
    response.set_etag(sha256(repr((view["totals"], view["rows"])).encode()).hexdigest()[:16])
    response.make_conditional(request)
    return response


def _chosen_unit() -> int | None:
    """The unit that the address names; all of them where there is none such."""
    unit_id = read_id(request.args, "unit")
    return unit_id if unit_id in {one.id for one in list_units()} else None


def _view(unit_id: int | None) -> dict[str, Any]:
    found = standings()
    # Also one that is archived may have something open.
    units = [one for one in list_units() if unit_id in {None, one.id}]
    nothing = Standing(0, 0, 0, 0)
    chosen = [(one.name, found.get(one.id, nothing)) for one in units]
    names = ("received", "closed", "open", "overdue")
    everything = found.values() if unit_id is None else [standing for _name, standing in chosen]
    return {
        "unit": chosen[0][0] if unit_id else None,
        "totals": {name: sum(getattr(one, name) for one in everything) for name in names},
        "rows": [(name, one) for name, one in chosen if one.open or one.received or one.closed],
        "as_of": as_date_time(now()),
    }
