"""SMS, against a gateway on loopback that fails, is slow, and answers twice."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select

from app.database import now, session
from app.languages import LANGUAGES, speaking
from app.notices import sms, sms_texts
from app.notices.keys import notice_token, short_token
from app.notices.models import Subscription
from app.notices.operations import MOST_PER_NUMBER, confirm, follow_by_sms, unsubscribe
from app.outbox import MessageState, OutboxMessage
from app.reports.models import Event, Report
from app.reports.workflow import Status
from tests.app.notices.conftest import set_otherwise, subscriptions
from tests.conftest import FROM_HERE

NUMBER = "+4791234567"


class Gateway:
    """Keeps what it gets; `answers` are its next statuses, 0 for one that never comes."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/send"
        self.received = []
        self.answers = []

    @property
    def texts(self):
        return [json.loads(body)["text"] for _headers, body in self.received]


@contextmanager
def running_gateway():
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            gateway.received.append((self.headers, body))
            status = gateway.answers.pop(0) if gateway.answers else 202
            if status == 0:
                over.wait(5)
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{gateway.url}?elsewhere")
            self.end_headers()
            self.wfile.write(b"hello +4791234567")

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway = Gateway(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield gateway
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def gateway(app):
    with running_gateway() as running, using(app, sms_url=running.url):
        yield running


@contextmanager
def using(app, **changes):
    """Other settings for SMS, for a while."""
    before = app.extensions["sms"]
    with set_otherwise(app, **changes):
        app.extensions["sms"] = sms.from_settings(app.extensions["settings"])
        try:
            yield
        finally:
            app.extensions["sms"] = before


def subscribe(client, report, phone="912 34 567", **more):
    address = f"/r/{report.number}/subscriptions?lang=en"
    return client.post(address, data={"phone": phone} | more, headers=FROM_HERE)


def link_of(text):
    return re.search(r"https?://[^/]+(/\S+)", text)[1]


def waiting():
    session().expire_all()
    return session().scalars(select(OutboxMessage)).all()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("912 34 567", NUMBER),
        ("+47 91 23 45 67", NUMBER),
        ("004791234567", NUMBER),
        ("51 00 00 00", None),
        ("+46 70 123 45 67", None),
        ("+47912345678", None),
        ("nobody", None),
        ("", None),
    ],
)
def test_only_mobile_numbers_of_the_allowed_countries_get_sms(app, typed, number):
    assert sms.normalise(typed) == number


def test_more_countries_are_a_setting(app):
    with set_otherwise(app, sms_countries=("47", "48")):
        assert sms.normalise("+48 601 234 567") == "+48601234567"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("æøåÆØÅ" * 26 + "1234", 1),
        ("æøåÆØÅ" * 26 + "12345", 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("і" * 70, 1),
        ("і" * 134, 2),
        ("і" * 135, 3),
    ],
)
def test_segments_are_counted_as_networks_do(text, count):
    assert sms.segments(text) == count


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_takes_more_than_two_segments(app, filed, language, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://varsleomfeil.sandnes.kommune.no")
    report = filed()
    follow_by_sms(report, NUMBER, language, by_reporter=True)
    (subscription,) = subscriptions()
    report.status, report.closed_at = "fixed", now()
    texts = []
    with speaking(language), session().no_autoflush:
        texts += [sms_texts.receipt(subscription), sms_texts.confirmation(subscription)]
        for status in Status:
            event = Event(kind="status", to_value=status, report=report, report_id=report.id)
            texts.append(sms_texts.news(subscription, event))
    assert all(sms.segments(text) <= 2 for text in texts), max(texts, key=sms.segments)
    assert all("/v/" in text for text in texts)


def test_nothing_but_the_question_goes_to_a_number_that_nobody_confirmed(
    client, filed, happens, work, gateway
):
    report = filed()
    assert subscribe(client, report).status_code == 303
    happens(report, "in_progress")
    work()
    (text,) = gateway.texts
    assert report.number in text
    assert report.description not in text
    page = client.get(link_of(text), follow_redirects=True)
    assert "+47 ••• •• 567" in page.text
    assert NUMBER not in page.text
    (subscription,) = subscriptions()
    # The link only shows.
    assert subscription.confirmed_at is None
    confirming = re.search(r'action="([^"]+/confirm[^"]*)"', page.text)[1]
    assert client.post(confirming, headers=FROM_HERE).status_code == 200
    happens(report, "planned")
    work()
    assert len(gateway.texts) == 2
    assert "Planned" in gateway.texts[1]
    assert report.number in gateway.texts[1]


def test_one_tap_behind_the_link_stops_them(client, filed, happens, work, gateway):
    report = filed()
    follow_by_sms(report, NUMBER, "en", by_reporter=False)
    (subscription,) = subscriptions()
    confirm(subscription)
    session().commit()
    address = f"/v/{short_token(subscription.id, subscription.uuid)}"
    page = client.get(f"{address}?lang=en", follow_redirects=True).text
    stopping = re.search(r'action="([^"]+/unsubscribe[^"]*)"', page)[1]
    assert "no more SMS" in client.post(stopping, headers=FROM_HERE).text
    assert subscriptions() == []
    happens(report, "planned")
    work()
    assert client.get(address).status_code == 404
    assert client.get("/v/AAAA").status_code == 404


def test_the_link_of_somebody_who_stopped_never_leads_to_the_next_one(client, filed, work, gateway):
    report = filed()
    follow_by_sms(report, NUMBER, "en", by_reporter=False)
    session().commit()
    work()
    old_link = link_of(gateway.texts[0])
    gone = subscriptions()[0].uuid
    unsubscribe(gone)
    session().commit()
    other = filed(contact={"name": "Ola", "phone": "92222222"})
    follow_by_sms(other, "+4792222222", "en", by_reporter=True)
    session().commit()
    work()
    (next_one,) = subscriptions()
    assert client.get(old_link).status_code == 404
    # Nor where an id comes again after all, as it does when a backup has been restored.
    assert client.get(f"/v/{short_token(next_one.id, gone)}").status_code == 404
    assert client.get(link_of(gateway.texts[1])).status_code == 303


def test_a_closed_report_s_link_asks_whether_it_was_fixed(client, filed, happens, work, gateway):
    report = filed()
    follow_by_sms(report, NUMBER, "en", by_reporter=False)
    confirm(subscriptions()[0])
    session().commit()
    happens(report, "fixed")
    work()
    text = gateway.texts[-1]
    assert "Was it put right?" in text
    page = client.get(link_of(text), follow_redirects=True).text
    assert 'value="yes"' in page
    assert "Stop these messages" in page


def test_what_is_posted_follows_the_template(app, gateway):
    fields = '{"m": [{"to": "{digits}", "body": "{text}", "ref": "{key}", "n": 1}]}'
    with using(app, sms_url=gateway.url, sms_fields=fields, sms_authorization="Bearer x"):
        sms.sender().send(NUMBER, "Hei {key}", "vof-7")
    headers, body = gateway.received[0]
    assert json.loads(body) == {
        "m": [{"to": "4791234567", "body": "Hei {key}", "ref": "vof-7", "n": 1}]
    }
    assert headers["Authorization"] == "Bearer x"
    assert headers["Idempotency-Key"] == "vof-7"
    with using(app, sms_url=gateway.url, sms_format="form"):
        sms.sender().send(NUMBER, "Hei på deg", "vof-8")
    assert parse_qs(gateway.received[1][1]) == {"to": [NUMBER], "text": ["Hei på deg"]}


@pytest.mark.parametrize(
    ("status", "left"),
    [
        (200, []),
        (409, []),
        (500, ["waiting"]),
        (429, ["waiting"]),
        (401, ["waiting"]),
        (302, ["waiting"]),
        (400, ["dead"]),
        (422, ["dead"]),
    ],
)
def test_what_fails_waits_or_is_kept_and_names_nobody(client, filed, work, gateway, status, left):
    gateway.answers = [status]
    subscribe(client, filed())
    work()
    assert [one.state for one in waiting()] == [MessageState(one) for one in left]
    assert len(gateway.received) == 1
    for one in waiting():
        assert str(status) in one.error
        assert "91234567" not in one.error


def test_a_second_try_has_the_same_key(client, filed, work, gateway):
    gateway.answers = [503]
    subscribe(client, filed())
    work()
    for one in waiting():
        one.available_at = now()
    session().commit()
    work()
    keys = [headers["Idempotency-Key"] for headers, _body in gateway.received]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert waiting() == []


def test_a_gateway_that_says_nothing_is_left_after_its_time(
    client, filed, work, gateway, monkeypatch
):
    monkeypatch.setattr(sms, "TIMEOUT_S", (0.2, 0.2))
    gateway.answers = [0]
    subscribe(client, filed())
    work()
    (one,) = waiting()
    assert one.error == f"SmsNotSent: {requests.ReadTimeout.__name__}"


def test_where_no_gateway_is_set_nothing_is_offered(client, front_desk, filed):
    report = filed()
    page = client.get(f"/r/{report.number}").text
    assert 'name="phone"' not in page
    assert 'name="sms"' not in front_desk.get("/desk/new").text
    assert subscribe(client, report).status_code == 422
    assert subscriptions() == []


def test_a_number_is_asked_only_so_often(client, filed, work, gateway, app):
    with using(app, sms_url=gateway.url, rate_limits=True):
        for _ in range(MOST_PER_NUMBER + 2):
            follow_by_sms(filed(), NUMBER, "nb", by_reporter=False)
        session().commit()
        work()
    assert len(gateway.received) == MOST_PER_NUMBER


def test_a_bad_number_comes_back_with_a_sentence(client, filed, gateway):
    refused = subscribe(client, filed(), "51 00 00 00")
    assert refused.status_code == 422
    assert 'id="phone-error"' in refused.text
    assert 'value="51 00 00 00"' in refused.text


def test_the_desk_offers_it_to_a_caller(front_desk, work, gateway, app, happens):
    page = front_desk.get("/desk/new").text
    assert 'name="sms"' in page
    form = {"id": str(uuid4()), "where": "x", "spot": "words:", "category": "PA03"}
    form |= {"channel": "phone", "phone": "51000000", "sms": "1"}
    refused = front_desk.post("/desk/new", data=form, headers=FROM_HERE)
    assert refused.status_code == 422
    assert "checked" in re.search(r'<input[^>]*name="sms"[^>]*>', refused.text)[0]
    form["phone"] = "912 34 567"
    for _twice in range(2):
        assert front_desk.post("/desk/new", data=form, headers=FROM_HERE).status_code == 303
    work()
    (text,) = gateway.texts
    report = session().scalars(select(Report)).one()
    assert report.number in text
    (subscription,) = subscriptions()
    assert subscription.by_reporter
    happens(report, "planned")
    work()
    assert len(gateway.texts) == 1


def test_erasing_the_contact_details_ends_them(client, filed, work, gateway):
    report = filed()
    follow_by_sms(report, NUMBER, "nb", by_reporter=True)
    session().commit()
    assert session().scalar(select(Subscription.by_reporter)) is True
    token = notice_token(subscriptions()[0].uuid)
    assert client.post(f"/notices/{token}/unsubscribe").status_code == 200
    assert subscriptions() == []
    work()
    assert gateway.received == []


def test_a_folder_is_for_trying(app, tmp_path):
    with using(app, sms_url=tmp_path.as_uri()):
        for _twice in range(2):
            sms.sender().send(NUMBER, "Hei", "vof-1")
    (file,) = tmp_path.iterdir()
    assert file.read_text("utf-8") == f"To: {NUMBER}\n\nHei\n"
