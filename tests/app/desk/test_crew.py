"""What the desk sees of the crew's work: questions, time spent, before and after."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.database import db
from app.reports.models import Report
from tests.app.crew.conftest import API, send
from tests.app.desk.test_bulk import close, undo
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

QUESTION = "Hvem har nøkkelen til boden?"


@pytest.fixture
def report(filed, park_sign):
    return filed(sign=park_sign.code)


@pytest.fixture
def asked(crew, report):
    answer = send(crew, report, kind="ask_desk", internal_text=QUESTION, minutes=5)
    assert answer.status_code == 201
    return report


def fresh(report):
    return db.session.get(Report, report.id)


def post(client, report, deed, **form):
    seen = max(event.id for event in fresh(report).events)
    answer = client.post(f"/desk/reports/{report.number}/{deed}", data={"seen": seen} | form)
    assert answer.status_code == 303
    return answer


def test_a_question_stands_in_the_register_on_the_day_and_on_the_report(front_desk, asked, filed):
    other = filed()
    register = front_desk.get("/desk?status=asked").text
    assert asked.number in register
    assert other.number not in register
    today = front_desk.get("/desk/today?unit=&lang=en").text
    assert "Questions from the crew: 1" in today
    page = front_desk.get(f"/desk/reports/{asked.number}?lang=en").text
    assert page.index(QUESTION) < page.index("What was reported")
    assert "Answer with a note" in page


@pytest.mark.parametrize(
    ("deed", "form"),
    [
        ("note", {"internal_text": "Ring vaktmesteren."}),
        ("status", {"status": "planned"}),
        ("unit", {"unit": "1", "person": ""}),
    ],
)
def test_what_the_desk_does_next_is_its_answer(front_desk, crew, asked, deed, form):
    post(front_desk, asked, deed, **form)
    assert fresh(asked).asked_at is None
    assert asked.number not in front_desk.get("/desk?status=asked").text
    last = crew.get(f"{API}/reports/{asked.number}").json["events"]
    assert any(line["internal_text"] == QUESTION for line in last)


def test_a_question_is_not_answered_by_the_crew_or_by_publishing_a_photo(front_desk, crew, asked):
    action_id, photo_id = uuid4(), uuid4()
    send(crew, asked, action_id, kind="photos")
    url = f"{API}/actions/{action_id}/photos/{photo_id}?moment=before"
    assert crew.put(url, data=a_photo(), headers=FROM_HERE).status_code == 201
    post(front_desk, asked, f"photos/{photo_id}/release")
    assert fresh(asked).asked_at is not None
    send(crew, asked, kind="status", status="fixed")
    assert fresh(asked).asked_at is None


def test_time_spent_is_told_for_each_line_and_in_all_and_only_to_staff(
    front_desk, crew, client, report
):
    send(crew, report, internal_text="Sett på det", minutes=50)
    send(crew, report, kind="status", status="fixed", minutes=25)
    page = front_desk.get(f"/desk/reports/{report.number}?lang=en").text
    assert "Time spent: 50 min" in page
    assert "1 h 15 min" in page
    public = client.get(f"/r/{report.number}?lang=en").text
    assert "Time spent" not in public
    assert "50 min" not in public


def test_before_and_after_stand_in_that_order_after_what_the_reporter_sent(
    front_desk, crew, client, report
):
    action_id = uuid4()
    send(crew, report, action_id, kind="photos")
    for moment in ("after", "before"):
        url = f"{API}/actions/{action_id}/photos/{uuid4()}?moment={moment}"
        assert crew.put(url, data=a_photo(), headers=FROM_HERE).status_code == 201
    page = front_desk.get(f"/desk/reports/{report.number}?lang=en").text
    assert page.index("<strong>before</strong>") < page.index("<strong>after</strong>")
    assert "Photos of the work" in page
    assert "Photos of the work" not in client.get(f"/r/{report.number}?lang=en").text


def test_a_bulk_closing_answers_and_its_undoing_asks_again(front_desk, asked):
    assert close(front_desk, [asked]).status_code == 303
    assert fresh(asked).asked_at is None
    assert undo(front_desk).status_code == 303
    assert fresh(asked).asked_at is not None
