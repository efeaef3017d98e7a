"""A report is moved to where it belongs: another sign, another place, another spot on the map."""

from __future__ import annotations

from typing import Any

from app.database import session
from app.geo import Position, ewkt, position_of
from app.reports.filing import Spot, demand_inside, point_of
from app.reports.models import Event, EventKind, Report
from app.reports.operations import destination_of, follow_table, offer_to_target
from app.staff.models import Staff

MAX_WORDS = 120
# Six decimals of a degree are a decimetre.
DECIMALS = 6


def move_report(report: Report, spot: Spot, address: str, staff: Staff) -> None:
    """Say anew where a report belongs; the same again changes nothing.

    Unit and person follow where the report had those that the routing table gave it.

    Args:
        report: which.
        spot: its sign and place, and where on the map; else the position of the sign or place.
        address: where, in words.
        staff: who says so.

    Raises:
        OutsideMunicipality: a position that was chosen for this report lies outside.
    """
    before, routed_to = where_in_words(report), destination_of(report, report.category)
    tied_to = report.sign_id, report.place_id
    own = position_of(point_of(Spot(spot.sign, spot.place, None)))
    if spot.position and not any(
        is_same(spot.position, known) for known in (own, position_of(report.point))
    ):
        demand_inside(spot.position)
    report.sign, report.place, report.address = spot.sign, spot.place, address
    wanted = spot.position or own
    if not is_same(wanted, position_of(report.point)):
        point: Any = ewkt(wanted) if wanted else None
        report.point = point
        # What the phone said of its error was said of the old position.
        report.accuracy_m = None
    session().flush()
    session().refresh(report, ["point"])
    # Two places can have the same name, and what was an address the name of a place.
    after, is_tied_to = where_in_words(report), (report.sign_id, report.place_id)
    if (before, tied_to) == (after, is_tied_to):
        return
    event = Event(
        kind=EventKind.MOVED.value,
        staff_id=staff.id,
        from_value=before[:MAX_WORDS],
        to_value=after[:MAX_WORDS],
    )
    report.events.append(event)
    unit_before = report.unit_id
    follow_table(report, routed_to, destination_of(report, report.category))
    if report.unit_id != unit_before:
        # Its lead has not been told yet that it is late.
        report.escalated_at = None
    session().flush()
    session().expire(report, ["unit", "assignee"])
    offer_to_target(report, event)


def where_in_words(report: Report) -> str:
    """Place, sign, address and position, as far as they are known."""
    position = position_of(report.point)
    name = report.place.name if report.place else ""
    words = (
        name,
        report.sign.label if report.sign else "",
        report.address if report.address != name else "",
        f"{position.lat:.5f} {position.lon:.5f}" if position else "",
    )
    return ", ".join(filter(None, words)) or "–"


def is_same(one: Position | None, other: Position | None) -> bool:
    """Whether two positions are within a decimetre of each other, or both unknown."""
    if one is None or other is None:
        return one is other
    return (round(one.lat - other.lat, DECIMALS), round(one.lon - other.lon, DECIMALS)) == (0, 0)
