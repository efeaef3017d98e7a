"""“My unit today”: what to look at first."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.database import db, now
from app.places.models import Unit
from app.staff.models import Staff


def heap(page, name):
    """The text of one of the page's sections."""
    part = page[page.index(f"{name}: ") :]
    return part[: part.index("</section>")]


def test_what_is_late_new_and_nobodys_is_counted_and_named(front_desk, filed):
    late, fresh = filed(), filed()
    late.due_at = now() - timedelta(days=2)
    late.received_at = now() - timedelta(days=20)
    late.status, fresh.assignee_id = "planned", 1
    db.session.commit()
    page = front_desk.get("/desk/today").text
    assert "Over fristen: 1" in page
    assert late.number in heap(page, "Over fristen")
    assert fresh.number in heap(page, "Nye siden forrige arbeidsdag")
    assert late.number not in heap(page, "Nye siden forrige arbeidsdag")
    assert late.number in heap(page, "Ingen tar hånd om")
    assert "Venter på melderen: 0" in page


def test_of_what_is_late_the_longest_is_named_first(front_desk, filed):
    reports = [filed() for _one in range(7)]
    for days, report in enumerate(reversed(reports), 1):
        report.due_at = now() - timedelta(days=days)
    db.session.commit()
    late = heap(front_desk.get("/desk/today").text, "Over fristen")
    named = sorted((one.number for one in reports if one.number in late), key=late.index)
    assert named == [one.number for one in reports[:5]]


def test_ones_own_unit_comes_first_and_another_can_be_chosen(front_desk, filed):
    report = filed()
    me = db.session.scalars(select(Staff).where(Staff.email == "front_desk@demo.vof"))
    me = me.unique().one()
    elsewhere = db.session.scalars(select(Unit).where(Unit.id != report.unit_id)).first()
    me.unit_id = elsewhere.id
    db.session.commit()
    own = front_desk.get("/desk/today").text
    assert report.number not in own
    assert f"<title>I dag: {elsewhere.name}" in own
    assert report.number in front_desk.get("/desk/today?unit=").text
    chosen = front_desk.get(f"/desk/today?unit={report.unit_id}").text
    assert report.number in chosen
    assert f"/desk?person=nobody&amp;status=open&amp;unit={report.unit_id}" in chosen
