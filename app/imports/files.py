"""A file of rows that somebody uploads, and the rows of it that cannot be used."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any

from app.arguments import printable
from app.languages import gettext as _
from app.problems import InvalidFields

MAX_SHOWN = 100


class UnusableFile(Exception):
    """A file that cannot be imported; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Unused:
    """A row that is left out. `by_design` says that nobody would want it: a test, for example."""

    line: int
    name: str
    reason: str
    by_design: bool = False


def shown(name: Any) -> str:
    """What a row calls its subject, for people to find the row by, whatever stands there."""
    return printable(str(name or "")[:MAX_SHOWN])


def pack(content: bytes) -> str:
    """A file as it waits in a form for a yes: nothing of it is stored before that."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def unpack(packed: str, most_bytes: int) -> bytes:
    """The file that waited in a form.

    Raises:
        InvalidFields: it is none, or larger than it may be.
    """
    try:
        compressed = base64.b64decode(packed, validate=True)
        content = zlib.decompressobj().decompress(compressed, most_bytes + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise InvalidFields({"file": _("Choose a file.")}) from error
    if not 0 < len(content) <= most_bytes:
        raise InvalidFields({"file": _("Choose a file.")})
    return content
