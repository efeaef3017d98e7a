"""Web push: a browser's subscription judged, and a message encrypted for it and sent."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from flask import current_app
from py_vapid import Vapid
from pywebpush import WebPushException, webpush

from app.config import Settings
from app.notices.keys import from_base64url, push_signing_key
from app.outbox import ReceiverGone
from app.places.municipality import municipality

TIMEOUT_S = 10
# A phone that is off for a week hears of it when it is on again.
KEPT_BY_THE_SERVICE_S = 7 * 24 * 3600
AUTH_BYTES = 16
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class PushNotSent(Exception):
    """The push service did not take the message now; the text does not say whose it was."""


class NoRedirects(requests.Session):
    """The address was judged when it was entered; nothing may lead us to another one."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


def is_push_service(endpoint: str) -> bool:
    """Whether an address is that of a push service we know, so that nobody aims us elsewhere."""
    settings: Settings = current_app.extensions["settings"]
    try:
        url = urlsplit(endpoint)
        port = url.port or 443
    except ValueError:
        return False
    if url.scheme != "https" or not url.hostname or "@" in url.netloc or not endpoint.isascii():
        return False
    return any(_fits(f"{url.hostname}:{port}", pattern) for pattern in settings.push_hosts)


def _fits(host: str, pattern: str) -> bool:
    pattern = pattern if ":" in pattern else f"{pattern}:443"
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern


def are_usable_keys(p256dh: str, auth: str) -> bool:
    """Whether something can be encrypted for a browser with these keys."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), from_base64url(p256dh))
        return len(from_base64url(auth)) == AUTH_BYTES
    except ValueError:
        return False


def send(endpoint: str, keys: dict[str, str], message: dict[str, Any], contact: str) -> None:
    """Hand a message to a browser's push service.

    Args:
        endpoint: the browser's address there.
        keys: what the message is encrypted with.
        message: what the service worker shows; its tag replaces an earlier one with the same.
        contact: whom the service may ask about us.

    Raises:
        PushNotSent: not now.
        ReceiverGone: the browser has unsubscribed.
    """
    headers: dict[str, str | int | float] = {"Urgency": "normal", "Topic": message["tag"]}
    claims: dict[str, str | int] = {"sub": contact}
    try:
        with NoRedirects() as session:
            webpush(
                {"endpoint": endpoint, "keys": keys},
                json.dumps(message, ensure_ascii=False),
                vapid_private_key=Vapid(push_signing_key()),
                vapid_claims=claims,
                ttl=KEPT_BY_THE_SERVICE_S,
                headers=headers,
                timeout=TIMEOUT_S,
                requests_session=session,
            )
    except WebPushException as refused:
        _say_refused(refused.response)
    except requests.RequestException as error:
        # Its text has the whole address, which is the browser's secret.
        raise PushNotSent(type(error).__name__) from None


def _say_refused(answer: Any) -> None:
    if answer is None:
        raise PushNotSent("the message could not be encrypted")
    said = f"{answer.status_code} {answer.reason}"
    raise ReceiverGone(said) if answer.status_code in _GONE else PushNotSent(said)


def contact_address() -> str:
    """Whom a push service may ask about our messages."""
    email = municipality().front_desk_email
    return f"mailto:{email}" if email else "mailto:vof@localhost"
