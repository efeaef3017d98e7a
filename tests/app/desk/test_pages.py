"""A report at the front desk: what can be done with it, and what happens when that is refused."""

from __future__ import annotations

from uuid import UUID, uuid4

import html5lib
import pytest
from sqlalchemy import select

from app.database import db
from app.places.models import Unit
from app.reports.keys import report_key
from app.reports.models import Event, EventKind, Report
from app.staff.models import Staff
from tests.conftest import a_report, put_report
from tests.pictures import a_photo

TOO_LONG = "x" * 4_001


@pytest.fixture
def report(filed, park_sign):
    return filed(sign=park_sign.code)


@pytest.fixture
def page(report):
    return f"/desk/reports/{report.number}"


def events(report):
    query = select(Event).where(Event.report_id == report.id).order_by(Event.id)
    return db.session.scalars(query).all()


def last_event(report):
    event = events(report)[-1]
    return event.kind, event.from_value, event.to_value, event.public_text, event.internal_text


def who(event):
    return db.session.get(Staff, event.staff_id).email


def add_photo(client, report):
    photo_id = uuid4()
    answer = client.put(
        f"/api/v1/reports/{report.uuid}/photos/{photo_id}",
        data=a_photo(),
        headers={"Authorization": f"Bearer {report_key(report.uuid)}"},
    )
    assert answer.status_code == 201
    return photo_id


def element(page, element_id):
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    return next((one for one in tree.iter() if one.get("id") == element_id), None)


def typed(page, element_id):
    return "".join(element(page, element_id).itertext())


def demand_error_beside(page, element_id):
    """The field says that it is wrong, names the sentence, and the summary on top leads there."""
    field = element(page, element_id)
    assert field.get("aria-invalid") == "true"
    assert f"{element_id}-error" in field.get("aria-describedby")
    assert typed(page, f"{element_id}-error").strip()
    assert f'href="#{element_id}"' in page.text


def test_a_report_is_set_in_progress(front_desk, report, page):
    answer = front_desk.post(
        f"{page}/status",
        data={"status": "in_progress", "public_text": "Vi ser på det.", "internal_text": "Bil 3"},
    )
    assert (answer.status_code, answer.location) == (303, page)
    assert db.session.get(Report, report.id).status == "in_progress"
    assert last_event(report) == ("status", "received", "in_progress", "Vi ser på det.", "Bil 3")
    assert who(events(report)[-1]) == "front_desk@demo.vof"


def test_what_is_for_staff_is_not_told_to_others(front_desk, client, report, page):
    texts = {"public_text": "Vi ser <b>på</b> det.", "internal_text": "Ring formannen"}
    front_desk.post(f"{page}/status", data={"status": "planned"} | texts)
    front_desk.post(f"{page}/note", data={"internal_text": "Bare for oss"})
    public = client.get(f"/r/{report.number}").text
    assert "Vi ser &lt;b&gt;på&lt;/b&gt; det." in public
    for secret in ("Ring formannen", "Bare for oss", "Demo Innbyggerservice"):
        assert secret not in public
        assert secret in front_desk.get(page).text


def test_another_unit_takes_over(front_desk, report, page):
    unit = db.session.scalars(select(Unit).where(Unit.name == "Idrett")).one()
    before = report.unit.name
    assert front_desk.post(f"{page}/unit", data={"unit": unit.id}).status_code == 303
    assert db.session.get(Report, report.id).unit_id == unit.id
    assert last_event(report)[:3] == ("unit", before, "Idrett")
    front_desk.post(f"{page}/unit", data={"unit": unit.id})
    assert len(events(report)) == 2, "the same unit again changes nothing"


def test_an_answer_and_a_note_are_written(front_desk, client, report, page):
    texts = {"public_text": "Takk!", "internal_text": "Hyggelig dame"}
    assert front_desk.post(f"{page}/note", data=texts).status_code == 303
    assert last_event(report) == ("note", None, None, "Takk!", "Hyggelig dame")
    assert "Takk!" in client.get(f"/r/{report.number}").text


def test_a_photo_is_shown_to_everybody_once_released(front_desk, client, report, page):
    photo_id = add_photo(client, report)
    address = f"/photos/{photo_id}/photo"
    assert client.get(address).status_code == 404
    assert front_desk.get(address).status_code == 200
    assert str(photo_id) not in client.get(f"/r/{report.number}").text
    release = f"{page}/photos/{photo_id}/release"
    assert front_desk.post(release).status_code == 303
    assert client.get(address).status_code == 200
    assert str(photo_id) in client.get(f"/r/{report.number}").text
    assert last_event(report)[0] == EventKind.PHOTO_RELEASED
    count = len(events(report))
    front_desk.post(release)
    assert len(events(report)) == count, "releasing it again changes nothing"


def test_a_photo_of_another_report_is_not_released(front_desk, client, report, page, filed):
    other = filed()
    photo_id = add_photo(client, other)
    assert front_desk.post(f"{page}/photos/{photo_id}/release").status_code in {404, 422}
    assert client.get(f"/photos/{photo_id}/photo").status_code == 404


REFUSED = {
    "no state": ("status", {"status": ""}, 422, None),
    "a state nobody knows": ("status", {"status": "lost"}, 422, None),
    "a question without words": ("status", {"status": "waiting"}, 422, "status-public_text"),
    "an impossible step": ("status", {"status": "received"}, 409, None),
    "a text too long": (
        "status",
        {"status": "fixed", "public_text": TOO_LONG},
        422,
        "status-public_text",
    ),
    "a note too long": ("note", {"internal_text": TOO_LONG}, 422, "note-internal_text"),
    "an empty note": ("note", {"public_text": "", "internal_text": ""}, 422, "note-internal_text"),
    "a note of blanks": (
        "note",
        {"public_text": " \r\n", "internal_text": ""},
        422,
        "note-internal_text",
    ),
    "no unit": ("unit", {"unit": ""}, 422, "unit-unit"),
    "a unit nobody knows": ("unit", {"unit": "999999"}, 422, "unit-unit"),
    "a unit that is no number": ("unit", {"unit": "Park"}, 422, "unit-unit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_form_comes_back_and_nothing_has_changed(front_desk, report, page, case):
    form, data, status, beside = REFUSED[case]
    answer = front_desk.post(f"{page}/{form}", data=data)
    assert answer.status_code == status
    assert 'data-island="error-summary"' in answer.text
    if beside:
        demand_error_beside(answer, beside)
    assert db.session.get(Report, report.id).status == "received"
    assert len(events(report)) == 1


def test_a_refused_form_comes_back_with_everything_typed(front_desk, report, page):
    data = {"status": "waiting", "public_text": "", "internal_text": "Ring <formann>\r\nklokka 8"}
    answer = front_desk.post(f"{page}/status", data=data)
    assert typed(answer, "status-internal_text").strip() == "Ring <formann>\nklokka 8"
    assert 'value="waiting" checked' in answer.text
    assert typed(answer, "note-internal_text").strip() == "", "only in the form it was typed in"
    too_long = front_desk.post(f"{page}/note", data={"public_text": TOO_LONG, "internal_text": "a"})
    assert typed(too_long, "note-public_text").strip() == TOO_LONG
    assert typed(too_long, "note-internal_text").strip() == "a"


def test_whoever_comes_second_is_told_that_the_report_has_changed(
    front_desk, manager, report, page
):
    assert manager.post(f"{page}/status", data={"status": "fixed"}).status_code == 303
    late = {"status": "planned", "public_text": "Vi kommer tirsdag."}
    answer = front_desk.post(f"{page}/status", data=late)
    assert answer.status_code == 409
    assert "Vi kommer tirsdag." in answer.text
    assert db.session.get(Report, report.id).status == "fixed"
    assert len(events(report)) == 2


@pytest.mark.parametrize("form", ["status", "unit", "note", f"photos/{UUID(int=0)}/release"])
def test_a_report_nobody_knows_is_a_404(front_desk, form):
    answer = front_desk.post(f"/desk/reports/2026-00000000/{form}", data={"status": "fixed"})
    assert answer.status_code == 404


def test_admin_may_look_but_not_change(admin, report, page):
    shown = admin.get(page)
    assert shown.status_code == 200
    assert "<form" in shown.text, "for signing out"
    # Whoever may look may be told by e-mail what happens.
    assert shown.text.count(f'action="{page}') == shown.text.count(f'action="{page}/follow"')
    for form, data in (
        ("status", {"status": "fixed"}),
        ("unit", {"unit": 1}),
        ("note", {"public_text": "x"}),
    ):
        assert admin.post(f"{page}/{form}", data=data).status_code == 403
    assert len(events(report)) == 1


def test_the_contact_is_shown_to_the_desk_and_to_nobody_else(front_desk, crew, client):
    contact = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "51 00 00 00"}
    number = put_report(client, a_report(contact=contact)).json["number"]
    front_desk.post(f"/desk/reports/{number}/contact")
    desk, tablet = (
        front_desk.get(f"/desk/reports/{number}").text,
        crew.get(f"/crew/reports/{number}").text,
    )
    public = client.get(f"/r/{number}").text
    for detail in contact.values():
        assert detail in desk
        assert detail not in tablet
        assert detail not in public


def test_a_report_is_opened_by_its_number_however_it_is_typed(front_desk, report):
    for typed_number in (report.number.replace("-", ""), report.number.replace("-", "%20")):
        assert front_desk.get(f"/desk/reports/{typed_number}").status_code == 200


def test_a_report_takes_few_statements_however_long_its_timeline_is(
    front_desk, client, report, page, count_statements
):
    def statements():
        count_statements.texts.clear()
        front_desk.get(page)
        return len(count_statements)

    add_photo(client, report)
    front_desk.post(f"{page}/note", data={"internal_text": "1"})
    statements()  # The settings of the municipality are remembered from here on.
    few = statements()
    for number in range(8):
        front_desk.post(f"{page}/note", data={"internal_text": str(number)})
    add_photo(client, report)
    assert statements() == few <= 15, count_statements.texts
