"""Places out of CSV files as spreadsheets write them: any of three separators and of encodings."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from app.languages import gettext as _
from app.places import aktiv_kommune
from app.places.rows import (
    Row,
    UnusableFile,
    UnusableRow,
    Unused,
    read_external_id,
    read_values,
    shown,
)

# What a column is called here, by what it may be called in a file.
COLUMNS = {
    "external_id": "external_id",
    "id": "external_id",
    "name": "name",
    "navn": "name",
    "kind": "kind",
    "type": "kind",
    "slag": "kind",
    "unit": "unit",
    "enhet": "unit",
    "eining": "unit",
    "lat": "lat",
    "latitude": "lat",
    "breddegrad": "lat",
    "lon": "lon",
    "lng": "lon",
    "longitude": "lon",
    "lengdegrad": "lon",
    "accuracy_m": "accuracy_m",
    "approximate": "approximate",
    "district": "district",
    "bydel": "district",
    "owner": "owner",
    "eier": "owner",
    "eigar": "owner",
    "contact": "contact",
    "kontakt": "contact",
    "source": "source",
    "kilde": "source",
    "kjelde": "source",
}
_SEPARATORS = (";", ",", "\t")
# Excel's own way of saying which separator follows.
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAID_SEPARATOR = re.compile(r"sep=(.)\r?\n")


def rows_of_csv(content: bytes) -> Iterator[Row | Unused]:
    """The places of a CSV file; that of Aktiv kommune's resources is known by its header.

    Raises:
        UnusableFile: it is no text, or its header tells of no places.
    """
    text = _decoded(content)
    if said := _SAID_SEPARATOR.match(text):
        text = text[said.end() :]
    separator, header = _header(text)
    of_aktiv_kommune = aktiv_kommune.is_header(header)
    if not of_aktiv_kommune and "name" not in {COLUMNS.get(column) for column in header}:
        raise UnusableFile(_no_header())
    for line, cells in _lines(text, separator):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            yield Unused(line, shown(cells[0]), _("It has more cells than there are columns."))
            continue
        said_there = dict(zip(header, cells, strict=False))
        if of_aktiv_kommune:
            yield aktiv_kommune.read_resource(line, said_there)
        else:
            yield _read(line, said_there)


def _read(line: int, cells: dict[str, str]) -> Row | Unused:
    said = {COLUMNS[column]: cell for column, cell in cells.items() if column in COLUMNS}
    try:
        return Row(line, read_external_id(said.get("external_id")), read_values(said))
    except UnusableRow as error:
        return Unused(line, shown(said.get("name")), str(error))


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnusableFile(_("This is no text. Save the sheet as CSV."))


def _header(text: str) -> tuple[str, list[str]]:
    """The separator that makes most of the first line, and the names of the columns."""
    first = _LINE_END.split(text, maxsplit=1)[0]
    if not first.strip():
        raise UnusableFile(_("The file is empty."))
    try:
        headers = {one: next(csv.reader([first.lower()], delimiter=one)) for one in _SEPARATORS}
    except csv.Error as error:
        raise UnusableFile(_no_header()) from error
    separator = max(headers, key=lambda one: len(headers[one]))
    return separator, [name.strip() for name in headers[separator]]


def _no_header() -> str:
    return _("The first line must name the columns, among them “id” and “name”.")


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each line after the first with its number; a quoted cell may go over several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    began = 1
    try:
        for number, cells in enumerate(reader):
            if number:
                yield began, cells
            began = reader.line_num + 1
    except csv.Error as error:
        raise UnusableFile(
            _("Line %(line)s cannot be read: a quotation mark is missing or misplaced.", line=began)
        ) from error
