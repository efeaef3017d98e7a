"""The form of a reply template: read, judged, and filled in again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.admin.translated import clean_line, read_texts, typed_texts, values_of_texts
from app.languages import STAFF_LANGUAGES, in_language, lazy_gettext
from app.languages import gettext as _
from app.problems import InvalidFields
from app.reports.categories import list_all_categories
from app.reports.models import Category, ReplyTemplate
from app.reports.wording import PLACEHOLDERS, list_unknown_placeholders

MAX_NAME = 80
MAX_TEXT = 2_000

_MEANINGS = {
    "{number}": lazy_gettext("The number of the report"),
    "{place}": lazy_gettext("The place, or where it is in words"),
}


def typed_values() -> dict[str, str]:
    """What was typed, to be read or shown again."""
    plain = {name: clean_line(request.form.get(name, "")) for name in ("name", "category")}
    return plain | typed_texts("text", codes=STAFF_LANGUAGES)


def values_of(template: ReplyTemplate) -> dict[str, str]:
    """A template as its form shows it."""
    code = template.category.code if template.category else ""
    return {
        "name": template.name,
        "category": code,
        **values_of_texts("text", template.texts),
    }


def read_template(typed: Mapping[str, str], template: ReplyTemplate | None) -> dict[str, Any]:
    """The columns of a template as its form says them.

    Args:
        typed: what the fields hold.
        template: which is changed; None for a new one.

    Raises:
        InvalidFields: with all that is wrong.
    """
    errors: dict[str, str] = {}
    if not typed["name"]:
        errors["name"] = _("Give it a name that the front desk knows it by.")
    elif len(typed["name"]) > MAX_NAME:
        errors["name"] = _("Use at most %(most)s characters.", most=MAX_NAME)
    known = {one.code: one.id for one in categories_for(template)}
    if typed["category"] and typed["category"] not in known:
        errors["category"] = _("Choose one of the list.")
    texts = read_texts(typed, "text", errors, most=MAX_TEXT, lines=True)
    for code, text in (texts or {}).items():
        if unknown := list_unknown_placeholders(text):
            errors.setdefault(f"text_{code}", _unknown(unknown))
    if errors:
        raise InvalidFields(errors)
    return {
        "name": typed["name"],
        "category_id": known.get(typed["category"]),
        "texts": texts,
    }


def _unknown(placeholders: list[str]) -> str:
    return _(
        "We do not know %(unknown)s. You can use %(known)s.",
        unknown=", ".join(placeholders),
        known=", ".join(PLACEHOLDERS),
    )


def categories_for(template: ReplyTemplate | None) -> list[Category]:
    """What a template may be for: what is in use, and what it is for already."""
    own = template.category_id if template else None
    return [one for one in list_all_categories() if not one.archived_at or one.id == own]


def choices(template: ReplyTemplate | None) -> dict[str, Any]:
    """What the form offers."""
    return {
        "categories": [
            {"id": one.code, "name": in_language(one.names)} for one in categories_for(template)
        ],
        "placeholders": [{"text": text, "meaning": str(_MEANINGS[text])} for text in PLACEHOLDERS],
        "limits": {"name": MAX_NAME, "text": MAX_TEXT},
        "codes": tuple(STAFF_LANGUAGES),
    }
