"""The fields of a figure, typed in a form or in a line of a file: read and judged alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.arguments import printable, read_whole
from app.database import now
from app.imports.files import shown
from app.languages import OSLO, lazy_gettext
from app.languages import gettext as _
from app.problems import InvalidFields
from app.reports.schemas import clean
from app.statistics.amounts import Amount, UnusableAmount, as_typed, read_amount
from app.statistics.measures import MEASURES, Measure, codes_by_word
from app.statistics.models import MAX_SOURCE
from app.statistics.service import Said
from app.words import plain

# In the order of the form, and of the columns of a file.
FIELD_NAMES = {
    "year": lazy_gettext("Year"),
    "month": lazy_gettext("Month"),
    "measure": lazy_gettext("Measure"),
    "value": lazy_gettext("Value"),
    "source": lazy_gettext("Source"),
}
FIRST_YEAR = 1900
MONTHS = range(1, 13)
# A measure whose code ends so is the same one, of which the source says “about”.
ABOUT = "_about"
# Spreadsheets take a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")


def line_of(text: str) -> str:
    """A text as one line, with nothing in it that cannot be seen."""
    return printable(" ".join(clean(text).split()))


def read_said(typed: Mapping[str, str]) -> Said:
    """What was typed, as a figure.

    Raises:
        InvalidFields: with a sentence for each field that is missing or makes no sense.
    """
    errors: dict[str, str] = {}
    year, month = _read_period(typed["year"], typed["month"], errors)
    measure, about = _read_measure(typed["measure"], errors)
    amount = _read_amount(typed["value"], measure, errors)
    _read_source(typed["source"], errors)
    if errors:
        raise InvalidFields({name: errors[name] for name in FIELD_NAMES if name in errors})
    if about:
        amount = replace(amount, about=True)
    return Said(year, month, measure, amount, typed["source"])


def fields_of(said: Said) -> dict[str, str]:
    """A figure as its form and a file show it."""
    return {
        "year": str(said.year),
        "month": str(said.month or ""),
        "measure": said.measure.code,
        "value": as_typed(said.amount),
        "source": said.source,
    }


def _read_period(year: str, month: str, errors: dict[str, str]) -> tuple[int, int | None]:
    today = now().astimezone(OSLO).date()
    found, in_year = read_whole(year, today.year), read_whole(month)
    if found is None or found < FIRST_YEAR:
        errors["year"] = _(
            "Write a year from %(first)s to %(last)s.", first=FIRST_YEAR, last=today.year
        )
    elif in_year is not None and (found, in_year) > (today.year, today.month):
        errors["month"] = _("This month has not begun yet.")
    if month and in_year not in MONTHS:
        errors["month"] = _("Write a month from 1 to 12, or nothing for the whole year.")
    return found or 0, in_year


def _read_measure(text: str, errors: dict[str, str]) -> tuple[Measure, bool]:
    word = plain(text)
    about = word.endswith(ABOUT)
    code = codes_by_word().get(word.removesuffix(ABOUT))
    if not text:
        errors["measure"] = _("Say what was counted.")
    elif code is None:
        errors["measure"] = _("No measure is called “%(name)s”.", name=shown(text))
    return MEASURES[code or next(iter(MEASURES))], about


def _read_amount(text: str, measure: Measure, errors: dict[str, str]) -> Amount:
    if not text:
        errors["value"] = _("Write a value.")
    elif "measure" not in errors:
        try:
            return read_amount(text, measure.kind)
        except UnusableAmount as error:
            errors["value"] = str(error)
    return Amount(0)


def _read_source(text: str, errors: dict[str, str]) -> None:
    if not text:
        errors["source"] = _("Say where the figure is from.")
    elif len(text) > MAX_SOURCE:
        errors["source"] = _("Use at most %(most)s characters.", most=MAX_SOURCE)
    elif text.startswith(_FORMULA):
        errors["source"] = _("Begin with a letter or a digit.")
