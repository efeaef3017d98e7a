"""Words as they are looked for, alike on both databases.

Neither database helps: SQLite does not know that Å and å are one letter, and what PostgreSQL knows
depends on its machine.
"""

from __future__ import annotations

import string
import unicodedata

_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "å": "a"})
# What stands between words. The migration says the same in SQL.
BETWEEN_WORDS = string.punctuation + "\n\r\t«»“”’–—…"
_SPACES = str.maketrans(dict.fromkeys(BETWEEN_WORDS, " "))


def plain(text: str) -> str:
    """Small letters without marks, as they are typed where the keyboard lacks them."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    return bare(letters.translate(_PLAIN)).casefold()


def bare(text: str) -> str:
    """A text without the marks on its letters, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def plain_words(text: str) -> str:
    """A plain text without punctuation: words with spaces between them."""
    return plain(text).translate(_SPACES)


def words_of(text: str) -> list[str]:
    """The plain words of what somebody types; what has no letter or digit is none."""
    return [word for word in plain_words(text).split() if any(map(str.isalnum, word))]
