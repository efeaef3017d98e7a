"""Which language a request speaks, and how times and dates are put in it.

`?lang=` decides, then the browser's own list, then bokmål. There is no cookie. Residents read all
languages; the pages of staff speak three of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import format_date, format_datetime, format_timedelta
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, LazyString, get_locale
from werkzeug.exceptions import HTTPException

from app.config import ROOT

# Code -> the language's own name. English is the language of the source texts.
LANGUAGES = {
    "nb": "Bokmål",
    "nn": "Nynorsk",
    "en": "English",
    "uk": "Українська",
    "pl": "Polski",
}
STAFF_LANGUAGES = {code: LANGUAGES[code] for code in ("nb", "nn", "en")}
DEFAULT_LANGUAGE = "nb"
# What browsers send for Norwegian without saying which; "nb" is what most of them mean.
_SYNONYMS = {"no": "nb"}
_NORWEGIAN = {"nb", "nn"}
_STAFF_PAGES = ("desk", "crew", "signs", "statistics", "admin", "staff", "sign-in", "sign-out")
_STAFF_API = "/api/v1/crew/"
# The register of places lies around the public pages `/places/<number>`.
REGISTER_OF_PLACES = re.compile(r"/places(/(new|import|points|\d+/).*)?")
# The figures for everybody speak the languages of the annual report.
_FIGURES = re.compile(r"/open(/(?!data|ogc).*)?")

# A day, the same with its year, and a day with the time; as each language writes them.
_PATTERNS = {
    "nb": ("EEEE d. MMMM", "EEEE d. MMMM y", "d. MMM y HH:mm"),
    "nn": ("EEEE d. MMMM", "EEEE d. MMMM y", "d. MMM y HH:mm"),
    "en": ("EEEE d MMMM", "EEEE d MMMM y", "d MMM y HH:mm"),
    "uk": ("EEEE, d MMMM", "EEEE, d MMMM y 'р'.", "d MMM y 'р'., HH:mm"),
    "pl": ("EEEE, d MMMM", "EEEE, d MMMM y", "d MMM y, HH:mm"),
}

# Flask-Babel is untyped; these are the same functions, typed. Texts are English in the source.
gettext: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext
lazy_gettext: Callable[..., LazyString] = flask_babel.lazy_gettext

OSLO = ZoneInfo("Europe/Oslo")


def init_app(app: Flask) -> None:
    """Choose the language of every request and carry an explicit choice through our links."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "pwa" / "locales")
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    offer_languages(app, lambda: LANGUAGES)
    Babel(app, locale_selector=language, default_timezone="Europe/Oslo")
    app.url_defaults(_carry_choice)
    app.context_processor(lambda: {"lang": language(), "languages": _choices()})


def offer_languages(app: Flask, offered: Callable[[], Collection[str]]) -> None:
    """Have residents' pages speak only some languages; asked for on every request."""
    app.extensions["offered_languages"] = offered


def language() -> str:
    """The language of this request, or the one set by `speaking`; bokmål outside both."""
    if has_app_context() and (spoken := g.get("language")):
        return str(spoken)
    if not has_request_context():
        return DEFAULT_LANGUAGE
    # A page of the register asks for it a hundred times.
    if "vof.language" not in request.environ:
        request.environ["vof.language"] = _of_request()
    return str(request.environ["vof.language"])


def _of_request() -> str:
    offered = _offered()
    if (chosen := request.args.get("lang")) in offered:
        return chosen
    for wanted, _quality in request.accept_languages:
        primary = wanted.replace("_", "-").split("-")[0].lower()
        if (known := _SYNONYMS.get(primary, primary)) in offered:
            return known
    return DEFAULT_LANGUAGE


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak one language for a while, as a notice does that of its reader."""
    before, g.language = g.get("language"), code
    try:
        with flask_babel.force_locale(code):
            yield
    finally:
        g.language = before


def in_language(names: dict[str, str], code: str | None = None) -> str:
    """A name out of the catalogue in this language, or in one that its readers likely know."""
    code = code or language()
    known = (code,) if code in _NORWEGIAN else (code, "en")
    return next((names[one] for one in known if names.get(one)), names[DEFAULT_LANGUAGE])


def _offered() -> dict[str, str]:
    first = request.path.split("/")[1]
    for_staff = (
        first in _STAFF_PAGES
        or request.path.startswith(_STAFF_API)
        or REGISTER_OF_PLACES.fullmatch(request.path)
        or _FIGURES.fullmatch(request.path)
    )
    if for_staff:
        return STAFF_LANGUAGES
    offered = current_app.extensions["offered_languages"]()
    return {code: name for code, name in LANGUAGES.items() if code in offered}


def _carry_choice(endpoint: str, values: dict[str, Any]) -> None:
    is_page = "." in endpoint and not endpoint.startswith(("api", "security."))
    if is_page and has_request_context() and request.args.get("lang") in _offered():
        values.setdefault("lang", request.args["lang"])


def _choices() -> list[dict[str, Any]]:
    current = language()
    page = quote(_readable_address())
    return [
        {
            "code": code,
            "name": name,
            "current": code == current,
            "url": f"{page}?{urlencode({**request.args, 'lang': code})}",
        }
        for code, name in _offered().items()
    ]


def _readable_address() -> str:
    """This page's address, or the nearest above it that can be read: a refused form has none."""
    path = request.path
    while path != "/" and not _can_be_read(path):
        path = path.rpartition("/")[0] or "/"
    return path


def _can_be_read(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return path == request.path and request.method == "GET"
    return True


def as_date(moment: datetime) -> str:
    """The day of an instant in Norway, in words: “mandag 23. november 2026”."""
    return day_in_words(moment.astimezone(OSLO).date(), with_year=True)


def day_in_words(day: date, *, with_year: bool = False) -> str:
    """A day with its weekday; the year is left out where everybody knows it."""
    locale = str(get_locale())
    plain, full, _moment = _PATTERNS[locale]
    return format_date(day, full if with_year else plain, locale=locale)


def as_date_time(moment: datetime) -> str:
    """Day and clock time of an instant in Norway, short: “23. nov. 2026 18:05”."""
    locale = str(get_locale())
    return format_datetime(moment.astimezone(OSLO), _PATTERNS[locale][2], locale=locale)


def age_of(moment: datetime) -> str:
    """How long ago, in words: “for 3 dager siden”."""
    elapsed = moment - datetime.now(UTC)
    return format_timedelta(elapsed, add_direction=True, locale=str(get_locale()))
