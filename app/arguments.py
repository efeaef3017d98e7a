"""What stands behind the `?` of an address, read so that nothing in it can break a page."""

from __future__ import annotations

from collections.abc import Mapping

from app.database import MAX_ID

MAX_SEARCH_CHARACTERS = 100


def read_id(arguments: Mapping[str, str], name: str) -> int | None:
    """An id that a row could have; None for anything else."""
    text = arguments.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_ID))):
        return None
    return int(text) if 0 < int(text) <= MAX_ID else None


def read_line(arguments: Mapping[str, str], name: str) -> str:
    """A line to search for, without what cannot be seen."""
    return printable(arguments.get(name, "")[:MAX_SEARCH_CHARACTERS]).strip()


def printable(text: str) -> str:
    """A text that can be shown again on a page: control characters are no part of any."""
    return "".join(character for character in text if character.isprintable())
