"""What a municipality brings along: a folder with its settings, boundary, units and categories.

Loading the same folder again changes nothing; loading a changed one brings all up to date.
Nothing is ever removed, since reports point to it. `app/demo/stavanger/` is such a folder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.database import session
from app.geo import ewkt
from app.imports.files import UnusableFile
from app.places.geojson import read_boundary, read_features
from app.places.imports import import_places
from app.places.models import Municipality, Owner, PlaceKind, Unit
from app.places.municipality import forget, read_duty_hours
from app.reports.deadlines import WORKING_DAYS
from app.reports.models import UNSORTED_CATEGORY, Category, ReplyTemplate
from app.reports.question_changes import retire_missing
from app.reports.question_list import read_questions
from qr_signs import DoesNotFit, Issuer, read_logo

_LANGUAGE_COLUMNS = ("nb", "nn", "en")
# A municipality may do without these; its names are shown in English then.
_OPTIONAL_COLUMNS = ("uk", "pl")


def load_municipality(folder: Path) -> None:
    """Load `settings.json`, `municipality.geojson`, `units.csv`, `place_kinds.csv`,
    `categories.csv` and, where they are there, `questions.json`, `synonyms.json`,
    `templates.json`, `owners.csv`, `places.geojson` and `logo.svg`.

    Raises:
        UnusableFile: a file is missing or does not fit; nothing of the folder is kept then.
    """
    try:
        _load_settings(folder)
        units = _load_units(folder / "units.csv")
        _load_owners(folder / "owners.csv")
        _load_kinds(folder / "place_kinds.csv")
        _load_categories(folder / "categories.csv", units)
        _load_questions(folder / "questions.json")
        _load_synonyms(folder / "synonyms.json")
        _load_templates(folder / "templates.json")
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnusableFile(f"{folder}: {error!r}") from error
    places = folder / "places.geojson"
    if places.exists():
        import_places(places)


def load_boundary(file: Path) -> None:
    """Replace the boundary by that of a GeoJSON file, for example the official one.

    Raises:
        UnusableFile: there is no usable polygon in it, or no municipality to put it on yet.
    """
    row = session().scalar(select(Municipality))
    if row is None:
        raise UnusableFile("load a municipality first")
    row.boundary = ewkt(read_boundary(file))
    session().flush()
    forget()


def _load_settings(folder: Path) -> None:
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    boundary_file = folder / "municipality.geojson"
    number = read_features(boundary_file)[0]["properties"]["municipality_number"]
    row = session().scalar(select(Municipality))
    if row is None:
        row = Municipality()
        session().add(row)
    _set(
        row,
        name=settings["name"],
        number=str(number),
        front_desk_phone=settings["front_desk_phone"],
        duty_phone=settings["duty_phone"],
        front_desk_email=settings["front_desk_email"],
        feedback_email=settings.get("feedback_email", ""),
        privacy_email=settings.get("privacy_email", ""),
        accessibility_url=settings.get("accessibility_url", ""),
        duty_hours=settings.get("duty_hours", []),
        **_read_look(settings, folder / "logo.svg"),
        boundary=ewkt(read_boundary(boundary_file)),
    )
    read_duty_hours(row.duty_hours)
    session().flush()
    forget()


def _read_look(settings: dict[str, Any], logo: Path) -> dict[str, str]:
    """What signs are printed with; tried out here, so that no print order fails for it later.

    Raises:
        UnusableFile: text would not be readable on the colour, or the logo cannot be drawn.
    """
    look = {"sign_colour": settings.get("sign_colour", "#1E2B3C"), "logo_svg": ""}
    if logo.exists():
        look["logo_svg"] = logo.read_text("utf-8")
    try:
        Issuer("https://vof.example.no", "", "", look["sign_colour"], look["logo_svg"])
        if look["logo_svg"]:
            read_logo(look["logo_svg"])
    except DoesNotFit as error:
        raise UnusableFile(str(error)) from error
    return look


def _load_units(file: Path) -> dict[str, Unit]:
    units = {unit.name: unit for unit in session().scalars(select(Unit))}
    for line in _lines(file):
        name = line["name"]
        if name not in units:
            units[name] = Unit(name=name)
            session().add(units[name])
        units[name].is_default = line["default_for_groups"] == "any"
    if sum(unit.is_default for unit in units.values()) != 1:
        raise UnusableFile(f"{file}: exactly one unit must be the default (default_for_groups=any)")
    session().flush()
    return units


def _load_owners(file: Path) -> None:
    """Those outside who answer for places: `name`, `email`, `phone`."""
    if not file.exists():
        return
    owners = {owner.name: owner for owner in session().scalars(select(Owner))}
    for line in _lines(file):
        owner = owners.get(line["name"]) or Owner(name=line["name"])
        session().add(owner)
        _set(owner, email=line["email"], phone=line["phone"])
    session().flush()


def _load_kinds(file: Path) -> None:
    kinds = {kind.code: kind for kind in session().scalars(select(PlaceKind))}
    for position, line in enumerate(_lines(file)):
        kind = kinds.get(line["kind"]) or PlaceKind(code=line["kind"])
        session().add(kind)
        _set(
            kind,
            category_group=line["category_group"],
            names=_names(line, "name"),
            first_tiles=line["first_tiles"].split(),
            sort_order=position,
        )
    session().flush()


def _load_categories(file: Path, units: dict[str, Unit]) -> None:
    categories = {category.code: category for category in session().scalars(select(Category))}
    for position, line in enumerate(_lines(file)):
        category = categories.setdefault(line["code"], Category(code=line["code"]))
        session().add(category)
        if line["priority"] not in WORKING_DAYS:
            raise UnusableFile(f"{file}: {line['code']} has no known priority")
        _set(
            category,
            place_group=line["place_group"],
            names=_names(line, "name"),
            unit_id=units[line["unit"]].id,
            priority=line["priority"],
            priority_note=line["priority_note"] or None,
            danger=line["danger"] or None,
            danger_question=(
                _names(line, "danger_question") if line["danger_gate"] == "question" else None
            ),
            sort_order=position,
        )
    if UNSORTED_CATEGORY not in categories:
        raise UnusableFile(f"{file}: {UNSORTED_CATEGORY} is needed for what is not sorted yet")
    session().flush()


def _load_questions(file: Path) -> None:
    """A category's questions by its code. Those of a category that is left out are no longer asked.

    Raises:
        UnusableQuestion: one cannot be asked as it is written.
    """
    written = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for category in session().scalars(select(Category)):
        asked = written.pop(category.code, [])
        read_questions(asked)
        category.questions = retire_missing(category.questions, asked)
    if written:
        raise UnusableFile(f"{file}: no category has the code {', '.join(written)}")
    session().flush()


def _load_synonyms(file: Path) -> None:
    """A category's other words by its code."""
    written: dict[str, list[str]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for category in session().scalars(select(Category)):
        category.synonyms = [str(word) for word in written.pop(category.code, [])]
    if written:
        raise UnusableFile(f"{file}: no category has the code {', '.join(written)}")
    session().flush()


def _load_templates(file: Path) -> None:
    """Reply templates: `[{"category": "PA03" | null, "name": …, "texts": {"nb": …}}]`."""
    if not file.exists():
        return
    known = {(one.category_id, one.name): one for one in session().scalars(select(ReplyTemplate))}
    categories = {one.code: one.id for one in session().scalars(select(Category))}
    for position, line in enumerate(json.loads(file.read_text("utf-8"))):
        category_id = categories[line["category"]] if line["category"] else None
        template = known.get((category_id, line["name"]))
        if template is None:
            template = ReplyTemplate(category_id=category_id, name=line["name"])
            session().add(template)
        texts = {code: line["texts"][code] for code in _LANGUAGE_COLUMNS}
        _set(template, texts=texts, sort_order=position)
    session().flush()


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _names(line: dict[str, str], prefix: str) -> dict[str, str]:
    names = {language: line[f"{prefix}_{language}"] for language in _LANGUAGE_COLUMNS}
    translated = {language: line.get(f"{prefix}_{language}") for language in _OPTIONAL_COLUMNS}
    return names | {language: name for language, name in translated.items() if name}


def _set(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
