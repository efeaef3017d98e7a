"""Each thing is kept as long as is said, and the worker, the command and the guide agree on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.audit import KEPT, AuditEntry
from app.config import ROOT
from app.database import Base, db, now
from app.personal.retention import RULES
from app.reports import housekeeping
from app.reports.deadlines import local_day
from app.reports.models import Contact, Event, EventKind

KARI = {"name": "Kari Nordmann", "email": "kari@example.org"}


@pytest.fixture
def vof(app):
    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["vof", *arguments], catch_exceptions=False)
        db.session.expire_all()
        return result.output

    return run


def due(report):
    report.contact.erase_on = local_day(now())
    db.session.commit()


def test_the_command_tells_what_is_due_by_category_and_keeps_it_with_dry_run(vof, filed):
    due(filed(contact=KARI, category="PA03"))
    due(filed(contact=KARI, category="PA05"))
    filed(contact=KARI)
    told = vof("retention", "--dry-run")
    assert [line.split() for line in told.splitlines() if "contact" in line] == [
        ["contact", "details", "PA03", "1"],
        ["contact", "details", "PA05", "1"],
    ]
    assert "--dry-run" in told
    assert len(db.session.scalars(select(Contact)).all()) == 3
    vof("retention")
    assert len(db.session.scalars(select(Contact)).all()) == 1
    done = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "retention"))
    assert {"what": "contact details", "count": 2} in [deed.details for deed in done]


def test_the_timeline_tells_that_the_time_was_up(vof, filed):
    report = filed(contact=KARI, description="Ring kari@example.org")
    due(report)
    vof("retention")
    line = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (line.kind, line.staff_id, line.uuid) == (EventKind.CONTACT_ERASED, None, None)
    assert report.description == "Ring […]"


def test_days_begin_at_midnight_in_norway(app, filed, monkeypatch):
    report = filed(contact=KARI)
    report.contact.erase_on = datetime(2027, 7, 1, tzinfo=UTC).date()
    db.session.commit()
    # In summer Norway is two hours ahead: at 21:59 it is still June, at 22:00 it is July.
    for clock, left in (("21:59", 1), ("22:00", 0)):
        hour, minute = map(int, clock.split(":"))
        moment = datetime(2027, 6, 30, hour, minute, tzinfo=UTC)
        monkeypatch.setattr(housekeeping, "now", lambda moment=moment: moment)
        housekeeping.erase_contacts()
        assert len(db.session.scalars(select(Contact)).all()) == left, clock


def test_many_are_erased_some_at_a_time_until_none_is_left(vof, filed, monkeypatch):
    monkeypatch.setattr(housekeeping, "MOST_AT_ONCE", 2)
    for _ in range(5):
        due(filed(contact=KARI))
    assert housekeeping.erase_contacts() == 2
    db.session.commit()
    vof("retention")
    assert db.session.scalars(select(Contact)).all() == []


def test_the_log_is_kept_for_two_years(vof):
    for days in (KEPT.days - 1, KEPT.days + 1):
        at = now() - timedelta(days=days)
        db.session.add(AuditEntry(action="sign_in", subject="staff", details={}, at=at))
    db.session.commit()
    assert "lines of the log" in vof("retention")
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in")).all()
    assert len(kept) == 1


def test_the_worker_does_it_hourly(app):
    periodic = app.extensions["work"]().queue._registry.periodic_tasks
    assert {task.name for task in periodic} >= {rule.carry_out.__name__ for rule in RULES}
    assert len({rule.minute for rule in RULES}) == len(RULES)


def test_the_guide_says_of_every_table_what_is_kept_in_it():
    guide = (ROOT / "docs" / "data-protection.md").read_text("utf-8")
    unsaid = {name for name in Base.metadata.tables if f"`{name}`" not in guide}
    assert not unsaid, f"docs/data-protection.md does not say how long {sorted(unsaid)} are kept"
