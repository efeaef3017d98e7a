"""What other sources state, as tables of their own: never in one line with what is counted here."""

from __future__ import annotations

from collections.abc import Collection

from app.languages import gettext as _
from app.statistics import measures
from app.statistics.measures import MEASURES
from app.statistics.selection import Selection
from app.statistics.service import StatedFigure, list_service_figures
from app.statistics.table import Cell, Column, Figure, Kind, Table

# What they say of messages, which we count ourselves.
OF_MESSAGES = frozenset(
    {"vof_share_percent", "vof_messages", "messages_total", "messages_registered_by_front_desk"}
)


def stated_messages(_wanted: Selection) -> Table:
    """The VOF share and the messages of years before this register, as others state them."""
    return _table(_("VOF share and messages as other sources state them"), OF_MESSAGES)


def stated_service(_wanted: Selection) -> Table:
    """Calls, e-mails, visits and the like."""
    title = _("Phone, e-mail, web: figures from other sources")
    return _table(title, MEASURES.keys() - OF_MESSAGES)


def _table(title: str, codes: Collection[str]) -> Table:
    return Table(
        title=title,
        columns=[
            Column(_("Period"), Kind.YEAR),
            Column(_("Measure"), Kind.TEXT),
            Column(_("Value")),
            Column(_("Up to")),
            Column(_("Source"), Kind.TEXT),
        ],
        rows=[_row(one) for one in list_service_figures(measures=codes)],
        note=_("Not counted here: each figure is what its source says."),
    )


def _row(one: StatedFigure) -> tuple[Cell, ...]:
    name = one.measure.name
    return (
        one.year if one.month is None else one.period,
        _("%(measure)s, about", measure=name) if one.amount.about else name,
        _figure(one.amount.value, one.measure.kind),
        _figure(one.amount.upper, one.measure.kind),
        one.source,
    )


def _figure(value: float | None, kind: measures.Kind) -> Figure:
    """With no more decimals than the source says."""
    said = int(value) if value is not None and value == int(value) else value
    return Figure(said, Kind.PERCENT if kind is measures.Kind.PERCENT else Kind.COUNT)
