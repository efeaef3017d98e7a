"""Places out of CSV files as spreadsheets write them."""

from __future__ import annotations

from collections.abc import Iterator

from app.imports.files import UnusableFile, Unused, shown
from app.imports.sheets import read_sheet
from app.languages import gettext as _
from app.places import aktiv_kommune
from app.places.rows import Row, UnusableRow, read_external_id, read_values

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


def rows_of_csv(content: bytes) -> Iterator[Row | Unused]:
    """The places of a CSV file; that of Aktiv kommune's resources is known by its header.

    Raises:
        UnusableFile: it is no text, or its header tells of no places.
    """
    sheet = read_sheet(content, _no_header())
    header = sheet.header
    of_aktiv_kommune = aktiv_kommune.is_header(header)
    if not of_aktiv_kommune and "name" not in {COLUMNS.get(column) for column in header}:
        raise UnusableFile(_no_header())
    for line, cells in sheet.lines:
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


def _no_header() -> str:
    return _("The first line must name the columns, among them “id” and “name”.")
