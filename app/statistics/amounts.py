"""Values as sources state them, “ca. 10 000” or “88–89 %”: read, and written for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel.numbers import format_decimal
from flask_babel import get_locale

from app.languages import gettext as _
from app.statistics.measures import Kind

MAX_COUNT = 999_999_999_999
MAX_PERCENT = 100
_DECIMALS = 2

_ABOUT = re.compile(
    r"(?:(?:ca|cirka|circa|omtrent|om lag|omkring|rundt|about|approximately|approx)\b\.?|[~≈])\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*[-–—]\s*|\s+(?:til|to)\s+")
# Groups of three have spaces between them, never points: 1.234 may mean either.
_WHOLE = re.compile(r"\d{1,3}(?: \d{3})+|\d+", re.ASCII)
_DECIMAL = re.compile(rf"\d{{1,3}}(?:[.,]\d{{1,{_DECIMALS}}})?", re.ASCII)


class UnusableAmount(ValueError):
    """A text that is no value of its kind; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A value, the end of a range that begins with it, and whether the source says “about”."""

    value: float
    upper: float | None = None
    about: bool = False


def read_amount(text: str, kind: Kind) -> Amount:
    """A value as people and spreadsheets write it.

    Raises:
        UnusableAmount
    """
    said = " ".join(text.split())
    about = _ABOUT.match(said)
    rest = said[about.end() :] if about else said
    if kind is Kind.PERCENT:
        rest = rest.removesuffix("%").rstrip()
    first, *others = _BETWEEN.split(rest)
    if len(others) > 1:
        raise UnusableAmount(_not_a_value(kind))
    value, upper = _number(first, kind), _number(others[0], kind) if others else None
    if upper is not None and upper <= value:
        raise UnusableAmount(_("The second number of a range must be larger than the first."))
    return Amount(value, upper, about=about is not None)


def _number(text: str, kind: Kind) -> float:
    pattern, most = (_WHOLE, MAX_COUNT) if kind is Kind.COUNT else (_DECIMAL, MAX_PERCENT)
    if not pattern.fullmatch(text):
        raise UnusableAmount(_not_a_value(kind))
    number = float(text.replace(" ", "").replace(",", "."))
    if number > most:
        raise UnusableAmount(_not_a_value(kind))
    return number


def _not_a_value(kind: Kind) -> str:
    if kind is Kind.PERCENT:
        return _("Write a share from 0 to 100, with at most two decimals, such as 88 or 34,5.")
    return _("Write a whole number without a point or a comma, such as 126 261.")


def in_words(amount: Amount, kind: Kind) -> str:
    """The value for people, in the language spoken."""
    number = _localised(amount.value, kind)
    if amount.upper is not None:
        number = f"{number}–{_localised(amount.upper, kind)}"
    if kind is Kind.PERCENT:
        number = _("%(figure)s %%", figure=number)
    return _("about %(number)s", number=number) if amount.about else number


def _localised(number: float, kind: Kind) -> str:
    pattern = "#,##0" if kind is Kind.COUNT else "#,##0.##"
    return str(format_decimal(number, pattern, locale=str(get_locale())))


def as_typed(amount: Amount) -> str:
    """The value as `read_amount` reads it in any language: “ca. 10 000”."""
    number = _plainly(amount.value)
    if amount.upper is not None:
        number = f"{number}–{_plainly(amount.upper)}"
    return f"ca. {number}" if amount.about else number


def _plainly(number: float) -> str:
    whole = int(number)
    if number == whole:
        return f"{whole:,}".replace(",", " ")
    return f"{number:.{_DECIMALS}f}".rstrip("0").replace(".", ",")
