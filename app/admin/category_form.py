"""The form of a category: read, judged, and filled in again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.admin.translated import clean_line, read_texts, typed_texts, values_of_texts
from app.arguments import read_whole
from app.languages import gettext as _
from app.languages import lazy_gettext, ngettext
from app.places.queries import list_units
from app.problems import InvalidFields
from app.reports.deadlines import WORKING_DAYS
from app.reports.models import UNSORTED_CATEGORY, Category, Danger
from app.reports.schemas import clean
from app.reports.wording import GROUP_NAMES

# In the order of the page.
PLAIN_FIELDS = ("code", "group", "unit", "priority", "working_days", "danger")
MAX_NAME = 80
MAX_QUESTION = 200
MAX_SYNONYM = 60
MOST_SYNONYMS = 50
MOST_WORKING_DAYS = 260
# Ten years: what is kept longer is kept for good.
MOST_RETENTION_DAYS = 3650

DANGERS = {
    Danger.LIFE: lazy_gettext("Danger to life or health (D1)"),
    Danger.DAMAGE: lazy_gettext("Serious damage or pollution (D2)"),
}


def typed_values() -> dict[str, str]:
    """What was typed, to be read or shown again."""
    one_line = {name: clean_line(request.form.get(name, "")) for name in PLAIN_FIELDS}
    return {
        **one_line,
        **typed_texts("name", "danger_question"),
        "synonyms": clean(request.form.get("synonyms", "")),
        "retention_days": clean_line(request.form.get("retention_days", "")),
    }


def values_of(category: Category) -> dict[str, str]:
    """A category as its form shows it."""
    return {
        "group": category.place_group,
        "unit": str(category.unit_id),
        "priority": category.priority,
        "working_days": "" if category.working_days is None else str(category.working_days),
        "danger": category.danger or "",
        "synonyms": "\n".join(category.synonyms),
        "retention_days": str(category.retention_days),
        **values_of_texts("name", category.names),
        **values_of_texts("danger_question", category.danger_question),
    }


def facts_of(category: Category) -> dict[str, Any]:
    """A category as the log tells it."""
    names = {str(unit.id): unit.name for unit in list_units()}
    told = values_of(category)
    return told | {"unit": names[told["unit"]], "synonyms": ", ".join(category.synonyms)}


def read_category(typed: Mapping[str, str], category: Category | None) -> dict[str, Any]:
    """The columns of a category as its form says them.

    Args:
        typed: what the fields hold.
        category: which is changed; None for a new one.

    Raises:
        InvalidFields: with all that is wrong.
    """
    errors: dict[str, str] = {}
    danger = typed["danger"] or None
    found: dict[str, Any] = {
        "place_group": _group(typed, category, errors),
        "names": read_texts(typed, "name", errors, most=MAX_NAME),
        "unit_id": _unit_id(typed, category, errors),
        "priority": _one_of("priority", typed["priority"], WORKING_DAYS, errors),
        "working_days": _days(errors, typed, "working_days", MOST_WORKING_DAYS, needed=False),
        "danger": danger and _one_of("danger", danger, set(Danger), errors),
        "danger_question": read_texts(
            typed, "danger_question", errors, most=MAX_QUESTION, needed=False
        ),
        "synonyms": _synonyms(typed["synonyms"], errors),
        "retention_days": _days(errors, typed, "retention_days", MOST_RETENTION_DAYS),
    }
    if found["danger_question"] and not danger:
        errors["danger"] = _("Choose which danger the question is about, or remove the question.")
    if errors:
        raise InvalidFields(errors)
    return found


def _group(typed: Mapping[str, str], category: Category | None, errors: dict[str, str]) -> str:
    """What is not sorted yet belongs to no group, and stays so."""
    if category and category.code == UNSORTED_CATEGORY:
        return category.place_group
    known = set(GROUP_NAMES) | ({category.place_group} if category else set())
    return _one_of("group", typed["group"], known, errors)


def _unit_id(
    typed: Mapping[str, str], category: Category | None, errors: dict[str, str]
) -> int | None:
    known = {
        str(unit.id): unit.id
        for unit in list_units()
        if not unit.archived_at or (category and unit.id == category.unit_id)
    }
    if typed["unit"] not in known:
        errors["unit"] = _("Choose a unit.")
    return known.get(typed["unit"])


def _one_of(name: str, value: str, known: Any, errors: dict[str, str]) -> str:
    if value not in known:
        errors[name] = _("Choose one of the list.")
    return value


def _days(
    errors: dict[str, str], typed: Mapping[str, str], name: str, most: int, *, needed: bool = True
) -> int | None:
    text = typed[name]
    if not text and not needed:
        return None
    days = read_whole(text, most)
    if not days:
        errors[name] = _("Write a number from 1 to %(most)s.", most=most)
        return None
    return days


def _synonyms(text: str, errors: dict[str, str]) -> list[str]:
    words = [word for line in text.split("\n") if (word := clean_line(line))]
    found = list({word.casefold(): word for word in reversed(words)}.values())[::-1]
    if len(found) > MOST_SYNONYMS:
        errors["synonyms"] = _("Write at most %(most)s words.", most=MOST_SYNONYMS)
    elif any(len(word) > MAX_SYNONYM for word in found):
        errors["synonyms"] = _("Use at most %(most)s characters in a line.", most=MAX_SYNONYM)
    return found


def choices(category: Category | None) -> dict[str, Any]:
    """What the form offers."""
    return {
        "groups": [{"id": key, "name": str(name)} for key, name in GROUP_NAMES.items()],
        "units": [
            {"id": unit.id, "name": unit.name}
            for unit in list_units()
            if not unit.archived_at or (category and unit.id == category.unit_id)
        ],
        "priorities": [
            {"id": key, "name": priority_name(key, days)} for key, days in WORKING_DAYS.items()
        ],
        "dangers": [{"id": key.value, "name": str(name)} for key, name in DANGERS.items()],
        "limits": {
            "name": MAX_NAME,
            "question": MAX_QUESTION,
            "synonyms": MOST_SYNONYMS * (MAX_SYNONYM + 1),
        },
    }


def priority_name(priority: str, days: int) -> str:
    """A priority with the deadline it gives."""
    within = ngettext("%(num)s working day", "%(num)s working days", days)
    return f"{priority}: {within}"
