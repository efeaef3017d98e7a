"""From scan to report, compared with a slow and obvious recomputation."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, select

from app.database import db
from app.languages import OSLO, speaking
from app.reports.models import Category, Report
from app.signs.models import Sign, SignScans
from app.statistics.scans import signs
from app.statistics.selection import Selection, of_year

OF_2025 = of_year(2025)


@pytest.fixture
def scanned(app):
    """Has no other scans than these: by the number of a sign, on a day. Gives the signs back."""

    def scan(*scans):
        db.session.execute(delete(SignScans))
        found = db.session.scalars(select(Sign).order_by(Sign.id)).all()
        for nth, day, count in scans:
            db.session.add(SignScans(sign_id=found[nth].id, day=day, count=count))
        db.session.commit()
        return found

    return scan


def recount(wanted):
    """Scans, reports and reports per 100 scans of each sign, one row and one report at a time."""
    found = {}
    for sign in db.session.scalars(select(Sign)):
        scans = sum(
            one.count
            for one in db.session.scalars(select(SignScans))
            if one.sign_id == sign.id and wanted.since <= one.day <= wanted.until
        )
        reports = sum(
            one.sign_id == sign.id
            and one.channel == "qr"
            and one.held_at is None
            and wanted.since <= one.received_at.astimezone(OSLO).date() <= wanted.until
            for one in db.session.scalars(select(Report))
        )
        if scans or reports:
            found[sign.code] = (scans, reports, round(100 * reports / scans, 1) if scans else None)
    return found


def told(wanted):
    with speaking("en"):
        table = signs(wanted)
    return {row[0]: tuple(row[2:]) for row in table.all_rows}, table.note


def test_scans_and_what_came_of_them_are_what_a_recount_finds(many, scanned):
    new_year = date(2025, 1, 1)
    scanned(
        (0, new_year, 7), (0, date(2025, 12, 31), 40), (1, new_year, 3), (0, date(2024, 12, 31), 9)
    )
    for year in (2024, 2025):
        figures, note = told(of_year(year))
        total = figures.pop("All")
        assert figures == recount(of_year(year))
        assert total[:2] == tuple(sum(one[nth] for one in figures.values()) for nth in (0, 1))
        assert note == ""
    assert any(one[1] for one in recount(OF_2025).values())


@pytest.mark.parametrize("narrowed", ["category", "unit", "channel"])
def test_scans_of_all_are_not_set_against_reports_of_some(entered, scanned, narrowed):
    first, second, *_others = scanned((0, OF_2025.since, 1), (1, OF_2025.since, 1))
    report = entered(sign_id=first.id)
    other = db.session.scalars(select(Category).where(Category.code == "PA05")).one()
    entered(sign_id=second.id, category_id=other.id)
    assert told(OF_2025)[0][first.code] == (1, 1, 100.0)
    chosen = {"category": other.id, "unit": report.unit_id, "channel": "phone"}[narrowed]
    wanted = Selection(OF_2025.since, OF_2025.until, **{narrowed: chosen})
    figures, note = told(wanted)
    assert all(rate is None for _scans, _reports, rate in figures.values())
    assert "per 100 scans" in note
    assert figures["All"][0] == 2
