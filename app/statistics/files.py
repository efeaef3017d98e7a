"""A table as a file: Excel with numbers as numbers and dates as dates, and CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from textwrap import wrap

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.languages import gettext as _
from app.languages import language
from app.statistics.table import Cell, Figure, Hidden, Kind, Table, written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How Excel shows what it keeps; it takes the signs between digits from the reader's own settings.
_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.PERCENT: "0.0# %",
    Kind.DAYS: "#,##0.0",
    Kind.YEAR: "0",
    Kind.MONTH: "mmm yyyy",
    Kind.DATE: "yyyy-mm-dd",
}
# A cell of a CSV file that begins so would be taken for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
# Columns are as wide as so many letters.
_NARROWEST, _WIDEST = 12, 60
_LINE_PT = 15


def as_excel(table: Table, about: list[tuple[str, str]]) -> bytes:
    """A workbook with the table, and a second sheet that says what it is of.

    Args:
        table: in the language of the request.
        about: names and values for the second sheet: period, filters, source.
    """
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(_("Figures"))
        _write_table(sheet, table, book)
        _write_about(book.add_worksheet(_("About")), table, about, book.add_format({"bold": True}))
    return file.getvalue()


def _write_table(sheet: Worksheet, table: Table, book: Workbook) -> None:
    formats = {kind: book.add_format({"num_format": how}) for kind, how in _FORMATS.items()}
    sums = {
        kind: book.add_format({"num_format": how, "bold": True, "top": 1})
        for kind, how in (_FORMATS | {Kind.TEXT: "@"}).items()
    }
    _write_headings(sheet, table, book)
    for down, row in enumerate(table.all_rows, start=1):
        styles = sums if table.total and down > len(table.rows) else formats
        for across, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, (down, across), cell, column.kind, styles)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_headings(sheet: Worksheet, table: Table, book: Workbook) -> None:
    heading = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
    names = book.add_format(heading)
    numerals = book.add_format({**heading, "align": "right"})
    lines = 1
    for across, column in enumerate(table.columns):
        of_words = column.kind is Kind.TEXT
        sheet.write_string(0, across, column.name, names if of_words else numerals)
        cells = [len(written(row[across], column.kind)) for row in table.all_rows]
        width = min(max([*cells, _NARROWEST - 2]) + 2, _WIDEST)
        sheet.set_column(across, across, width)
        lines = max(lines, len(wrap(column.name, width - 2)))
    # LibreOffice makes room for one line where nobody says how many there are.
    sheet.set_row(0, lines * _LINE_PT)


def _write(
    sheet: Worksheet,
    at: tuple[int, int],
    cell: Cell,
    kind: Kind,
    styles: dict[Kind, Format],
) -> None:
    if isinstance(cell, Figure):
        _write(sheet, at, cell.value, cell.kind, styles)
    elif cell is None:
        sheet.write_blank(*at, None, styles.get(kind))
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, styles[kind])
    elif isinstance(cell, Hidden | str):
        sheet.write_string(*at, written(cell, kind), styles.get(Kind.TEXT))
    else:
        # Excel keeps a hundredth of what it shows with a per cent sign.
        number = cell / 100 if kind is Kind.PERCENT else cell
        sheet.write_number(*at, number, styles[kind])


def _write_about(
    sheet: Worksheet, table: Table, about: list[tuple[str, str]], bold: Format
) -> None:
    lines = [(_("Table"), table.title), *about, (_("Note"), table.note)]
    for down, (name, value) in enumerate(line for line in lines if line[1]):
        sheet.write_string(down, 0, name, bold)
        sheet.write_string(down, 1, value)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, _WIDEST)


def as_csv(table: Table) -> bytes:
    """The table as Excel opens it in the reader's language: with semicolon and decimal comma in
    Norwegian, with comma and decimal point in English.
    """
    in_english = language() == "en"
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter="," if in_english else ";")
    writer.writerow([column.name for column in table.columns])
    for row in table.all_rows:
        writer.writerow([_plain(cell, in_english=in_english) for cell in row])
    # Without the mark Excel takes it for another encoding.
    return file.getvalue().encode("utf-8-sig")


def _plain(cell: Cell, *, in_english: bool) -> str:
    if isinstance(cell, Figure):
        return _plain(cell.value, in_english=in_english)
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Hidden):
        return written(cell, Kind.COUNT)
    is_formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    text = f"'{cell}" if is_formula else str(cell)
    return text if in_english or not isinstance(cell, float) else text.replace(".", ",")
