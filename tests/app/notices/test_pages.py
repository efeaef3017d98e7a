"""Asking for e-mails, saying yes and saying no; a link alone never does anything."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from app.database import now, session
from app.notices import operations
from app.notices.keys import notice_token
from app.notices.models import Way
from app.reports.keys import report_key
from tests.app.notices.conftest import KARI, set_otherwise, subscriptions
from tests.conftest import FROM_HERE, a_report, put_report

OLA = "ola@example.org"


def follow(client, report, email=OLA, **fields):
    data = {"email": email, **fields}
    return client.post(f"/r/{report.number}/subscriptions", data=data, headers=FROM_HERE)


@pytest.fixture
def token(reported, work):
    """The token in the receipt of a report."""
    reported()
    work()
    return notice_token(subscriptions()[0].uuid)


def test_who_asks_is_sent_a_question(client, reported, work, mails):
    report = reported()
    answer = follow(client, report)
    assert answer.status_code == 303
    assert answer.location == f"/r/{report.number}/subscriptions?sent=1"
    assert "Check your e-mail" in client.get(f"{answer.location}&lang=en").text
    work()
    assert {mail["To"] for mail in mails()} == {KARI, OLA}
    (asked,) = [one for one in subscriptions() if one.address == OLA]
    assert (asked.confirmed_at, asked.by_reporter, asked.way) == (None, False, Way.EMAIL)


def test_the_answer_does_not_tell_who_follows(client, reported, work, mails):
    report = reported()
    first = follow(client, report)
    work()
    for one in subscriptions():
        one.confirmed_at, one.created_at = now(), now() - timedelta(days=1)
    session().commit()
    second = follow(client, report)
    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert work() == 0
    assert len(mails()) == 2


def test_the_question_is_put_in_the_language_of_the_page(client, reported, work, mails):
    report = reported()
    client.post(f"/r/{report.number}/subscriptions?lang=nn", data={"email": OLA}, headers=FROM_HERE)
    work()
    (asked,) = [mail for mail in mails() if mail["To"] == OLA]
    assert asked["Content-Language"] == "nn"


@pytest.mark.parametrize(
    "email", ["", "  ", "ola", "ola@", "a@b.no, c@d.no", "a@b.no\r\nBcc: c@d.no"]
)
def test_an_address_that_is_none_is_asked_for_again(client, reported, email):
    report = reported()
    answer = follow(client, report, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert len(subscriptions()) == 0


def test_a_robot_that_fills_in_everything_is_told_so(client, reported, work):
    report = reported()
    answer = follow(client, report, website="https://spam.example")
    assert answer.status_code == 422
    assert subscriptions() == []


def test_the_reporters_own_key_makes_the_subscription_theirs(client, filed):
    report = filed()
    follow(client, report, key="wrong")
    follow(client, report, email=KARI, key=report_key(report.uuid))
    assert [one.by_reporter for one in subscriptions()] == [False, True]


def test_the_key_goes_along_so_that_the_reporter_comes_back_to_their_own_page(client, filed):
    report = filed()
    key = report_key(report.uuid)
    sent = follow(client, report, key=key).location
    assert f'href="/r/{report.number}?key={key}"' in client.get(sent).text
    wrong = follow(client, report, key="wrong").location
    assert "key=" not in wrong


def test_nobody_follows_a_report_that_is_not_there_or_is_held(client, reported):
    report = reported()
    assert client.post("/r/2026-1/subscriptions", data={"email": OLA}).status_code == 404
    report.held_at = now()
    session().commit()
    assert follow(client, report).status_code == 409
    assert client.get(f"/r/{report.number}/subscriptions").status_code == 409


def test_one_sender_and_one_address_can_be_asked_about_so_often(throttled):
    client = throttled.test_client()
    number = put_report(client, a_report()).json["number"]

    def ask(email):
        data = {"email": email}
        return client.post(f"/r/{number}/subscriptions", data=data, headers=FROM_HERE).status_code

    assert [ask("Kari@example.org" if n % 2 else KARI) for n in range(6)] == [303] * 5 + [429]
    assert ask(OLA) == 303, "others are not kept from it"
    codes = [ask(f"x{n}@example.org") for n in range(30)]
    assert 429 in codes


def test_a_link_in_a_mail_only_asks(client, token):
    for address in (f"/notices/{token}", f"/notices/{token}/unsubscribe"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert KARI not in answer.text
        assert "k•••@example.org" in answer.text
    assert subscriptions()[0].confirmed_at is None


def test_yes_is_yes_however_often_it_is_said(client, token):
    for _ in range(2):
        answer = client.post(f"/notices/{token}/confirm", headers=FROM_HERE)
        assert answer.status_code == 200
    first = subscriptions()[0].confirmed_at
    client.post(f"/notices/{token}/confirm", headers=FROM_HERE)
    assert subscriptions()[0].confirmed_at == first
    assert "/confirm" not in client.get(f"/notices/{token}").text


def test_no_is_no_however_often_it_is_said(client, token):
    for _ in range(2):
        answer = client.post(f"/notices/{token}/unsubscribe", headers=FROM_HERE)
        assert answer.status_code == 200
        assert subscriptions() == []
    assert client.get(f"/notices/{token}").status_code == 404
    assert client.post(f"/notices/{token}/confirm", headers=FROM_HERE).status_code == 404


def test_a_mail_program_unsubscribes_without_any_header_of_a_browser(client, token):
    answer = client.post(
        f"/notices/{token}/unsubscribe?lang=nb", data={"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    assert subscriptions() == []


def test_another_website_unsubscribes_nobody(client, token):
    headers = {"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/notices/{token}/unsubscribe", headers=headers).status_code == 403
    assert len(subscriptions()) == 1


@pytest.mark.parametrize("wrong", ["x", "", "....", "æøå", "A" * 43, "A" * 5000])
def test_a_token_that_is_none_of_ours_leads_nowhere(client, token, wrong):
    wrong = wrong or token[:-6] + "AAAAAA"
    assert client.get(f"/notices/{wrong}").status_code == 404
    assert client.get(f"/notices/{wrong}/unsubscribe").status_code == 404
    for verb in ("confirm", "unsubscribe"):
        assert client.post(f"/notices/{wrong}/{verb}", headers=FROM_HERE).status_code == 404
    assert len(subscriptions()) == 1


def test_a_token_of_a_subscription_that_never_was_is_not_told_apart(client, app):
    token = notice_token(uuid4())
    assert client.get(f"/notices/{token}").status_code == 404
    assert client.post(f"/notices/{token}/unsubscribe", headers=FROM_HERE).status_code == 200


def test_another_secret_key_makes_other_tokens(app, token, monkeypatch):
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    assert notice_token(subscriptions()[0].uuid) != token


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_links_of_a_mail_lead_to_pages_in_its_language(client, reported, work, mails, language):
    reported(language=language)
    work()
    text = mails()[0].get_body(("plain",)).get_content()
    path = re.search(r"http://\S+?(/notices/\S+)", text)[1]
    answer = client.get(path, headers={"Accept-Language": "pl"})
    assert f'<html lang="{language}"' in answer.text


def test_the_form_is_on_a_page_of_its_own_too(client, reported):
    report = reported()
    page = client.get(f"/r/{report.number}/subscriptions").text
    assert f'action="/r/{report.number}/subscriptions"' in page
    assert 'data-island="push"' in page


def test_questions_to_an_address_are_counted_too(app, client, reported, work, mails, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PER_ADDRESS", 3)
    with set_otherwise(app, rate_limits=True, smtp_url=app.extensions["settings"].smtp_url):
        for n in range(5):
            follow(client, reported(f"someone{n}@example.org"))
        work()
    assert len([mail for mail in mails() if mail["To"] == OLA]) == 3
