"""The chapter of the annual report: built once, then shown as a page, a PDF and a Word file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.database import now
from app.languages import as_date_time
from app.languages import gettext as _
from app.places.municipality import municipality
from app.problems import NotFound
from app.statistics import annual_sentences as sentences
from app.statistics import annual_work as work
from app.statistics import counting
from app.statistics.annual_enquiries import sentences_of_enquiries
from app.statistics.annual_tables import TABLES, AnnualYear, shortened, year_of
from app.statistics.discretion import LEAST
from app.statistics.selection import FIRST_YEAR, today
from app.statistics.service import list_years
from app.statistics.table import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it."""

    code: str
    heading: str
    paragraphs: list[str]
    tables: list[Table]


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the report says of a year. `closing` tells how its figures are to be understood."""

    year: int
    title: str
    municipality: str
    sections: list[Section]
    closing: str


def list_annual_years() -> list[int]:
    """The years of which there is something to tell, the latest first."""
    known = counting.first_and_last_day()
    counted = range(known[0].year, known[1].year + 1) if known else ()
    years = {*counted, *list_years(), today().year}
    return sorted((year for year in years if FIRST_YEAR <= year <= today().year), reverse=True)


def demand_year(year: int) -> AnnualYear:
    """A year that can be told of.

    Raises:
        NotFound: there is nothing of that year.
    """
    if year not in list_annual_years():
        raise NotFound
    return year_of(year)


def annual_table(year: int, code: str) -> Table:
    """One table of a chapter, whole.

    Raises:
        NotFound: the chapter of the year has no such table.
    """
    of = demand_year(year)
    if code not in TABLES:
        raise NotFound
    table = _table(code, of)
    if not table.rows:
        raise NotFound
    return table


def _table(code: str, of: AnnualYear) -> Table:
    # What the chart shows is told in the text around it.
    return replace(TABLES[code](of), code=code)


def chapter_of(year: int) -> Chapter:
    """The chapter of a year in the language of the request.

    Raises:
        NotFound: there is nothing of that year.
    """
    of = demand_year(year)
    builders = [_short]
    if of.counts.messages:
        builders += [_channels, _vof, _categories, _units, _places, _times, _reporters, _signs]
    else:
        builders += [_vof]
    sections = [_tidy(build(of)) for build in [*builders, _enquiries]]
    return Chapter(
        year=year,
        title=_("Messages about faults in %(year)s", year=year),
        municipality=municipality().name,
        sections=[one for one in sections if one.paragraphs or one.tables],
        closing=_(
            "The figures are as of %(when)s. “Few” stands for fewer than %(least)s: so few could"
            " point at somebody. A dash stands where there is nothing to count from.",
            when=as_date_time(now()),
            least=LEAST,
        )
        + " "
        + _("“Hidden” stands for what would tell such a count."),
    )


def _tidy(section: Section) -> Section:
    """Without paragraphs that say nothing and tables that hold nothing."""
    return replace(
        section,
        paragraphs=[text for text in section.paragraphs if text],
        tables=[shortened(table) for table in section.tables if table.rows],
    )


def _short(of: AnnualYear) -> Section:
    months = _table("months", of)
    has_any = of.counts.messages or of.before.messages
    return Section(
        "short",
        _("The year in short"),
        sentences.of_total(of, months),
        [_table("overview", of), months] if has_any else [],
    )


def _channels(of: AnnualYear) -> Section:
    table = _table("channels", of)
    return Section("in", _("How the messages came in"), sentences.of_channels(of, table), [table])


def _vof(of: AnnualYear) -> Section:
    vof, stated = _table("vof", of), _table("stated", of)
    return Section(
        "share", _("VOF share by year"), sentences.of_vof(of, vof, stated), [vof, stated]
    )


def _categories(of: AnnualYear) -> Section:
    return _told("what", _("What was wrong"), "categories", sentences.of_categories, of)


def _units(of: AnnualYear) -> Section:
    return _told("who", _("Who dealt with it"), "units", sentences.of_units, of)


def _told(
    code: str,
    heading: str,
    table_code: str,
    words: Callable[[Table], list[str]],
    of: AnnualYear,
) -> Section:
    table = _table(table_code, of)
    return Section(code, heading, words(table), [table])


def _places(of: AnnualYear) -> Section:
    kinds, places = _table("kinds", of), _table("places", of)
    words = [*sentences.of_kinds(kinds), *sentences.of_places(places)]
    return Section("where", _("Where it was"), words, [kinds, places])


def _times(of: AnnualYear) -> Section:
    return Section("waits", _("How long it took"), work.of_times(of), [_table("times", of)])


def _reporters(of: AnnualYear) -> Section:
    return Section("said", _("Was it fixed?"), work.of_reporters(of.counts), [])


def _signs(of: AnnualYear) -> Section:
    return _told("scans", _("Signs and scans"), "signs", work.of_signs, of)


def _enquiries(of: AnnualYear) -> Section:
    return Section(
        "others",
        _("Other enquiries"),
        sentences_of_enquiries(of.year),
        [_table("enquiries", of)],
    )
