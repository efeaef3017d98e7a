"""The crew's pages without script: filters, grouping, and the same closings as on a tablet."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import db, now
from app.places.models import Owner
from app.reports.models import Photo, ReplyTemplate, Report
from app.reports.operations import change_status
from app.staff.models import Staff
from tests.app.crew.conftest import id_of, version
from tests.pictures import a_phone_photo, a_photo


@pytest.fixture
def report(filed_here, park_sign):
    return filed_here(sign=park_sign.code)


def fresh(report):
    return db.session.get(Report, report.id)


def handle(crew, report, photos=None, **form):
    data = {"id": str(uuid4()), "seen": version(fresh(report)), "status": "fixed"} | form
    data |= {name: (io.BytesIO(content), "b.jpg") for name, content in (photos or {}).items()}
    return crew.post(
        f"/crew/reports/{report.number}", data=data, content_type="multipart/form-data"
    )


def numbers_on(page):
    return re.findall(r"/crew/reports/(\d{4}-\d{8})\"", page.text)


def test_the_list_is_grouped_by_place_with_the_most_urgent_place_first(
    crew, filed_here, park_sign, hall_sign
):
    late, early = filed_here(sign=park_sign.code), filed_here(sign=hall_sign.code)
    beside = filed_here(sign=hall_sign.code)
    assert "/crew?place=" not in crew.get("/crew").text
    late.due_at, early.due_at = now() + timedelta(days=3), now() + timedelta(days=1)
    beside.due_at = now() + timedelta(days=5)
    db.session.commit()
    page = crew.get("/crew?by=place")
    assert numbers_on(page) == [early.number, beside.number, late.number]
    assert f"/crew?place={hall_sign.place_id}" in page.text
    here = crew.get(f"/crew?place={hall_sign.place_id}")
    assert numbers_on(here) == [early.number, beside.number]


@pytest.mark.parametrize("show", ["mine", "late", "urgent", "underway", "asked"])
def test_the_list_is_filtered(crew, filed_here, show):
    other, report = filed_here(), filed_here()
    changes = {
        "mine": {"assignee_id": id_of("crew")},
        "late": {"due_at": now() - timedelta(days=1)},
        "urgent": {"priority": "P0"},
        "underway": {"status": "in_progress"},
        "asked": {"asked_at": now()},
    }
    for column, value in changes[show].items():
        setattr(report, column, value)
    db.session.commit()
    assert numbers_on(crew.get(f"/crew?show={show}")) == [report.number]
    assert len(numbers_on(crew.get("/crew?show=nonsense"))) == 2, other.number


def test_a_note_and_a_question_leave_the_state_as_it_is(crew, front_desk, report):
    assert handle(crew, report, status="note", internal_text="Trenger lift").status_code == 303
    asked = handle(crew, report, status="ask_desk", internal_text="Hvem har nøkkel?", minutes="15")
    assert asked.status_code == 303
    assert [one.kind for one in fresh(report).events] == ["received", "note", "asked"]
    assert fresh(report).events[-1].minutes == 15
    assert fresh(report).status == "received"
    assert report.number in front_desk.get("/desk?status=asked").text
    assert "Hvem har nøkkel?" in crew.get(f"/crew/reports/{report.number}").text


def test_before_and_after_are_told_apart_and_survive_a_refusal(crew, report):
    photos = {"photo_before": a_photo(), "photo": a_phone_photo()}
    refused = handle(crew, report, photos, minutes="x")
    assert refused.status_code == 422
    assert 'id="minutes-error"' in refused.text
    kept = re.findall(r'name="kept_photo" value="([^"]+)"', refused.text)
    assert len(kept) == 2
    assert handle(crew, report, kept_photo=kept, minutes="20").status_code == 303
    found = db.session.scalars(select(Photo).order_by(Photo.id))
    assert {(one.moment, one.report_id, one.by_staff) for one in found} == {
        ("before", report.id, True),
        ("after", report.id, True),
    }


def test_a_duplicate_and_what_is_not_ours_are_closed_as_on_the_tablet(crew, filed_here, report):
    owner = Owner(name="Hall AS", email="post@example.org")
    db.session.add(owner)
    db.session.commit()
    other = filed_here()
    handle(crew, other, status="duplicate", duplicate_of=report.number)
    assert fresh(other).merged_into_id == report.id
    unknown = handle(crew, report, status="duplicate", duplicate_of="1")
    assert 'id="duplicate_of-error"' in unknown.text
    assert handle(crew, report, status="not_ours", owner=str(owner.id)).status_code == 303
    assert [one.kind for one in fresh(report).events][-2:] == ["status", "forwarded"]


def test_a_reply_template_is_put_below_what_was_typed(crew, report):
    db.session.add(ReplyTemplate(name="Takk", texts={"nb": "Takk for {number}."}))
    db.session.commit()
    template = db.session.query(ReplyTemplate.id).filter_by(name="Takk").scalar()
    page = f"/crew/reports/{report.number}/template"
    answer = crew.post(page, data={"template": template, "public_text": "Ferdig."})
    assert f"Ferdig.\n\nTakk for {report.number}." in answer.text
    assert fresh(report).status == "received"
    assert crew.post(page, data={"template": "0"}).status_code == 422


def test_a_form_that_is_sent_twice_counts_once(crew, report):
    form = {"id": str(uuid4()), "seen": version(report), "public_text": "Byttet."}
    answers = [handle(crew, report, **form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(fresh(report).events) == 2


def several(crew, reports, **form):
    data = {
        "id": str(uuid4()),
        "place": str(reports[0].place_id),
        "chosen": [f"{one.number}:{version(one)}" for one in reports],
        "status": "fixed",
        "public_text": "Alt er ryddet.",
    }
    return crew.post("/crew/several", data=data | form)


def test_several_at_a_place_are_closed_at_once_and_what_no_longer_fits_is_named(
    crew, filed_here, park_sign
):
    reports = [filed_here(sign=park_sign.code) for _ in range(3)]
    page = crew.get(f"/crew?place={park_sign.place_id}").text
    assert page.count('name="chosen"') == 3
    based_on = [f"{one.number}:{version(one)}" for one in reports]
    change_status(reports[1], "planned", db.session.get(Staff, id_of("front_desk")))
    db.session.commit()
    form = {"chosen": based_on, "id": str(uuid4())}
    answer = several(crew, reports, **form)
    assert answer.status_code == 303
    assert [fresh(one).status for one in reports] == ["fixed", "planned", "fixed"]
    told = crew.get(answer.location).text
    assert reports[1].number in told
    assert several(crew, reports, **form).status_code == 303
    assert [len(fresh(one).events) for one in reports] == [2, 2, 2]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"chosen": []}, "chosen"),
        ({"status": "planned"}, "status"),
        ({"public_text": "x" * 4001}, "public_text"),
    ],
)
def test_closing_several_is_refused_with_what_was_typed(crew, report, form, field):
    answer = several(crew, [report], **form)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert fresh(report).is_open
