"""The register's filters: read from the address, so that a view can be shared, and shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from app.languages import gettext as _
from app.languages import in_language
from app.places.models import Unit
from app.reports.models import Category
from app.reports.queries import MAX_ID, RegisterFilter
from app.reports.schemas import clean
from app.reports.wording import STATUS_NAMES
from app.reports.workflow import Status

MAX_SEARCH_CHARACTERS = 100
ALL_OPEN = "open"


def read_filter(arguments: MultiDict[str, str]) -> RegisterFilter:
    """What the address asks for; what makes no sense in it is left out of account."""
    status = arguments.get("status", "")
    return RegisterFilter(
        status=status if status in set(Status) else None,
        only_open=status == ALL_OPEN,
        unit_id=_id(arguments, "unit"),
        category_id=_id(arguments, "category"),
        text=clean(arguments.get("q", "")[:MAX_SEARCH_CHARACTERS]),
    )


def _id(arguments: MultiDict[str, str], name: str) -> int | None:
    value = arguments.get(name, type=int)
    return value if value is not None and 0 < value <= MAX_ID else None


def filters_view(
    arguments: Mapping[str, str], units: Sequence[Unit], categories: Sequence[Category]
) -> dict[str, Any]:
    """The filter form: what can be chosen and what is."""
    statuses = [(ALL_OPEN, _("All open"))] + [(key.value, str(STATUS_NAMES[key])) for key in Status]
    return {
        "q": arguments.get("q", ""),
        "statuses": _options(statuses, arguments.get("status", "")),
        "units": _options([(str(one.id), one.name) for one in units], arguments.get("unit", "")),
        "categories": _options(
            [(str(one.id), in_language(one.names)) for one in categories],
            arguments.get("category", ""),
        ),
        "active": any(arguments.get(name) for name in ("q", "status", "unit", "category")),
    }


def _options(pairs: Sequence[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "name": name, "chosen": value == chosen} for value, name in pairs]
