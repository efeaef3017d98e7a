"""From scan to report: what came of the signs that were scanned."""

from __future__ import annotations

from sqlalchemy import func, select

from app.database import session
from app.languages import gettext as _
from app.places.models import Place
from app.reports.models import Channel
from app.signs.models import Sign, SignScans
from app.statistics import counting
from app.statistics.selection import Selection
from app.statistics.table import Cell, Column, Kind, Table, share

MOST_SIGNS = 100


def signs(wanted: Selection) -> Table:
    """How often each sign was scanned, and how many reports came of it."""
    scans, reports = count_scans(wanted), counting.count_by_sign(wanted)
    ranked = sorted(scans.keys() | reports.keys(), key=lambda one: (-scans.get(one, 0), one))
    query = (
        select(Sign.id, Sign.code, Sign.label, Sign.place_id, Place.name)
        .join(Sign.place)
        .where(Sign.id.in_(ranked[:MOST_SIGNS]))
    )
    named = counting.named_places(wanted) if wanted.least > 1 else None
    known = {
        one: (code, f"{place}, {label}")
        for one, code, label, place_id, place in session().execute(query)
        if named is None or place_id in named
    }
    rows = [
        _sign_row(*known[one], scans.get(one, 0), reports.get(one, 0), wanted)
        for one in ranked[:MOST_SIGNS]
        if one in known
    ]
    all_scans, all_reports = sum(scans.values()), sum(reports.values())
    return Table(
        title=_("From scan to report"),
        columns=[
            Column(_("Sign"), Kind.TEXT),
            Column(_("Where"), Kind.TEXT),
            Column(_("Scans")),
            Column(_("Reports by the symbol")),
            Column(_("Reports per 100 scans"), Kind.DAYS, of=(2, 3)),
        ],
        rows=rows,
        total=_sign_row(_("All"), "", all_scans, all_reports, wanted),
        note=_note(wanted, len(ranked)),
    )


def _sign_row(
    code: str, where: str, scans: int, reports: int, wanted: Selection
) -> tuple[Cell, ...]:
    rate = None if _is_of_some(wanted) else share(reports, scans, wanted.least)
    return code, where, scans, reports, rate


def _note(wanted: Selection, signs_in_all: int) -> str:
    notes = []
    if signs_in_all > MOST_SIGNS:
        notes.append(
            _("The first %(most)s of %(count)s signs.", most=MOST_SIGNS, count=signs_in_all)
        )
    if _is_of_some(wanted):
        notes.append(
            _(
                "All scans are counted, but only some of the reports, so nothing is told per 100"
                " scans."
            )
        )
    if wanted.least > 1:
        notes.append(
            _(
                "Signs at places with fewer than %(least)s messages in the year are left out.",
                least=wanted.least,
            )
        )
    return " ".join(notes)


def _is_of_some(wanted: Selection) -> bool:
    """Whether reports are left out whose scans are not: nobody knows what a scan was about."""
    by_another_way = wanted.channel not in {None, Channel.QR.value}
    return wanted.category is not None or wanted.unit is not None or by_another_way


def count_scans(wanted: Selection) -> dict[int, int]:
    """How often each sign was scanned in the period; only filters of the place count."""
    query = (
        select(SignScans.sign_id, func.sum(SignScans.count))
        .where(SignScans.day.between(wanted.since, wanted.until))
        .group_by(SignScans.sign_id)
    )
    if wanted.place is not None or wanted.kind is not None:
        query = query.join(Sign, Sign.id == SignScans.sign_id).join(Sign.place)
    if wanted.place is not None:
        query = query.where(Place.id == wanted.place)
    if wanted.kind is not None:
        query = query.where(Place.kind_id == wanted.kind)
    return {one: int(count) for one, count in session().execute(query)}
