"""Files of figures: read, compared with what is kept, and carried out."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.database import db
from app.demo.load import FOLDER
from app.imports.files import UnusableFile
from app.imports.plans import Action
from app.languages import speaking
from app.statistics.models import ServiceFigure
from app.statistics.service import list_service_figures
from app.statistics.service_import import (
    MAX_ROWS,
    Row,
    carry_out,
    import_service_figures,
    plan_import,
    read_figures,
)

HEADER = "year;month;measure;value;source\n"


def plan_of(text, encoding="utf-8"):
    return plan_import(read_figures(text.encode(encoding)))


def reasons(text):
    return [(row.line, row.reason) for row in plan_of(text).refused]


@pytest.fixture(autouse=True)
def nothing_kept(app):
    db.session.execute(delete(ServiceFigure))
    with speaking("en"):
        yield


def test_the_same_file_again_changes_nothing(app):
    file = FOLDER / "annual_figures.csv"
    assert import_service_figures(file).counts == {Action.ADD: 29}
    before = list_service_figures()
    assert import_service_figures(file).counts == {Action.LEAVE: 29}
    assert list_service_figures() == before


SPELLINGS = {
    "semicolons": (HEADER + "2020;3;emails;1 200;Kilde, s. 4\n", "utf-8"),
    "commas": ('year,month,measure,value,source\n2020,3,emails,1200,"Kilde, s. 4"\n', "utf-8"),
    "Excel, with a mark": (
        HEADER.replace("\n", "\r\n") + "2020;3;emails;1200;Kilde, s. 4\r\n",
        "utf-8-sig",
    ),
    "Excel's own separator": ("sep=;\r\n" + HEADER + "2020;03;emails;1200;Kilde, s. 4", "cp1252"),
    "Unicode text": (HEADER.replace(";", "\t") + "2020\t3\temails\t1200\tKilde, s. 4\n", "utf-16"),
    "Norwegian words": (
        "År;Måned;Indikator;Verdi;Kilde\n2020;3;E-poster;1200;Kilde, s. 4\n",
        "cp1252",
    ),
    "other columns": (
        "note;source;value;measure;month;year\nx;Kilde, s. 4;1200;EMAILS;3;2020\n",
        "utf-8",
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_files_are_read_as_spreadsheets_write_them(app, spelling):
    carry_out(plan_of(*SPELLINGS[spelling]))
    (one,) = list_service_figures()
    assert (one.key, one.amount.value) == ((2020, 3, "emails", "Kilde, s. 4"), 1200)


def test_a_share_may_have_a_decimal_comma_and_a_year_no_month(app):
    carry_out(plan_of("year;measure;value;source\n2020;vof_share_percent;34,5;Kilde\n"))
    (one,) = list_service_figures()
    assert (one.month, one.text) == (None, "34.5 %")


def test_a_row_is_new_changed_or_as_it_is(app):
    carry_out(plan_of(HEADER + "2020;;emails;1;A\n2020;;emails;2;B\n"))
    plan = plan_of(HEADER + "2020;;emails;1;A\n2020;;emails_about;2;B\n2020;;emails;3;C\n")
    assert plan.counts == {Action.LEAVE: 1, Action.CHANGE: 1, Action.ADD: 1}
    carry_out(plan)
    texts = {one.source: (one.text, one.version) for one in list_service_figures()}
    assert texts == {"A": ("1", 1), "B": ("about 2", 2), "C": ("3", 1)}


REFUSED = {
    "2020;13;emails;1;A": "Month: Write a month from 1 to 12, or nothing for the whole year.",
    "1899;;emails;1;A": "Year: Write a year from 1900 to ",
    "9999;;emails;1;A": "Year: Write a year from 1900 to ",
    "in 2020;;emails;1;A": "Year: Write a year from 1900 to ",
    "2020;;letters;1;A": "Measure: No measure is called “letters”.",
    "2020;;;1;A": "Measure: Say what was counted.",
    "2020;;emails;1,5;A": "Value: Write a whole number without a point or a comma",
    "2020;;vof_share_percent;134;A": "Value: Write a share from 0 to 100",
    "2020;;emails;1;": "Source: Say where the figure is from.",
    "2020;;emails;1;=1+1": "Source: Begin with a letter or a digit.",
    f"2020;;emails;1;{'A' * 201}": "Source: Use at most 200 characters.",
    "2020;;emails;1;A;B": "It has more cells than there are columns.",
}


@pytest.mark.parametrize("row", REFUSED)
def test_a_row_that_cannot_be_used_says_why(app, row):
    ((line, reason),) = reasons(HEADER + "\n" + row)
    assert (line, reason[: len(REFUSED[row])]) == (3, REFUSED[row])


def test_lines_are_counted_as_they_stand_in_the_file(app):
    text = "sep=;\n" + HEADER + '2020;;emails;1;"A\n\nB"\n2020;;phone;1;A\n'
    assert [line for line, _reason in reasons(text)] == [6]


def test_a_row_says_all_that_is_wrong_with_it(app):
    ((_line, reason),) = reasons(HEADER + "x;13;emails;-1;")
    assert all(name in reason for name in ("Year: ", "Month: ", "Value: ", "Source: "))


def test_the_same_figure_twice_in_a_file_is_refused(app):
    rows = "2020;;emails;1;A\n2020;1;emails;1;A\n2020;;E-mails;2;A\n"
    assert reasons(HEADER + rows) == [(4, "Line 2 has the same period, measure and source.")]


def test_a_row_without_a_value_is_left_out_by_design(app):
    plan = plan_of(HEADER + "2020;;emails;;\n2020;;phone_calls;;A\n")
    assert not plan.refused
    assert [row.by_design for row in plan.unused] == [True, True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01",
        b"year;value\n1;2\n",
        b"year;month;measure;value\n",
        b'year;measure;value;source\n"2',
    ],
)
def test_what_is_no_file_of_figures_is_refused(app, content):
    with pytest.raises(UnusableFile):
        read_figures(content)


def test_a_file_that_is_too_long_is_refused(app):
    with pytest.raises(UnusableFile):
        plan_of(HEADER + "2020;;emails;1;A\n" * (MAX_ROWS + 1))


def test_the_mark_tells_plans_apart(app):
    text = HEADER + "2020;;emails;1;A\n2020;;phone;1;A\n"
    mark = plan_of(text).mark
    assert plan_of(text).mark == mark
    assert plan_of(text.replace("emails;1", "emails;2")).mark != mark
    assert plan_of(text.replace("phone", "e_forms")).mark != mark
    carry_out(plan_of(text))
    assert plan_of(text).mark != mark


def test_a_folder_with_a_row_that_cannot_be_used_is_refused(app, tmp_path):
    file = tmp_path / "annual_figures.csv"
    file.write_text(HEADER + "2020;;emails;1;A\n2020;;phone;1;A\n")
    with pytest.raises(UnusableFile, match="phone"):
        import_service_figures(file)
    assert not list_service_figures()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=4), st.sampled_from(";,\t"))
def test_whatever_stands_in_a_file_is_read_or_refused(app, rows, separator):
    lines = "\n".join(separator.join(cells) for cells in rows)
    content = (HEADER.replace(";", separator) + lines).encode("utf-8", "surrogatepass")
    try:
        found = read_figures(content)
    except UnusableFile:
        return
    assert all(row.line > 1 for row in found)
    assert all(row.said.source for row in found if isinstance(row, Row))
