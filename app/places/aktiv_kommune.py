"""The list of resources that municipalities publish out of Aktiv kommune, the booking system.

Its header: Ressursid, Sted, Ressurs, Hjemmeside, Epost, Gateadresse, Postnr, Poststed, Bydel,
latitude, longitude.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.imports.files import Unused, shown
from app.languages import gettext as _
from app.places.rows import Row, UnusableRow, read_external_id, read_values

_NEEDED = frozenset({"ressursid", "sted", "ressurs"})
# Ids of resources are plain numbers, which another register may have, too.
_PREFIX = "aktiv-kommune-"
_TEST = re.compile(
    r"\b(test(er|ing|e)?|test-?(bygg|hall|lokale|rom|ressurs|sted|anlegg)\w*|demo)\b", re.IGNORECASE
)
# Each word of an office's mailbox says what it does. Any other may be somebody's name, such as
# Hallvard or Parker, and whoever else is in the cell may be a person, too.
_WORD = (
    r"(post(mottak|kasse)?|firmapost|mail|epost|info(rmasjon)?|kontakt|booking|utleie|resepsjon(en)?"
    r"|sentralbord(et)?|servicetorg(et)?|innbygger(service|torg(et)?|dialog)"
    r"|idrett(s[a-z]+)?|kultur[a-z]*|drift(s[a-z]+)?|vakt(a|en|telefon(en)?|mester(en|e|ne)?)?"
    r"|hall(en|er|ene|drift(en)?|leie|vakt(en)?|utleie)?|(idretts|svomme|fler?bruks)hall(en)?"
    r"|park(en|er|drift(en)?|vesen(et)?|avdeling(en)?|ognatur)?|natur|og|kommune)"
)
_OFFICE = re.compile(rf"{_WORD}[0-9]*([._-]{_WORD}[0-9]*)*@[a-z0-9.-]+", re.IGNORECASE)
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
        return Unused(line, shown(name), _("It is a test."), by_design=True)
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
        return Unused(line, shown(name), str(error))


def is_of_an_office(address: str) -> bool:
    """Whether an e-mail address is certainly no person's own."""
    return bool(_OFFICE.fullmatch(address)) and not _PRIVATE.search(address)


def _name(building: str, resource: str) -> str:
    if not resource or resource.casefold() == building.casefold():
        return building
    return f"{building}, {resource}" if building else resource


def _source(cells: Mapping[str, str]) -> str:
    town = " ".join(filter(None, (cells.get("postnr", ""), cells.get("poststed", ""))))
    known = ("Aktiv kommune", cells.get("gateadresse", "").strip(), town.strip())
    return ", ".join(filter(None, known))
