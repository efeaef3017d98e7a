"""SMS: one small interface, and behind it any gateway that takes a POST, or a folder for trying.

Which fields a gateway wants is a template in the environment, so that changing gateways is no
change of code. See docs/operating.md for examples.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
from flask import Flask, current_app

from app.config import Settings
from app.notices.push import NoRedirects
from app.outbox import Undeliverable

# To connect, and for the answer; together below the outbox's lease.
TIMEOUT_S = (5, 15)
MOST_SEGMENTS = 2
# Characters of one message alone, and of each part of a longer one.
_GSM, _GSM_PART = 160, 153
_UCS2, _UCS2_PART = 70, 67
# GSM 03.38; those of the extension take two places.
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = set("^{}\\[~]|€")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
# Mobile numbers of Norway; landlines get no SMS.
_NORWEGIAN = re.compile(r"\+47[49]\d{7}")
_NOW_NOT = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT}
_NOW_NOT |= {HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class SmsNotSent(Exception):
    """The gateway did not take the message now; the text names nobody."""


class SmsSender(Protocol):
    """Where SMS go."""

    def send(self, number: str, text: str, key: str) -> None:
        """Hand a message over.

        Args:
            number: with a plus and the country's code.
            text: at most two segments of it.
            key: the same for the same message, so that one that is sent twice is one.

        Raises:
            SmsNotSent: not now.
            Undeliverable: not ever.
        """


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """A gateway that takes a POST of JSON or of a form."""

    url: str
    fields: dict[str, Any]
    as_form: bool
    authorization: str

    def send(self, number: str, text: str, key: str) -> None:
        """Post the fields, and believe an answer of 2xx; 409 says that the key was here before."""
        values = {"number": number, "digits": number.removeprefix("+"), "text": text, "key": key}
        body = _filled(self.fields, values)
        headers = {"Idempotency-Key": key, "Accept": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        content: dict[str, Any] = {"data": body} if self.as_form else {"json": body}
        try:
            # What a gateway says in its answer may repeat the number, so nobody reads it.
            with (
                NoRedirects() as session,
                session.post(
                    self.url, headers=headers, timeout=TIMEOUT_S, stream=True, **content
                ) as answer,
            ):
                status = answer.status_code
        except requests.RequestException as error:
            raise SmsNotSent(type(error).__name__) from None
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.CONFLICT:
            return
        if status in _NOW_NOT or not HTTPStatus(400) <= status < HTTPStatus(500):
            raise SmsNotSent(f"the gateway answered {status}")
        raise Undeliverable(f"the gateway answered {status}")


@dataclass(frozen=True, slots=True)
class SmsFolder:
    """A folder, for trying: each SMS is a text file."""

    folder: Path

    def send(self, number: str, text: str, key: str) -> None:
        """Write the message; the same one again replaces itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{key}.{os.getpid()}"
        unfinished.write_text(f"To: {number}\n\n{text}\n", "utf-8")
        unfinished.replace(self.folder / f"{key}.txt")


def init_app(app: Flask, settings: Settings) -> None:
    """Choose where SMS go; without an address for them none are offered."""
    app.extensions["sms"] = from_settings(settings)
    app.add_template_global(is_offered, "sms_offered")


def is_offered() -> bool:
    """Whether anybody can be told by SMS here."""
    return current_app.extensions["sms"] is not None


def sender() -> SmsSender:
    """Where this application's SMS go.

    Raises:
        SmsNotSent: nowhere, since the setting has been taken away.
    """
    chosen: SmsSender | None = current_app.extensions["sms"]
    if chosen is None:
        raise SmsNotSent("SMS_URL is not set any more")
    return chosen


def from_settings(settings: Settings) -> SmsSender | None:
    """Where SMS go as the settings say; None for nowhere."""
    url = urlsplit(settings.sms_url)
    if not url.scheme:
        return None
    if url.scheme == "file":
        return SmsFolder(Path(url2pathname(url.path)))
    return HttpGateway(
        url=settings.sms_url,
        fields=json.loads(settings.sms_fields),
        as_form=settings.sms_format == "form",
        authorization=settings.sms_authorization,
    )


def _filled(template: Any, values: dict[str, str]) -> Any:
    """The template with `{number}`, `{digits}`, `{text}` and `{key}` in all its texts filled in."""
    if isinstance(template, dict):
        return {name: _filled(one, values) for name, one in template.items()}
    if isinstance(template, list):
        return [_filled(one, values) for one in template]
    if isinstance(template, str):
        return re.sub(r"\{(number|digits|text|key)\}", lambda hit: values[hit[1]], template)
    return template


def normalise(typed: str) -> str | None:
    """A mobile number with a plus and the country's code; None where no SMS can go to it.

    Numbers of countries that are not in `SMS_COUNTRIES` get none: whoever enters expensive numbers
    abroad must not have us pay for them.
    """
    number = re.sub(r"[\s().-]", "", typed)
    number = re.sub(r"^00", "+", number)
    if re.fullmatch(r"\d{8}", number):
        number = f"+47{number}"
    if not _E164.fullmatch(number):
        return None
    settings: Settings = current_app.extensions["settings"]
    allowed = any(number.startswith(f"+{code}") for code in settings.sms_countries)
    if not allowed or (number.startswith("+47") and not _NORWEGIAN.fullmatch(number)):
        return None
    return number


def segments(text: str) -> int:
    """How many messages a text takes: 160 or 70 characters, less for each of several."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        length = sum(2 if character in _EXTENSION else 1 for character in text)
        return 1 if length <= _GSM else -(-length // _GSM_PART)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= _UCS2 else -(-length // _UCS2_PART)


def fitting(*candidates: str) -> str:
    """The first that takes no more than two messages; the last, and shortest, where none does."""
    return next((one for one in candidates if segments(one) <= MOST_SEGMENTS), candidates[-1])
