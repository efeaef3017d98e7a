"""Figures that do not come from reports: kept with their source, shown beside what is computed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale
from sqlalchemy import Select, select

from app import audit
from app.database import session
from app.languages import DEFAULT_LANGUAGE, speaking
from app.languages import gettext as _
from app.problems import InvalidFields, SettingsChanged
from app.statistics.amounts import Amount, as_typed, in_words
from app.statistics.measures import MEASURES, Measure, place_in_order
from app.statistics.models import ServiceFigure

SUBJECT = "service_figure"

Key = tuple[int, int | None, str, str]
"""Year, month, measure and source: what there is one figure of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of a measure; without `month` for a whole year."""

    year: int
    month: int | None
    measure: Measure
    amount: Amount
    source: str

    @property
    def key(self) -> Key:
        """What there is one figure of."""
        return self.year, self.month, self.measure.code, self.source

    @property
    def period(self) -> str:
        """The year, or the month with its year, in the language spoken."""
        if self.month is None:
            return str(self.year)
        names = get_month_names("wide", "stand-alone", locale=str(get_locale()))
        return f"{names[self.month]} {self.year}"

    @property
    def text(self) -> str:
        """The value for people, in the language spoken: “88–89 %”, “ca. 10 000”."""
        return in_words(self.amount, self.measure.kind)


@dataclass(frozen=True, slots=True)
class StatedFigure(Said):
    """A figure as it is kept. Not computed: whoever shows it says so and names its `source`."""

    id: int
    version: int


def list_service_figures(
    measures: Collection[str] | None = None, years: Collection[int] | None = None
) -> list[StatedFigure]:
    """What sources state, by year, then measure, the whole year before its months, then source.

    Args:
        measures: codes of `app.statistics.measures`; all where none are named.
        years: all where none are named.
    """
    query = select(ServiceFigure)
    if measures is not None:
        query = query.where(ServiceFigure.measure.in_(measures))
    if years is not None:
        query = query.where(ServiceFigure.year.in_(years))
    return sorted(map(stated, session().scalars(query)), key=_order)


def _order(one: StatedFigure) -> tuple[int, int, int, str]:
    return one.year, place_in_order(one.measure.code), one.month or 0, one.source


def list_years() -> Sequence[int]:
    """The years of which something is stated, the latest first."""
    query = select(ServiceFigure.year).distinct().order_by(ServiceFigure.year.desc())
    return session().scalars(query).all()


def stated(figure: ServiceFigure) -> StatedFigure:
    """A row as people see it."""
    return StatedFigure(
        year=figure.year,
        month=figure.month,
        measure=MEASURES[figure.measure],
        amount=Amount(figure.value, figure.upper, figure.about),
        source=figure.source,
        id=figure.id,
        version=figure.version,
    )


def find_figure(figure_id: int, *, for_change: bool = False) -> ServiceFigure | None:
    """The figure with this id, locked where it is to be changed."""
    query = select(ServiceFigure).where(ServiceFigure.id == figure_id)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session().scalars(query).one_or_none()


def add_figure(said: Said) -> ServiceFigure:
    """Keep one more figure.

    Raises:
        InvalidFields: there is one for the same period, measure and source.
    """
    _refuse_twin(said, None)
    return enter_figures([said])[0]


def enter_figures(all_said: Sequence[Said], *, brought_along: bool = False) -> list[ServiceFigure]:
    """Keep figures of which none is there yet.

    Args:
        all_said: what sources say.
        brought_along: they come with the municipality, so that the log begins empty.
    """
    figures = [ServiceFigure(version=1) for _said in all_said]
    for figure, said in zip(figures, all_said, strict=True):
        _put(figure, said)
    session().add_all(figures)
    session().flush()
    if not brought_along:
        for figure, said in zip(figures, all_said, strict=True):
            audit.record("service_figure_added", SUBJECT, figure.id, **_told(said))
    return figures


def change_figure(figure: ServiceFigure, version: int | None, said: Said) -> bool:
    """Put a figure right, as the editor saw it in this version of it.

    Returns:
        Whether anything is different.

    Raises:
        SettingsChanged: somebody has changed it since.
        InvalidFields: there is another for the same period, measure and source.
    """
    _demand_version(figure, version)
    _refuse_twin(said, figure.id)
    return put_right(figure, said)


def put_right(figure: ServiceFigure, said: Said) -> bool:
    """Change a figure, whoever else has; returns whether anything is different."""
    before, after = _told(stated(figure)), _told(said)
    changes = audit.differences(before, after)
    if not changes:
        return False
    _put(figure, said)
    figure.version += 1
    # Which figure it is stands in each line of the log.
    audit.record("service_figure_changed", SUBJECT, figure.id, **before | changes)
    return True


def remove_figure(figure: ServiceFigure, version: int | None) -> None:
    """Take a figure away; the log keeps what it said.

    Raises:
        SettingsChanged: somebody has changed it since.
    """
    _demand_version(figure, version)
    audit.record("service_figure_removed", SUBJECT, figure.id, **_told(stated(figure)))
    session().delete(figure)
    session().flush()


def _demand_version(figure: ServiceFigure, version: int | None) -> None:
    if figure.version != version:
        raise SettingsChanged


def _refuse_twin(said: Said, own_id: int | None) -> None:
    twin = session().scalars(_with_key(said.key)).one_or_none()
    if twin is not None and twin.id != own_id:
        value = stated(twin).text
        raise InvalidFields(
            {"source": _("This source has a figure for this already: %(value)s.", value=value)}
        )


def _with_key(key: Key) -> Select[ServiceFigure]:
    year, month, measure, source = key
    return select(ServiceFigure).where(
        ServiceFigure.year == year,
        ServiceFigure.month.is_(None) if month is None else ServiceFigure.month == month,
        ServiceFigure.measure == measure,
        ServiceFigure.source == source,
    )


def _put(figure: ServiceFigure, said: Said) -> None:
    figure.year, figure.month, figure.measure, figure.source = said.key
    figure.value, figure.upper = said.amount.value, said.amount.upper
    figure.about = said.amount.about


def _told(said: Said) -> dict[str, Any]:
    """What the log holds: in bokmål, like the names of units and categories in it."""
    with speaking(DEFAULT_LANGUAGE):
        measure = said.measure.name
    told: dict[str, Any] = {"measure": measure, "year": said.year}
    if said.month is not None:
        told["month"] = said.month
    return told | {"figure": as_typed(said.amount), "source": said.source}
