"""Settings: read from the environment once, frozen, refused at start when they make no sense.

`docs/operating.md` documents every variable; a test holds the two together.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

# Known to everybody, like the demo log-ins; accepted only where DEMO=1.
DEMO_SECRET_KEY = "demo-only-not-secret"  # noqa: S105 - that is its point

SECRET_KEY_MIN_CHARACTERS = 32

# Of Chrome and its kin, Firefox, Edge and Safari. We send to no other address a browser names.
PUSH_SERVICES = (
    "fcm.googleapis.com, updates.push.services.mozilla.com, *.notify.windows.com, *.push.apple.com"
)
SMS_FIELDS = '{"to": "{number}", "text": "{text}"}'
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
# Where an answer's address says which report it is about.
ABOUT = "{token}"
_MAIL_ADDRESS = re.compile(r"[!-?A-~]+@[a-z0-9-]+(\.[a-z0-9-]+)*")

KARTVERKET_TILES = (
    "https://cache.kartverket.no/v1/wmts/1.0.0/topo/default/webmercator/{z}/{y}/{x}.png"
)
GEONORGE_ADDRESSES = "https://ws.geonorge.no/adresser/v1/sok"


class BadSetting(Exception):
    """A setting that VOF refuses to start with; the text says which one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. See `docs/operating.md` for the meaning of each."""

    host: str
    port: int
    public_url: str
    database_url: str
    photo_store: str
    s3_endpoint_url: str | None
    rate_limits: bool
    trusted_proxies: int
    secret_key: str
    demo: bool
    https: bool
    tile_url: str
    tile_cache: Path
    address_url: str
    smtp_url: str
    mail_from: str
    mailbox_url: str
    mailbox_address: str
    push_hosts: tuple[str, ...]
    webhook_hosts: tuple[str, ...]
    open311_media_hosts: tuple[str, ...]
    sms_url: str
    sms_fields: str
    sms_format: str
    sms_authorization: str
    sms_countries: tuple[str, ...]

    @property
    def secure_cookies(self) -> bool:
        """Whether the session cookie needs TLS; a demo on plain http could not sign in."""
        return not self.demo or self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check all settings.

        Raises:
            BadSetting: a value is missing or cannot be used.
        """
        read = _Reader(environment)
        host = read.text("HOST", "127.0.0.1")
        port = read.number("PORT", 8000, minimum=0, maximum=65535)
        https = read.switch("HTTPS", default=False)
        demo = read.switch("DEMO", default="DATABASE_URL" not in environment)
        return cls(
            host=host,
            port=port,
            public_url=_public_url(read, host, port, https),
            database_url=_database_url(read),
            photo_store=read.text("PHOTO_STORE", (VAR / "photos").as_uri()),
            s3_endpoint_url=read.text("S3_ENDPOINT_URL", "") or None,
            rate_limits=_rate_limits(read, host),
            trusted_proxies=read.number("TRUSTED_PROXIES", 0, minimum=0, maximum=10),
            secret_key=_secret_key(read, demo),
            demo=demo,
            https=https,
            tile_url=_tile_url(read),
            tile_cache=Path(read.text("TILE_CACHE", str(VAR / "tiles"))),
            address_url=_address_url(read),
            smtp_url=_smtp_url(read),
            mail_from=_mail_from(read),
            mailbox_url=_mailbox_url(read),
            mailbox_address=_mailbox_address(read),
            push_hosts=_push_hosts(read),
            webhook_hosts=_webhook_hosts(read),
            open311_media_hosts=_media_hosts(read),
            sms_url=_sms_url(read),
            sms_fields=_sms_fields(read),
            sms_format=_sms_format(read),
            sms_authorization=read.text("SMS_AUTHORIZATION", ""),
            sms_countries=_sms_countries(read),
        )


class _Reader:
    """Typed look-ups that name the variable when a value is unusable."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str) -> str:
        return self._environment.get(name, "").strip() or default

    def number(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        raw = self.text(name, str(default))
        if not raw.isdecimal() or not minimum <= int(raw) <= maximum:
            raise BadSetting(f"{name}={raw!r}: give a whole number from {minimum} to {maximum}.")
        return int(raw)

    def switch(self, name: str, *, default: bool) -> bool:
        raw = self.text(name, "1" if default else "0")
        if raw not in {"0", "1"}:
            raise BadSetting(f"{name}={raw!r}: give 0 or 1.")
        return raw == "1"


def _public_url(read: _Reader, host: str, port: int, https: bool) -> str:
    scheme = "https" if https else "http"
    url = read.text("PUBLIC_URL", f"{scheme}://{host}:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(f"PUBLIC_URL={url!r}: give an address such as https://vof.example.no.")
    if parts.path or parts.query or parts.fragment:
        raise BadSetting(f"PUBLIC_URL={url!r}: it is printed on signs and must have no path.")
    return url


def _database_url(read: _Reader) -> str:
    url = read.text("DATABASE_URL", f"sqlite:///{VAR / 'vof.sqlite3'}")
    demand_database_url(url)
    return url


def demand_database_url(url: str) -> None:
    """Refuse the address of another kind of database.

    Raises:
        BadSetting
    """
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "DATABASE_URL: give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME."
        )


def _rate_limits(read: _Reader, host: str) -> bool:
    raw = read.text("RATE_LIMITS", "on")
    if raw not in {"on", "off"}:
        raise BadSetting(f"RATE_LIMITS={raw!r}: give on or off.")
    if raw == "off" and not is_loopback(host):
        raise BadSetting(
            "RATE_LIMITS=off is for tests and is accepted only while HOST is loopback."
        )
    return raw == "on"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tile_url(read: _Reader) -> str:
    url = read.text("TILE_URL", KARTVERKET_TILES)
    if not _is_web_address(url) or not all(part in url for part in ("{z}", "{y}", "{x}")):
        raise BadSetting(f"TILE_URL={url!r}: give an address with {{z}}, {{y}} and {{x}} in it.")
    return url


def _address_url(read: _Reader) -> str:
    url = read.text("ADDRESS_URL", GEONORGE_ADDRESSES)
    if not _is_web_address(url):
        raise BadSetting(f"ADDRESS_URL={url!r}: give an address such as {GEONORGE_ADDRESSES}.")
    return url


def _smtp_url(read: _Reader) -> str:
    url = read.text("SMTP_URL", (VAR / "mail").as_uri())
    parts = urlsplit(url)
    usable = parts.path if parts.scheme == "file" else parts.hostname and _has_port_or_none(parts)
    if parts.scheme not in {"smtp", "smtps", "file"} or not usable:
        # Not the address itself: it holds a password.
        raise BadSetting(
            "SMTP_URL: give smtp://USER:PASSWORD@HOST:PORT, smtps://… or file:///FOLDER."
        )
    return url


def _has_port_or_none(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _mail_from(read: _Reader) -> str:
    address = read.text("MAIL_FROM", "")
    if address and not _MAIL_ADDRESS.fullmatch(address):
        raise BadSetting(f"MAIL_FROM={address!r}: give an address such as vof@example.no.")
    return address


def _mailbox_url(read: _Reader) -> str:
    url = read.text("MAILBOX_URL", "")
    parts = urlsplit(url)
    usable = parts.hostname and parts.username and parts.password and _has_port_or_none(parts)
    if url and (parts.scheme not in {"imap", "imaps"} or not usable):
        # Not the address itself: it holds a password.
        raise BadSetting("MAILBOX_URL: give imaps://USER:PASSWORD@HOST/FOLDER or imap://….")
    return url


def _mailbox_address(read: _Reader) -> str:
    address = read.text("MAILBOX_ADDRESS", "")
    plain = address.replace(ABOUT, "", 1)
    if address and (not _MAIL_ADDRESS.fullmatch(plain) or re.search("[{}]", plain)):
        raise BadSetting(
            f"MAILBOX_ADDRESS={address!r}: give an address such as vof@example.no or"
            f" vof+{ABOUT}@example.no."
        )
    return address


def _push_hosts(read: _Reader) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in read.text("PUSH_HOSTS", PUSH_SERVICES).split(","))
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise BadSetting(
                f"PUSH_HOSTS: {host!r} is no host such as push.example.no or *.example.no."
            )
    return hosts


def _webhook_hosts(read: _Reader) -> tuple[str, ...]:
    hosts = tuple(one.strip() for one in read.text("WEBHOOK_HOSTS", "").split(",") if one.strip())
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9.-]+:[0-9]{1,5}", host):
            raise BadSetting(f"WEBHOOK_HOSTS: {host!r} is no host with its port, such as erp:443.")
    return hosts


def _media_hosts(read: _Reader) -> tuple[str, ...]:
    named = read.text("OPEN311_MEDIA_HOSTS", "")
    hosts = tuple(one.strip() for one in named.split(",") if one.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise BadSetting(
                f"OPEN311_MEDIA_HOSTS: {host!r} is no host such as photos.example.org,"
                " *.example.org or, inside our network, photos:8080."
            )
    return hosts


def _sms_url(read: _Reader) -> str:
    url = read.text("SMS_URL", "")
    parts = urlsplit(url)
    usable = _is_web_address(url) or (parts.scheme == "file" and parts.path)
    if url and not usable:
        # Not the address itself: some gateways have a secret in it.
        raise BadSetting("SMS_URL: give https://HOST/PATH, or file:///FOLDER to try it.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise BadSetting("SMS_URL: give an address with https; it carries people's numbers.")
    return url


def _sms_fields(read: _Reader) -> str:
    fields = read.text("SMS_FIELDS", SMS_FIELDS)
    try:
        usable = isinstance(json.loads(fields), dict)
    except ValueError:
        usable = False
    if not usable or "{text}" not in fields or not re.search(r"\{(number|digits)\}", fields):
        raise BadSetting(f"SMS_FIELDS: give JSON with {{number}} and {{text}} in it: {SMS_FIELDS}")
    return fields


def _sms_format(read: _Reader) -> str:
    wanted = read.text("SMS_FORMAT", "json")
    if wanted not in {"json", "form"}:
        raise BadSetting(f"SMS_FORMAT={wanted!r}: give json or form.")
    return wanted


def _sms_countries(read: _Reader) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in read.text("SMS_COUNTRIES", "47").split(","))
    for code in codes:
        if not re.fullmatch(r"[1-9]\d{0,3}", code):
            raise BadSetting(f"SMS_COUNTRIES: {code!r} is no country's code such as 47.")
    return codes


def _is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _secret_key(read: _Reader, demo: bool) -> str:
    key = read.text("SECRET_KEY", DEMO_SECRET_KEY if demo else "")
    if demo:
        return key
    if len(key) < SECRET_KEY_MIN_CHARACTERS or key == DEMO_SECRET_KEY:
        raise BadSetting(
            f"SECRET_KEY: give at least {SECRET_KEY_MIN_CHARACTERS} random characters "
            "(python3 -c 'import secrets; print(secrets.token_urlsafe(48))'). "
            "Only a demo (DEMO=1) runs without one."
        )
    return key
