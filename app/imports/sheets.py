"""CSV files as spreadsheets write them: any of three separators and of encodings."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.imports.files import UnusableFile
from app.languages import gettext as _

_SEPARATORS = (";", ",", "\t")
_LINE_END = re.compile(r"\r\n|\r|\n")
# Excel's own way of saying which separator follows.
_SAID_SEPARATOR = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a file in small letters, and its other lines: the number of each, its cells.

    Lines in which nothing stands are left out.
    """

    header: list[str]
    lines: Iterator[tuple[int, list[str]]]


def read_sheet(content: bytes, no_header: str) -> Sheet:
    """A CSV file.

    Args:
        content: of the file.
        no_header: the sentence for a first line that names no columns.

    Raises:
        UnusableFile: it is no text or has no header; while the lines are read also for a quotation
            mark out of place.
    """
    text = _decoded(content)
    said = _SAID_SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    separator, header = _header(text, no_header)
    lines = _lines(text, separator, first=2 if said else 1)
    return Sheet(header, (line for line in lines if any(cell.strip() for cell in line[1])))


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


def _header(text: str, no_header: str) -> tuple[str, list[str]]:
    """The separator that makes most of the first line, and the names of the columns."""
    first = _LINE_END.split(text, maxsplit=1)[0]
    if not first.strip():
        raise UnusableFile(_("The file is empty."))
    try:
        headers = {one: next(csv.reader([first.lower()], delimiter=one)) for one in _SEPARATORS}
    except csv.Error as error:
        raise UnusableFile(no_header) from error
    separator = max(headers, key=lambda one: len(headers[one]))
    return separator, [name.strip() for name in headers[separator]]


def _lines(text: str, separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Each line after the header with its number in the file, where the header's is `first`.

    A quoted cell may go over several lines.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    began = first
    try:
        for number, cells in enumerate(reader):
            if number:
                yield began, cells
            began = reader.line_num + first
    except csv.Error as error:
        raise UnusableFile(
            _("Line %(line)s cannot be read: a quotation mark is missing or misplaced.", line=began)
        ) from error
