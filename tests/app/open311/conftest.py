"""A client of GeoReport that reads both formats into the same values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from app.database import db
from app.open311.keys import make_key
from app.open311.models import USUAL_SCOPES, ApiKey
from app.reports.operations import change_status
from app.reports.queries import find_report

BASE = "/open311/v2"
# Elements that hold a list, by the name of what they hold.
LISTS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "media_urls": "media_url",
    "notes": "note",
}
FLAGS = {"true": True, "false": False}
READERS: dict[str, Callable[[str], Any]] = {
    "lat": float,
    "long": float,
    "order": int,
    "metadata": FLAGS.__getitem__,
    "variable": FLAGS.__getitem__,
    "required": FLAGS.__getitem__,
}


def read(answer: Any) -> Any:
    """The content of an answer, whichever format it has; the format itself is judged here."""
    if answer.request.path.endswith(".json"):
        assert answer.headers["Content-Type"] == "application/json"
        return json.loads(answer.data.decode("utf-8"), parse_constant=pytest.fail)
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    root = etree.fromstring(answer.data)
    assert not root.nsmap
    assert not [one for one in root.iter() if one.attrib]
    return value_of(root)


def value_of(element: Any) -> Any:
    item = LISTS.get(element.tag)
    if item is not None:
        assert {child.tag for child in element} <= {item}
        return [value_of(child) for child in element]
    if len(element):
        return {child.tag: value_of(child) for child in element}
    text = element.text
    if element.tag == "code" and element.getparent().tag == "error":
        return int(text)
    return text and READERS.get(element.tag, str)(text)


class Caller:
    """Somebody who calls in one format, with a key or without."""

    def __init__(self, client: FlaskClient, form: str, key: str | None = None) -> None:
        self.client = client
        self.form = form
        self.key = key

    def path(self, resource: str) -> str:
        return f"{BASE}/{resource}.{self.form}"

    def get(self, resource: str, expected: int = 200, /, **arguments: Any) -> Any:
        answer = self.answer(resource, **arguments)
        assert answer.status_code == expected, answer.text
        return read(answer)

    def answer(self, resource: str, /, **arguments: Any) -> Any:
        known = {"api_key": self.key} if self.key else {}
        return self.client.get(self.path(resource), query_string=known | arguments)

    def post(self, resource: str, expected: int = 200, /, **arguments: Any) -> Any:
        known = {"api_key": self.key} if self.key else {}
        sent = {name: one for name, one in (known | arguments).items() if one is not None}
        answer = self.client.post(self.path(resource), data=sent)
        assert answer.status_code == expected, answer.text
        return read(answer)

    def file(self, **arguments: Any) -> str:
        """Files a request; returns its number."""
        usual = {"service_code": "PA03", "lat": "58.97", "long": "5.73"}
        (told,) = self.post("requests", **usual | arguments)
        return told["service_request_id"]

    def one(self, number: str, /, **arguments: Any) -> dict[str, Any]:
        (record,) = self.get(f"requests/{number}", **arguments)
        return record

    def numbers(self, **arguments: Any) -> list[str]:
        return [one["service_request_id"] for one in self.get("requests", **arguments)]

    def refused(self, resource: str, expected: int = 400, /, **arguments: Any) -> str:
        """What a refused POST says; one sentence for each argument."""
        errors = self.post(resource, expected, **arguments)
        assert {one["code"] for one in errors} == {expected}
        return " ".join(one["description"] for one in errors)


@pytest.fixture
def keyed(app: Flask) -> Callable[..., tuple[ApiKey, str]]:
    """Makes a key."""

    def make(name: str = "City app", scopes: Any = USUAL_SCOPES, **more: Any) -> Any:
        made = make_key(name, scopes, **more)
        db.session.commit()
        return made

    return make


@pytest.fixture(params=["xml", "json"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def anybody(client: FlaskClient, form: str) -> Caller:
    """Somebody without a key."""
    return Caller(client, form)


@pytest.fixture
def system(client: FlaskClient, form: str, keyed: Callable[..., Any]) -> Caller:
    """Another system with the usual key."""
    return Caller(client, form, keyed()[1])


@pytest.fixture
def another(client: FlaskClient, form: str, keyed: Callable[..., Any]) -> Callable[..., Caller]:
    """One more system, with a key as it is asked for."""
    return lambda **of_key: Caller(client, form, keyed("Another", **of_key)[1])


@pytest.fixture
def closes(app: Flask) -> Callable[..., None]:
    """Brings a request to another state."""

    def close(number: str, status: str, text: str = "") -> None:
        report = find_report(number)
        assert report
        change_status(report, status, None, public_text=text)
        db.session.commit()

    return close
