"""The municipality's boundary: a file is looked at first, and kept when that is agreed to."""

from __future__ import annotations

import math
from typing import Any

import shapely
from flask import Blueprint, render_template, request
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.admin.municipality import demand_seen, find_row, frame, keep
from app.bodies import uploaded_file
from app.database import session
from app.geo import ewkt, position_of, shape_of
from app.imports.files import UnusableFile, pack, unpack
from app.permissions import MB, Role, allow
from app.places.boundaries import square_metres
from app.places.geojson import boundary_of, parse_features
from app.places.models import Place
from app.problems import InvalidFields
from app.reports.models import Report
from app.reports.staff_forms import attempt

pages = Blueprint("municipality_boundary", __name__, url_prefix="/admin/municipality/boundary")

MOST_BYTES = 5 * MB
# The drawing beside the figures: so wide, and no finer than a pixel of it.
WIDTH = 600


@pages.get("")
@allow(Role.ADMIN)
def boundary() -> str:
    """The boundary as it is."""
    return _page({})


@pages.post("")
@allow(Role.ADMIN, max_bytes=MOST_BYTES + 1 * MB)
def preview() -> Any:
    """Show what a file holds beside what is there; nothing is kept."""
    return attempt(lambda: _preview_page(uploaded_file(MOST_BYTES)), _page)  # type: ignore[arg-type, return-value]


@pages.post("/confirm")
@allow(Role.ADMIN, max_bytes=2 * MOST_BYTES)
def confirm() -> Any:
    """Keep the boundary that was shown."""

    def carry_out() -> BaseResponse:
        found = _read(unpack(request.form.get("content", ""), MOST_BYTES))
        demand_seen()
        row = find_row()
        before = {"area_km2": _area(row.boundary)}
        outline: Any = ewkt(found)
        row.boundary = outline
        after = {"area_km2": _km2(found)}
        return keep("boundary_changed", row, before, after, ".boundary")

    return attempt(carry_out, _page)


def _read(content: bytes) -> MultiPolygon:
    try:
        return boundary_of(parse_features(content))
    except UnusableFile as error:
        raise InvalidFields({"file": str(error)}) from error


def _preview_page(content: bytes) -> str:
    found = _read(content)
    now = find_row().boundary
    before = None if now is None else shape_of(now)
    return _page({}, found=_facts(found), content=pack(content), sketch=_sketch(found, before))


def _page(errors: dict[str, str], **more: Any) -> str:
    now = find_row().boundary
    there = None if now is None else shape_of(now)
    shown = {"found": None, "content": "", "sketch": _sketch(there, None)} | more
    return render_template(
        "admin/municipality_boundary.html",
        errors=errors,
        there=None if there is None else _facts(there),
        most_mb=MOST_BYTES // MB,
        **shown,
        **frame(),
    )


def _facts(outline: BaseGeometry) -> dict[str, Any]:
    return {
        "area": _km2(outline),
        "corners": int(shapely.get_num_coordinates(outline)),
        "places": _count_outside(outline, select(Place.point).where(Place.archived_at.is_(None))),
        "reports": _count_outside(outline, select(Report.point).where(Report.closed_at.is_(None))),
    }


def _count_outside(outline: BaseGeometry, points: Any) -> int:
    """How many of these points lie outside; all are compared at once, which takes milliseconds."""
    positions = [one for point in session().scalars(points) if (one := position_of(point))]
    inside = shapely.contains_xy(
        outline, [one.lon for one in positions], [one.lat for one in positions]
    )
    return len(positions) - int(inside.sum())


def _area(kept: Any) -> float | None:
    return None if kept is None else _km2(shape_of(kept))


def _km2(outline: BaseGeometry) -> float:
    return round(square_metres(outline) / 1_000_000, 1)


def _sketch(outline: BaseGeometry | None, before: BaseGeometry | None) -> dict[str, Any] | None:
    """One or two outlines as paths, the ground laid flat around its middle."""
    shapes = [one for one in (outline, before) if one is not None]
    if not shapes:
        return None
    west, south, east, north = shapely.union_all(
        [shapely.box(*one.bounds) for one in shapes]
    ).bounds
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)

    def path(shape: BaseGeometry) -> str:
        flat = shapely.transform(
            shape,
            lambda corners: (corners - [west, north]) * [narrow * scale, -scale],
        )
        drawn = shapely.simplify(flat, 0.5)
        rings = shapely.get_parts(shapely.get_rings(shapely.get_parts(drawn)))
        return "".join(_ring(ring) for ring in rings)

    return {
        "width": WIDTH,
        "height": round((north - south) * scale),
        "outline": path(outline) if outline is not None else "",
        "before": path(before) if before is not None else "",
    }


def _ring(ring: BaseGeometry) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring))
    return f"M{corners}Z"
