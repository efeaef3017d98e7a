"""OGC API – Features, Part 1: the open data for QGIS and other map programs, below `/open/ogc`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, request, url_for

from app.database import now
from app.languages import gettext as _
from app.open_data import description
from app.open_data.downloads import FORMS, LICENCE
from app.open_data.features import find_feature, list_features
from app.open_data.ogc_arguments import demand_known, read_wanted
from app.open_data.pages import file_url
from app.open_data.records import COLLECTIONS, Collection
from app.open_data.snapshots import Snapshot, current_snapshot
from app.permissions import allow
from app.places.municipality import municipality
from app.problems import NoSuchCollection, NoSuchFeature, Problem, write_below
from app.rate_limits import OPEN_FEATURES, limiter

PREFIX = "/open/ogc"
JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CALENDAR = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
CONFORMS_TO = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "oas30", "geojson")
]

ogc = Blueprint("open_features", __name__, url_prefix=PREFIX)


@ogc.get("/")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def landing() -> Response:
    """Where everything is."""
    demand_known()
    here = municipality().name
    links = [
        _link("self", _url("landing"), JSON, _("This page")),
        _link("service-desc", _url("definition"), OPENAPI, _("The API as OpenAPI")),
        _link("service-doc", _page_url(), "text/html", _("The open data in words")),
        _link("conformance", _url("conformance"), JSON, _("The standards that it follows")),
        _link("data", _url("collections"), JSON, _("The collections")),
        _licence(),
    ]
    title = _("Open data of %(municipality)s", municipality=here)
    sentence = _("Anonymous reports of faults, and the places they are at.")
    return _answer({"title": title, "description": sentence, "links": links})


@ogc.get("/conformance")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def conformance() -> Response:
    """The parts of the standard that are followed."""
    demand_known()
    return _answer({"conformsTo": CONFORMS_TO})


@ogc.get("/api")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def definition() -> Response:
    """The API in OpenAPI 3.0."""
    demand_known()
    title = _("Open data of %(municipality)s", municipality=municipality().name)
    server = f"{current_app.config['PUBLIC_URL']}{PREFIX}"
    return _answer(description.openapi(title, server, LICENCE), OPENAPI)


@ogc.get("/collections")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def collections() -> Response:
    """What there is."""
    demand_known()
    snapshot = current_snapshot()
    links = [_link("self", _url("collections"), JSON, _("The collections"))]
    told = [_collection(snapshot, one) for one in COLLECTIONS.values()]
    return _answer({"links": links, "collections": told})


@ogc.get("/collections/<collection_id>")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def collection(collection_id: str) -> Response:
    """One collection: what it is, where and since when."""
    found = _named(collection_id)
    demand_known()
    return _answer(_collection(current_snapshot(), found))


@ogc.get("/collections/<collection_id>/schema")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def schema(collection_id: str) -> Response:
    """The properties of a collection's features, as JSON Schema."""
    found = _named(collection_id)
    demand_known()
    url = _url("schema", collection_id=found.id)
    return _answer(description.json_schema(found, url), SCHEMA)


@ogc.get("/collections/<collection_id>/items")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def items(collection_id: str) -> Response:
    """A page of features."""
    found = _named(collection_id)
    wanted = read_wanted(found)
    snapshot = current_snapshot()
    page = list_features(snapshot, found, wanted)
    links = [
        _link("self", _here(), GEOJSON, str(found.title)),
        _link("collection", _url("collection", collection_id=found.id), JSON, str(found.title)),
        _licence(),
    ]
    if page.after:
        links.append(_link("next", _here(after=page.after), GEOJSON, _("The next page")))
    head = {
        "type": "FeatureCollection",
        "timeStamp": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": links,
        "features": [],
    }
    # The features are text already.
    before, after = json.dumps(head, ensure_ascii=False).rsplit("[]", 1)
    body = f"{before}[{','.join(page.features)}]{after}"
    return _unless_known(Response(body, mimetype=GEOJSON), snapshot)


@ogc.get("/collections/<collection_id>/items/<feature_id>")
@allow(anyone=True)
@limiter.limit(OPEN_FEATURES)
def item(collection_id: str, feature_id: str) -> Response:
    """One feature."""
    found = _named(collection_id)
    demand_known()
    snapshot = current_snapshot()
    text = find_feature(snapshot, found, feature_id)
    if text is None:
        raise NoSuchFeature
    links = [
        _link("self", _here(), GEOJSON, str(found.title)),
        _link("collection", _url("collection", collection_id=found.id), JSON, str(found.title)),
        _licence(),
    ]
    body = f'{text[:-1]},"links":{json.dumps(links, ensure_ascii=False)}}}'
    return _unless_known(Response(body, mimetype=GEOJSON), snapshot)


def _named(collection_id: str) -> Collection:
    if collection_id not in COLLECTIONS:
        raise NoSuchCollection
    return COLLECTIONS[collection_id]


def _collection(snapshot: Snapshot, one: Collection) -> dict[str, Any]:
    url = _url("collection", collection_id=one.id)
    features, described = (_url(name, collection_id=one.id) for name in ("items", "schema"))
    extent: dict[str, Any] = {}
    if bounds := snapshot.bounds(one):
        extent["spatial"] = {"bbox": [bounds], "crs": CRS84}
    if one.day and (first := snapshot.first_day(one)):
        extent["temporal"] = {"interval": [[f"{first}T00:00:00Z", None]], "trs": _CALENDAR}
    files = [
        _link("enclosure", file_url(one, form), form.mimetype, form.title)
        for form in FORMS.values()
    ]
    return {
        "id": one.id,
        "title": str(one.title),
        "description": str(one.description),
        "itemType": "feature",
        "crs": [CRS84],
        "extent": extent,
        "links": [
            _link("self", url, JSON, str(one.title)),
            _link("items", features, GEOJSON, str(one.title)),
            _link("describedby", described, SCHEMA, _("The properties")),
            _licence(),
            *files,
        ],
    }


def _answer(content: dict[str, Any], mimetype: str = JSON) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    return Response(body, content_type=mimetype)


def _unless_known(response: Response, snapshot: Snapshot) -> Response:
    """The same address has the same answer as long as the tables are the same."""
    response.set_etag(snapshot.mark, weak=True)
    response.last_modified = snapshot.made_at
    response.make_conditional(request)
    return response


def _link(rel: str, url: str, mimetype: str, title: str) -> dict[str, str]:
    return {"rel": rel, "href": url, "type": mimetype, "title": title}


def _licence() -> dict[str, str]:
    return _link("license", LICENCE, "text/html", "NLOD 2.0")


def _url(name: str, **values: Any) -> str:
    """An address of this API as others must call it, in the language that was asked for."""
    return f"{current_app.config['PUBLIC_URL']}{url_for(f'open_features.{name}', **values)}"


def _here(**more: str) -> str:
    """The address of this call, with an argument changed."""
    arguments = urlencode(request.args.to_dict() | more)
    asked = f"?{arguments}" if arguments else ""
    return f"{current_app.config['PUBLIC_URL']}{request.path}{asked}"


def _page_url() -> str:
    return f"{current_app.config['PUBLIC_URL']}{url_for('open_data.about')}"


def write_problem(problem: Problem, reference: str | None) -> Response:
    """A failure as the standard has it; an argument that cannot be is 400."""
    sentences = [f"{name}: {sentence}" for name, sentence in problem.fields.items()]
    told = {"code": problem.code, "description": " ".join(sentences) or problem.message}
    response = _answer(told | ({"reference": reference} if reference else {}))
    response.status_code = 400 if problem.fields else problem.status
    return response


def init_app(app: Flask) -> None:
    """Serve the API; every failure below it is told in JSON."""
    app.register_blueprint(ogc)
    write_below(app, PREFIX, write_problem)
