"""The list of resources that municipalities publish out of Aktiv kommune, the booking system.

Its header: Ressursid, Sted, Ressurs, Hjemmeside, Epost, Gateadresse, Postnr, Poststed, Bydel,
latitude, longitude.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.languages import gettext as _
from app.places.rows import Row, UnusableRow, Unused, read_external_id, read_values

_NEEDED = frozenset({"ressursid", "sted", "ressurs"})
# Ids of resources are plain numbers, which another register may have, too.
_PREFIX = "aktiv-kommune-"
_TEST = re.compile(
    r"\b(test(er|ing|e)?|test-?(bygg|hall|lokale|rom|ressurs|sted|anlegg)\w*|demo)\b", re.IGNORECASE
)
# Mailboxes of an office begin with what it does; all others may be somebody's own.
_OFFICE = re.compile(
    r"(post|info|kontakt|booking|utleie|idrett|hall|vakt|drift|kultur|servicetorg|innbygger|park)"
    r"[a-z0-9._-]*@",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"@(gmail|hotmail|outlook|live|yahoo|icloud|online|lyse|msn|me|proton\w*)\.\w+$", re.IGNORECASE
)


def is_header(columns: Sequence[str]) -> bool:
    """Whether a CSV file with these columns is such a list."""
    return set(columns) >= _NEEDED


def read_resource(line: int, cells: Mapping[str, str]) -> Row | Unused:
    """One resource as a place."""
    name = _name(cells["sted"].strip(), cells.get("ressurs", "").strip())
    if _TEST.search(name):
        return Unused(line, name[:100], _("It is a test."), by_design=True)
    said = {
        "name": name,
        "district": cells.get("bydel", ""),
        "source": _source(cells),
        "lat": cells.get("latitude"),
        "lon": cells.get("longitude"),
    }
    address = cells.get("epost", "").strip()
    notes = []
    if address and is_of_an_office(address):
        said["contact"] = address
    elif address:
        notes.append(_("An e-mail address that may be a person’s own was left out."))
    try:
        number = read_external_id(cells["ressursid"])
        external_id = read_external_id(f"{_PREFIX}{number}")
        return Row(line, external_id, read_values(said), tuple(notes))
    except UnusableRow as error:
        return Unused(line, name[:100], str(error))


def is_of_an_office(address: str) -> bool:
    """Whether an e-mail address is certainly no person's own."""
    return bool(_OFFICE.match(address)) and not _PRIVATE.search(address)


def _name(building: str, resource: str) -> str:
    if not resource or resource.casefold() == building.casefold():
        return building
    return f"{building}, {resource}" if building else resource


def _source(cells: Mapping[str, str]) -> str:
    town = " ".join(filter(None, (cells.get("postnr", ""), cells.get("poststed", ""))))
    known = ("Aktiv kommune", cells.get("gateadresse", "").strip(), town.strip())
    return ", ".join(filter(None, known))
