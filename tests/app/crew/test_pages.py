"""The crew's tablet: what is to be done, and what was done about it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import UUID, uuid4

import html5lib
import pytest
from sqlalchemy import func, select

from app.crew.forms import FORM_BYTES
from app.database import db, now
from app.places.models import Unit
from app.reports.models import Event, Photo, Report
from app.staff.models import Staff
from tests.pictures import NOT_PHOTOS, a_phone_photo, a_photo

TEXT = "Vi har byttet planken."


@pytest.fixture
def report(filed, park_sign):
    return filed(sign=park_sign.code)


@pytest.fixture
def page(report):
    return f"/crew/reports/{report.number}"


def close(crew, page, photo=None, **fields):
    data = {"status": "fixed", "public_text": TEXT} | fields
    if photo is not None:
        data["photo"] = (io.BytesIO(photo), "etter.jpg")
    return crew.post(page, data=data, content_type="multipart/form-data")


def photos():
    return db.session.scalars(select(Photo).order_by(Photo.id)).all()


def number_of_events():
    return db.session.scalar(select(func.count(Event.id)))


def numbers_on(page):
    return re.findall(r"/crew/reports/(\d{4}-\d{8})\"", page.text)


def unit(name):
    return db.session.scalars(select(Unit).where(Unit.name == name)).one()


def test_the_worklist_is_that_of_ones_unit_with_the_most_urgent_first(crew, manager, filed):
    *reports, closed = [filed() for _ in range(5)]
    park, other = unit("Park og natur"), unit("Idrett")
    for report, due, responsible in zip(
        reports, (3, 1, 2, 0), (park, park, park, other), strict=True
    ):
        report.due_at, report.unit_id = now() + timedelta(days=due), responsible.id
    closed.status, closed.closed_at, closed.unit_id = "fixed", now(), park.id
    db.session.commit()
    by_deadline = [reports[1].number, reports[2].number, reports[0].number]
    assert numbers_on(crew.get("/crew")) == by_deadline
    assert set(numbers_on(manager.get("/crew"))) == {report.number for report in reports}


def test_who_belongs_to_no_unit_sees_all(crew, filed):
    report = filed()
    report.unit_id = unit("Idrett").id
    db.session.query(Staff).filter_by(email="crew@demo.vof").update({"unit_id": None})
    db.session.commit()
    assert numbers_on(crew.get("/crew")) == [report.number]


def test_the_worklist_takes_few_statements_however_long_it_is(crew, filed, count_statements):
    def statements():
        count_statements.texts.clear()
        crew.get("/crew")
        return len(count_statements)

    filed()
    statements()  # The settings of the municipality are remembered from here on.
    few = statements()
    for _ in range(15):
        filed()
    assert statements() == few <= 6, count_statements.texts


def test_the_crew_closes_a_report_as_fixed_and_the_resident_sees_it(crew, client, report, page):
    answer = close(crew, page, a_phone_photo(), release_photo="1", internal_text="2 planker")
    assert (answer.status_code, answer.location) == (303, f"/crew?done={report.number}")
    assert report.number in crew.get(answer.location).text
    (photo,) = photos()
    assert photo.by_staff
    assert photo.released_at is not None
    assert db.session.get(Report, report.id).status == "fixed"
    public = client.get(f"/r/{report.number}?lang=en").text
    assert "Fixed" in public
    assert TEXT in public
    assert f"/photos/{photo.uuid}/" in public
    assert "2 planker" not in public
    assert client.get(f"/photos/{photo.uuid}/thumbnail").status_code == 200


def test_a_photo_that_is_not_released_stays_inside(crew, front_desk, client, report, page):
    assert close(crew, page, a_photo()).status_code == 303
    (photo,) = photos()
    assert photo.released_at is None
    public = client.get(f"/r/{report.number}").text
    assert TEXT in public
    assert str(photo.uuid) not in public
    assert client.get(f"/photos/{photo.uuid}/photo").status_code == 404
    assert front_desk.get(f"/photos/{photo.uuid}/photo").status_code == 200


def test_a_report_is_closed_without_a_photo(crew, report, page):
    assert close(crew, page).status_code == 303
    assert photos() == []
    events = db.session.scalars(select(Event).order_by(Event.id)).all()
    assert [(event.kind, event.to_value) for event in events] == [
        ("received", None),
        ("status", "fixed"),
    ]
    assert events[-1].public_text == TEXT
    assert db.session.get(Staff, events[-1].staff_id).email == "crew@demo.vof"


def element(page, element_id):
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    return next(one for one in tree.iter() if one.get("id") == element_id)


@pytest.mark.parametrize("case", [case for case in NOT_PHOTOS if NOT_PHOTOS[case]])
def test_an_unreadable_photo_is_refused_and_the_text_survives(crew, report, page, case):
    fields = {"internal_text": "Ring <formannen>", "release_photo": "1"}
    answer = close(crew, page, NOT_PHOTOS[case], **fields)
    assert answer.status_code == 422
    field = element(answer, "photo")
    assert field.get("aria-invalid") == "true"
    assert "photo-error" in field.get("aria-describedby")
    assert 'href="#photo"' in answer.text
    assert "".join(element(answer, "public_text").itertext()).strip() == TEXT
    assert "".join(element(answer, "internal_text").itertext()).strip() == "Ring <formannen>"
    assert "checked" in element(answer, "release_photo").attrib
    assert db.session.get(Report, report.id).status == "received"
    assert photos() == []
    assert number_of_events() == 1


def test_a_photo_too_large_is_a_413_and_nothing_has_changed(crew, report, page):
    kind = "multipart/form-data; boundary=x"
    answer = crew.post(page, data=bytes(FORM_BYTES + 1), content_type=kind)
    assert answer.status_code == 413
    assert db.session.get(Report, report.id).status == "received"


def test_the_photo_of_a_refused_form_waits_for_the_next_try(crew, client, report, page):
    refused = close(crew, page, a_photo(), status="waiting", public_text="")
    assert refused.status_code == 422
    assert element(refused, "public_text").get("aria-invalid") == "true"
    assert 'value="waiting" checked' in refused.text
    (kept,) = photos()
    assert kept.report_id is None
    assert f'name="kept_photo" value="{kept.uuid}"' in refused.text
    again = close(crew, page, kept_photo=str(kept.uuid), release_photo="1")
    assert again.status_code == 303
    (photo,) = photos()
    assert (photo.report_id, photo.by_staff) == (report.id, True)
    assert f"/photos/{photo.uuid}/" in client.get(f"/r/{report.number}").text


@pytest.mark.parametrize("kept", ["", "nonsense", "\x00", str(UUID(int=0))])
def test_a_kept_photo_nobody_knows_is_left_out(crew, report, page, kept):
    assert close(crew, page, kept_photo=kept).status_code == 303
    assert photos() == []


def test_a_photo_of_another_report_is_not_taken_over(crew, client, report, page, filed):
    other = filed()
    assert close(crew, f"/crew/reports/{other.number}", a_photo()).status_code == 303
    (photo,) = photos()
    assert close(crew, page, kept_photo=str(photo.uuid), release_photo="1").status_code == 303
    (photo,) = photos()
    assert photo.report_id == other.id
    assert photo.released_at is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": ""}, 422),
        ({"status": "lost"}, 422),
        ({"status": "received"}, 409),
        ({"status": "waiting", "public_text": " "}, 422),
        ({"public_text": "x" * 4_001}, 422),
        ({"internal_text": "x" * 4_001}, 422),
    ],
)
def test_a_refused_form_changes_nothing(crew, report, page, fields, status):
    answer = close(crew, page, **fields)
    assert answer.status_code == status
    assert 'data-island="error-summary"' in answer.text
    for name in ("public_text", "internal_text"):
        typed = "".join(element(answer, name).itertext()).strip()
        assert typed == fields.get(name, TEXT if name == "public_text" else "").strip()
    assert db.session.get(Report, report.id).status == "received"
    assert number_of_events() == 1


def test_what_is_closed_already_cannot_be_closed_again(crew, report, page):
    assert close(crew, page).status_code == 303
    answer = close(crew, page, status="no_action", public_text="Fant ingen feil.")
    assert answer.status_code == 409
    assert "Fant ingen feil." in answer.text
    assert db.session.get(Report, report.id).status == "fixed"


def test_the_crew_asks_the_reporter(crew, client, report, page):
    close(crew, page, status="waiting", public_text="Hvilken benk?")
    public = client.get(f"/r/{report.number}?lang=en").text
    assert "Hvilken benk?" in public
    assert "paused" in public


def test_a_report_nobody_knows_is_a_404(crew):
    assert crew.get("/crew/reports/2026-00000000").status_code == 404
    assert close(crew, f"/crew/reports/{uuid4()}").status_code == 404
    assert close(crew, "/crew/reports/2026-00000000", a_photo()).status_code == 404


def test_a_file_field_left_empty_is_no_photo(crew, report, page):
    data = {"status": "fixed", "public_text": TEXT, "photo": (io.BytesIO(b""), "")}
    answer = crew.post(page, data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert photos() == []
