"""A call, a mail or a visitor becomes a report at the front desk."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.database import db
from app.geo import position_of
from app.notices.models import Subscription
from app.outbox import OutboxMessage
from app.reports.models import Category, Event, Follower, Report
from tests.conftest import FROM_HERE

STAFF_CHANNELS = ("phone", "email", "counter", "social")


def send(desk, **fields):
    sent = {"id": str(uuid4()), "channel": "phone", "category": "PA03"} | fields
    return desk.post("/desk/new", data=sent, headers=FROM_HERE)


def the_report():
    return db.session.scalars(select(Report).order_by(Report.id.desc())).first()


def count_reports():
    return db.session.scalar(select(func.count(Report.id)))


@pytest.mark.parametrize("channel", STAFF_CHANNELS)
def test_what_is_told_becomes_a_report_with_its_channel_and_who_entered_it(
    front_desk, park_sign, channel
):
    answer = send(
        front_desk,
        spot=f"sign:{park_sign.code}",
        description="Planke knekt",
        name="Kari",
        phone="51 00 00 00",
        channel=channel,
    )
    assert answer.status_code == 303
    report = the_report()
    assert report.number in answer.location
    assert (report.channel, report.sign_id, report.contact.phone) == (
        channel,
        park_sign.id,
        "51 00 00 00",
    )
    event = db.session.scalars(select(Event).where(Event.report_id == report.id)).one()
    assert event.staff.email == "front_desk@demo.vof"
    assert report.number in front_desk.get(answer.location).text


def test_the_same_form_sent_twice_is_one_report(front_desk, park_sign):
    before = count_reports()
    fields = {"id": str(uuid4()), "spot": f"sign:{park_sign.code}"}
    first, second = send(front_desk, **fields), send(front_desk, **fields)
    assert first.location == second.location
    assert count_reports() == before + 1


def test_whoever_comes_back_to_a_form_that_was_sent_has_another_report(front_desk, park_sign):
    before = count_reports()
    fields = {"id": str(uuid4()), "spot": f"sign:{park_sign.code}"}
    send(front_desk, **fields)
    answers = [send(front_desk, **fields, description="Planke knekt") for _twice in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count_reports() == before + 2


def test_words_that_mean_one_thing_are_taken_for_it(front_desk, park_sign):
    assert send(front_desk, where=park_sign.code.lower()).status_code == 303
    assert the_report().sign_id == park_sign.id
    assert send(front_desk, where="byparken").status_code == 303
    assert the_report().place_id == park_sign.place_id


def test_words_that_may_mean_several_are_asked_about_with_everything_typed(front_desk):
    answer = send(front_desk, where="park", description="Planke knekt", name="Kari")
    assert answer.status_code == 422
    assert 'name="spot" value="place:' in answer.text
    assert 'value="words:"' in answer.text
    assert "Planke knekt" in answer.text
    assert 'value="Kari"' in answer.text


def test_words_can_stay_words(front_desk):
    assert send(front_desk, where="ved den gamle eika", spot="words:").status_code == 303
    report = the_report()
    assert (report.address, report.place_id) == ("ved den gamle eika", None)


def test_an_address_keeps_its_position_and_its_words(front_desk):
    spot = "at:58.970000,5.730000,Kirkegata 1, Stavanger"
    assert send(front_desk, spot=spot).status_code == 303
    report = the_report()
    assert report.address == "Kirkegata 1, Stavanger"
    assert position_of(report.point).lat == pytest.approx(58.97)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "where"),
        ({"spot": "at:x,y,z"}, "where"),
        ({"spot": "at:nan,1,z"}, "where"),
        ({"spot": "at:91,1,z"}, "where"),
        ({"spot": "at:10,5,z"}, "where"),
        ({"spot": "sign:ZZZZZZ"}, "where"),
        ({"spot": "place:999999"}, "where"),
        ({"spot": "words:", "where": "her", "email": "kari"}, "email"),
        ({"spot": "words:", "where": "her", "phone": "x"}, "phone"),
        ({"spot": "words:", "where": "her", "channel": "qr"}, "channel"),
        ({"spot": "words:", "where": "her", "description": "x" * 4001}, "description"),
    ],
)
def test_what_is_wrong_stands_at_its_field(front_desk, fields, wrong):
    before = count_reports()
    answer = send(front_desk, **fields)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert count_reports() == before


def test_a_report_without_a_category_waits_to_be_sorted(front_desk, park_sign):
    assert send(front_desk, spot=f"sign:{park_sign.code}", category="").status_code == 303
    assert the_report().category.code == "AN01"


def test_questions_that_a_resident_must_answer_may_stay_open(front_desk, hall_sign):
    must = [
        one.code
        for one in db.session.scalars(select(Category))
        if any(question.get("required") for question in one.questions)
    ]
    assert must
    answer = send(front_desk, spot=f"sign:{hall_sign.code}", category=must[0])
    assert answer.status_code == 303


def test_danger_makes_it_urgent_where_the_category_asks(front_desk, park_sign):
    send(front_desk, spot=f"sign:{park_sign.code}", category="PA01", danger="1")
    assert the_report().priority == "P0"


def test_what_is_open_there_is_shown_the_same_category_first(front_desk, park_sign, filed):
    bin_ = filed(sign=park_sign.code, category="PA04")
    bench = filed(sign=park_sign.code, category="PA03", description="Benken ved dammen")
    page = front_desk.get(f"/desk/new/open?spot=sign:{park_sign.code}&category=PA03").json["html"]
    assert page.index(bench.number) < page.index(bin_.number)
    assert "Benken ved dammen" in page
    assert f"/desk/new/same/{bench.number}" in page
    for nothing in ("", "sign:x", "place:x", "place:99999999999", "at:x", "words:"):
        assert front_desk.get(f"/desk/new/open?spot={nothing}").status_code == 200


def test_the_same_as_another_makes_a_follower_and_no_report(front_desk, park_sign, filed):
    report, before = filed(sign=park_sign.code), count_reports()
    sent = {"id": str(uuid4()), "channel": "phone"}
    for _twice in range(2):
        answer = front_desk.post(f"/desk/new/same/{report.number}", data=sent, headers=FROM_HERE)
        assert answer.status_code == 303
    follower = db.session.scalars(select(Follower).where(Follower.report_id == report.id)).one()
    assert follower.channel == "phone"
    assert count_reports() == before


def test_what_is_typed_is_looked_for_among_signs_places_and_addresses(front_desk, park_sign):
    def found(text):
        answer = front_desk.get("/desk/new/spots", query_string={"q": text})
        return [choice["value"] for choice in answer.json["choices"]]

    assert found(park_sign.code) == [f"sign:{park_sign.code}"]
    assert f"place:{park_sign.place_id}" in found("bypark")
    assert found("") == []
    assert found("finnes ikke noe sted") == []


def test_a_category_is_found_by_its_synonyms(front_desk):
    page = front_desk.get("/desk/new").text
    (option,) = [part for part in page.split("<option") if 'value="PA03"' in part]
    assert "piknikbord" in option
    assert "Bench or table" in option


def test_only_those_who_handle_reports_enter_them(clients):
    for role, client in clients.items():
        allowed = role in {"front_desk", "manager"}
        assert (client.get("/desk/new").status_code == 200) == allowed


def same_as(desk, report, **fields):
    sent = {"id": str(uuid4()), "channel": "phone"} | fields
    return desk.post(f"/desk/new/same/{report.number}", data=sent, headers=FROM_HERE)


def test_a_caller_who_means_a_known_report_is_asked_by_email_whether_to_hear_of_it(
    front_desk, filed
):
    report = filed()
    fields = {"id": str(uuid4()), "email": "kari@example.org"}
    for _ in range(2):
        answer = same_as(front_desk, report, **fields)
        assert answer.status_code == 303
    assert "Vi har spurt om de vil høre" in front_desk.get(answer.location).text
    asked = db.session.scalars(select(Subscription)).one()
    assert (asked.report_id, asked.address, asked.confirmed_at) == (
        report.id,
        "kari@example.org",
        None,
    )
    kinds = [one.kind for one in db.session.scalars(select(OutboxMessage))]
    assert kinds.count("confirmation") == 1
    assert db.session.get(Report, report.id).follower_count == 1


def test_whoever_comes_back_to_a_form_has_another_caller(front_desk, filed):
    report, other, form = filed(), filed(), str(uuid4())
    for one, email in ((report, "kari@example.org"), (report, "ola@example.org"), (other, "")):
        assert same_as(front_desk, one, id=form, email=email).status_code == 303
    asked = [one.address for one in db.session.scalars(select(Subscription))]
    assert sorted(asked) == ["kari@example.org", "ola@example.org"]
    assert (report.follower_count, other.follower_count) == (2, 1)


def test_an_address_that_cannot_be_right_is_said_so_with_everything_typed(front_desk, filed):
    report = filed()
    answer = same_as(front_desk, report, email="kari@", description="Planke knekt")
    assert answer.status_code == 422
    assert "Planke knekt" in answer.text
    assert 'id="email-error"' in answer.text
    assert db.session.get(Report, report.id).follower_count == 0


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}"])
def test_the_number_of_a_report_is_offered_to_follow(front_desk, filed, typed):
    report = filed()
    text = typed.format(report.number, report.number.replace("-", ""))
    [choice] = front_desk.get("/desk/new/spots", query_string={"q": text}).json["choices"]
    assert choice["value"] == f"report:{report.number}"
    answer = front_desk.get("/desk/new/open", query_string={"spot": choice["value"]})
    assert f"/desk/new/same/{report.number}" in answer.json["html"]


def test_a_new_report_does_not_belong_at_a_report(front_desk, filed):
    before = filed()
    answer = send(front_desk, where=before.number)
    assert answer.status_code == 422
    assert f"/desk/new/same/{before.number}" in answer.text
    assert the_report().id == before.id
