"""“Me too”: who counts, what it changes, and which open reports are shown to compare with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.database import db, now
from app.geo import Position
from app.reports.deadlines import brought_forward, due_at, local_day
from app.reports.models import Event, EventKind, Follower, Report
from app.reports.queries import MOST_ALIKE, MOST_TO_COMPARE
from tests.conftest import FROM_HERE, a_report
from tests.html import inspect_page

MONDAY = datetime(2026, 10, 5, 9, tzinfo=UTC)


def follow(client, number, follower_id=None, **body):
    address = f"/api/v1/reports/by-number/{number}/followers/{follower_id or uuid4()}"
    return client.put(address, json=body)


def follow_often(client, report, times):
    for _ in range(times):
        assert follow(client, report.number).status_code == 201


def again(report):
    return db.session.get(Report, report.id, populate_existing=True)


def priorities(report):
    query = select(Event).where(Event.report_id == report.id, Event.kind == EventKind.PRIORITY)
    return [(event.from_value, event.to_value) for event in db.session.scalars(query)]


def open_reports(client, **where):
    answer = client.get("/api/v1/open-reports", query_string=where)
    assert answer.status_code == 200, answer.json
    return answer.json["reports"]


def test_one_more_person_is_counted(client, filed):
    report = filed()
    answer = follow(client, report.number, channel="qr")
    assert answer.status_code == 201
    assert answer.json == {
        "number": report.number,
        "follower_count": 1,
        "url": f"http://127.0.0.1:8000/r/{report.number}",
    }
    follower = db.session.scalars(select(Follower)).one()
    assert (follower.report_id, follower.channel) == (report.id, "qr")


def test_the_same_again_counts_once(client, filed):
    report, follower_id = filed(), uuid4()
    first = follow(client, report.number, follower_id)
    second = follow(client, report.number.replace("-", ""), follower_id)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json
    assert again(report).follower_count == 1


def test_the_same_again_is_fine_when_the_report_is_closed_meanwhile(client, filed):
    report, follower_id = filed(), uuid4()
    follow(client, report.number, follower_id)
    again(report).closed_at = now()
    db.session.commit()
    assert follow(client, report.number, follower_id).status_code == 200


def test_one_id_cannot_follow_two_reports(client, filed):
    follower_id = uuid4()
    follow(client, filed().number, follower_id)
    answer = follow(client, filed().number, follower_id)
    assert (answer.status_code, answer.json["code"]) == (409, "id_used")


@pytest.mark.parametrize(
    ("column", "code"), [("closed_at", "report_closed"), ("held_at", "report_held")]
)
def test_what_is_not_open_to_everybody_cannot_be_followed(client, filed, column, code):
    report = filed()
    setattr(report, column, now())
    db.session.commit()
    answer = follow(client, report.number)
    assert (answer.status_code, answer.json["code"]) == (409, code)
    assert again(report).follower_count == 0


def test_nobody_follows_a_report_that_does_not_exist(client):
    assert follow(client, "2026-00000000").status_code == 404


@pytest.mark.parametrize("body", [{"channel": "phone"}, {"channel": None}, {"more": 1}])
def test_a_channel_that_followers_do_not_come_by_is_refused(client, filed, body):
    assert follow(client, filed().number, **body).status_code == 422


def test_the_third_and_the_tenth_raise_the_priority(client, filed):
    report = filed(category="PA10")
    assert report.priority == "P4"
    steps = []
    for _ in range(12):
        follow(client, report.number)
        steps.append(again(report).priority)
    assert steps == ["P4"] * 2 + ["P3"] * 7 + ["P2"] * 3
    assert priorities(report) == [("P4", "P3"), ("P3", "P2")]


def test_the_deadline_is_then_as_if_it_had_been_so_from_the_start(client, filed):
    report = filed(category="PA10")
    follow_often(client, report, 3)
    report = again(report)
    assert report.due_at == due_at(report.received_at, "P3")


@pytest.mark.parametrize("priority", ["P0", "P1"])
def test_followers_raise_to_p1_at_most_and_never_lower(client, filed, priority):
    report = filed()
    report.priority, before = priority, report.due_at
    db.session.commit()
    follow_often(client, report, 10)
    assert (again(report).priority, again(report).due_at) == (priority, before)
    assert priorities(report) == []


def test_a_raised_priority_is_told_to_staff_alone(client, front_desk, filed):
    report = filed(category="PA10")
    follow_often(client, report, 3)
    assert "P4" not in client.get(f"/r/{report.number}?lang=en").text
    page = front_desk.get(f"/desk/reports/{report.number}?lang=en").text
    assert "Priority raised from P4 to P3" in page
    assert "3 others have noticed this" in page


def test_a_deadline_never_becomes_later_and_never_lies_behind_us():
    due = due_at(MONDAY, "P4")
    assert brought_forward(due, "P4", "P3", MONDAY) == due_at(MONDAY, "P3")
    ten_days_on = MONDAY + timedelta(days=10)
    assert local_day(brought_forward(due, "P4", "P3", ten_days_on)).isoformat() == "2026-10-16"
    long_after = MONDAY + timedelta(days=60)
    assert brought_forward(due, "P4", "P3", long_after) == due


def test_a_pause_stays_counted_in_when_the_priority_is_raised():
    paused = due_at(MONDAY + timedelta(days=7), "P4")
    assert brought_forward(paused, "P4", "P3", MONDAY) == due_at(MONDAY + timedelta(days=7), "P3")


def test_the_button_without_a_script_counts_once_however_often_it_is_pressed(client, filed):
    report, form = filed(), {"id": str(uuid4())}
    for _ in range(2):
        answer = client.post(f"/r/{report.number}/follow", data=form, headers=FROM_HERE)
        assert answer.status_code == 303
        assert answer.location == f"/r/{report.number}?followed=1"
    assert again(report).follower_count == 1
    assert "Thank you." in client.get(f"{answer.location}&lang=en").text


def test_one_rendered_form_follows_any_number_of_reports(client, filed):
    form = {"id": str(uuid4()), "channel": "kiosk"}
    reports = [filed(), filed()]
    for report in reports:
        client.post(f"/r/{report.number}/follow", data=form, headers=FROM_HERE)
    assert [again(report).follower_count for report in reports] == [1, 1]
    assert {one.channel for one in db.session.scalars(select(Follower))} == {"kiosk"}


@pytest.mark.parametrize("form", [{}, {"id": "x", "channel": "phone"}])
def test_a_button_without_a_form_of_ours_still_follows(client, filed, form):
    report = filed()
    assert (
        client.post(f"/r/{report.number}/follow", data=form, headers=FROM_HERE).status_code == 303
    )
    assert again(report).follower_count == 1


def test_a_closed_report_leads_to_a_new_one(client, filed, park_sign):
    report = filed(sign=park_sign.code)
    report.closed_at, report.status = now(), "fixed"
    db.session.commit()
    answer = client.post(f"/r/{report.number}/follow?lang=en", headers=FROM_HERE)
    assert answer.status_code == 409
    assert "This report is closed" in answer.text
    assert f'href="/s/{park_sign.code}?lang=en"' in answer.text.replace("/S/", "/s/")
    assert client.post("/r/2026-00000000/follow", headers=FROM_HERE).status_code == 404


def test_a_throttled_sender_is_asked_to_wait(throttled):
    client = throttled.test_client()
    answers = [client.post("/r/2026-00000000/follow").status_code for _ in range(121)]
    assert answers == [404] * 120 + [429]


def test_the_page_of_a_sign_shows_what_is_open_there(client, filed, park_sign):
    report = filed(sign=park_sign.code)
    follow_often(client, report, 2)
    page = client.get(f"/s/{park_sign.code}?lang=en").text
    assert "Already reported here (<span data-total>1</span>)" in page
    assert "2 others have noticed this" in page
    assert f'formaction="/r/{report.number}/follow?lang=en"' in page


def compared(client, address):
    tree = inspect_page(client.get(address).text, address)
    lines = tree.findall(".//details[@data-island='already']//li")
    return [line.find("a").get("href").removeprefix("/r/") for line in lines]


def test_reports_at_the_sign_stand_before_those_elsewhere_at_the_place(client, filed, park_sign):
    elsewhere = filed(place=park_sign.place_id)
    here = filed(sign=park_sign.code)
    later = filed(place=park_sign.place_id)
    wanted = [here.number, later.number, elsewhere.number]
    assert compared(client, f"/s/{park_sign.code}") == wanted


def test_each_category_is_told_of_before_a_second_of_one(client, filed, park_sign):
    rare = filed(place=park_sign.place_id, category="PA13")
    for _ in range(MOST_TO_COMPARE + 3):
        filed(sign=park_sign.code, category="PA05")
    shown = compared(client, f"/s/{park_sign.code}")
    assert len(shown) == MOST_TO_COMPARE
    assert shown[-1] == rare.number
    assert f"data-total>{MOST_TO_COMPARE + 4}<" in client.get(f"/s/{park_sign.code}").text


def test_what_is_closed_held_or_at_another_place_is_not_shown(client, filed, park_sign, hall_sign):
    closed, held = filed(sign=park_sign.code), filed(sign=park_sign.code)
    closed.closed_at, held.held_at = now(), now()
    filed(sign=hall_sign.code)
    db.session.commit()
    assert compared(client, f"/s/{park_sign.code}") == []
    assert open_reports(client, sign=park_sign.code) == []
    assert held.number not in client.get(f"/places/{park_sign.place_id}").text


def test_the_likest_come_first_at_a_sign(client, filed, park_sign):
    numbers = [
        filed(place=park_sign.place_id, category="PA05").number,
        filed(sign=park_sign.code, category="PA05").number,
        filed(place=park_sign.place_id, category="PA03").number,
        filed(sign=park_sign.code, category="PA03").number,
    ]
    found = open_reports(client, sign=park_sign.code, category="PA03")
    assert [one["number"] for one in found] == [numbers[3], numbers[2], numbers[1], numbers[0]]
    found = open_reports(client, place=park_sign.place_id)
    assert [one["number"] for one in found] == numbers[::-1]
    assert {one["distance_m"] for one in found} == {None}


def test_a_line_tells_what_anybody_may_know(client, filed, park_sign):
    report = filed(sign=park_sign.code, contact={"email": "kari@example.org"})
    (line,) = open_reports(client, sign=park_sign.code, lang="en")
    assert line == {
        "number": report.number,
        "category": "PA03",
        "category_name": "Bench or table",
        "status": "received",
        "status_name": "Received",
        "age": line["age"],
        "follower_count": 0,
        "distance_m": None,
        "url": f"http://127.0.0.1:8000/r/{report.number}?lang=en",
    }


@pytest.fixture
def middle(park_sign):
    """A position in the municipality, away from every place's own point."""
    from app.geo import position_of  # noqa: PLC0415

    here = position_of(park_sign.place.point)
    return Position(lon=here.lon + 0.01, lat=here.lat)


def north_of(position, metres):
    return {"lat": position.lat + metres / 111_400, "lon": position.lon}


def test_without_a_sign_it_is_category_and_distance(client, filed, middle):
    far = filed(position=north_of(middle, 400), category="PA03")
    near = filed(position=north_of(middle, 20), category="PA05")
    further = filed(position=north_of(middle, 90), category="PA03")
    here = {"lat": middle.lat, "lon": middle.lon}
    found = open_reports(client, **here, category="PA03")
    assert [one["number"] for one in found] == [further.number, near.number]
    assert [one["distance_m"] for one in found] == [
        pytest.approx(90, abs=2),
        pytest.approx(20, abs=2),
    ]
    found = open_reports(client, **here)
    assert [one["number"] for one in found] == [near.number, further.number]
    assert far.number not in {one["number"] for one in found}


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ({}, 422),
        ({"lat": 58.97}, 422),
        ({"lat": 91, "lon": 5}, 422),
        ({"lat": "nan", "lon": 5}, 422),
        ({"lat": 59.91, "lon": 10.75}, 422),
        ({"place": 2**31 - 1}, 422),
        ({"place": 2**40}, 422),
        ({"sign": "000000"}, 422),
        ({"place": "x"}, 422),
    ],
)
def test_where_that_is_nowhere_is_refused(client, where, status):
    answer = client.get("/api/v1/open-reports", query_string=where)
    assert answer.status_code == status
    assert answer.json["message"]


def test_the_lists_are_bounded_and_take_few_statements(client, filed, park_sign, count_statements):
    for _ in range(MOST_ALIKE + 2):
        filed(sign=park_sign.code)
    code = park_sign.code
    db.session.commit()
    count_statements.texts.clear()
    assert len(open_reports(client, sign=code, category="PA03")) == MOST_ALIKE
    assert len(count_statements) <= 2, count_statements.texts
    count_statements.texts.clear()
    client.get(f"/s/{code}")
    listing = [text for text in count_statements.texts if "FROM reports" in text]
    assert len(listing) == 1, listing


def test_following_takes_few_statements(client, filed, count_statements):
    number = filed().number
    db.session.commit()
    count_statements.texts.clear()
    assert follow(client, number).status_code == 201
    assert len(count_statements) <= 4, count_statements.texts


@pytest.mark.soak
def test_thirty_followers_at_once_are_thirty(live_server):
    import json  # noqa: PLC0415

    _, body = live_server.request("PUT", f"/api/v1/reports/{uuid4()}", a_report(category="PA10"))
    number = json.loads(body)["number"]
    twins = [str(UUID(int=n + 1)) for n in range(30)] * 2

    def put(follower_id):
        address = f"/api/v1/reports/by-number/{number}/followers/{follower_id}"
        return live_server.request("PUT", address, {"channel": "qr"})

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(status for status, _ in threads.map(put, twins))
    assert statuses == [200] * 30 + [201] * 30
    _, body = put(twins[0])
    assert json.loads(body)["follower_count"] == 30
