"""What a chart shows, in a sentence: for who cannot see it, and for who has little time."""

from __future__ import annotations

from collections.abc import Callable

from app.languages import gettext as _
from app.languages import ngettext
from app.statistics.table import Kind, Table, written


def of_months(table: Table) -> str:
    """When there was most, and when least."""
    counted = [row for row in table.rows if isinstance(row[1], int) and row[1]]
    if len(counted) < 2:  # noqa: PLR2004 - of one month there is neither most nor least
        return ""
    most = max(counted, key=lambda row: row[1])  # type: ignore[arg-type, return-value]
    fewest = min(counted, key=lambda row: row[1])  # type: ignore[arg-type, return-value]
    return _(
        "Most messages in %(most)s (%(most_count)s), fewest in %(fewest)s (%(fewest_count)s).",
        most=written(most[0], Kind.MONTH),
        most_count=written(most[1], Kind.COUNT),
        fewest=written(fewest[0], Kind.MONTH),
        fewest_count=written(fewest[1], Kind.COUNT),
    )


def of_groups(table: Table) -> str:
    """Which group is the largest."""
    if not table.rows or not table.total or not isinstance(table.rows[0][1], int):
        return ""
    name, count, part = table.rows[0][:3]
    if not isinstance(part, float):
        return ""
    return _(
        "Most messages: %(name)s with %(count)s of %(all)s (%(share)s).",
        name=name,
        count=written(count, Kind.COUNT),
        all=written(table.total[1], Kind.COUNT),
        share=written(part, Kind.PERCENT),
    )


def of_share(table: Table) -> str:
    """From where to where the share has gone."""
    told = [row for row in table.rows if isinstance(row[-1], float)]
    if not told:
        return ""
    first, last = told[0], told[-1]
    if first is last:
        return _("%(share)s in %(year)s.", share=written(last[-1], Kind.PERCENT), year=last[0])
    return _(
        "From %(first)s in %(first_year)s to %(last)s in %(last_year)s.",
        first=written(first[-1], Kind.PERCENT),
        first_year=first[0],
        last=written(last[-1], Kind.PERCENT),
        last_year=last[0],
    )


def of_times(table: Table) -> str:
    """When closing took longest."""
    told = [row for row in table.rows if isinstance(row[4], float)]
    if not told:
        return ""
    longest = max(told, key=lambda row: row[4])  # type: ignore[arg-type, return-value]
    return _(
        "Closing took longest for messages of %(month)s: half of them %(days)s days or less.",
        month=written(longest[0], Kind.MONTH),
        days=written(longest[4], Kind.DAYS),
    )


def of_scans(table: Table) -> str:
    """What came of the scans."""
    scans, reports, rate = table.total[2:5] if table.total else (None, None, None)
    if not isinstance(scans, int) or not isinstance(reports, int) or rate is None:
        return ""
    return ngettext(
        "%(num)s report came of %(scans)s scans.",
        "%(num)s reports came of %(scans)s scans.",
        reports,
        scans=written(scans, Kind.COUNT),
    )


def of_nothing(_table: Table) -> str:
    """What has no chart is short enough as it stands."""
    return ""


SENTENCES: dict[str, Callable[[Table], str]] = {
    "overview": of_nothing,
    "months": of_months,
    "times": of_times,
    "channels": of_groups,
    "categories": of_groups,
    "units": of_groups,
    "kinds": of_groups,
    "places": of_groups,
    "vof": of_share,
    "signs": of_scans,
    "stated_messages": of_nothing,
    "stated_service": of_nothing,
}
