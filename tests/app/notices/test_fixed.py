"""“Was it fixed?”: asked in notices, answered by a press and never by a link that is opened."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import now, session
from app.notices.keys import notice_token
from app.notices.models import Subscription
from app.notices.operations import confirm, enter_reporter, follow_by_email, follow_by_push
from app.reports.keys import report_key
from app.reports.models import Event, Report
from app.reports.operations import merge_report
from tests.app.notices.conftest import KARI, as_html, plain
from tests.conftest import FROM_HERE
from tests.push_service import Browser

OLA = "ola@example.org"


@pytest.fixture
def follower(app):
    """Has somebody follow a report whose address is confirmed; gives back the link's token."""

    def follow(report, address=OLA, *, confirmed=True):
        follow_by_email(report, address, "en", by_reporter=False)
        query = select(Subscription).where(Subscription.address == address)
        subscription = session().scalars(query).one()
        if confirmed:
            confirm(subscription)
        session().commit()
        return notice_token(subscription.uuid)

    return follow


@pytest.fixture
def told(reported):
    """A report whose reporter has confirmed the address, and the token of that."""
    report = reported()
    subscription = enter_reporter(report, KARI)
    confirm(subscription)
    session().commit()
    return report, notice_token(subscription.uuid)


def say(client, address, answer, **more):
    data = {"answer": answer} | more
    return client.post(f"{address}?lang=en", data=data, headers=FROM_HERE)


def answers(report):
    query = select(Event).where(Event.report_id == report.id, Event.kind == "fix_answer")
    found = session().scalars(query.order_by(Event.id))
    return [(one.from_value, one.to_value, one.internal_text) for one in found]


def again(report):
    return session().get(Report, report.id, populate_existing=True)


def test_a_mail_asks_and_its_links_only_show(client, told, happens, work, mails):
    report, token = told
    work()
    happens(report, "fixed", "Ny planke.")
    work()
    mail = mails()[-1]
    links = re.findall(r"https?://\S+/notices/\S+/fixed\S+", plain(mail))
    assert [link.rpartition("=")[2] for link in links] == ["yes", "no"]
    for link in links:
        assert link.replace("&", "&amp;") in as_html(mail)
        page = client.get(link)
        assert page.status_code == 200
        chosen = link.rpartition("=")[2]
        assert re.findall(r'value="(yes|no)"[^>]* autofocus', page.text) == [chosen]
        assert "Ny planke." in page.text
    assert again(report).was_fixed is None
    assert again(report).status == "fixed"
    assert answers(report) == []
    assert token in links[0]


@pytest.mark.parametrize("status", ["no_action", "planned"])
def test_other_news_asks_nothing(told, happens, work, mails, status):
    report, _token = told
    work()
    happens(report, status)
    work()
    assert "/fixed" not in plain(mails()[-1])


def test_the_reporter_s_yes_is_noted_once(client, told, happens):
    report, token = told
    happens(report, "fixed")
    for _twice in range(2):
        answer = say(client, f"/notices/{token}/fixed", "yes")
        assert answer.status_code == 303
        assert f"/r/{report.number}" in answer.location
    page = client.get(answer.location).text
    assert "It is good to hear" in page
    assert "You told us that it is put right" in page
    assert again(report).was_fixed is True
    assert again(report).status == "fixed"
    assert answers(report) == [("reporter", "yes", "")]


def test_the_reporter_s_no_reopens_with_the_words_and_is_told(client, told, happens, work, mails):
    report, token = told
    happens(report, "fixed")
    work()
    answer = say(client, f"/notices/{token}/fixed", "no", text="Den vipper.")
    assert answer.status_code == 303
    assert again(report).status == "received"
    assert again(report).was_fixed is False
    assert answers(report) == [("reporter", "no", "Den vipper.")]
    work()
    assert "åpnet igjen" in mails()[-1]["Subject"].lower()


def test_on_the_own_page_one_press_answers(client, told, happens, front_desk):
    report, _token = told
    happens(report, "fixed")
    key = report_key(report.uuid)
    page = client.get(f"/r/{report.number}?key={key}&lang=en").text
    form_id = re.search(r'name="id" value="([^"]+)"', page)[1]
    assert f'action="/r/{report.number}/fixed' in page
    answer = say(client, f"/r/{report.number}/fixed", "yes", key=key, id=form_id)
    assert answer.status_code == 303
    after = client.get(answer.location).text
    assert f'action="/r/{report.number}/fixed' not in after
    # A yes can still be taken back.
    assert f'action="/r/{report.number}/reopen' in after
    answer = say(client, f"/r/{report.number}/fixed", "no", key=key, id=form_id)
    assert again(report).status == "received"
    assert [one[1] for one in answers(report)] == ["yes", "no"]
    desk = front_desk.get(f"/desk/reports/{report.number}").text
    assert "Melderen sier at det ikke er i orden" in desk
    assert f"/r/{report.number}/fixed" not in client.get(f"/r/{report.number}?lang=en").text


def test_a_report_that_is_closed_anew_is_asked_about_anew(client, told, happens):
    report, token = told
    happens(report, "fixed")
    say(client, f"/notices/{token}/fixed", "no")
    happens(report, "fixed")
    assert again(report).was_fixed is None
    say(client, f"/notices/{token}/fixed", "yes")
    assert again(report).was_fixed is True
    assert [one[1] for one in answers(report)] == ["no", "yes"]


def test_nobody_is_asked_after_two_weeks_or_answers_what_is_open(client, told, happens):
    report, token = told
    address = f"/notices/{token}/fixed"
    happens(report, "fixed")
    report.closed_at = now() - timedelta(days=14, minutes=1)
    session().commit()
    assert "<form" not in client.get(address).text.partition("<main")[2]
    refused = say(client, address, "no", text="Ikke i orden")
    assert refused.status_code == 409
    assert again(report).status == "fixed"
    happens(report, "received")
    assert say(client, address, "yes").status_code == 409
    assert answers(report) == []


def test_words_that_come_when_it_is_open_again_are_not_lost(client, told, happens):
    report, token = told
    happens(report, "fixed")
    happens(report, "received")
    assert say(client, f"/notices/{token}/fixed", "no", text="Den vipper.").status_code == 303
    assert again(report).events[-1].internal_text == "Den vipper."
    assert answers(report) == []


def test_an_answer_must_be_one(client, told, happens):
    report, token = told
    happens(report, "fixed")
    refused = say(client, f"/notices/{token}/fixed", "perhaps", text="Hm")
    assert refused.status_code == 422
    assert "Hm" in refused.text


def test_a_follower_s_no_is_noted_and_reopens_nothing(client, filed, happens, follower, front_desk):
    report = filed()
    token = follower(report)
    happens(report, "fixed")
    address = f"/notices/{token}/fixed"
    answer = say(client, address, "no", text="Den andre benken.")
    assert "not put right, and look at it" in client.get(answer.location).text
    say(client, address, "no")
    assert again(report).status == "fixed"
    assert again(report).was_fixed is None
    assert answers(report) == [("follower", "no", "Den andre benken.")]
    say(client, address, "yes")
    assert [one[1] for one in answers(report)] == ["no", "yes"]
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert "Noen som følger den, sier at det ikke er i orden" in page
    own = client.get(f"/r/{report.number}?key={report_key(report.uuid)}").text
    assert "Den andre benken." not in own


def test_who_has_not_confirmed_the_address_is_not_heard(client, filed, happens, follower):
    report = filed()
    token = follower(report, confirmed=False)
    happens(report, "fixed")
    assert client.get(f"/notices/{token}/fixed").status_code == 404
    assert say(client, f"/notices/{token}/fixed", "no").status_code == 404
    assert answers(report) == []


def test_who_reported_a_duplicate_speaks_of_the_report_that_is_kept(
    client, filed, happens, desk_person, reported
):
    kept, duplicate = filed(), reported()
    subscription = enter_reporter(duplicate, KARI)
    confirm(subscription)
    merge_report(duplicate, kept, desk_person)
    session().commit()
    happens(kept, "fixed")
    say(client, f"/notices/{notice_token(subscription.uuid)}/fixed", "no")
    assert answers(kept) == [("follower", "no", "")]
    assert again(kept).status == "fixed"
    assert again(duplicate).status == "duplicate"


def test_a_push_message_asks_with_buttons(client, filed, happens, monkeypatch, work):
    report = filed()
    keys = Browser().keys
    follow_by_push(report, "https://fcm.googleapis.com/x", keys, "en", by_reporter=True)
    session().commit()
    sent = []
    monkeypatch.setattr("app.notices.push.send", lambda *arguments: sent.append(arguments[2]))
    happens(report, "fixed")
    work()
    (message,) = sent
    assert [one["action"] for one in message["actions"]] == ["yes", "no"]
    assert f"/r/{report.number}" in message["url"]
    assert client.get(message["answerTo"]).status_code == 200
    # As the service worker sends it.
    assert say(client, message["answerTo"].partition("?")[0], "yes").status_code == 303
    assert again(report).was_fixed is True
