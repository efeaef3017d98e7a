"""The service desk's screen: the whole way of a report, and nothing left for the next person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db, now
from app.places.models import Place
from app.reports.keys import report_key
from app.reports.models import Follower, Report
from tests.conftest import FROM_HERE
from tests.html import inspect_page


@pytest.fixture
def place(app):
    return db.session.scalars(select(Place).where(Place.name == "Byparken")).one()


def send(client, **fields):
    data = {"language": "nb", "category": "PA03", "asked": [""]} | fields
    return client.post("/kiosk/report", data=data, headers=FROM_HERE)


def links(page):
    return [a.get("href") for a in inspect_page(page.text, page.request.path).iter("a")]


def only_report():
    return db.session.scalars(select(Report)).one()


def test_a_place_is_found_by_its_kind(client, place):
    (park,) = [url for url in links(client.get("/kiosk")) if url.endswith("kind=park")]
    assert f"/kiosk/report?place={place.id}" in links(client.get(park))


def test_a_place_is_found_by_its_name(client, place):
    found = client.get("/kiosk?q=bypark")
    assert f"/kiosk/report?place={place.id}" in links(found)


def test_a_search_without_a_find_leads_on(client):
    assert "/kiosk/report" in links(client.get("/kiosk?q=finnes+slett+ikke"))


def test_a_report_is_filed_and_answered_with_its_number_alone(client, place):
    sent = send(client, place=str(place.id), description="Planken er løs.", email="a@example.org")
    report = only_report()
    assert (report.channel, report.place_id) == ("kiosk", place.id)
    assert sent.status_code == 303
    assert sent.location == f"/kiosk/done/{report.number}?lang=nb"
    receipt = client.get(sent.location)
    assert f"data-report-number>{report.number}<" in receipt.text
    for secret in (report_key(report.uuid), "key=", "Planken er løs.", "a@example.org"):
        assert secret not in sent.location + receipt.text


def test_words_say_where_when_no_place_does(client):
    assert send(client, address="bak skolen").status_code == 303
    assert only_report().address == "bak skolen"
    assert send(client, address=" ").status_code == 422


def test_a_refused_form_comes_back_whole(client, place):
    refused = send(client, place=str(place.id), description="Løs planke", email="a@")
    assert refused.status_code == 422
    assert "Løs planke" in refused.text
    assert "Byparken" in refused.text


def test_danger_and_questions_are_asked_here_too(client, place):
    fields = {"place": str(place.id), "category": "PA01"}
    asked = send(client, **fields)
    assert asked.status_code == 422
    assert 'href="tel:113"' in asked.text
    assert "This screen cannot call" in client.get("/kiosk/report?lang=en").text
    assert "This screen cannot call" not in client.get("/report?lang=en").text
    answered = fields | {"answers-danger": "no", "asked": ["", "what"], "answers-what": "swing"}
    assert send(client, **answered).status_code == 303
    assert only_report().answers == {"danger": False, "what": "swing"}
    assert send(client, **fields, change_category="1").status_code == 200


def test_the_same_form_twice_is_one_report(client, place):
    fields = {"id": "7e1e1b0e-1c1e-4b0e-9c1e-1b0e1c1e4b0e", "place": str(place.id)}
    assert send(client, **fields).location == send(client, **fields).location
    only_report()


@pytest.fixture
def pages(client, place, filed):
    number = filed().number
    return [
        client.get("/kiosk"),
        client.get("/kiosk?kind=park"),
        client.get("/kiosk?q=by&lang=uk"),
        client.get("/kiosk/report"),
        client.get(f"/kiosk/report?place={place.id}"),
        send(client, place=str(place.id), email="a@"),
        client.get(f"/kiosk/done/{number}"),
        client.get("/kiosk/done/2026-00000000"),
        client.get("/kiosk/report?place=99999"),
    ]


def test_no_page_is_kept_or_found(pages):
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store", page.request.path
        assert page.headers["X-Robots-Tag"] == "noindex", page.request.path


def test_no_page_remembers_reports_or_leads_out_of_the_screen(pages):
    for page in pages:
        tree = inspect_page(page.text, page.request.path)
        scripts = [element.get("src") for element in tree.iter("script")]
        assert [name for name in scripts if "/kiosk-" not in name] == []
        assert all(url.startswith(("/kiosk", "#", "tel:")) for url in links(page)), (
            page.request.path,
            links(page),
        )
        assert 'data-island="kiosk"' in page.text


def test_the_fields_are_not_filled_in_from_what_others_typed(pages):
    for page in pages[3:6]:
        tree = inspect_page(page.text, page.request.path)
        assert {form.get("autocomplete") for form in tree.iter("form")} == {"off"}


def test_the_language_of_one_person_is_not_that_of_the_next(client):
    page = client.get("/kiosk/report?lang=uk", headers={"Accept-Language": "nb"})
    assert "/kiosk?lang=uk" in links(page)
    assert 'data-start="/kiosk"' in page.text


@pytest.mark.parametrize("kind", ["", "nothing", "park'"])
def test_an_unknown_kind_is_the_start(client, kind):
    assert any(url.endswith("kind=park") for url in links(client.get(f"/kiosk?kind={kind}")))


def test_what_is_open_at_the_place_can_be_followed_with_one_touch(client, place, filed):
    report = filed(place=place.id)
    form = client.get(f"/kiosk/report?place={place.id}")
    follow_url = f"/kiosk/follow/{report.number}?lang=nb"
    assert follow_url in form.text
    sent = {"id": "7e1e1b0e-1c1e-4b0e-9c1e-1b0e1c1e4b0e"}
    noted = client.post(follow_url, data=sent, headers=FROM_HERE)
    assert client.post(follow_url, data=sent, headers=FROM_HERE).location == noted.location
    assert noted.location == f"/kiosk/done/{report.number}?lang=nb&followed=1"
    assert "Takk, det er notert." in client.get(noted.location).text
    follower = db.session.scalars(select(Follower)).one()
    assert (follower.report_id, follower.channel) == (report.id, "kiosk")


def test_what_has_been_closed_meanwhile_is_said_on_the_screen_itself(client, filed):
    report = filed()
    report.closed_at = now()
    db.session.commit()
    answer = client.post(f"/kiosk/follow/{report.number}", headers=FROM_HERE)
    assert answer.status_code == 409
    assert 'data-island="kiosk"' in answer.text


def test_a_robot_that_fills_in_the_trap_is_held_here_too(client, place):
    send(client, place=str(place.id), website="https://example.org")
    assert only_report().held_at
