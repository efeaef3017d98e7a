"""What the reporter adds afterwards with the report's key."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.database import db, now
from app.outbox import OutboxMessage
from app.places.models import Unit
from app.reports import routing
from app.reports.deadlines import due_at, local_day
from app.reports.keys import report_key
from app.reports.models import Contact, Event, EventKind, Photo, Report
from app.staff.models import Staff
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

CONTACT = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "51000000"}


@pytest.fixture
def report(filed, park_sign):
    return filed(sign=park_sign.code, contact=CONTACT)


def again(report):
    return db.session.get(Report, report.id, populate_existing=True)


def wait(report, question="Hvor er det?"):
    report.status, report.waiting_since = "waiting", now()
    report.events.append(
        Event(kind="status", from_value="received", to_value="waiting", public_text=question)
    )
    db.session.commit()


def close(report, days_ago=1):
    report.status, report.closed_at = "fixed", now() - timedelta(days=days_ago)
    report.events.append(Event(kind="status", from_value="received", to_value="fixed"))
    db.session.commit()


def send(client, report, verb, *photos, **fields):
    key = report_key(report.uuid)
    data = {"key": key, "id": str(uuid4())} | fields
    if photos:
        data["photo"] = [(io.BytesIO(photo), f"{n}.jpg") for n, photo in enumerate(photos)]
    return client.post(
        f"/r/{report.number}/{verb}?lang=en",
        data=data,
        headers=FROM_HERE,
        content_type="multipart/form-data",
    )


def demand_done(client, answer, report, verb):
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(f"/r/{report.number}?")
    assert f"done={verb}" in answer.location
    page = client.get(answer.location)
    assert 'role="status"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    return page.text


def events(report, kind):
    query = select(Event).where(Event.report_id == report.id, Event.kind == kind)
    return db.session.scalars(query.order_by(Event.id)).all()


def count(model):
    return db.session.scalar(select(func.count(model.id)))


def outbox(kind):
    query = select(OutboxMessage.payload).where(OutboxMessage.kind == kind)
    return db.session.scalars(query).all()


def test_a_text_is_added_and_only_the_reporter_and_staff_read_it(client, front_desk, crew, report):
    answer = send(client, report, "message", text="  Den er <verre> nå.\r\n")
    page = demand_done(client, answer, report, "message")
    assert "Den er &lt;verre&gt; nå." in page
    assert "You wrote to us" in page
    (event,) = events(report, EventKind.MESSAGE)
    assert (event.internal_text, event.staff_id) == ("Den er <verre> nå.", None)
    assert "verre" not in client.get(f"/r/{report.number}").text
    desk = front_desk.get(f"/desk/reports/{report.number}?lang=en").text
    assert "The reporter wrote" in desk
    assert "&lt;verre&gt;" in desk
    assert outbox("event") == []


def test_the_reporter_reads_it_through_the_api_too(client, report):
    send(client, report, "message", text="Den er verre nå.")
    headers = {"Authorization": f"Bearer {report_key(report.uuid)}"}
    timeline = client.get(f"/api/v1/reports/{report.uuid}", headers=headers).json["timeline"]
    assert [line["text"] for line in timeline] == ["", "Den er verre nå."]


def test_photos_are_added_up_to_three_in_all(client, report):
    demand_done(client, send(client, report, "message", a_photo(), a_photo()), report, "message")
    assert len(again(report).photos) == 2
    refused = send(client, report, "message", a_photo(), a_photo(), text="To til")
    assert refused.status_code == 422
    assert "at most 3 photos" in refused.text
    assert len(again(report).photos) == 2
    demand_done(client, send(client, report, "message", a_photo()), report, "message")
    full = client.get(f"/r/{report.number}?key={report_key(report.uuid)}").text
    assert 'name="photo"' not in full
    assert 'name="text"' in full


def test_photos_of_a_refused_text_are_not_lost(client, report):
    refused = send(client, report, "message", a_photo(), text="x" * 4_001)
    assert refused.status_code == 422
    assert "x" * 4_001 in refused.text
    kept = re.search(r'name="kept_photo" value="([^"]+)"', refused.text)[1]
    assert again(report).photos == []
    demand_done(
        client, send(client, report, "message", text="Kort", kept_photo=kept), report, "message"
    )
    assert [str(photo.uuid) for photo in again(report).photos] == [kept]


def test_a_photo_that_cannot_be_read_is_told_of(client, report):
    refused = send(client, report, "message", b"no photo")
    assert refused.status_code == 422
    assert "could not read this photo" in refused.text
    taken = send(client, report, "message", b"no photo", text="Se bildet")
    assert "unreadable=1" in taken.location
    assert "could not read one of your photos" in client.get(taken.location).text


@pytest.mark.parametrize("verb", ["message", "answer", "reopen"])
def test_the_same_form_twice_is_written_once_and_other_words_are_other_words(client, report, verb):
    if verb == "answer":
        wait(report)
    if verb == "reopen":
        close(report)
    before, form_id = count(Event), str(uuid4())
    for _ in range(2):
        answer = send(client, report, verb, text="Ved porten.", id=form_id)
        demand_done(client, answer, report, verb)
    assert count(Event) == before + 1
    demand_done(client, send(client, report, verb, text="Og gjerdet.", id=form_id), report, verb)
    assert count(Event) == before + 2


def test_the_same_photo_twice_is_one(client, report):
    form_id, photo = str(uuid4()), a_photo()
    for _ in range(2):
        send(client, report, "message", photo, id=form_id)
    assert count(Photo) == 1


def test_nothing_at_all_is_no_message(client, report):
    refused = send(client, report, "message", text=" ")
    assert refused.status_code == 422
    assert 'href="#text"' in refused.text
    assert events(report, EventKind.MESSAGE) == []


def test_an_answer_ends_the_pause_and_moves_the_deadline(client, report):
    wait(report)
    report.waiting_since = now() - timedelta(days=14)
    before = report.due_at
    db.session.commit()
    page = client.get(f"/r/{report.number}?key={report_key(report.uuid)}&lang=en").text
    assert "We have a question for you" in page
    assert page.index("Hvor er det?") < page.index("About the report")
    demand_done(client, send(client, report, "answer", text="Ved porten."), report, "answer")
    report = again(report)
    assert (report.status, report.waiting_since) == ("in_progress", None)
    assert (local_day(report.due_at) - local_day(before)).days >= 12
    event = events(report, EventKind.STATUS)[-1]
    assert (event.from_value, event.to_value) == ("waiting", "in_progress")
    assert (event.public_text, event.internal_text) == ("", "Ved porten.")
    assert outbox("event") == [{"event_id": event.id}]


def test_everybody_sees_that_we_wait_and_only_the_reporter_can_answer(client, report):
    wait(report)
    page = client.get(f"/r/{report.number}?lang=en").text
    assert "Waiting for an answer" in page
    assert "until the reporter has answered" in page
    assert 'name="text"' not in page


def test_an_answer_without_words_is_refused(client, report):
    wait(report)
    refused = send(client, report, "answer", a_photo())
    assert refused.status_code == 422
    assert "Write your answer first." in refused.text
    assert "kept_photo" in refused.text
    assert again(report).status == "waiting"


def test_an_answer_that_nobody_waits_for_any_more_is_a_message(client, report):
    demand_done(client, send(client, report, "answer", text="Ved porten."), report, "answer")
    assert again(report).status == "received"
    assert events(report, EventKind.MESSAGE)[0].internal_text == "Ved porten."


def test_a_closed_report_is_reopened_with_a_reason_and_a_new_deadline(client, report):
    close(report, days_ago=13)
    report.received_at -= timedelta(days=60)
    db.session.commit()
    page = demand_done(client, send(client, report, "reopen", text="Løs igjen."), report, "reopen")
    assert "You reopened the report" in page
    report = again(report)
    assert (report.status, report.closed_at) == ("received", None)
    assert report.due_at == due_at(now(), report.priority)
    public = client.get(f"/r/{report.number}?lang=en").text
    assert "Reopened" in public
    assert "Løs igjen." not in public
    assert len(outbox("event")) == 1


def test_what_is_reopened_goes_to_who_works_here_now(client, report):
    person = db.session.scalars(select(Staff)).unique().first()
    report.assignee, person.active = person, False
    report.unit.archived_at = now()
    default_id = db.session.scalars(select(Unit.id).where(Unit.is_default)).one()
    close(report)
    routing.forget()
    demand_done(client, send(client, report, "reopen", text="Løs igjen."), report, "reopen")
    report = again(report)
    assert (report.unit_id, report.assignee_id) == (default_id, None)
    told = [(one.kind, one.to_value) for one in report.events[-3:]]
    assert told == [("unit", report.unit.name), ("person", None), ("status", "received")]


def test_it_is_reopened_a_second_time_with_the_same_words_from_the_same_page(client, report):
    form_id = str(uuid4())
    for _ in range(2):
        close(again(report))
        demand_done(
            client,
            send(client, report, "reopen", text="Løs igjen.", id=form_id),
            report,
            "reopen",
        )
        assert again(report).status == "received"


def test_after_fourteen_days_it_is_too_late(client, report):
    close(report, days_ago=15)
    refused = send(client, report, "reopen", text="Løs igjen.")
    assert refused.status_code == 409
    assert "more than 14 days" in refused.text
    assert "Report it again" in refused.text
    assert again(report).status == "fixed"
    page = client.get(f"/r/{report.number}?key={report_key(report.uuid)}").text
    assert 'name="text"' not in page


def test_without_a_reason_it_is_not_reopened(client, report):
    close(report)
    assert send(client, report, "reopen", text="").status_code == 422
    assert again(report).status == "fixed"


def test_a_text_to_a_report_that_was_closed_meanwhile_is_kept_in_the_form(client, report):
    close(report)
    refused = send(client, report, "message", text="Den er verre nå.")
    assert refused.status_code == 409
    assert "This report is closed" in refused.text
    assert "Den er verre nå.</textarea>" in refused.text
    assert f'action="/r/{report.number}/fixed' in refused.text


def test_contact_details_are_deleted_after_a_confirmation(client, report):
    page = f"/r/{report.number}?key={report_key(report.uuid)}&lang=en"
    assert "Delete my contact details" in client.get(page).text
    refused = send(client, report, "erase-contact")
    assert refused.status_code == 422
    assert 'href="#confirm"' in refused.text
    assert count(Contact) == 1
    for _ in range(2):
        answer = send(client, report, "erase-contact", confirm="1")
        demand_done(client, answer, report, "erase-contact")
    assert count(Contact) == 0
    assert len(events(report, EventKind.CONTACT_ERASED)) == 1
    assert outbox("contact_erased") == [{"report_id": report.id}]
    assert "Delete my contact details" not in client.get(page).text


@pytest.mark.parametrize("verb", ["message", "answer", "reopen", "erase-contact"])
@pytest.mark.parametrize("key", ["", "wrong", "æøå"])
def test_without_the_key_nothing_is_changed(client, report, verb, key):
    wait(report)
    before = count(Event)
    answer = send(client, report, verb, text="Hei", confirm="1", key=key)
    assert answer.status_code == 403
    assert (count(Event), count(Contact)) == (before, 1)
    assert send(client, report, verb, key=report_key(uuid4())).status_code == 403


@pytest.mark.parametrize("verb", ["message", "answer", "reopen", "erase-contact"])
def test_what_a_reporter_sends_is_limited(throttled, verb):
    client = throttled.test_client()
    answers = [client.post(f"/r/2026-00000000/{verb}").status_code for _ in range(61)]
    assert answers == [404] * 60 + [429]


def test_a_held_report_takes_words_and_tells_nobody(client, filed):
    report = filed(website="x")
    wait(report)
    demand_done(client, send(client, report, "answer", text="Ved porten."), report, "answer")
    assert outbox("event") == []


def test_staff_may_reopen_and_the_reporter_s_words_stay_what_they_are(client, front_desk, report):
    close(report)
    front_desk.post(f"/desk/reports/{report.number}/status", data={"status": "received"})
    demand_done(client, send(client, report, "reopen", text="Løs igjen."), report, "reopen")
    assert events(report, EventKind.MESSAGE)[0].internal_text == "Løs igjen."
