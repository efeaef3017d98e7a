"""Figures that do not come from reports: what is kept, asked for and written down."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.audit import AuditEntry
from app.database import db
from app.languages import speaking
from app.problems import InvalidFields, SettingsChanged
from app.statistics.amounts import Amount
from app.statistics.figures import table_of
from app.statistics.measures import MEASURES
from app.statistics.models import ServiceFigure
from app.statistics.selection import of_year
from app.statistics.service import (
    Said,
    add_figure,
    change_figure,
    enter_figures,
    list_service_figures,
    remove_figure,
)
from app.statistics.table import table_view


def said(value=1, *, year=2020, month=None, measure="emails", source="Sentralbordet"):
    return Said(year, month, MEASURES[measure], Amount(value), source)


def deeds():
    query = select(AuditEntry).where(AuditEntry.subject == "service_figure").order_by(AuditEntry.id)
    return [(one.action, one.details) for one in db.session.scalars(query)]


def test_the_demo_shows_what_the_annual_reports_state(app):
    found = {
        (one.year, one.measure.code, one.source[-10:]): one.text.replace("\u00a0", " ")
        for one in list_service_figures()
    }
    assert len(found) == 29
    assert found[2012, "vof_share_percent", "013, 4.2.1"] == "31 %"
    assert found[2013, "vof_share_percent", "013, 4.2.1"] == "34 %"
    assert found[2013, "web_unique_visitors", " table 4.1"] == "571 511"
    assert found[2013, "web_page_views", " table 4.1"] == "4 096 344"
    assert found[2013, "phone_answered_percent", "table 9.47"] == "88 %"
    assert found[2013, "phone_answered_percent", " 2013, 4.2"] == "88–89 %"
    assert found[2013, "messages_total", "013, 4.2.1"] == "ca. 10 000"
    assert not deeds()


def test_a_table_writes_a_share_with_as_many_decimals_as_its_source(app):
    enter_figures([said(34.5, year=2014, measure="vof_share_percent")])
    with speaking("nb"):
        rows = table_view(table_of("stated_messages", of_year(2026)))["rows"]
    shares = [row[2].replace("\u00a0", " ") for row in rows if row[1] == "VOF-andel"]
    assert shares == ["31 %", "34 %", "34,5 %"]


def test_figures_are_asked_for_by_measure_and_year(app):
    shares = list_service_figures(measures=["vof_share_percent"])
    assert [(one.year, one.amount.value) for one in shares] == [(2012, 31), (2013, 34)]
    assert {one.year for one in list_service_figures(years=[2013, 2014])} == {2013, 2014}
    assert not list_service_figures(measures=[])
    assert not list_service_figures(measures=["vof_share_percent"], years=[2017])


def test_a_year_stands_before_its_months_and_measures_in_their_own_order(app):
    db.session.execute(delete(ServiceFigure))
    enter_figures(
        [
            said(month=2),
            said(month=10),
            said(),
            said(measure="phone_calls", month=12),
            said(year=2019, measure="vof_share_percent"),
        ]
    )
    with speaking("nb"):
        assert [one.period for one in list_service_figures()] == [
            "2019",
            "desember 2020",
            "2020",
            "februar 2020",
            "oktober 2020",
        ]


@pytest.mark.parametrize("month", [None, 3])
def test_a_source_says_one_thing_of_a_measure_and_a_period(app, month):
    add_figure(said(month=month))
    with pytest.raises(InvalidFields) as refused:
        add_figure(said(2, month=month))
    assert set(refused.value.fields) == {"source"}
    add_figure(said(2, month=month, source="Årsrapport"))
    # Also where two add it at the same moment and neither sees the other.
    with pytest.raises(IntegrityError), db.session.begin_nested():
        enter_figures([said(3, month=month)])


def test_each_change_is_one_version_and_one_line_of_the_log(app):
    figure = add_figure(said(10, month=3))
    assert change_figure(figure, 1, said(11, month=3))
    assert not change_figure(figure, 2, said(11, month=3))
    assert figure.version == 2
    remove_figure(figure, 2)
    assert figure.id not in {one.id for one in list_service_figures()}
    told = {"measure": "E-poster", "year": 2020, "month": 3, "source": "Sentralbordet"}
    assert deeds() == [
        ("service_figure_added", told | {"figure": "10"}),
        ("service_figure_changed", told | {"figure": ["10", "11"]}),
        ("service_figure_removed", told | {"figure": "11"}),
    ]


def test_a_figure_moves_to_a_period_only_where_there_is_none(app):
    add_figure(said(year=2019))
    figure = add_figure(said())
    with pytest.raises(InvalidFields):
        change_figure(figure, 1, said(year=2019))
    assert change_figure(figure, 1, said(year=2018))


def test_of_two_who_edit_the_second_is_told(app):
    figure = add_figure(said())
    change_figure(figure, 1, said(2))
    with pytest.raises(SettingsChanged):
        change_figure(figure, 1, said(3))
    with pytest.raises(SettingsChanged):
        remove_figure(figure, 1)
    assert figure.value == 2
