"""The chapter as a Word file, to be taken into the report that the municipality edits."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.document import Document as Pages
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Row
from docx.text.paragraph import Paragraph

from app.database import now
from app.languages import gettext as _
from app.languages import language
from app.statistics.annual import Chapter
from app.statistics.charts import draw_png
from app.statistics.table import Table, table_view

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_REGIONS = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
_GREEN, _GREY, _BLACK = RGBColor(0x0B, 0x6A, 0x53), RGBColor(0x5B, 0x5D, 0x60), RGBColor(0, 0, 0)
_TEXT_MM = 170
# In letters: what a column of a table needs at least, and what it gets at most.
_NARROWEST, _WIDEST = 6, 36


def as_docx(chapter: Chapter) -> bytes:
    """The chapter in the language of the request, on A4."""
    pages = Document()
    _set_up(pages, chapter)
    _line(pages, chapter.municipality, "Subtitle")
    pages.add_heading(chapter.title, 1)
    for section in chapter.sections:
        pages.add_heading(section.heading, 2)
        for text in section.paragraphs:
            pages.add_paragraph(text)
        for table in section.tables:
            _add_table(pages, table)
    _line(pages, chapter.closing, "Caption")
    file = io.BytesIO()
    pages.save(file)
    return file.getvalue()


def _line(pages: Pages, text: str, style: str) -> None:
    if text:
        pages.add_paragraph(text, style)


def _set_up(pages: Pages, chapter: Chapter) -> None:
    code = _REGIONS[language()]
    about = pages.core_properties
    about.title, about.author = chapter.title, chapter.municipality
    about.language, about.comments = code, ""
    about.created = about.modified = now().replace(tzinfo=None)
    _be_current(pages)
    _set_styles(pages, code)
    sheet = pages.sections[0]
    sheet.page_width, sheet.page_height = Mm(210), Mm(297)
    sheet.left_margin = sheet.right_margin = Mm((210 - _TEXT_MM) / 2)
    sheet.top_margin, sheet.bottom_margin = Mm(24), Mm(22)
    sheet.header.paragraphs[0].text = f"{chapter.municipality} – {chapter.title}"
    foot = sheet.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_field(foot, "PAGE")


def _be_current(pages: Pages) -> None:
    """Without this Word opens it as a file of 2010, with much switched off."""
    [mode] = pages.settings.element.xpath("w:compat/w:compatSetting[@w:name='compatibilityMode']")
    mode.set(qn("w:val"), "15")


def _set_styles(pages: Pages, code: str) -> None:
    styles = pages.styles
    [spoken] = styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    for name in ("w:val", "w:eastAsia"):
        spoken.set(qn(name), code)
    sizes = {"Normal": 10.5, "Heading 1": 24, "Heading 2": 15, "Heading 3": 11}
    for name, size in (
        sizes | {"Subtitle": 11, "Caption": 8.5, "Header": 8.5, "Footer": 8.5}
    ).items():
        style = styles[name]
        style.font.size = Pt(size)
        style.font.name = "Calibri"
        # The template's own headings name the typeface of a theme, which goes before.
        for fonts in style.element.xpath("w:rPr/w:rFonts"):
            for attribute in [one for one in fonts.attrib if "Theme" in one]:
                del fonts.attrib[attribute]
        style.font.italic = False
        if name != "Normal":
            style.font.color.rgb = _BLACK if name.startswith("Heading") else _GREY
    styles["Subtitle"].font.color.rgb = _GREEN
    styles["Caption"].font.bold = False
    styles["Caption"].paragraph_format.space_before = Pt(4)
    styles["Normal"].paragraph_format.space_after = Pt(6)


def _add_field(paragraph: Paragraph, code: str) -> None:
    """A number that Word works out itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    run.append(OxmlElement("w:t"))
    field.append(run)
    paragraph._p.append(field)


def _add_table(pages: Pages, table: Table) -> None:
    view = table_view(table)
    pages.add_heading(view["title"], 3)
    if view["has_chart"]:
        _add_chart(pages, table, view)
    rows = [[column["name"] for column in view["columns"]], *view["rows"]]
    rows += [view["total"]] if view["total"] else []
    grid = pages.add_table(len(rows), len(view["columns"]))
    grid.autofit = False
    for column, width in zip(grid.columns, _widths(rows), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    _rule(grid)
    # Word reads the title aloud before it goes through the cells.
    described = OxmlElement("w:tblDescription")
    described.set(qn("w:val"), view["title"])
    grid._tbl.tblPr.append(described)
    for row, texts in zip(grid.rows, rows, strict=True):
        _fill(row, texts, view["columns"])
    # Neither the first rows nor the last stand alone on a page.
    for row in [*grid.rows[:2], *grid.rows[-3:-1]]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    _make_bold(grid.rows[0])
    if view["total"]:
        _make_bold(grid.rows[-1])
    _mark(grid.rows[0], "w:tblHeader")
    _line(pages, view["note"], "Caption")


def _widths(rows: list[list[str]]) -> list[float]:
    """The width of the text shared out by what stands in each column, headings by their words."""
    heads, *others = rows
    longest = [
        4 + max(map(len, [*head.split(), *(row[nth] for row in others), " " * _NARROWEST]))
        for nth, head in enumerate(heads)
    ]
    shares = [min(length, _WIDEST) for length in longest]
    return [_TEXT_MM * share / sum(shares) for share in shares]


def _rule(grid: Grid) -> None:
    """Thin lines between the rows, and none that stand."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        border = OxmlElement(f"w:{side}")
        for name, value in {"val": "single", "sz": "4", "space": "0", "color": "B5B6B8"}.items():
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    # Word is particular about the order.
    after = (
        "w:shd",
        "w:tblLayout",
        "w:tblCellMar",
        "w:tblLook",
        "w:tblCaption",
        "w:tblDescription",
    )
    grid._tbl.tblPr.insert_element_before(borders, *after)


def _add_chart(pages: Pages, table: Table, view: dict[str, Any]) -> None:
    paragraph = pages.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    image = paragraph.add_run().add_picture(io.BytesIO(draw_png(table)), width=Mm(_TEXT_MM))
    told = [
        _("Chart: %(title)s.", title=view["title"]),
        view["summary"],
        _("The figures stand in the table below."),
    ]
    image._inline.docPr.set("descr", " ".join(filter(None, told)))


def _fill(row: _Row, texts: list[str], columns: list[dict[str, Any]]) -> None:
    _mark(row, "w:cantSplit")
    for cell, text, column in zip(row.cells, texts, columns, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).font.size = Pt(8)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        if column["number"]:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _make_bold(row: _Row) -> None:
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.font.bold = True


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
