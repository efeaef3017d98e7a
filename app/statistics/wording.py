"""Parts of sentences about figures, in the language of the request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import get_month_names
from babel.lists import format_list
from flask_babel import get_locale

from app.languages import gettext as _
from app.statistics.discretion import LEAST
from app.statistics.table import Cell, Kind, written


def as_list(parts: Sequence[str]) -> str:
    """“a, b and c”."""
    return str(format_list(list(parts), locale=str(get_locale())))


def month_name(month: date) -> str:
    """A month without its year."""
    return str(get_month_names("wide", locale=str(get_locale()))[month.month])


def how_many(count: Cell) -> str:
    """A count within a sentence; not which, where so few could point at somebody."""
    if isinstance(count, int) and 0 < count < LEAST:
        return _("fewer than %(least)s", least=LEAST)
    return written(count, Kind.COUNT)


def per_cent(share: Cell) -> str:
    """A share within a sentence."""
    return written(share, Kind.PERCENT)


def days(length: Cell) -> str:
    """How many days, without the word."""
    return written(length, Kind.DAYS)
