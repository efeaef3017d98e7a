"""Updates both ways: checklist X13–X24."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import outbox
from app.database import db, now
from app.jobs import HANDLERS
from app.open311.models import Scope
from app.reports import wording
from app.reports.models import Event, Report
from app.reports.operations import add_note
from app.reports.queries import find_report
from tests.pictures import a_photo

W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RESOURCE = "servicerequestupdates"


def w3c(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def update_of(number, **changes):
    return {
        "service_request_id": number,
        "update_id": "4711",
        "updated_datetime": w3c(now()),
        "status": "CLOSED",
        "description": "Ny planke er på plass.",
    } | changes


def send(who, number, **changes):
    (told,) = who.post(RESOURCE, **update_of(number, **changes))
    return told["update_id"]


def count_events():
    return db.session.scalar(select(func.count(Event.id)))


def test_an_update_closes_a_request_and_is_told_once(system, anybody):
    number = system.file()
    update_id = send(system, number)
    record = anybody.one(number)
    assert record["status"] == "closed"
    assert record["status_notes"] == "Ny planke er på plass."
    (told,) = anybody.get(RESOURCE, start_date=w3c(now() - timedelta(hours=2)))
    assert list(told) == [
        "update_id",
        "service_request_id",
        "status",
        "updated_datetime",
        "description",
        "media_url",
    ]
    assert told["update_id"] == update_id
    assert told["service_request_id"] == number
    assert told["status"] == "fixed"
    assert told["description"] == "Ny planke er på plass."
    assert W3C.fullmatch(told["updated_datetime"])
    assert "City app" in find_report(number).events[-1].internal_text


def test_the_same_update_counts_once(system, another):
    number = system.file()
    first = send(system, number)
    before = count_events()
    assert send(system, number) == first
    assert send(system, number, status="IN_PROGRESS", description="Noe annet") == first
    assert count_events() == before
    # Another system's ids are its own, and so are those of another request.
    other = system.file()
    assert send(system, other) != first
    assert send(another(), number, description="Takk.") != first


@pytest.mark.parametrize(
    "name", ["service_request_id", "update_id", "updated_datetime", "status", "description"]
)
def test_each_part_of_an_update_is_needed(system, name):
    number = system.file()
    for missing in (None, ""):
        said = system.refused(RESOURCE, **update_of(number, **{name: missing}))
        assert f"{name} required" in said
    assert len(find_report(number).events) == 1


def test_parts_that_cannot_be_are_refused(system):
    number = system.file()
    for name, value in (
        ("status", "mended"),
        ("updated_datetime", "yesterday"),
        ("description", "x" * 4001),
        ("update_id", "x" * 256),
    ):
        assert name in system.refused(RESOURCE, **update_of(number, **{name: value}))
    system.refused(RESOURCE, 404, **update_of("2026-00000000"))


def test_an_update_needs_a_key_that_may(system, anybody, another):
    number = system.file()
    anybody.refused(RESOURCE, 403, **update_of(number))
    another(scopes=[Scope.READ]).refused(RESOURCE, 403, **update_of(number))
    assert find_report(number).status == "received"


@pytest.mark.parametrize(
    ("word", "status", "told"),
    [
        ("open", "received", "open"),
        ("IN_PROGRESS", "in_progress", "in_progress"),
        ("investigating", "in_progress", "in_progress"),
        ("action_scheduled", "planned", "planned"),
        ("fixed", "fixed", "fixed"),
        ("NO_FURTHER_ACTION", "no_action", "no_further_action"),
        ("not_councils_responsibility", "not_ours", "not_councils_responsibility"),
        ("duplicate", "duplicate", "duplicate"),
        ("unchanged", "received", "open"),
    ],
)
def test_their_words_are_our_states_and_back(system, anybody, word, status, told):
    number = system.file()
    send(system, number, status=word)
    assert find_report(number).status == status
    assert [one["status"] for one in anybody.get(RESOURCE)] == [told]


def test_a_closed_request_is_opened_again_or_keeps_its_state(system, closes):
    number = system.file()
    closes(number, "no_action")
    send(system, number, update_id="1", status="closed", description="Som sagt.")
    assert find_report(number).status == "no_action"
    system.refused(RESOURCE, **update_of(number, update_id="2", status="planned"))
    send(system, number, update_id="3", status="OPEN")
    assert find_report(number).status == "received"


def test_a_key_that_may_only_create_passes_on_what_its_reporters_say(another, system, anybody):
    passes_on = another(scopes=[Scope.CREATE, Scope.READ])
    number = passes_on.file()
    passes_on.refused(RESOURCE, 403, **update_of(system.file()))
    send(passes_on, number, status="FIXED", description="Kari her: takk")
    report = find_report(number)
    assert report.status == "received"
    assert report.events[-1].kind == "message"
    assert wording.is_by_reporter(report.events[-1])
    assert anybody.get(RESOURCE) == []
    send(system, number, update_id="2")
    send(passes_on, number, update_id="3", status="OPEN", description="Den er fortsatt ødelagt")
    assert find_report(number).status == "received"
    assert "ødelagt" not in str(anybody.get(RESOURCE))


def test_updates_are_listed_in_their_span_the_oldest_first(system, anybody, closes):
    first, second = system.file(), system.file()
    closes(first, "in_progress", "Vi ser på det.")
    add_note(find_report(second), None, public_text="Snart.")
    add_note(find_report(second), None, internal_text="Hemmelig")
    closes(first, "fixed")
    told = [(one["service_request_id"], one["status"]) for one in anybody.get(RESOURCE)]
    assert told == [(first, "in_progress"), (second, "open"), (first, "fixed")]
    assert anybody.get(RESOURCE, end_date=w3c(now() - timedelta(minutes=5))) == []
    only = anybody.get(RESOURCE, service_request_id=second)
    assert [one["description"] for one in only] == ["Snart."]
    anybody.get(RESOURCE, 400, start_date="x")


def test_photos_come_with_an_update(system):
    number = system.file()
    send(system, number, media=(io.BytesIO(a_photo()), "after.jpg"))
    (photo,) = find_report(number).photos
    assert photo.by_staff


def test_photos_of_the_work_take_no_place_from_the_reporters(system, another):
    passes_on = another(scopes=[Scope.CREATE])
    three = [(io.BytesIO(a_photo()), f"{n}.jpg") for n in range(3)]
    number = passes_on.file(media=three)
    send(system, number, media=(io.BytesIO(a_photo()), "after.jpg"))
    send(passes_on, number, media=(io.BytesIO(a_photo()), "fourth.jpg"))
    assert [one.by_staff for one in find_report(number).photos] == [False, False, False, True]


def test_followers_hear_of_what_another_system_does(system):
    number = system.file(email="kari@example.org")
    outbox.drain(HANDLERS)
    send(system, number)
    kinds = list(db.session.scalars(select(outbox.OutboxMessage.kind)))
    assert "event" in kinds
    assert db.session.scalars(select(Report)).one().closed_at
