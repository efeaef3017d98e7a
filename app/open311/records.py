"""Reports as GeoReport's service requests: who sees what, field by field.

Without a key: category, place, status, times and public answers; of a report without a place the
middle of a field of about a kilometre. The key that a report came by is shown its position, text,
answers and photos. Contact details are shown to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.geo import Position, middle_of_field, positions_of
from app.languages import in_language
from app.open311 import queries, states
from app.open311.caller import Caller
from app.open311.formats import Listing, Record
from app.open311.media import media_url
from app.reports.models import Photo
from app.reports.workflow import Status


@dataclass(frozen=True, slots=True)
class Service:
    """A category as the reader calls it."""

    code: str
    name: str


@dataclass(slots=True)
class Surroundings:
    """What many records share, or is fetched for all of them at once."""

    services: dict[int, Service]
    units: dict[int, str]
    notes: dict[int, str]
    photos: dict[int, list[Photo]]
    events: dict[int, list[Row[Any]]]
    answers: dict[int, dict[str, Any]]
    seen: set[int]


def requests(rows: Sequence[Row[Any]], caller: Caller, extensions: Collection[str]) -> Listing:
    """Records of reports for whoever calls."""
    ids = [row.id for row in rows]
    seen = {row.id for row in rows if caller.sees(row.key_id)}
    around = Surroundings(
        services=_services(),
        units=queries.unit_names(),
        notes=queries.latest_notes(ids),
        photos=queries.photos_of(seen, of_staff=caller.sees_all),
        events=queries.public_events(ids) if extensions else {},
        answers=queries.answers_of(seen) if extensions else {},
        seen=seen,
    )
    positions = _positions(rows, seen)
    entries = [
        _request(row, position, around, extended=bool(extensions))
        for row, position in zip(rows, positions, strict=True)
    ]
    return Listing("request", entries)


def _positions(rows: Sequence[Row[Any]], seen: set[int]) -> list[Position | None]:
    """Where each report lies, as exactly as whoever calls may know."""
    exact = positions_of([row.point for row in rows])
    of_places = positions_of([row.place_point for row in rows])
    return [
        own if row.id in seen else of_place if row.place_id else own and middle_of_field(own)
        for row, own, of_place in zip(rows, exact, of_places, strict=True)
    ]


def _services() -> dict[int, Service]:
    return {
        one.id: Service(one.code, in_language(one.names)) for one in queries.list_every_category()
    }


def _request(
    row: Row[Any], position: Position | None, around: Surroundings, *, extended: bool
) -> Record:
    seen = row.id in around.seen
    service = around.services[row.category_id]
    photos = around.photos.get(row.id, [])
    record: dict[str, Any] = {
        "service_request_id": row.number,
        "status": states.core_word(row.status),
        "status_notes": around.notes.get(row.id),
        "service_name": service.name,
        "service_code": service.code,
        "description": row.description if seen else in_words(row, service),
        "agency_responsible": around.units[row.unit_id],
        "service_notice": None,
        "requested_datetime": row.received_at,
        "updated_datetime": row.updated_at,
    }
    if row.closed_at is None and row.waiting_since is None:
        record["expected_datetime"] = row.due_at
    record |= {
        "address": _address(row, seen=seen),
        "address_id": row.sign_code,
        "zipcode": None,
        "lat": position.lat if position else None,
        "long": position.lon if position else None,
        "media_url": media_url(photos[0]) if photos else None,
    }
    if extended:
        record["extended_attributes"] = _extended(row, service, around)
    return record


def in_words(row: Row[Any], service: Service) -> str:
    """Category and place, which is what everybody may read."""
    return f"{service.name}, {row.place_name}" if row.place_name else service.name


def _address(row: Row[Any], *, seen: bool) -> str:
    """What was typed may tell who lives there, so others get the place's name alone."""
    place = ", ".join(filter(None, [row.place_name, row.sign_label]))
    return row.address or place if seen else place


def _extended(row: Row[Any], service: Service, around: Surroundings) -> Record:
    urls = [media_url(photo) for photo in around.photos.get(row.id, [])]
    return {
        "title": in_words(row, service),
        "detailed_status": states.DETAILED[Status(row.status)],
        "service_object_type": "sign" if row.sign_code else None,
        "service_object_id": row.sign_code,
        "media_url": urls[0] if urls else None,
        "media_urls": Listing("media_url", urls),
        "attributes": Listing("attribute", _answers(around.answers.get(row.id, {}))),
        "notes": Listing("note", [_note(one) for one in around.events.get(row.id, [])]),
    }


def _answers(answers: dict[str, Any]) -> list[Record]:
    """What was answered, as it would be sent."""
    return [
        {"code": code, "value": ",".join(map(str, answer)) if isinstance(answer, list) else answer}
        for code, answer in answers.items()
    ]


def _note(event: Row[Any]) -> Record:
    return {
        "datetime": event.at,
        "type": states.UPDATE_WORDS[Status(event.state)],
        "description": event.public_text,
    }
