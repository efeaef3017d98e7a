"""Names as they are looked for and as the alphabet orders them, alike on both databases.

Neither database helps: SQLite knows no letters but ASCII, and PostgreSQL sorts by whatever
language its machine speaks.
"""

from __future__ import annotations

import re
import unicodedata

from app.words import bare, plain

__all__ = ["SORT_CHARACTERS", "plain", "search_text", "sort_name"]

# Long enough to order any two names, short enough for an index.
SORT_CHARACTERS = 200

# What follows z in ASCII, so that the bytes are in the order of the Norwegian alphabet.
_AFTER_Z = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
_DIGITS = re.compile(r"[0-9]{1,6}")
_PADDED_DIGITS = 6


def search_text(name: str, district: str | None) -> str:
    """What a place is looked for by: its plain name, and on a line of its own its district."""
    return f"{plain(name)}\n{plain(district or '')}"


def sort_name(name: str) -> str:
    """A text whose bytes stand where the name stands in a Norwegian list; numbers by size."""
    letters = unicodedata.normalize("NFC", name.casefold()).translate(_AFTER_Z)
    padded = _DIGITS.sub(lambda found: found[0].zfill(_PADDED_DIGITS), bare(letters))
    return padded[:SORT_CHARACTERS]
