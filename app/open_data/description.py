"""The open data described for machines: JSON Schema of the properties, OpenAPI of the calls."""

from __future__ import annotations

from typing import Any

from app.languages import gettext as _
from app.open_data.ogc_arguments import MOST_FEATURES, USUAL_LIMIT
from app.open_data.records import COLLECTIONS, DAY, DEGREES, FLAG, NUMBER, TEXT, Collection, Field

_TYPES: dict[str, dict[str, str]] = {
    TEXT: {"type": "string"},
    NUMBER: {"type": "integer"},
    DAY: {"type": "string", "format": "date"},
    FLAG: {"type": "boolean"},
    DEGREES: {"type": "number"},
}
_VERSION = "1.0.0"


def json_schema(collection: Collection, url: str) -> dict[str, Any]:
    """A collection's properties and geometry."""
    names = {field.name: _property(field) for field in collection.properties}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": url,
        "title": str(collection.title),
        "description": str(collection.description),
        "type": "object",
        "properties": {"geometry": {"format": "geometry-point"}} | names,
    }


def _property(field: Field) -> dict[str, Any]:
    return _TYPES[field.kind] | {"description": str(field.meaning)}


def openapi(title: str, server: str, licence: str) -> dict[str, Any]:
    """The calls, so that programs know what may be asked."""
    paths = {
        "/": _call("landing", _("Where everything is.")),
        "/conformance": _call("conformance", _("The standards that it follows")),
        "/collections": _call("collections", _("The collections")),
    }
    for one in COLLECTIONS.values():
        paths |= _calls(one)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "version": _VERSION,
            "license": {"name": "NLOD 2.0", "url": licence},
        },
        "servers": [{"url": server}],
        "paths": paths,
    }


def _calls(collection: Collection) -> dict[str, Any]:
    path, title = f"/collections/{collection.id}", str(collection.title)
    feature_id = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }
    return {
        path: _call(f"{collection.id}Collection", title),
        f"{path}/schema": _call(f"{collection.id}Schema", title, answers="application/schema+json"),
        f"{path}/items": _call(
            f"{collection.id}Items",
            title,
            _parameters(collection),
            answers="application/geo+json",
            failures={"400": _("An argument cannot be.")},
        ),
        f"{path}/items/{{featureId}}": _call(
            f"{collection.id}Item",
            title,
            [feature_id],
            answers="application/geo+json",
            failures={"404": _("There is no such feature.")},
        ),
    }


def _parameters(collection: Collection) -> list[dict[str, Any]]:
    numbers = {"type": "number"}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_FEATURES, "default": USUAL_LIMIT}
    box = {"oneOf": [_list(numbers, 4), _list(numbers, 6)]}
    return [
        _parameter("limit", limit, _("How many at most.")),
        _parameter("bbox", box, _("West, south, east, north in degrees."))
        | {"style": "form", "explode": False},
        _parameter("datetime", _TYPES[TEXT], _("A day, an instant, or from and to.")),
        _parameter("after", _TYPES[TEXT], _("Stands in the link to the next page.")),
        *(
            _parameter(field.name, _TYPES[field.kind], str(field.meaning))
            for field in collection.filters.values()
        ),
    ]


def _list(items: dict[str, Any], length: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": length, "maxItems": length}


def _parameter(name: str, schema: dict[str, Any], sentence: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema} | {
        "description": sentence
    }


def _call(
    name: str,
    summary: str,
    parameters: list[dict[str, Any]] | None = None,
    *,
    answers: str = "application/json",
    failures: dict[str, str] | None = None,
) -> dict[str, Any]:
    shape = {"type": "object"}
    known = {"200": {"description": summary, "content": {answers: {"schema": shape}}}}
    failed = {
        status: {"description": sentence, "content": {"application/json": {"schema": shape}}}
        for status, sentence in (failures or {}).items()
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters or [],
            "responses": known | failed,
        }
    }
