"""The figures on screen: listed, typed in, put right, taken away, imported."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.audit import AuditEntry
from app.database import db
from app.statistics.models import ServiceFigure
from tests.conftest import FROM_HERE

PAGE = "/statistics/service"
FIGURE = {
    "measure": "phone_calls",
    "year": "2020",
    "month": "3",
    "value": "ca. 10 000",
    "source": "Sentralbordet",
}


def post(client, address, **fields):
    return client.post(f"{PAGE}{address}", data=fields, headers=FROM_HERE)


def kept(**wanted):
    return db.session.scalars(select(ServiceFigure).filter_by(**wanted)).one_or_none()


@pytest.fixture
def figure(manager):
    assert post(manager, "/new", **FIGURE).status_code == 303
    return kept(source="Sentralbordet").id


def test_the_list_shows_each_figure_with_its_source(manager):
    page = manager.get(f"{PAGE}?lang=nb&measure=phone_answered_percent&year=2013").text
    values = re.findall(r'data-label="(?:Verdi|Kilde)">([^<]*)', page)
    assert [value.replace("\u00a0", " ") for value in values] == [
        "88–89 %",
        "Stavanger annual report 2013, 4.2",
        "88 %",
        "Stavanger annual report 2017, table 9.47",
    ]


@pytest.mark.parametrize("query", ["measure=x&year=x", "year=1999", "added=x&changed=1", "done=x"])
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(manager, query):
    assert manager.get(f"{PAGE}?{query}").status_code == 200


def test_a_figure_is_added_changed_and_deleted(manager, figure):
    assert kept(id=figure).about
    form = manager.get(f"{PAGE}/{figure}").text
    assert 'value="ca. 10 000"' in form
    assert (
        post(manager, f"/{figure}", **FIGURE | {"value": "9 999", "version": "1"}).status_code
        == 303
    )
    assert (kept(id=figure).value, kept(id=figure).about) == (9_999, False)
    assert post(manager, f"/{figure}/delete", version="2").status_code == 303
    assert kept(id=figure) is None
    assert manager.get(f"{PAGE}/{figure}").status_code == 404
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == figure).order_by(AuditEntry.id)
    )
    assert [one.rpartition("_")[2] for one in actions] == ["added", "changed", "removed"]


def test_a_refused_form_comes_back_with_what_was_typed(manager):
    answer = post(manager, "/new?lang=en", **FIGURE | {"value": "10.000", "month": "14"})
    assert answer.status_code == 422
    assert 'value="10.000"' in answer.text
    assert 'id="value-error"' in answer.text
    assert 'id="month-error"' in answer.text
    assert kept(source="Sentralbordet") is None
    assert post(manager, "/new").status_code == 422


def test_a_second_figure_of_the_same_source_is_refused(manager, figure):
    answer = post(manager, "/new", **FIGURE | {"value": "7"})
    assert answer.status_code == 422
    assert 'id="source-error"' in answer.text


def test_of_two_who_edit_the_second_sees_both(manager, admin, figure):
    post(admin, f"/{figure}", **FIGURE | {"value": "5", "version": "1"})
    answer = post(manager, f"/{figure}?lang=en", **FIGURE | {"value": "777", "version": "1"})
    assert answer.status_code == 409
    assert "<strong>5</strong>" in answer.text
    assert 'value="777"' in answer.text
    assert post(manager, f"/{figure}/delete", version="1").status_code == 409
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert (
        post(manager, f"/{figure}", **FIGURE | {"value": "777", "version": version}).status_code
        == 303
    )
    assert kept(id=figure).value == 777


def test_what_was_typed_into_a_deleted_figure_can_be_added_again(manager, admin, figure):
    post(admin, f"/{figure}/delete", version="1")
    answer = post(manager, f"/{figure}", **FIGURE | {"value": "777", "version": "1"})
    assert answer.status_code == 404
    assert 'value="777"' in answer.text
    assert f'action="{PAGE}/new' in answer.text
    assert post(manager, f"/{figure}/delete", version="1").status_code == 404


CSV = (
    "år;måned;indikator;verdi;kilde\r\n"
    "2020;3;phone_calls;9 999;Sentralbordet\r\n"
    "2020;4;phone_calls;8 000;Sentralbordet\r\n"
    "2020;5;phone_calls;x;Sentralbordet\r\n"
    "2020;6;phone_calls;;Sentralbordet\r\n"
).encode("cp1252")


def look(client, content=CSV):
    upload = {"file": (io.BytesIO(content), "tall.csv")}
    return post(client, "/import?lang=en", **upload)


def hidden(page):
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("content", "mark")
    }


def count_figures():
    return db.session.scalar(select(func.count(ServiceFigure.id)))


def test_a_file_is_shown_first_and_kept_only_when_agreed(manager, figure):
    before = count_figures()
    preview = look(manager)
    assert preview.status_code == 200
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>(\d+)</dd>", preview.text))
    assert list(facts.values()) == ["1", "1", "0", "1", "1"]
    assert "<del>about 10,000</del>" in preview.text
    assert (count_figures(), kept(id=figure).value) == (before, 10_000)
    answer = post(manager, "/import/confirm", **hidden(preview.text))
    assert answer.status_code == 303
    assert (count_figures(), kept(id=figure).value) == (before + 1, 9_999)
    again = look(manager)
    assert 'name="mark"' not in again.text
    assert count_figures() == before + 1


def test_a_yes_to_a_file_that_would_do_something_else_now_is_asked_for_again(manager, figure):
    agreed = hidden(look(manager).text)
    post(manager, f"/{figure}", **FIGURE | {"value": "5", "version": "1"})
    answer = post(manager, "/import/confirm", **agreed)
    assert answer.status_code == 200
    assert hidden(answer.text)["mark"] != agreed["mark"]
    assert kept(id=figure).value == 5
    assert post(manager, "/import/confirm", content="x", mark="y").status_code == 422


def test_what_is_no_file_is_refused(manager):
    for content in (b"", b"\x00\x01\x02", b"id;name\n1;A\n"):
        assert look(manager, content).status_code == 422
    assert post(manager, "/import").status_code == 422


def test_the_file_to_fill_in_can_be_imported_as_it_is(manager):
    answer = manager.get(f"{PAGE}/template.csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbfyear;month;measure;value;source\r\n")
    preview = look(manager, answer.data)
    assert preview.status_code == 200
    assert 'name="mark"' not in preview.text
    filled = answer.data.replace(b"phone_calls;;", b"phone_calls;5;Sentralbordet")
    assert 'name="mark"' in look(manager, filled).text


def test_a_list_that_nobody_reads_to_its_end_is_cut_and_says_so(manager, monkeypatch):
    monkeypatch.setattr("app.statistics.service_pages.MOST_SHOWN", 3)
    page = manager.get(f"{PAGE}?lang=en").text
    assert page.count('<th scope="row"') == 3
    assert "And 26 more." in page


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_list_as_csv_can_be_imported_again_in_every_language(manager, language):
    post(manager, "/new", **FIGURE)
    post(manager, "/new", **FIGURE | {"measure": "vof_share_percent", "value": "34,25"})
    file = manager.get(f"{PAGE}/figures.csv?lang={language}").data
    assert file.decode("utf-8-sig").count("\n") == 1 + count_figures()
    facts = re.findall(r"<dd>(\d+)</dd>", look(manager, file).text)
    assert facts == ["0", "0", str(count_figures()), "0", "0"]


def test_the_list_as_excel_has_numbers_as_numbers(manager):
    answer = manager.get(f"{PAGE}/figures.xlsx?lang=nb&year=2013&measure=phone_answered_percent")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["År", "Måned", "Indikator", "Verdi", "Kilde"],
        [
            2013,
            None,
            "Andel besvarte telefonsamtaler",
            "88–89",
            "Stavanger annual report 2013, 4.2",
        ],
        [
            2013,
            None,
            "Andel besvarte telefonsamtaler",
            0.88,
            "Stavanger annual report 2017, table 9.47",
        ],
    ]


def test_the_files_hold_what_the_page_shows(manager):
    page = manager.get(f"{PAGE}?lang=nb&year=2017").text
    (address,) = re.findall(r'href="(\S+figures\.csv\S+)"', page)
    rows = manager.get(address.replace("&amp;", "&")).data.decode("utf-8-sig").splitlines()
    assert len(rows) - 1 == page.count('<th scope="row"') == 7
