"""The register's filters: read from the address, so that a view can be shared, and shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.arguments import read_id, read_line
from app.languages import gettext as _
from app.languages import in_language
from app.places.models import Unit
from app.reports.models import Category
from app.reports.queries import RegisterFilter
from app.reports.wording import STATUS_NAMES
from app.reports.workflow import Status

ALL_OPEN = "open"
HELD = "held"


def read_filter(arguments: Mapping[str, str]) -> RegisterFilter:
    """What the address asks for; what makes no sense in it is left out of account."""
    status = arguments.get("status", "")
    return RegisterFilter(
        status=status if status in set(Status) else None,
        only_open=status == ALL_OPEN,
        held=status == HELD,
        unit_id=read_id(arguments, "unit"),
        category_id=read_id(arguments, "category"),
        text=read_line(arguments, "q"),
    )


def filters_view(
    arguments: Mapping[str, str], units: Sequence[Unit], categories: Sequence[Category]
) -> dict[str, Any]:
    """The filter form: what can be chosen and what is."""
    statuses = [
        (ALL_OPEN, _("All open")),
        *((key.value, str(STATUS_NAMES[key])) for key in Status),
        (HELD, _("Held")),
    ]
    return {
        "q": read_line(arguments, "q"),
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
