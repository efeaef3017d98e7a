"""Settings that make no sense are refused at the start, by name."""

from __future__ import annotations

import dataclasses

import pytest

from app.config import DEMO_SECRET_KEY, BadSetting, Settings

SECRET = "0123456789abcdef0123456789abcdef"


def read(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_without_any_setting_it_is_a_demo_on_this_machine():
    settings = read()
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8000, True)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_url.endswith("/var/vof.sqlite3")
    assert settings.photo_store.startswith("file:///")
    assert settings.rate_limits
    assert settings.trusted_proxies == 0
    assert not settings.https


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().port = 1


def test_an_empty_setting_counts_as_none():
    assert read(PORT="", HOST=" ", RATE_LIMITS="").port == 8000


BAD = {
    "TILE_URL": [
        "tiles.example.no/{z}/{y}/{x}.png",
        "file:///tiles/{z}/{y}/{x}.png",
        "https://tiles.example.no/{z}/{x}.png",
        "https:///{z}/{y}/{x}.png",
    ],
    "ADDRESS_URL": ["ws.geonorge.no", "ftp://ws.geonorge.no/sok", "https://"],
    "SMTP_URL": [
        "mail.example.no",
        "http://mail.example.no",
        "smtp://",
        "smtp://h:x",
        "smtp://h:99999",
    ],
    "MAIL_FROM": ["vof", "VOF <vof@example.no>", "a@b.no\nBcc: c@d.no", "a@b.no, c@d.no"],
    "MAILBOX_URL": [
        "mail.example.no",
        "pop3://u:p@mail.example.no",
        "imap://mail.example.no/INBOX",
        "imaps://u@mail.example.no",
        "imaps://u:p@mail.example.no:x/INBOX",
    ],
    "MAILBOX_ADDRESS": [
        "vof",
        "VOF <vof@example.no>",
        "vof@{token}.example.no",
        "vof+{token}{token}@example.no",
        "vof+{x}@example.no",
    ],
    "PUSH_HOSTS": [
        "https://push.example.no",
        "push.example.no/x",
        "*",
        "*.",
        "a.no;b.no",
        "a.no,,b.no",
    ],
    "SMS_URL": ["sms.example.no", "http://sms.example.no", "ftp://x", "file://"],
    "SMS_FIELDS": ["{", "[]", '{"to": "{number}"}', '{"text": "{text}"}'],
    "SMS_FORMAT": ["xml"],
    "SMS_COUNTRIES": ["+47", "47,", "no"],
    "PORT": ["eighty", "-1", "65536", "8000.5", "0x50"],
    "PUBLIC_URL": [
        "vof.example.no",
        "ftp://vof.example.no",
        "https://",
        "https://vof.example.no/app",
        "https://vof.example.no?x=1",
        "https://vof.example.no#top",
    ],
    "DATABASE_URL": ["mysql://x/y", "postgresql://vof@db/vof", "sqlite://", "/var/vof.sqlite3"],
    "RATE_LIMITS": ["no", "false", "0", "OFF"],
    "TRUSTED_PROXIES": ["all", "-1", "11"],
    "DEMO": ["yes", "true", "2"],
    "HTTPS": ["on", "-"],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_a_bad_setting_is_refused_with_its_name(name, value):
    with pytest.raises(BadSetting, match=f"^{name}"):
        read(**{"SECRET_KEY": SECRET, name: value})


def test_the_password_of_the_database_is_not_told():
    with pytest.raises(BadSetting) as refusal:
        read(DATABASE_URL="mysql://vof:hemmelig@db/vof")
    assert "hemmelig" not in str(refusal.value)


def test_a_slash_at_the_end_of_the_public_address_does_not_matter():
    assert read(PUBLIC_URL="https://vof.example.no/").public_url == "https://vof.example.no"


def test_https_without_a_public_address_says_so_in_it():
    assert read(HTTPS="1", HOST="0.0.0.0", PORT="8443").public_url == "https://0.0.0.0:8443"


@pytest.mark.parametrize(
    "environment",
    [
        {"DEMO": "0"},
        {"DATABASE_URL": "postgresql+psycopg://vof@db/vof"},
        {"DEMO": "0", "SECRET_KEY": "short"},
        {"DEMO": "0", "SECRET_KEY": SECRET[:-1]},
        {"DEMO": "0", "SECRET_KEY": DEMO_SECRET_KEY},
        {"DEMO": "0", "SECRET_KEY": f"{DEMO_SECRET_KEY}{' ' * 32}"},
    ],
)
def test_outside_a_demo_a_good_secret_is_needed(environment):
    with pytest.raises(BadSetting, match=r"^SECRET_KEY"):
        read(**environment)


def test_with_a_good_secret_it_starts():
    settings = read(DEMO="0", SECRET_KEY=SECRET)
    assert (settings.demo, settings.secret_key) == (False, SECRET)


def test_a_database_of_ones_own_is_no_demo_unless_it_says_so():
    url = "postgresql+psycopg://vof@db/vof"
    assert not read(DATABASE_URL=url, SECRET_KEY=SECRET).demo
    assert read(DATABASE_URL=url, DEMO="1").secret_key == DEMO_SECRET_KEY


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1"])
def test_limits_can_be_switched_off_on_this_machine(host):
    assert not read(RATE_LIMITS="off", HOST=host, PUBLIC_URL="http://x.example").rate_limits


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "vof.example.no", "::"])
def test_limits_cannot_be_switched_off_for_others(host):
    with pytest.raises(BadSetting, match=r"^RATE_LIMITS"):
        read(RATE_LIMITS="off", HOST=host, PUBLIC_URL="http://x.example")


@pytest.mark.parametrize(
    ("environment", "secure"),
    [
        ({}, False),
        ({"PUBLIC_URL": "https://vof.example.no"}, True),
        ({"DEMO": "0", "SECRET_KEY": SECRET}, True),
    ],
)
def test_the_cookie_needs_tls_outside_a_demo_on_plain_http(environment, secure):
    assert read(**environment).secure_cookies is secure


def test_a_password_for_the_mail_server_is_not_shown_when_its_address_is_refused():
    with pytest.raises(BadSetting) as refused:
        read(SMTP_URL="smtp://vof:very-secret@mail.example.no:x")
    assert "very-secret" not in str(refused.value)


def test_the_push_services_are_a_list():
    assert read(PUSH_HOSTS="a.example.no, *.b.example.no,c.example.no:8443").push_hosts == (
        "a.example.no",
        "*.b.example.no",
        "c.example.no:8443",
    )
    assert "fcm.googleapis.com" in read().push_hosts
