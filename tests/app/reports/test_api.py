"""Reports through the JSON API, as a phone sends them."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.database import db, now
from app.reports.models import Contact, Event, Report
from tests.conftest import a_report, put_report


def test_a_report_is_filed_and_answered_with_what_its_sender_needs(client, park_sign):
    answer = put_report(client, a_report(sign=park_sign.code, channel="qr"))
    assert answer.status_code == 201
    body = answer.json
    assert set(body) == {"number", "status", "url", "key"}
    assert body["status"] == "received"
    assert body["url"].endswith(f"/r/{body['number']}")
    report = db.session.scalars(select(Report)).one()
    assert report.number == body["number"]
    assert report.sign_id == park_sign.id
    assert report.place_id == park_sign.place_id
    assert report.channel == "qr"
    assert [event.kind for event in report.events] == ["received"]


def test_the_same_again_is_answered_as_the_first_time(client):
    report_id = uuid4()
    first = put_report(client, a_report(), report_id)
    again = put_report(client, a_report(), report_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert db.session.scalar(select(func.count(Report.id))) == 1


def test_other_content_under_a_used_id_is_a_conflict(client):
    report_id = uuid4()
    put_report(client, a_report(), report_id)
    answer = put_report(client, a_report(description="Noe annet"), report_id)
    assert answer.status_code == 409
    assert answer.json["code"] == "id_used"


def test_a_replay_is_known_even_when_the_contact_has_been_erased(client):
    report_id = uuid4()
    body = a_report(contact={"email": "innbygger@example.org"})
    first = put_report(client, body, report_id)
    db.session.query(Contact).delete()
    db.session.commit()
    again = put_report(client, body, report_id)
    assert again.status_code == 200
    assert again.json == first.json


def test_the_sign_wins_over_place_and_position(client, park_sign, hall_sign):
    oslo = {"lat": 59.91, "lon": 10.75}
    body = a_report(sign=park_sign.code, place=hall_sign.place_id, position=oslo)
    assert put_report(client, body).status_code == 201
    assert db.session.scalars(select(Report)).one().place_id == park_sign.place_id


def test_a_sign_typed_with_its_usual_slips_is_understood(client, park_sign):
    typed = park_sign.code.lower().replace("0", "o").replace("1", "l")
    assert put_report(client, a_report(sign=f"{typed[:3]}-{typed[3:]}")).status_code == 201


def test_without_a_category_a_report_waits_to_be_sorted(client):
    assert put_report(client, a_report(category=None)).status_code == 201
    assert db.session.scalars(select(Report)).one().category.code == "AN01"


def test_any_category_may_be_reported_at_any_place(client, park_sign):
    assert put_report(client, a_report(category="IH18", sign=park_sign.code)).status_code == 201


def test_an_answered_danger_makes_a_report_urgent(client, park_sign):
    body = a_report(category="PA01", sign=park_sign.code, answers={"danger": "yes"})
    assert put_report(client, body).status_code == 201
    assert db.session.scalars(select(Report)).one().priority == "P0"


def test_the_contact_is_kept_apart_with_the_day_it_is_erased(client):
    put_report(client, a_report(contact={"phone": "51 00 00 00"}))
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.erase_on - contact.report.received_at.date()).days in {365, 366}


def test_a_report_written_offline_keeps_its_time(client):
    written = now() - timedelta(days=3)
    assert put_report(client, a_report(created_at=written.isoformat())).status_code == 201
    assert db.session.scalars(select(Report)).one().created_at == written


def test_its_reporter_sees_the_report_with_the_key(client):
    report_id = uuid4()
    key = put_report(client, a_report(), report_id).json["key"]
    answer = client.get(f"/api/v1/reports/{report_id}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert answer.json["description"] == "Benken er brukket."
    assert answer.json["timeline"][0]["title"] == "Mottatt"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "key_needed"),
        ({"Authorization": "Bearer wrong"}, 403, "wrong_key"),
        ({"Authorization": "Bearer æøå"}, 403, "wrong_key"),
        ({"Authorization": "Basic abc"}, 401, "key_needed"),
    ],
)
def test_without_the_key_nobody_sees_it(client, headers, status, code):
    report_id = uuid4()
    put_report(client, a_report(), report_id)
    answer = client.get(f"/api/v1/reports/{report_id}", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_the_key_of_one_report_does_not_open_another(client):
    mine, other = uuid4(), uuid4()
    key = put_report(client, a_report(), mine).json["key"]
    put_report(client, a_report(), other)
    answer = client.get(f"/api/v1/reports/{other}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403


BAD_BODIES = {
    "no place at all": ({"category": "PA03"}, 422, "invalid", "address"),
    "a blank address": ({"category": "PA03", "address": "   "}, 422, "invalid", "address"),
    "an unknown sign": (a_report(sign="00000R"), 422, "unknown_sign", "sign"),
    "a malformed sign": (a_report(sign="????"), 422, "unknown_sign", "sign"),
    "an unknown place": (a_report(place=2**31 - 1), 422, "unknown_place", "place"),
    "a place larger than any id": (a_report(place=10**30), 422, "invalid", "place"),
    "a place that is a word": (a_report(place="park"), 422, "invalid", "place"),
    "an unknown category": (a_report(category="XX99"), 422, "unknown_category", "category"),
    "a category that is a number": (a_report(category=7), 422, "invalid", "category"),
    "a category that is a list": (a_report(category=["PA03"]), 422, "invalid", "category"),
    "a position in Oslo": (
        a_report(position={"lat": 59.91, "lon": 10.75}),
        422,
        "outside_municipality",
        "position",
    ),
    "a latitude beyond the pole": (
        a_report(position={"lat": 91, "lon": 5.7}),
        422,
        "invalid",
        "position",
    ),
    "a latitude that is true": (
        a_report(position={"lat": True, "lon": 5.7}),
        422,
        "invalid",
        "position",
    ),
    "a position without longitude": (a_report(position={"lat": 58.9}), 422, "invalid", "position"),
    "a description too long": (a_report(description="x" * 4001), 422, "invalid", "description"),
    "a language nobody speaks here": (a_report(language="xx"), 422, "invalid", "language"),
    "a channel of the staff": (a_report(channel="phone"), 422, "invalid", "channel"),
    "a date without a zone": (
        a_report(created_at="2026-11-23T17:00:00"),
        422,
        "invalid",
        "created_at",
    ),
    "a date in the stone age": (
        a_report(created_at="1970-01-01T00:00:00Z"),
        422,
        "invalid",
        "created_at",
    ),
    "a date to come": (a_report(created_at="2999-01-01T00:00:00Z"), 422, "invalid", "created_at"),
    "half an e-mail address": (
        a_report(contact={"email": "innbygger@"}),
        422,
        "invalid",
        "contact",
    ),
    "a phone number of letters": (
        a_report(contact={"phone": "ring meg"}),
        422,
        "invalid",
        "contact",
    ),
    "an answer to no question": (a_report(answers={"colour": "red"}), 422, "invalid", "answers"),
    "a danger neither yes nor no": (
        a_report(answers={"danger": "maybe"}),
        422,
        "invalid",
        "answers",
    ),
    "a danger that is a list": (a_report(answers={"danger": []}), 422, "invalid", "answers"),
    "an unknown field": (a_report(colour="red"), 422, "invalid", "colour"),
}


@pytest.mark.parametrize("case", BAD_BODIES)
def test_bad_content_is_refused_with_its_field_named(client, case):
    body, status, code, field = BAD_BODIES[case]
    answer = put_report(client, body)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert field in answer.json["fields"]
    assert db.session.scalar(select(func.count(Report.id))) == 0
    assert db.session.scalar(select(func.count(Event.id))) == 0


RAW_BODIES = {
    "no JSON": (b"{", 400),
    "an empty body": (b"", 400),
    "a list": (b"[]", 400),
    "a word": (b'"hello"', 400),
    "null": (b"null", 400),
    "NaN": (b'{"position": {"lat": NaN, "lon": 5.7}, "category": "PA03"}', 400),
    "infinity": (b'{"position": {"lat": Infinity, "lon": 5.7}}', 400),
    "nesting without end": (b'{"answers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "objects without end": (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, 400),
    "a number too long": (b'{"place": ' + b"9" * 10_000 + b"}", 400),
    "five megabytes": (b'{"description": "' + b"x" * 5_000_000 + b'"}', 413),
    "bytes that are no text": (b'{"description": "\xff\xfe"}', 400),
}


@pytest.mark.parametrize("case", RAW_BODIES)
def test_what_is_no_report_at_all_is_refused_in_the_same_shape(client, case):
    body, status = RAW_BODIES[case]
    answer = client.put(f"/api/v1/reports/{uuid4()}", data=body, content_type="application/json")
    assert answer.status_code == status
    assert isinstance(answer.json["code"], str)
    assert answer.json["message"]


def test_a_body_that_is_not_said_to_be_json_is_not_read(client):
    answer = client.put(f"/api/v1/reports/{uuid4()}", data=b"{}", content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_type")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("linje\r\nlinje\rlinje", "linje\nlinje\nlinje"),
        ("  \ud800 løs surrogat", "løs surrogat"),
        ("e\u0301", "é"),
        (
            "<script>alert(1)</script> ]]> '; DROP TABLE",
            "<script>alert(1)</script> ]]> '; DROP TABLE",
        ),
        ("🚲" * 2000, "🚲" * 2000),
    ],
)
def test_text_is_cleaned_and_otherwise_kept(client, sent, kept):
    assert put_report(client, a_report(description=sent)).status_code == 201
    assert db.session.scalars(select(Report)).one().description == kept


def test_a_report_with_its_receipt_takes_seven_statements(client, park_sign, count_statements):
    contact = {"name": "N", "email": "n@example.org"}
    body = a_report(sign=park_sign.code, contact=contact, channel="qr")
    # What each process remembers for some seconds is remembered from here on.
    assert put_report(client, a_report()).status_code == 201
    db.session.remove()
    count_statements.texts.clear()
    assert put_report(client, body).status_code == 201
    assert len(count_statements) <= 7, count_statements.texts


def test_numbers_carry_the_year_and_cannot_be_counted_up(client):
    numbers = [put_report(client, a_report()).json["number"] for _ in range(5)]
    tails = [int(number.split("-")[1]) for number in numbers]
    assert all(number.startswith("202") and len(number) == 13 for number in numbers)
    assert all(abs(one - other) > 1 for one, other in itertools.pairwise(tails))


def test_the_id_of_a_report_is_a_uuid(client):
    answer = client.put("/api/v1/reports/1", json=a_report())
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
