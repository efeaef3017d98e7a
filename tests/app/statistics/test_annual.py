"""The annual report: right for none, few and many, and alike as a page, a PDF and a Word file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from docx import Document
from openpyxl import load_workbook
from pypdfium2 import PdfDocument
from weasyprint.urls import FatalURLFetchingError

from app.database import now
from app.languages import speaking
from app.statistics import annual
from app.statistics.amounts import Amount
from app.statistics.annual import chapter_of, list_annual_years
from app.statistics.annual_pdf import _OwnParts
from app.statistics.annual_tables import shortened
from app.statistics.measures import MEASURES
from app.statistics.service import Said, enter_figures
from app.statistics.table import Column, Kind, Table, table_view

SOURCE = "Årsmeldingen"
ORDER = ("tblW", "tblBorders", "tblLayout", "tblLook", "tblDescription")


def paragraphs(year, language="en"):
    with speaking(language):
        return {one.code: " ".join(one.paragraphs) for one in chapter_of(year).sections}


def state(year, month=None, source=SOURCE, **measures):
    for code, value in measures.items():
        amount = value if isinstance(value, Amount) else Amount(value)
        enter_figures([Said(year, month, MEASURES[code], amount, source)])


def squeezed(text):
    """Without spaces, which a PDF and a page put elsewhere."""
    return re.sub(r"[\s\xa0\u202f]+", "", text)


def words_of(chapter):
    """Every text and every figure of a chapter, as it is to be read."""
    words = [chapter.title, chapter.closing]
    for section in chapter.sections:
        words += [section.heading, *section.paragraphs]
        for table in section.tables:
            view = table_view(table)
            words += [view["title"], view["note"], *(one["name"] for one in view["columns"])]
            words += [cell for row in [*view["rows"], view["total"] or []] for cell in row]
    return [squeezed(word) for word in words if word]


def text_of_pdf(content):
    with PdfDocument(content) as pages:
        text = "".join(page.get_textpage().get_text_range() for page in pages)
    # So it reads a hyphen at the end of a line.
    return text.replace("\ufffe", "-")


def text_of_docx(content):
    pages = Document(io.BytesIO(content))
    cells = [cell.text for grid in pages.tables for row in grid.rows for cell in row.cells]
    return "\n".join([*(one.text for one in pages.paragraphs), *cells])


def test_page_pdf_and_word_say_the_same(many, manager, monkeypatch):
    language = "nb"
    # All three say when they were made, to the minute.
    moment = now()
    monkeypatch.setattr(annual, "now", lambda: moment)
    year = now().year - 1
    state(year, phone_calls=126_261, emails=Amount(13_000, about=True), vof_share_percent=34)
    with speaking(language):
        words = words_of(chapter_of(year))
    assert len(words) > 300
    address = f"/statistics/annual/{year}"
    page = manager.get(f"{address}?lang={language}").text
    answers = {
        "page": re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").replace("&amp;", "&"),
        "pdf": text_of_pdf(manager.get(f"{address}.pdf?lang={language}").data),
        "docx": text_of_docx(manager.get(f"{address}.docx?lang={language}").data),
    }
    for name, text in answers.items():
        told = squeezed(text)
        missing = [word for word in words if word not in told]
        assert not missing, name


def test_each_table_of_the_page_has_its_files_and_its_chart(many, manager):
    year = now().year - 1
    page = manager.get(f"/statistics/annual/{year}?lang=en").text
    with speaking("en"):
        tables = [table for one in chapter_of(year).sections for table in one.tables]
    for table in tables:
        answer = manager.get(f"/statistics/annual/{year}/{table.code}.xlsx?lang=en")
        assert f"/statistics/annual/{year}/{table.code}.xlsx?lang=en" in page
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert [cell.value for cell in sheet[1]] == [one.name for one in table.columns]
        lines = manager.get(f"/statistics/annual/{year}/{table.code}.csv?lang=en")
        rows = list(csv.reader(io.StringIO(lines.data.decode("utf-8-sig"))))
        # The file holds what the chapter has no room for.
        assert sheet.max_row == len(rows) >= len(table.all_rows) + 1
        for nth, row in enumerate(table.rows, start=1):
            counts = [cell for cell in row if isinstance(cell, int)]
            assert counts == [
                int(text)
                for text, cell in zip(rows[nth], row, strict=True)
                if isinstance(cell, int)
            ]
        drawn = manager.get(f"/statistics/annual/{year}/{table.code}.svg?lang=en")
        assert drawn.status_code == (200 if table.chart else 404)


def test_one_year_alone_is_compared_with_none(entered):
    for nth in range(12):
        entered(datetime(2025, 1 + nth % 3, 5, tzinfo=UTC))
    told = paragraphs(2025)
    assert "In 2025 Stavanger kommune received 12 messages about faults." in told["short"]
    assert "than in" not in told["short"]
    with speaking("en"):
        tables = {table.code: table for one in chapter_of(2025).sections for table in one.tables}
    assert [one.name for one in tables["months"].columns] == ["Month", "Messages 2025"]
    assert tables["months"].chart.series == (1,)


@pytest.mark.parametrize(
    ("before", "this", "sentence"),
    [
        (10, 12, "That is 2 more than in 2024, an increase of 20.0 %."),
        (12, 9, "That is 3 fewer than in 2024, a decrease of 25.0 %."),
        (8, 8, "That is as many as in 2024."),
    ],
)
def test_a_year_is_compared_with_the_one_before(entered, before, this, sentence):
    for count, year in ((before, 2024), (this, 2025)):
        for _nth in range(count):
            entered(datetime(year, 1, 5, tzinfo=UTC))
    assert sentence in paragraphs(2025)["short"]


def test_a_register_that_began_late_the_year_before_is_compared_with_nothing(entered):
    for moment in [datetime(2024, 10, 5, tzinfo=UTC)] * 8 + [datetime(2025, 1, 5, tzinfo=UTC)] * 9:
        entered(moment)
    told = paragraphs(2025)["short"]
    assert "The register begins on Saturday 5 October 2024" in told
    assert "more than" not in told


def test_the_running_year_is_told_until_today(entered):
    today = now()
    for back in range(6):
        entered(today - timedelta(hours=back))
    told = paragraphs(today.year)["short"]
    assert told.startswith(f"So far in {today.year}, until ")
    assert "has received 6 messages" in told


def test_so_few_that_they_could_point_at_somebody_are_told_as_few(entered):
    for _nth in range(3):
        entered(datetime(2025, 1, 5, tzinfo=UTC), channel="phone")
    told = paragraphs(2025)
    assert "received fewer than 5 messages" in told["short"]
    assert "VOF share" not in told.get("in", "")
    assert "Still open are fewer than 5 messages of the year." in told["waits"]
    with speaking("en"):
        tables = [table_view(table) for one in chapter_of(2025).sections for table in one.tables]
    shown = {cell for view in tables for row in view["rows"] for cell in row}
    assert "3" not in shown
    assert "few" in shown


def test_a_year_without_messages_tells_what_others_state(entered):
    state(2005, phone_calls=126_261, phone_answered_percent=88, emails=1)
    state(2005, web_unique_visitors=571_511, web_page_views=4_096_344, vof_share_percent=34)
    state(2004, vof_share_percent=31)
    entered(datetime(2025, 1, 5, tzinfo=UTC))
    told = paragraphs(2005)
    assert told["short"].startswith("The register holds no messages of 2005.")
    assert told["share"].endswith(
        f"According to {SOURCE} the VOF share was 34 % in 2005 and 31 % in 2004."
    )
    assert told["others"] == (
        "There were 126,261 phone calls, and 88 % of them were answered. The municipality"
        " received 1 e-mail. The website had 571,511 unique visitors and 4,096,344 page views."
    )
    assert "what" not in told


def test_what_nobody_stated_is_left_out_without_a_gap(entered):
    for year in (2024, 2025):
        entered(datetime(year, 1, 5, tzinfo=UTC))
    assert "others" not in paragraphs(2025)
    state(2025, phone_calls=1)
    assert paragraphs(2025)["others"] == "There was 1 phone call."
    state(2025, phone_answered_percent=Amount(88, 89))
    assert paragraphs(2025)["others"] == "There was 1 phone call."
    state(2024, phone_calls=Amount(130_000, about=True), phone_answered_percent=Amount(88, 89))
    assert paragraphs(2024)["others"] == (
        "There were about 130,000 phone calls, and 88–89 % of them were answered."
    )


def test_months_are_summed_where_no_year_is_stated(entered):
    for month in (1, 2, 3):
        state(2025, month, emails=100)
    state(2024, emails=1000)
    with speaking("en"):
        [*_others, section] = chapter_of(2025).sections
        view = table_view(section.tables[0])
    assert view["rows"] == [
        ["E-mails", "300", "1,000", f"{SOURCE} (sum of 3 months) (2025); {SOURCE} (2024)"]
    ]
    assert section.paragraphs == ["The municipality received 300 e-mails."]


def test_stated_and_counted_shares_are_never_in_one_table(many, manager):
    year = now().year
    state(2005, vof_share_percent=31)
    with speaking("en"):
        tables = {table.code: table for one in chapter_of(year).sections for table in one.tables}
    assert 2005 not in [row[0] for row in tables["vof"].rows]
    assert tables["stated"].rows[0][0] == 2005
    assert "Not counted here" in tables["stated"].note


def test_a_long_table_says_that_it_is_cut(app):
    with speaking("en"):
        columns = [Column("Place", Kind.TEXT), Column("Messages")]
        rows = [(f"Park {nth}", 100 - nth) for nth in range(50)]
        table = Table("Places", columns, rows, code="places")
        assert shortened(table).note == "The first 15 of 50."
        assert len(shortened(table).rows) == 15
        cut_before = replace(table, note="The first 50 of 200 places.")
        assert shortened(cut_before).note == "Only the first 15 are shown."
        assert shortened(replace(table, code="months")) == replace(table, code="months")


def test_years_that_have_nothing_are_not_there(entered, manager):
    entered(datetime(2024, 5, 5, tzinfo=UTC))
    state(2005, phone_calls=5)
    with speaking("en"):
        years = list_annual_years()
    assert years[:2] == [now().year, 2024]
    assert years[-1] == 2005
    page = manager.get("/statistics/annual?lang=en").text
    assert "/statistics/annual/2005.pdf?lang=en" in page
    for address in ("2006", "2006.pdf", "2006.docx", "2006/months.svg", "2024/nothing.xlsx"):
        assert manager.get(f"/statistics/annual/{address}").status_code == 404
    assert manager.get(f"/statistics/annual/{now().year + 1}").status_code == 404


def test_only_managers_read_it(clients):
    for role, client in clients.items():
        for suffix in ("", "/2025", "/2025.pdf", "/2025.docx", "/2025/months.xlsx"):
            status = client.get(f"/statistics/annual{suffix}").status_code
            assert (status in {200, 404}) == (str(role) in {"manager", "admin"}), (role, suffix)


def test_the_pdf_is_tagged_in_its_language_and_brings_its_typeface(manager):
    # Of that year the demo has figures from elsewhere alone, which are soon set.
    year = 2013
    pdf = manager.get(f"/statistics/annual/{year}.pdf?lang=nn").data
    with pikepdf.open(io.BytesIO(pdf)) as pages:
        assert str(pages.Root.Lang) == "nn"
        assert pages.Root.MarkInfo.Marked
        assert f"{year}" in str(pages.docinfo.Title)
        with pages.open_metadata() as about:
            assert about.get("pdfuaid:part") == "1"
        fonts = {
            str(font.BaseFont)
            for page in pages.pages
            for font in page.Resources.get("/Font", {}).values()
        }
    assert fonts
    assert all("Lato" in font for font in fonts)


def test_the_word_file_has_real_headings_and_tables(many, manager):
    year = now().year - 1
    pages = Document(io.BytesIO(manager.get(f"/statistics/annual/{year}.docx?lang=nn").data))
    assert pages.core_properties.language == "nn-NO"
    styles = [one.style.name for one in pages.paragraphs]
    assert styles.count("Heading 1") == 1
    assert styles.count("Heading 2") > 5
    assert all("w:tblHeader" in grid.rows[0]._tr.xml for grid in pages.tables)
    for grid in pages.tables:
        parts = [part.tag.rpartition("}")[2] for part in grid._tbl.tblPr]
        # Word calls a file broken where these stand in another order.
        assert [name for name in parts if name in ORDER] == list(ORDER)
    drawings = pages.element.xpath("//wp:docPr")
    assert len(drawings) > 5
    assert all(one.get("descr") for one in drawings)


def test_nothing_is_fetched_for_the_pdf(tmp_path):
    own = _OwnParts({"chapter:own": (b"own", "text/plain")})
    assert own.fetch("chapter:own").read() == b"own"
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for address in ("http://127.0.0.1:1/", secret.as_uri(), "data:,other", "chapter:other"):
        with pytest.raises(FatalURLFetchingError):
            own.fetch(address)
