"""One table of records, written as XML or as JSON.

JSON is what the Spark convention makes of the XML: the root is dropped, elements that may repeat
become an array, and an empty element becomes null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from flask import Response, request

from app.languages import gettext
from app.problems import Problem

XML, JSON = "xml", "json"
MEDIA_TYPES = {XML: "text/xml", JSON: "application/json"}

# Characters that XML 1.0 cannot hold, however they are written. One of them made a whole list of
# another city's server unreadable.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """Elements of one name, each a record or a plain value."""

    item: str
    entries: Sequence[Any]


def asked_format() -> str:
    """What the address asks for. XML is the one that everybody has to speak."""
    return JSON if request.path.endswith(f".{JSON}") else XML


def answer(root: str, content: Record | Listing, status: int = 200) -> Response:
    """The content in the format of this request's address."""
    wanted = asked_format()
    body = as_xml(root, content) if wanted == XML else as_json(content)
    return Response(body, status, mimetype=MEDIA_TYPES[wanted])


def as_json(content: Record | Listing) -> bytes:
    """The content without its root."""
    return json.dumps(_plain(content), ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """What the JSON has for a value. The commonest kinds first: a list has 17,000 of them."""
    kind = type(value)
    if kind is str:
        return value if value and value.isprintable() else text_of(value) or None
    if value is None or kind in _NUMBERS:
        return value
    if kind is datetime:
        return text_of(value)
    if kind is Listing:
        return [_plain(one) for one in value.entries]
    return {name: _plain(one) for name, one in value.items()}


_NUMBERS = {bool, int, float}


def as_xml(root: str, content: Record | Listing) -> bytes:
    """The content as a document in UTF-8, its declaration at the first byte.

    Written piece by piece: a tree of 17,000 elements took twice as long as everything else.
    """
    pieces = [_DECLARATION]
    _write(root, content, pieces)
    return "".join(pieces).encode()


def _write(name: str, value: Any, pieces: list[str]) -> None:
    """One element; names are our own constants, texts are escaped."""
    kind = type(value)
    if kind is str and value:
        pieces.append(f"<{name}>{_escaped(value)}</{name}>")
    elif value is None or value == "":
        pieces.append(f"<{name}/>")
    elif kind is Listing or kind is dict:
        inner = _inner(value)
        pieces.append(f"<{name}>" if inner else f"<{name}/>")
        for item, one in inner:
            _write(item, one, pieces)
        if inner:
            pieces.append(f"</{name}>")
    else:
        pieces.append(f"<{name}>{_escaped(text_of(value))}</{name}>")


def _inner(value: Any) -> list[tuple[str, Any]]:
    if type(value) is Listing:
        return [(value.item, one) for one in value.entries]
    return list(value.items())


def _escaped(text: str) -> str:
    plain = text if text.isprintable() else _UNPRINTABLE.sub("", text)
    return escape(plain, {"\r": "&#13;"})


_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def text_of(value: Any) -> str:
    """A plain value as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")[:_TO_SECONDS] + "Z"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


_TO_SECONDS = len("2026-03-01T08:15:30")

# What GeoReport has no status for is a request that cannot be carried out.
STATUSES = {401: 403, 406: 400, 409: 400, 415: 400, 422: 400}


def write_problem(problem: Problem, reference: str | None) -> Response:
    """A failure in the format that was asked for, one error for each argument that is wrong."""
    status = STATUSES.get(problem.status, problem.status)
    sentences = list(_sentences(problem.fields)) or [problem.message]
    if reference:
        sentences = [f"{one} ({reference})" for one in sentences]
    errors = [{"code": status, "description": sentence} for sentence in sentences]
    return answer("errors", Listing("error", errors), status)


def _sentences(fields: Mapping[str, Any]) -> list[str]:
    told = ((name, _one(sentence)) for name, sentence in fields.items())
    return [one if one.startswith(name) else f"{name}: {one}" for name, one in told]


def _one(sentence: Any) -> str:
    first = sentence[0] if isinstance(sentence, list) else sentence
    # Marshmallow's own sentences are translated by our catalogue.
    return gettext(str(first))
