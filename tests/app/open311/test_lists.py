"""Lists of requests: checklist L1–L24, X1–X7."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.database import db, now
from app.geo import position_of
from app.reports.models import Event, Report
from app.reports.operations import add_note
from app.reports.queries import find_report
from tests.app.open311.conftest import Caller


def w3c(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def move(number, **ages):
    """Pretend that a request came so long ago, with all that has happened to it."""
    ago = now() - timedelta(**ages)
    report = find_report(number)
    db.session.execute(update(Event).where(Event.report_id == report.id).values(at=ago))
    report.received_at = ago
    if report.closed_at:
        report.closed_at = ago
    db.session.commit()
    return ago


@pytest.fixture
def days(system):
    """Requests that came 1, 10, 60 and 100 days ago, the newest first."""
    found = []
    for ago in (100, 60, 10, 1):
        number = system.file()
        move(number, days=ago)
        found.insert(0, number)
    return found


def test_a_list_holds_the_last_ninety_days_the_newest_first(anybody, days):
    assert anybody.numbers() == days[:3]
    times = [one["requested_datetime"] for one in anybody.get("requests")]
    assert times == sorted(times, reverse=True)


def test_a_list_without_hits_is_empty_and_fine(anybody):
    assert anybody.get("requests") == []
    assert anybody.get("requests", service_code="NOPE") == []


def test_numbers_override_everything_else(anybody, days, closes):
    wanted = ",".join([days[3], "2026-00000000", days[0], "nonsense"])
    found = anybody.numbers(
        service_request_id=wanted, status="closed", service_code="IH01", start_date="2020-01-01"
    )
    assert found == [days[0], days[3]]
    assert anybody.get("requests", service_request_id="2026-00000000") == []


def test_services_and_states_narrow_the_list_alone_and_as_lists(system, closes):
    bench, lamp = system.file(), system.file(service_code="VE03")
    other = system.file(service_code="PA05")
    closes(lamp, "fixed")
    assert system.numbers(service_code="PA03") == [bench]
    assert set(system.numbers(service_code="PA03, VE03")) == {bench, lamp}
    assert system.numbers(service_code="PA03,NOPE") == [bench]
    assert system.numbers(status="closed") == [lamp]
    assert set(system.numbers(status="open")) == {bench, other}
    assert set(system.numbers(status="open,closed")) == {bench, lamp, other}
    assert set(system.numbers(status="", service_code="")) == {bench, lamp, other}
    assert system.numbers(status="CLOSED") == [lamp]
    system.get("requests", 400, status="mended")


def test_dates_are_inclusive_and_take_zones_and_fractions(system):
    number = system.file()
    at = find_report(number).received_at
    exactly = w3c(at)
    later = w3c(at + timedelta(seconds=1))
    assert system.numbers(start_date=exactly, end_date=exactly) == [number]
    assert system.numbers(start_date=later) == []
    assert system.numbers(end_date=w3c(at - timedelta(seconds=1))) == []
    in_oslo = (at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    assert system.numbers(start_date=in_oslo, end_date=in_oslo) == [number]
    # As it arrives when the plus is not escaped.
    assert system.numbers(start_date=in_oslo.replace("+", " "), end_date=later) == [number]
    assert system.numbers(start_date=exactly[:-1] + ".000Z", end_date=later) == [number]
    assert system.numbers(start_date=f"{at - timedelta(days=1):%Y-%m-%d}") == [number]


def test_one_date_alone_means_ninety_days_from_it_or_up_to_it(anybody, days):
    moment = now()
    assert anybody.numbers(start_date=w3c(moment - timedelta(days=61))) == days[:3]
    assert anybody.numbers(start_date=w3c(moment - timedelta(days=105))) == days[2:]
    assert anybody.numbers(end_date=w3c(moment - timedelta(days=20))) == days[2:]


def test_more_than_ninety_days_are_refused(anybody):
    moment = now()
    start, end = w3c(moment - timedelta(days=91)), w3c(moment)
    (error,) = anybody.get("requests", 400, start_date=start, end_date=end)
    assert error["description"].startswith("end_date")
    anybody.get("requests", start_date=w3c(moment - timedelta(days=90)), end_date=end)
    assert anybody.get("requests", start_date=end, end_date=start) == []


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31", "\x00"]
)
@pytest.mark.parametrize("name", ["start_date", "end_date", "updated_after", "updated_before"])
def test_what_is_no_date_is_refused(anybody, name, text):
    (error,) = anybody.get("requests", 400, **{name: text})
    assert error["description"].startswith(name)


@pytest.mark.parametrize(
    "arguments",
    [
        {"page": "x"},
        {"page_size": "-1"},
        {"per_page": "1.5"},
        {"lat": "58"},
        {"lat": "x", "long": "5"},
        {"lat": "58", "long": "5", "radius": "-1"},
        {"lat": "58", "long": "5", "radius": "1e9"},
        {"bbox": "1,2,3"},
        {"bbox": "a,b,c,d"},
    ],
)
def test_other_arguments_that_cannot_be_are_refused(anybody, arguments):
    anybody.get("requests", 400, **arguments)


def test_pages_divide_the_list_and_their_headers_tell_the_rest(system):
    numbers = [system.file() for _ in range(5)][::-1]
    for name in ("page_size", "per_page"):
        pages = [system.numbers(page=page, **{name: 2}) for page in (1, 2, 3, 4)]
        assert pages == [numbers[:2], numbers[2:4], numbers[4:], []]
    assert system.numbers(page=0, page_size=2) == numbers[:2]
    answer = system.answer("requests", page=2, page_size=2, service_code="PA03")
    assert answer.headers["X-Result-Count"] == "5"
    assert answer.headers["X-Page-Count"] == "3"
    following = answer.headers["X-Next-Page-URL"]
    assert "page=3" in following
    assert "service_code=PA03" in following
    assert system.key not in following
    assert answer.headers["Link"] == f'<{following}>; rel="next"'
    last = system.answer("requests", page=3, page_size=2)
    assert "X-Next-Page-URL" not in last.headers


def test_a_page_has_at_most_a_thousand(anybody):
    answer = anybody.answer("requests", page_size=100_000)
    assert answer.headers["X-Page-Size"] == "1000"
    assert anybody.get("requests", page="9" * 30) == []


def test_what_was_changed_is_found_however_old_it_is(system, days, closes):
    old = days[3]
    moment = now() - timedelta(minutes=1)
    assert system.numbers(updated_after=w3c(moment)) == []
    closes(old, "fixed", "Ferdig.")
    assert system.numbers(updated_after=w3c(moment)) == [old]
    at = find_report(old).closed_at
    assert system.numbers(updated_after=w3c(at), updated_before=w3c(at)) == [old]
    assert system.numbers(updated_before=w3c(at - timedelta(seconds=1))) == days[:3]
    add_note(find_report(days[0]), None, public_text="Snart.")
    db.session.commit()
    assert system.numbers(updated_after=w3c(moment)) == [days[0], old]
    assert system.numbers(updated_after=w3c(moment), status="closed") == [old]
    # A note for colleagues is nobody else's business.
    add_note(find_report(days[1]), None, internal_text="Hemmelig")
    db.session.commit()
    assert system.numbers(updated_after=w3c(moment)) == [days[0], old]


def test_a_list_is_narrowed_to_what_lies_near_or_in_a_box(system):
    near = system.file(lat="58.9700", long="5.7330")
    far = system.file(lat="58.9100", long="5.7000")
    system.file(lat=None, long=None, address_string="et sted")
    here = {"lat": "58.97", "long": "5.733"}
    assert system.numbers(**here) == [near]
    assert system.numbers(**here, radius=10) == [near]
    assert set(system.numbers(**here, radius=20_000)) == {near, far}
    assert system.numbers(bbox="5.69,58.90,5.71,58.92") == [far]


EXACT = {"lat": "58.9689", "long": "5.7334"}


def test_without_a_key_nobody_learns_where_somebody_may_live(system, client, park_sign):
    at_home = system.file(**EXACT)
    (at_sign,) = system.post("requests", service_code="PA03", address_id=park_sign.code, **EXACT)
    at_sign = at_sign["service_request_id"]
    other = Caller(client, system.form, None)
    assert (other.one(at_home)["lat"], other.one(at_home)["long"]) == (58.97, 5.74)
    place = position_of(park_sign.place.point)
    told = other.one(at_sign)
    assert (told["lat"], told["long"]) == pytest.approx((place.lat, place.lon))
    # A small box, or circle, around the very spot finds nothing; its field does.
    assert at_home not in other.numbers(bbox="5.7333,58.9688,5.7335,58.9690")
    assert at_home not in other.numbers(**EXACT, radius=50)
    assert at_home in other.numbers(bbox="5.735,58.965,5.745,58.975")
    assert at_home in other.numbers(**EXACT, radius=2_000)
    here = {"lat": str(place.lat), "long": str(place.lon)}
    assert at_sign in other.numbers(**here, radius=10)
    assert at_home in system.numbers(**EXACT, radius=50)


def test_extensions_are_added_where_they_are_asked_for(system, park_sign, closes):
    number = system.file(
        service_code="VE03",
        lat=None,
        long=None,
        address_id=park_sign.code,
        **{"attribute[what]": "flickers"},
    )
    closes(number, "in_progress", "Vi ser på det.")
    assert "extended_attributes" not in system.one(number)
    for word in ("true", "all", "media,notes"):
        record = system.one(number, extensions=word)
        (listed,) = system.get("requests", extensions=word)
        assert record == listed
    extended = record["extended_attributes"]
    assert extended["detailed_status"] == "IN_PROCESS"
    assert extended["service_object_type"] == "sign"
    assert extended["service_object_id"] == park_sign.code
    assert extended["title"].endswith("Byparken")
    assert {"code": "what", "value": "flickers"} in extended["attributes"]
    (note,) = extended["notes"]
    assert (note["type"], note["description"]) == ("in_progress", "Vi ser på det.")
    assert "extended_attributes" not in system.one(number, extensions="false")


def test_a_list_takes_as_many_statements_whatever_its_length(system, count_statements, app):
    system.file()
    count_statements.texts.clear()
    system.get("requests", extensions="true")
    for_one = len(count_statements)
    for _ in range(4):
        system.file(description="x", media_url="https://nowhere.example.org/x.jpg")
    count_statements.texts.clear()
    assert len(system.get("requests", extensions="true")) == 5
    assert len(count_statements) == for_one
    assert db.session.scalar(select(Report.id).limit(1))
