"""What a webhook gets: signed, without anything personal, and to public addresses only."""

from __future__ import annotations

import hmac
import json
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3
from flask import current_app

from app.config import Settings
from app.database import session
from app.languages import DEFAULT_LANGUAGE, in_language
from app.notices.letters import public_url
from app.outbox import Claim, Errand
from app.public_addresses import NotPublic, open_pool, target_of
from app.reports.models import Event, Report
from app.webhooks import Delivery, Kind, Webhook

TIMEOUT = urllib3.Timeout(connect=5, read=10)


# What the log of deliveries says of a try that failed; whoever shows it puts it into words.
NO_ANSWER, REFUSED = "no answer", "answered "


class HookNotSent(Exception):
    """The receiver did not say yes; it is tried again."""


def send_webhook(claim: Claim) -> Errand | None:
    """Tell one webhook of one event; not one that is paused or gone."""
    hook = session().get(Webhook, claim.payload["webhook_id"])
    if hook is None or not hook.active:
        return None
    body = json.dumps(_content(claim), ensure_ascii=False).encode()
    url, secret, key = hook.url, hook.secret, claim.key
    kind = claim.payload["heard"]
    log = Delivery(
        webhook_id=hook.id, outbox_id=claim.id, kind=kind, attempt=claim.attempts, ok=False
    )
    log.answer = NO_ANSWER

    def run() -> None:
        try:
            log.answer = str(post(url, body, headers_of(secret, body, key, kind)))
        except (HookNotSent, urllib3.exceptions.HTTPError, OSError) as error:
            said = str(error) if isinstance(error, HookNotSent) else type(error).__name__
            log.answer = said[:120]
            raise HookNotSent(log.answer) from None
        log.ok = True

    return Errand(run=run, forget_receiver=lambda: None, write_down=lambda: session().add(log))


def headers_of(secret: str, body: bytes, key: str, kind: str) -> dict[str, str]:
    """What goes along: the time, the signature over time and body, and the message's own key."""
    at = str(int(time.time()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "VOF",
        "Idempotency-Key": key,
        "VOF-Event": kind,
        "VOF-Timestamp": at,
        "VOF-Signature": f"v1={sign(secret, at, body)}",
    }


def sign(secret: str, at: str, body: bytes) -> str:
    """The HMAC-SHA256 of the time, a full stop and the body, in hexadecimal."""
    return hmac.digest(secret.encode(), at.encode() + b"." + body, "sha256").hex()


def _content(claim: Claim) -> dict[str, Any]:
    """Number, category, place, state, times and public words: nothing that tells of a person."""
    kind = claim.payload["heard"]
    content: dict[str, Any] = {"id": claim.key, "kind": kind}
    event = session().get(Event, claim.payload["event_id"]) if kind != Kind.TEST else None
    if event is None:
        return content
    return content | {
        "at": event.at.isoformat(),
        "text": event.public_text,
        "status": event.to_value if kind == Kind.STATUS else event.report.status,
        "report": _report(event.report),
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "number": report.number,
        "url": public_url("resident.status", number=report.number),
        "category": report.category.code,
        "category_name": in_language(report.category.names, DEFAULT_LANGUAGE),
        "place": report.place.name if report.place else None,
        "sign": report.sign.code if report.sign else None,
        "status": report.status,
        "received_at": report.received_at.isoformat(),
        "closed_at": report.closed_at.isoformat() if report.closed_at else None,
    }


def why_not(url: str) -> str | None:
    """Why an address cannot be a webhook's by what it says; None where it can."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "not an address"
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not url.isascii():
        return "not an address with https"
    return None if port > 0 else "not an address"


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send a message to an address of the web; returns the status of a yes.

    Raises:
        HookNotSent
    """
    parts = urlsplit(url)
    settings: Settings = current_app.extensions["settings"]
    try:
        pool = open_pool(parts, settings.webhook_hosts, TIMEOUT)
    except NotPublic as refused:
        raise HookNotSent(str(refused)) from None
    with pool:
        answer = pool.request(
            "POST",
            target_of(parts),
            body=body,
            headers=headers | {"Host": parts.netloc},
            redirect=False,
            preload_content=False,
        )
        answer.close()
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise HookNotSent(f"{REFUSED}{answer.status}")
    return answer.status
