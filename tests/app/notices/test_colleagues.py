"""People at work follow a report, and hear of what others do with it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import session
from app.permissions import Role
from app.reports.keys import report_key
from app.reports.operations import add_note, change_status
from app.staff.models import Staff
from tests.app.notices.conftest import plain, subscriptions
from tests.conftest import FROM_HERE
from tests.push_service import Browser

MANAGER = "manager@demo.vof"
CREW = "crew@demo.vof"


@pytest.fixture
def person(app):
    def find(email):
        return session().scalars(select(Staff).where(Staff.email == email)).unique().one()

    return find


def follow(client, report, **more):
    return client.post(f"/desk/reports/{report.number}/follow", data=more, headers=FROM_HERE)


def test_a_colleague_hears_of_what_others_do_and_not_of_the_own_deeds(
    manager, client, filed, happens, work, mails, person
):
    report = filed()
    assert follow(manager, report).location == f"/desk/reports/{report.number}#follow"
    assert mails() == []
    happens(report, "in_progress", "Vi bestiller planker.")
    work()
    (mail,) = mails()
    assert mail["To"] == MANAGER
    assert f"/desk/reports/{report.number}" in plain(mail)
    assert "Demo Innbyggerservice" in plain(mail)
    assert "> Vi bestiller planker." in plain(mail)
    assert "key=" not in plain(mail)
    change_status(report, "planned", person(MANAGER))
    session().commit()
    work()
    assert len(mails()) == 1


def test_of_words_that_are_not_public_only_that_there_are_some(
    manager, client, filed, work, mails, desk_person
):
    report = filed(contact={"email": "kari@example.org"})
    work()
    follow(manager, report)
    add_note(report, desk_person, internal_text="Kjenner til denne.")
    session().commit()
    fields = {"key": report_key(report.uuid), "id": str(uuid4()), "text": "Den er verre."}
    client.post(f"/r/{report.number}/message", data=fields, headers=FROM_HERE)
    work()
    told = [mail for mail in mails() if mail["To"] == MANAGER]
    assert len(told) == 2
    for mail in told:
        assert "Kjenner til" not in mail.as_string()
        assert "verre" not in mail.as_string()
    # Residents hear nothing of it.
    assert [mail["To"] for mail in mails()].count("kari@example.org") == 1


def test_the_page_says_how_it_stands_and_stops_it(manager, filed, happens, work, mails):
    report = filed()
    page = f"/desk/reports/{report.number}"
    assert "/follow-no-more" not in manager.get(page).text
    follow(manager, report)
    follow(manager, report)
    assert len(subscriptions()) == 1
    assert "/follow-no-more" in manager.get(page).text
    manager.post(f"{page}/follow-no-more", headers=FROM_HERE)
    assert subscriptions() == []
    happens(report, "planned")
    work()
    assert mails() == []


def test_the_crew_is_led_to_the_tablet_s_page(crew, filed, happens, work, mails):
    report = filed()
    answer = follow(crew, report, **{"from": "crew"})
    assert answer.location == f"/crew/reports/{report.number}#follow"
    assert 'action="/desk/reports' in crew.get(f"/crew/reports/{report.number}").text
    happens(report, "fixed")
    work()
    (mail,) = mails()
    assert f"/crew/reports/{report.number}" in plain(mail)
    # Whether it was fixed is asked of those who told us.
    assert "/fixed" not in plain(mail)


def test_who_has_left_hears_nothing(manager, filed, happens, work, mails, person):
    report = filed()
    follow(manager, report)
    person(MANAGER).active = False
    session().commit()
    happens(report, "fixed")
    work()
    assert mails() == []


def test_one_click_in_the_mail_ends_it(manager, client, filed, happens, work, mails):
    report = filed()
    follow(manager, report)
    happens(report, "planned")
    work()
    link = re.search(r"<https?://[^/]+(/\S+)>", mails()[0]["List-Unsubscribe"])[1]
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert subscriptions() == []


def test_a_browser_at_work_is_told_as_a_colleague(
    manager, client, filed, happens, work, monkeypatch, person
):
    report = filed()
    address = f"/api/v1/reports/by-number/{report.number}/push-subscriptions"
    body = {"keys": Browser().keys, "at_work": True}
    endpoint = "https://fcm.googleapis.com/fcm/send/"
    assert manager.put(address, json=body | {"endpoint": f"{endpoint}1"}).status_code == 201
    # A visitor who says so is none.
    assert client.put(address, json=body | {"endpoint": f"{endpoint}2"}).status_code == 201
    assert [one.staff_id for one in subscriptions()] == [person(MANAGER).id, None]
    sent = []
    monkeypatch.setattr("app.notices.push.send", lambda *arguments: sent.append(arguments[2]))
    happens(report, "fixed")
    work()
    assert [f"/desk/reports/{report.number}" in one["url"] for one in sent] == [True, False]
    assert ["actions" in one for one in sent] == [False, True]
    change_status(report, "received", person(MANAGER))
    session().commit()
    work()
    assert len(sent) == 3


def test_every_role_at_work_may_follow_and_sign_keepers_need_not(clients, filed):
    report = filed()
    for role, client in clients.items():
        if role is not None:
            expected = 403 if role is Role.SIGN_KEEPER else 303
            assert follow(client, report).status_code == expected
