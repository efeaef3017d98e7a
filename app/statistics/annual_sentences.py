"""What the annual report says in words: right for none, few and many, with and without a year
before, and for a year that still runs. What nobody knows is left out, without a gap.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date

from app.languages import day_in_words
from app.languages import gettext as _
from app.places.municipality import municipality
from app.statistics.annual_enquiries import sentence_of_messages
from app.statistics.annual_tables import AnnualYear
from app.statistics.counting import Counts
from app.statistics.discretion import LEAST
from app.statistics.facts import SELF_SERVICE
from app.statistics.table import Cell, Kind, Table, change, share, written
from app.statistics.wording import as_list, how_many, month_name, per_cent

_NAMED_AFTER_THE_FIRST = 2


def of_total(of: AnnualYear, months: Table) -> list[str]:
    """How many messages there were, and when."""
    comparison = " ".join(filter(None, [_change(of), _busiest(of, months)]))
    return [" ".join(filter(None, [_count(of), _begins(of)])), comparison]


def _count(of: AnnualYear) -> str:
    told = {"year": of.year, "municipality": municipality().name}
    if of.is_running:
        told["day"] = day_in_words(of.wanted.until, with_year=True)
    if not of.counts.messages:
        if of.begins is None or of.begins > of.wanted.until:
            return _("The register holds no messages of %(year)s.", year=of.year)
        if of.is_running:
            return _("Until %(day)s %(municipality)s has received no messages in %(year)s.", **told)
        return _("In %(year)s %(municipality)s received no messages about faults.", **told)
    told["count"] = how_many(of.counts.messages)
    if of.is_running:
        return _(
            "So far in %(year)s, until %(day)s, %(municipality)s has received %(count)s messages"
            " about faults.",
            **told,
        )
    return _("In %(year)s %(municipality)s received %(count)s messages about faults.", **told)


def before(of: AnnualYear) -> str:
    """What the year is compared with, after a verb."""
    year = of.year - 1
    if of.is_running:
        return _("in the same period of %(year)s", year=year)
    return _("in %(year)s", year=year)


def _change(of: AnnualYear) -> str:
    both = min(of.counts.messages, of.before.messages)
    if not of.compares or both < LEAST:
        return ""
    now, then = of.counts.messages, of.before.messages
    if now == then:
        return _("That is as many as %(before)s.", before=before(of))
    told = {
        "difference": written(abs(now - then), Kind.COUNT),
        "before": before(of),
        "percent": per_cent(abs(change(now, then) or 0.0)),
    }
    if now > then:
        return _("That is %(difference)s more than %(before)s, an increase of %(percent)s.", **told)
    return _("That is %(difference)s fewer than %(before)s, a decrease of %(percent)s.", **told)


def _busiest(of: AnnualYear, months: Table) -> str:
    """The months with most and fewest messages, of those that are over."""
    whole: list[tuple[int, date]] = []
    for month, count, *_others in months.rows:
        if isinstance(month, date) and _end(month) <= of.wanted.until:
            if not isinstance(count, int):
                return ""
            whole.append((count, month))
    if not whole or max(whole)[0] == min(whole)[0]:
        return ""
    most, fewest = max(whole), min(whole)
    return _(
        "Most came in %(most)s (%(most_count)s), fewest in %(fewest)s (%(fewest_count)s).",
        most=month_name(most[1]),
        most_count=how_many(most[0]),
        fewest=month_name(fewest[1]),
        fewest_count=how_many(fewest[0]),
    )


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _begins(of: AnnualYear) -> str:
    if not of.began_late or of.begins is None:
        return ""
    if of.begins > of.wanted.until:
        return _(
            "It begins on %(day)s. What is known of the year comes from other sources.",
            day=day_in_words(of.begins, with_year=True),
        )
    return _(
        "The register begins on %(day)s; of the time before it there is nothing to compare with.",
        day=day_in_words(of.begins, with_year=True),
    )


def of_channels(of: AnnualYear, channels: Table) -> list[str]:
    """How the messages came in."""
    part = _self_service(of.counts)
    sentences = []
    if isinstance(part, float):
        sentences.append(
            _(
                "%(share)s of the messages came from people who reported by themselves: with the"
                " symbol on a sign, on the website or on a screen at a service desk. This is the"
                " VOF share.",
                share=per_cent(part),
            )
        )
        sentences.append(share_before(of, _self_service))
    others = [
        (key, row)
        for key, row in zip(channels.keys, channels.rows, strict=True)
        if key not in SELF_SERVICE and isinstance(row[1], int) and isinstance(row[2], float)
    ]
    if others:
        _key, (name, count, others_part, *_rest) = others[0]
        sentences.append(
            _(
                "Of the other channels “%(channel)s” was the largest, with %(count)s messages"
                " (%(share)s).",
                channel=name,
                count=how_many(count),
                share=per_cent(others_part),
            )
        )
    return [" ".join(filter(None, sentences))]


def _self_service(one: Counts) -> Cell:
    return share(one.self_service, one.messages, LEAST)


def share_before(of: AnnualYear, share_of: Callable[[Counts], Cell]) -> str:
    """What a share was a year before; nothing where that says nothing."""
    part = share_of(of.before) if of.compares else None
    if not isinstance(part, float):
        return ""
    return _("The share was %(share)s %(before)s.", share=per_cent(part), before=before(of))


def of_vof(of: AnnualYear, vof: Table, stated: Table) -> list[str]:
    """How the share has grown over whole years, and what else is said of it."""
    known = [
        (year, part)
        for year, *_counts, part in vof.rows
        if isinstance(year, int) and isinstance(part, float) and of.is_whole_since(date(year, 1, 1))
    ]
    sentences = []
    if len(known) > 1:
        (first_year, first), (last_year, last) = known[0], known[-1]
        told = {
            "first": per_cent(first),
            "first_year": first_year,
            "last": per_cent(last),
            "last_year": last_year,
        }
        sentences.append(_grown(last - first, told))
    if stated.rows:
        sentences.append(
            _(
                "What other sources state stands in a table of its own. It is counted in another"
                " way, and is never mixed with what is counted here."
            )
        )
    return [" ".join(sentences), sentence_of_messages(of.year)]


def _grown(by: float, told: dict[str, object]) -> str:
    if by > 0:
        return _(
            "Counted from the reports in this register, the VOF share has grown from %(first)s in"
            " %(first_year)s to %(last)s in %(last_year)s.",
            **told,
        )
    if by < 0:
        return _(
            "Counted from the reports in this register, the VOF share has fallen from %(first)s in"
            " %(first_year)s to %(last)s in %(last_year)s.",
            **told,
        )
    return _(
        "Counted from the reports in this register, the VOF share was %(last)s both in"
        " %(first_year)s and in %(last_year)s.",
        **told,
    )


def of_categories(table: Table) -> list[str]:
    """What was wrong most often."""
    return _of_largest(
        table,
        lambda told: _(
            "Most messages were about “%(name)s”: %(count)s, which is %(share)s of all.", **told
        ),
    )


def of_units(table: Table) -> list[str]:
    """Who had most to do."""
    return _of_largest(
        table,
        lambda told: _(
            "“%(name)s” had the most messages to deal with: %(count)s, which is %(share)s of all.",
            **told,
        ),
    )


def of_kinds(table: Table) -> list[str]:
    """At what kind of place there was most."""
    return _of_largest(
        table,
        lambda told: _(
            "By kind of place, “%(name)s” had the most messages: %(count)s, which is %(share)s of"
            " all.",
            **told,
        ),
    )


def of_places(table: Table) -> list[str]:
    """Where there was most."""
    return _of_largest(
        table,
        lambda told: _(
            "The place with the most messages was “%(name)s” with %(count)s, which is %(share)s of"
            " all.",
            **told,
        ),
    )


def _of_largest(table: Table, sentence: Callable[[dict[str, object]], str]) -> list[str]:
    known = [
        row
        for key, row in zip(table.keys, table.rows, strict=True)
        if key is not None and isinstance(row[1], int) and row[1]
    ]
    if not known or not isinstance(known[0][2], float):
        return []
    name, count, part, *_rest = known[0]
    text = sentence({"name": name, "count": how_many(count), "share": per_cent(part)})
    others = [
        _("“%(name)s” (%(count)s)", name=row[0], count=how_many(row[1]))
        for row in known[1 : 1 + _NAMED_AFTER_THE_FIRST]
    ]
    then = _("Then came %(others)s.", others=as_list(others)) if others else ""
    return [f"{text} {then}".rstrip()]
