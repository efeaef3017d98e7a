"""A text of the settings in the residents' languages: read from a form and judged.

Bokmål, nynorsk and English are needed; who reads Ukrainian or Polish gets the English text where
there is none. `pwa/templates/admin/parts.html` shows the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request

from app.languages import LANGUAGES, STAFF_LANGUAGES, lazy_gettext
from app.languages import gettext as _
from app.reports.schemas import clean

_MISSING = {
    "nb": lazy_gettext("Write it in bokmål."),
    "nn": lazy_gettext("Write it in nynorsk."),
    "en": lazy_gettext("Write it in English."),
}
# Marks that turn the writing of what stands beside them around.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def clean_line(text: str) -> str:
    """A text as one line, without what would disturb the page around it."""
    return " ".join(clean(text).translate(_TURNS).split())


def typed_texts(*prefixes: str, codes: Iterable[str] = tuple(LANGUAGES)) -> dict[str, str]:
    """What was typed into the fields of these texts, by field, to be read or shown again."""
    names = [f"{prefix}_{code}" for prefix in prefixes for code in codes]
    return {name: clean(request.form.get(name, "")).translate(_TURNS) for name in names}


def values_of_texts(prefix: str, texts: Mapping[str, str] | None) -> dict[str, str]:
    """A kept text as its fields show it."""
    return {f"{prefix}_{code}": text for code, text in (texts or {}).items()}


def read_texts(  # noqa: PLR0913 - what may be typed differs in each of these
    typed: Mapping[str, str],
    prefix: str,
    errors: dict[str, str],
    *,
    most: int,
    needed: bool = True,
    lines: bool = False,
) -> dict[str, str] | None:
    """A text by language; None where it may be left out and is.

    Args:
        typed: what the fields hold.
        prefix: what their names begin with.
        errors: gets a sentence for each field that is missing or too long.
        most: characters in each language.
        needed: whether it must be there at all.
        lines: whether it may have several lines.
    """
    found = {code: typed.get(f"{prefix}_{code}", "") for code in LANGUAGES}
    if not lines:
        found = {code: clean_line(text) for code, text in found.items()}
    if not (needed or any(found.values())):
        return None
    for code, text in found.items():
        if len(text) > most:
            errors[f"{prefix}_{code}"] = _("Use at most %(most)s characters.", most=most)
        elif not text and code in STAFF_LANGUAGES:
            errors[f"{prefix}_{code}"] = str(_MISSING[code])
    return {code: text for code, text in found.items() if text}
