"""Web push, against a push service that decrypts what it gets as a browser would."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from sqlalchemy import select

from app.database import now, session
from app.notices.keys import as_base64url, from_base64url, push_public_key, push_signing_key
from app.notices.models import Way
from app.notices.push import is_push_service
from app.outbox import OutboxMessage
from app.reports.keys import report_key
from tests.app.notices.conftest import set_otherwise, subscriptions
from tests.certificates import localhost_certificate
from tests.push_service import Browser, running_push_service

FCM = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def service(app, tmp_path, monkeypatch):
    """A push service that the application knows and trusts."""
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with (
        running_push_service(context) as running,
        set_otherwise(app, push_hosts=(running.host,)),
    ):
        yield running


@pytest.fixture
def browser():
    return Browser()


def address(report):
    return f"/api/v1/reports/by-number/{report.number}/push-subscriptions"


def subscribe(client, report, browser, endpoint=FCM, **more):
    return client.put(address(report), json={"endpoint": endpoint, "keys": browser.keys, **more})


def stop(client, report, endpoint=FCM):
    return client.delete(address(report), json={"endpoint": endpoint})


def left():
    return session().scalars(select(OutboxMessage)).all()


def test_a_browser_is_told_and_can_read_it(
    client, filed, park_sign, happens, work, service, browser
):
    report = filed(sign=park_sign.code)
    answer = subscribe(client, report, browser, service.endpoint(), language="en")
    assert answer.status_code == 201
    assert answer.json == {"number": report.number, "language": "en"}
    happens(report, "in_progress", "Benken byttes.")
    work()
    (got,) = service.received
    message = browser.read(got.body)
    tag = message.pop("tag")
    assert message == {
        "title": "In progress: Bench or table",
        "body": "Benken byttes.",
        "url": f"/r/{report.number}?lang=en",
        "lang": "en",
    }
    assert got.headers["Content-Encoding"] == "aes128gcm"
    assert got.headers["Topic"] == tag
    assert int(got.headers["TTL"]) == timedelta(days=7).total_seconds()
    assert got.headers["Urgency"] == "normal"
    assert left() == []


def test_the_push_service_can_tell_that_it_is_us(client, filed, happens, work, service, browser):
    report = filed()
    subscribe(client, report, browser, service.endpoint())
    happens(report, "fixed")
    work()
    (got,) = service.received
    assert Vapid02.verify(got.headers["Authorization"])
    assert f"k={push_public_key()}" in got.headers["Authorization"]
    token = got.headers["Authorization"].partition("t=")[2].split(",")[0]
    claims = json.loads(from_base64url(token.split(".")[1]))
    assert claims["aud"] == f"https://{service.host}"
    assert claims["sub"].startswith("mailto:")


def test_a_reporters_phone_is_led_to_the_reporters_own_page(
    client, filed, happens, work, service, browser
):
    report = filed()
    key = report_key(report.uuid)
    subscribe(client, report, browser, service.endpoint("own"), key=key)
    subscribe(client, report, browser, service.endpoint("other"), key="wrong")
    happens(report, "fixed")
    work()
    urls = {got.path: browser.read(got.body)["url"] for got in service.received}
    assert f"key={key}" in urls["/send/own"]
    assert "key=" not in urls["/send/other"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_has_gone_is_forgotten(
    client, filed, happens, work, service, browser, status
):
    report = filed()
    subscribe(client, report, browser, service.endpoint())
    service.status = status
    happens(report, "fixed")
    work()
    assert subscriptions() == []
    assert left() == []


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_a_push_service_that_refuses_now_gets_it_later_with_the_same_tag(
    client, filed, happens, work, service, browser, status
):
    report = filed()
    subscribe(client, report, browser, service.endpoint())
    service.status = status
    happens(report, "fixed")
    work()
    (row,) = left()
    assert row.error.startswith(f"PushNotSent: {status}")
    assert service.host not in row.error
    row.available_at = now()
    session().commit()
    service.status = 201
    work()
    tags = [browser.read(got.body)["tag"] for got in service.received]
    assert len(tags) == 2
    assert len(set(tags)) == 1
    assert left() == []


def test_nothing_leads_us_away_from_the_push_service(
    client, filed, happens, work, service, browser
):
    report = filed()
    subscribe(client, report, browser, service.endpoint())
    service.status, service.location = 307, f"https://{service.host}/elsewhere"
    happens(report, "fixed")
    work()
    assert [got.path for got in service.received] == ["/send/phone"]
    assert left()[0].error.startswith("PushNotSent: 307")


def test_a_push_service_that_is_away_gets_it_later(
    app, client, filed, happens, work, browser, caplog
):
    report = filed()
    with set_otherwise(app, push_hosts=("localhost:1",)):
        subscribe(client, report, browser, "https://localhost:1/secret-of-the-phone")
        happens(report, "fixed")
        work()
    (row,) = left()
    assert row.error == "PushNotSent: ConnectionError"
    assert "secret-of-the-phone" not in caplog.text


def test_a_long_answer_is_cut_to_what_a_push_message_holds(
    client, filed, happens, work, service, browser
):
    report = filed()
    subscribe(client, report, browser, service.endpoint())
    happens(report, text="å" * 4000)
    work()
    (got,) = service.received
    assert len(got.body) < 4096
    assert browser.read(got.body)["body"].endswith("å…")


def test_the_same_browser_again_is_the_same_subscription(client, filed, browser):
    report = filed()
    assert subscribe(client, report, browser, language="nb").status_code == 201
    assert subscribe(client, report, browser, language="nn").status_code == 200
    (one,) = subscriptions()
    assert (one.way, one.language, one.keys) == (Way.PUSH, "nn", browser.keys)


def test_who_wants_to_hear_no_more_hears_no_more(client, filed, browser):
    report, other = filed(), filed()
    for one in (report, other):
        subscribe(client, one, browser)
    for _ in range(2):
        answer = stop(client, report)
        assert (answer.status_code, answer.data) == (204, b"")
    assert [one.report_id for one in subscriptions()] == [other.id]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://evil.example@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:x/",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://notify.windows.com/x",
        "https://evilnotify.windows.com/x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "https://fcm.googleapis.com/æ",
        "",
    ],
)
def test_we_send_to_no_host_but_push_services(client, filed, browser, endpoint):
    answer = subscribe(client, filed(), browser, endpoint)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == ["endpoint"]
    assert subscriptions() == []


@pytest.mark.parametrize(
    "endpoint",
    [
        FCM,
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://wns2-db5p.notify.windows.com/w/?token=x",
        "https://web.push.apple.com/x",
        "https://FCM.googleapis.com:443/x",
    ],
)
def test_the_push_services_of_the_browsers_are_known(app, endpoint):
    assert is_push_service(endpoint)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"p256dh": "x", "auth": "y"},
        {"p256dh": as_base64url(b"\x04" + bytes(64)), "auth": as_base64url(bytes(16))},
        {"auth": as_base64url(bytes(16))},
        None,
        "keys",
    ],
)
def test_keys_that_nothing_can_be_encrypted_for_are_refused(client, filed, keys):
    answer = client.put(address(filed()), json={"endpoint": FCM, "keys": keys})
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == ["keys"]


def test_a_short_secret_is_refused(client, filed, browser):
    keys = browser.keys | {"auth": as_base64url(bytes(8))}
    answer = client.put(address(filed()), json={"endpoint": FCM, "keys": keys})
    assert answer.status_code == 422


def test_nobody_follows_a_report_that_is_not_there_or_is_held(client, filed, browser):
    report = filed()
    report.held_at = now()
    session().commit()
    assert subscribe(client, report, browser).json["code"] == "report_held"
    nowhere = "/api/v1/reports/by-number/2026-1/push-subscriptions"
    body = {"endpoint": FCM, "keys": browser.keys}
    assert client.put(nowhere, json=body).json["code"] == "no_such_report"


def test_an_endpoint_can_be_as_long_as_browsers_make_them(client, filed, browser):
    at_most = "https://wns2.notify.windows.com/?token="
    assert subscribe(client, filed(), browser, at_most.ljust(700, "x")).status_code == 201
    assert subscribe(client, filed(), browser, at_most.ljust(701, "x")).status_code == 422


def test_the_key_of_a_deployment_stays_the_same_until_its_secret_changes(app, monkeypatch):
    public = push_signing_key().public_key()
    raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    first = push_public_key()
    assert from_base64url(first) == raw
    assert push_public_key() == first
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    assert push_public_key() != first
