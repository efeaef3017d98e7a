"""What a tablet must know besides the reports, and what changes rarely."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.crew.work import degrees, named
from app.database import session
from app.languages import STAFF_LANGUAGES, in_language
from app.maps.tiles import ZOOMS, map_bounds
from app.places.models import Place
from app.places.queries import list_kinds, list_owners
from app.reports import wording
from app.reports.models import Category, ReplyTemplate
from app.reports.photos import MAX_BYTES
from app.reports.queries import list_categories
from app.reports.schemas import MAX_DESCRIPTION
from app.reports.tiles import tile_from
from app.reports.workflow import Status, next_states
from app.signs.models import Sign, SignState

# A tablet's share of patience. The newest where there are more.
MOST_PLACES = 10_000
MOST_SIGNS = 10_000


def ground() -> dict[str, Any]:
    """Categories, states, texts to choose from, whom things belong to, places, signs, the map."""
    return {
        "categories": [_category(one) for one in list_categories()],
        "statuses": {one.value: wording.status_name(one) for one in Status},
        "steps": {one.value: wording.step_name(one) for one in Status},
        "transitions": {one.value: [step.value for step in next_states(one)] for one in Status},
        "templates": [_template(one) for one in _list_templates()],
        # What is not ours is sent on by e-mail; to others it cannot be.
        "owners": [named(one) for one in list_owners() if one.email],
        "kinds": [
            {
                "code": one.code,
                "name": in_language(one.names),
                "group": one.category_group,
                "first": one.first_tiles,
            }
            for one in list_kinds()
        ],
        "places": _places(),
        "signs": _signs(),
        "tiles": {
            "url": "/tiles/{z}/{y}/{x}.png",
            "min_zoom": ZOOMS.start,
            "max_zoom": ZOOMS.stop - 1,
            "bounds": map_bounds(),
        },
        "limits": {"photo_bytes": MAX_BYTES, "text": MAX_DESCRIPTION},
    }


def _category(category: Category) -> dict[str, Any]:
    tile = tile_from(category)
    return {
        "code": tile.code,
        "name": tile.name,
        "place_group": category.place_group,
        "synonyms": category.synonyms,
        "priority": category.priority,
        "danger": tile.danger,
        "gate": tile.gate,
        "danger_question": tile.question,
        "questions": [asdict(question) for question in tile.questions],
    }


def _list_templates() -> list[ReplyTemplate]:
    query = select(ReplyTemplate).where(ReplyTemplate.archived_at.is_(None))
    query = query.options(joinedload(ReplyTemplate.category).load_only(Category.code))
    return list(session().scalars(query.order_by(ReplyTemplate.sort_order, ReplyTemplate.id)))


def _template(template: ReplyTemplate) -> dict[str, Any]:
    return {
        "id": template.id,
        "category": template.category.code if template.category else None,
        "name": template.name,
        "texts": {code: template.texts.get(code, "") for code in STAFF_LANGUAGES},
    }


def _places() -> list[dict[str, Any]]:
    kinds = {one.id: one.code for one in list_kinds()}
    query = select(Place.id, Place.name, Place.kind_id, Place.point)
    query = query.where(Place.archived_at.is_(None)).order_by(Place.id.desc()).limit(MOST_PLACES)
    return [
        {"id": place_id, "name": name, "kind": kinds[kind_id], **degrees(point)}
        for place_id, name, kind_id, point in session().execute(query)
    ]


def _signs() -> list[dict[str, Any]]:
    query = select(Sign.code, Sign.place_id, Sign.label)
    query = query.where(Sign.state != SignState.RETIRED.value).order_by(Sign.id.desc())
    return [
        {"code": code, "place": place_id, "label": label}
        for code, place_id, label in session().execute(query.limit(MOST_SIGNS))
    ]
