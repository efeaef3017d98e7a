"""The log of a place in words, and what others changed while somebody was writing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shapely.geometry import shape

from app.languages import as_date_time, in_language, lazy_gettext
from app.languages import gettext as _
from app.places.boundaries import square_metres
from app.places.models import Place, PlaceEvent, PlaceEventKind
from app.places.queries import list_kinds, list_place_events
from app.places.wording import FIELD_NAMES

MOST_SHOWN = 50
MOST_MISSED = 200
HECTARE_M2 = 10_000

_TITLES = {
    PlaceEventKind.CREATED: lazy_gettext("Entered"),
    PlaceEventKind.EDITED: lazy_gettext("Changed"),
    PlaceEventKind.IMPORTED: lazy_gettext("Imported from a file"),
    PlaceEventKind.MERGED: lazy_gettext("Merged"),
    PlaceEventKind.ARCHIVED: lazy_gettext("Archived"),
    PlaceEventKind.RESTORED: lazy_gettext("Put into use again"),
}
_MERGES = {
    "merged": lazy_gettext("Took over signs and reports of"),
    "merged_into": lazy_gettext("Signs and reports moved to"),
}


def log_view(place: Place) -> list[dict[str, Any]]:
    """The newest changes of a place, the newest first."""
    return lines(list_place_events(place.id, MOST_SHOWN))


def list_missed(place: Place, version: int) -> list[PlaceEvent]:
    """What happened to a place since a version of it, the oldest first.

    Each change is one version more and one line of the log.
    """
    missed = min(place.version - version, MOST_MISSED)
    return list(list_place_events(place.id, missed))[::-1] if missed > 0 else []


def lines(events: Sequence[PlaceEvent]) -> list[dict[str, Any]]:
    """Changes in words, each with who made it and when."""
    kinds = {kind.code: in_language(kind.names) for kind in list_kinds()} if events else {}
    return [
        {
            "title": str(_TITLES[PlaceEventKind(event.kind)]),
            "at": as_date_time(event.at),
            "at_iso": event.at.isoformat(),
            "staff_name": event.staff.name if event.staff else None,
            "changes": [
                _change(name, *change, kinds=kinds) for name, change in event.changes.items()
            ],
        }
        for event in events
    ]


def _change(name: str, before: Any, after: Any, *, kinds: dict[str, str]) -> dict[str, Any]:
    if name in _MERGES:
        return {"name": str(_MERGES[name]), "before": None, "after": before or after}
    return {
        "name": str(FIELD_NAMES[name]),
        "before": in_words(name, before, kinds),
        "after": in_words(name, after, kinds) or _("removed"),
    }


def in_words(name: str, fact: Any, kinds: dict[str, str]) -> str | None:
    """What the log keeps of a field, as people say it; None for nothing."""
    if fact is None:
        return None
    if name == "kind":
        return kinds.get(fact) or str(fact)
    if name == "boundary":
        return _area(square_metres(shape(json.loads(fact))))
    if name == "photo_name":
        return _("a photo")
    if name == "approximate":
        return _("yes")
    return str(fact)


def _area(metres: float) -> str:
    if metres < HECTARE_M2:
        return _("%(area)s m²", area=round(metres))
    return _("%(area)s hectares", area=round(metres / HECTARE_M2, 1))
