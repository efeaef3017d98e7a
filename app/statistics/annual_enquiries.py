"""What the annual report says of calls, e-mails and visits: as their sources state it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from app.languages import gettext as _
from app.languages import ngettext
from app.statistics.amounts import Amount, in_words
from app.statistics.measures import MEASURES, Measure, place_in_order
from app.statistics.measures import Kind as AmountKind
from app.statistics.service import StatedFigure, list_service_figures
from app.statistics.stated import OF_MESSAGES
from app.statistics.table import Cell, Column, Figure, Kind, Table
from app.statistics.wording import as_list

OF_ENQUIRIES = MEASURES.keys() - OF_MESSAGES

# Words for a count, by how many it is and how that is written.
Word = Callable[[int, str], str]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a source says of a measure in a year, or the sum of what it says of its months."""

    measure: Measure
    amount: Amount
    source: str

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.amount.upper is None and not self.amount.about

    @property
    def text(self) -> str:
        """The value for people: “88–89 %”, “about 10,000”."""
        return in_words(self.amount, self.measure.kind)

    @property
    def cell(self) -> Cell:
        """The value in a table: a number where it is one."""
        value = self.amount.value
        if not self.is_exact:
            return self.text
        kind = Kind.PERCENT if self.measure.kind is AmountKind.PERCENT else Kind.COUNT
        return Figure(int(value) if value == int(value) else value, kind)


def stated_of(year: int, measures: Iterable[str]) -> list[Stated]:
    """What sources say of a year: exact numbers before rough ones of the same measure."""
    return _of_a_year(list_service_figures(list(measures), [year]))


def _of_a_year(figures: Iterable[StatedFigure]) -> list[Stated]:
    groups: dict[tuple[str, str], list[StatedFigure]] = defaultdict(list)
    for figure in figures:
        groups[figure.measure.code, figure.source].append(figure)
    found = [stated for group in groups.values() if (stated := _of_group(group))]
    return sorted(
        found, key=lambda one: (place_in_order(one.measure.code), not one.is_exact, one.source)
    )


def _of_group(figures: list[StatedFigure]) -> Stated | None:
    first = figures[0]
    # The whole year stands before its months.
    if first.month is None:
        return Stated(first.measure, first.amount, first.source)
    if first.measure.kind is AmountKind.PERCENT:
        return None
    whole = Amount(
        sum(one.amount.value for one in figures),
        about=any(one.amount.about or one.amount.upper is not None for one in figures),
    )
    source = ngettext(
        "%(source)s (%(num)s month)",
        "%(source)s (sum of %(num)s months)",
        len(figures),
        source=first.source,
    )
    return Stated(first.measure, whole, source)


def stated_messages(year: int) -> Table:
    """What sources say of messages and the VOF share, until this year."""
    by_year = groupby(list_service_figures(OF_MESSAGES), key=lambda figure: figure.year)
    rows = [
        (each, one.measure.name, one.cell, one.source)
        for each, figures in by_year
        if each <= year
        for one in _of_a_year(figures)
    ]
    return Table(
        title=_("VOF share and messages as other sources state them"),
        columns=[
            Column(_("Year"), Kind.YEAR),
            Column(_("Measure"), Kind.TEXT),
            Column(_("Value")),
            Column(_("Source"), Kind.TEXT),
        ],
        rows=rows,
        code="stated",
        note=_("Not counted here: each figure is what its source says."),
    )


def enquiries(year: int) -> Table:
    """What sources say of the year, and of the year before where they do."""
    now, before = stated_of(year, OF_ENQUIRIES), stated_of(year - 1, OF_ENQUIRIES)
    earlier = [_earlier(one, before) for one in now]
    rows: list[tuple[Cell, ...]] = [
        (one.measure.name, one.cell, *_then(then, earlier), _sources(one, then, year))
        for one, then in zip(now, earlier, strict=True)
    ]
    columns = [Column(str(year)), *([Column(str(year - 1))] if any(earlier) else [])]
    return Table(
        title=_("Calls, e-mails and visits"),
        columns=[Column(_("Measure"), Kind.TEXT), *columns, Column(_("Source"), Kind.TEXT)],
        rows=rows,
        code="enquiries",
        note=_("Not counted here: each figure is what its source says."),
    )


def _then(then: Stated | None, earlier: list[Stated | None]) -> list[Cell]:
    """The cell of the year before, in a table that has such a column."""
    return [then.cell if then else None] if any(earlier) else []


def _earlier(one: Stated, before: list[Stated]) -> Stated | None:
    """The same measure a year before, by the same source where it tells."""
    same = [then for then in before if then.measure == one.measure]
    return next((then for then in same if then.source == one.source), same[0] if same else None)


def _sources(one: Stated, then: Stated | None, year: int) -> str:
    if then is None or then.source == one.source:
        return one.source
    return f"{one.source} ({year}); {then.source} ({year - 1})"


def sentence_of_messages(year: int) -> str:
    """What sources say of the messages of a year, and of the VOF share also of the year before."""
    now = _first_of_each(stated_of(year, OF_MESSAGES))
    then = _first_of_each(stated_of(year - 1, OF_MESSAGES))
    sentences = []
    if total := now.get("messages_total"):
        sentences.append(
            _(
                "According to %(source)s there were %(count)s messages in %(year)s.",
                source=total.source,
                count=total.text,
                year=year,
            )
        )
    sentences.append(_of_share(now.get("vof_share_percent"), then.get("vof_share_percent"), year))
    return " ".join(filter(None, sentences))


def _of_share(now: Stated | None, then: Stated | None, year: int) -> str:
    if now and then and now.source == then.source:
        return _(
            "According to %(source)s the VOF share was %(share)s in %(year)s and %(earlier)s in"
            " %(year_before)s.",
            source=now.source,
            share=now.text,
            year=year,
            earlier=then.text,
            year_before=year - 1,
        )
    sentences = [
        _(
            "According to %(source)s the VOF share was %(share)s in %(year)s.",
            source=one.source,
            share=one.text,
            year=of,
        )
        for one, of in ((now, year), (then, year - 1))
        if one
    ]
    return " ".join(sentences)


def sentences_of_enquiries(year: int) -> list[str]:
    """What sources say of the year in sentences; nothing where they are silent."""
    told = _first_of_each(stated_of(year, OF_ENQUIRIES))
    return [text for text in (_of_phones(told), _of_letters(told), _of_website(told)) if text]


def _first_of_each(found: list[Stated]) -> dict[str, Stated]:
    return {one.measure.code: one for one in reversed(found)}


def _of_phones(told: dict[str, Stated]) -> str:
    calls, answered = told.get("phone_calls"), told.get("phone_answered_percent")
    if calls and answered and _number(calls) > 1:
        return _(
            "There were %(calls)s phone calls, and %(share)s of them were answered.",
            calls=calls.text,
            share=answered.text,
        )
    if calls:
        count = _number(calls)
        return ngettext(
            "There was %(calls)s phone call.",
            "There were %(calls)s phone calls.",
            count,
            calls=calls.text,
        )
    if answered:
        return _("Of the phone calls, %(share)s were answered.", share=answered.text)
    return ""


def _of_letters(told: dict[str, Stated]) -> str:
    words: dict[str, Word] = {
        "emails": lambda n, count: ngettext(
            "%(count)s e-mail", "%(count)s e-mails", n, count=count
        ),
        "counter_visits": lambda n, count: ngettext(
            "%(count)s visit to the counter", "%(count)s visits to the counter", n, count=count
        ),
        "facebook_questions": lambda n, count: ngettext(
            "%(count)s question on Facebook", "%(count)s questions on Facebook", n, count=count
        ),
        "social_media_questions": lambda n, count: ngettext(
            "%(count)s question in social media",
            "%(count)s questions in social media",
            n,
            count=count,
        ),
        "e_forms": lambda n, count: ngettext(
            "%(count)s electronic form", "%(count)s electronic forms", n, count=count
        ),
    }
    what = _counted(told, words)
    return _("The municipality received %(what)s.", what=what) if what else ""


def _of_website(told: dict[str, Stated]) -> str:
    words: dict[str, Word] = {
        "web_visits": lambda n, count: ngettext(
            "%(count)s visit", "%(count)s visits", n, count=count
        ),
        "web_unique_visitors": lambda n, count: ngettext(
            "%(count)s unique visitor", "%(count)s unique visitors", n, count=count
        ),
        "web_page_views": lambda n, count: ngettext(
            "%(count)s page view", "%(count)s page views", n, count=count
        ),
    }
    what = _counted(told, words)
    return _("The website had %(what)s.", what=what) if what else ""


def _counted(told: dict[str, Stated], words: dict[str, Word]) -> str:
    """What of these is told, in a list; nothing where nothing is."""
    what = [
        word(_number(told[code]), told[code].text) for code, word in words.items() if code in told
    ]
    return as_list(what) if what else ""


def _number(one: Stated) -> int:
    """What decides between one and many; a rough number is many."""
    return int(one.amount.value) if one.is_exact else 2
