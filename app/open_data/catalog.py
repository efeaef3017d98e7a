"""The open data as a catalogue in DCAT-AP-NO, which national and European catalogues collect."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, url_for
from flask_babel import LazyString

from app.languages import lazy_gettext as _
from app.languages import speaking
from app.open_data.downloads import FORMS, LICENCE, Form
from app.open_data.ogc import CONFORMS_TO
from app.open_data.pages import file_url
from app.open_data.records import COLLECTIONS, REPORTS, Collection
from app.open_data.snapshots import Snapshot, current_snapshot
from app.permissions import allow
from app.places.municipality import MunicipalitySettings, municipality
from app.rate_limits import DOWNLOADS, limiter

pages = Blueprint("open_catalog", __name__)

_EU = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"nb": "NOB", "nn": "NNO", "en": "ENG"}
_FILE_TYPES = {"geojson": "GEOJSON", "csv": "CSV", "parquet": "PARQUET"}
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
_FROM_USERS = "https://data.norge.no/vocabulary/provenance-activity-type#collecting-from-user"

_TITLE = _("Open data from reporting of faults")
_SENTENCE = _("Anonymous reports of faults, and the places they are at.")
_API_TITLE = _("Reports of faults and places as OGC API – Features")
_KEYWORDS = (_("faults"), _("parks"), _("sports halls"), _("streets"))

_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:title": {"@container": "@language"},
    "dct:description": {"@container": "@language"},
    "dcat:keyword": {"@container": "@language"},
    "vcard:fn": {"@container": "@language"},
    "dct:issued": {"@type": "xsd:date"},
    "dct:modified": {"@type": "xsd:dateTime"},
    "dcat:startDate": {"@type": "xsd:date"},
    "dcat:bbox": {"@type": "http://www.opengis.net/ont/geosparql#wktLiteral"},
}


@pages.get("/open/data/catalog.jsonld")
@allow(anyone=True)
@limiter.limit(DOWNLOADS)
def catalog() -> Response:
    """All of it, in the three languages that catalogues here are read in."""
    told = {"@context": _CONTEXT, "@graph": _graph(current_snapshot(), municipality())}
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/ld+json")


def _graph(snapshot: Snapshot, here: MunicipalitySettings) -> list[dict[str, Any]]:
    datasets = [_dataset(snapshot, one) for one in COLLECTIONS.values()]
    shared = {
        "dct:publisher": _named("publisher"),
        "dcat:contactPoint": _named("contact"),
        "dct:spatial": [{"@id": f"{_EU}/country/NOR"}, _named("area")],
        "dct:language": [{"@id": f"{_EU}/language/{code}"} for code in _LANGUAGES.values()],
    }
    whole = {
        **_named("catalog"),
        "@type": "dcat:Catalog",
        "dct:identifier": _name("catalog"),
        "dct:title": _said(_TITLE),
        "dct:description": _said(_SENTENCE),
        "dct:license": {"@id": LICENCE},
        "foaf:homepage": {"@id": _page()},
        "dcat:themeTaxonomy": {"@id": f"{_EU}/data-theme"},
        "dct:modified": snapshot.made_at.isoformat(timespec="seconds"),
        "dcat:dataset": [{"@id": one["@id"]} for one in datasets],
        "dcat:service": _named("api"),
    }
    described = [one | shared for one in (whole, *datasets, _service(datasets))]
    return [*described, *_who_and_where(here)]


def _dataset(snapshot: Snapshot, collection: Collection) -> dict[str, Any]:
    told = {
        **_named(collection.id),
        "@type": "dcat:Dataset",
        "dct:identifier": _name(collection.id),
        "dct:title": _said(collection.title),
        "dct:description": _said(collection.description),
        "dcat:keyword": {code: [_in(code, word) for word in _KEYWORDS] for code in _LANGUAGES},
        "dcat:theme": [{"@id": f"{_EU}/data-theme/{code}"} for code in ("GOVE", "REGI")],
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/CONT"},
        "dct:modified": snapshot.made_at.isoformat(timespec="seconds"),
        "dcat:landingPage": {"@id": _page()},
        "dcat:distribution": [
            *(_distribution(collection, form) for form in FORMS.values()),
            _from_api(collection),
        ],
    }
    if collection is REPORTS:
        told["prov:wasGeneratedBy"] = {"@id": _FROM_USERS}
    if collection.day and (first := snapshot.first_day(collection)):
        told["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": first.isoformat()}
    return told


def _distribution(collection: Collection, form: Form) -> dict[str, Any]:
    url = file_url(collection, form)
    return _offer(collection, form.title, form.name, form.mimetype) | {
        "@id": url,
        "dcat:accessURL": {"@id": url},
        "dcat:downloadURL": {"@id": url},
    }


def _from_api(collection: Collection) -> dict[str, Any]:
    where = url_for("open_features.items", collection_id=collection.id, lang=None)
    url = f"{current_app.config['PUBLIC_URL']}{where}"
    return _offer(collection, "OGC API – Features", "geojson", "application/geo+json") | {
        "@id": url,
        "dcat:accessURL": {"@id": url},
        "dcat:accessService": _named("api"),
    }


def _offer(collection: Collection, title: str, form: str, mimetype: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": {code: f"{_in(code, collection.title)}, {title}" for code in _LANGUAGES},
        "dct:format": {"@id": f"{_EU}/file-type/{_FILE_TYPES[form]}"},
        "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}/{mimetype}"},
        "dct:license": {"@id": LICENCE},
        "adms:status": {"@id": f"{_EU}/distribution-status/COMPLETED"},
    }


def _service(datasets: list[dict[str, Any]]) -> dict[str, Any]:
    base = current_app.config["PUBLIC_URL"]
    landing = url_for("open_features.landing", lang=None)
    definition = url_for("open_features.definition", lang=None)
    return {
        **_named("api"),
        "@type": "dcat:DataService",
        "dct:identifier": _name("api"),
        "dct:title": _said(_API_TITLE),
        "dct:description": _said(_SENTENCE),
        "dct:license": {"@id": LICENCE},
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dcat:theme": [{"@id": f"{_EU}/data-theme/{code}"} for code in ("GOVE", "REGI")],
        "dct:format": {"@id": f"{_EU}/file-type/GEOJSON"},
        "dct:conformsTo": [{"@id": one} for one in CONFORMS_TO],
        "dcat:endpointURL": {"@id": f"{base}{landing}"},
        "dcat:endpointDescription": {"@id": f"{base}{definition}"},
        "dcat:landingPage": {"@id": _page()},
        "dcat:servesDataset": [{"@id": one["@id"]} for one in datasets],
    }


def _who_and_where(here: MunicipalitySettings) -> list[dict[str, Any]]:
    area: dict[str, Any] = {
        **_named("area"),
        "@type": "dct:Location",
        "dct:identifier": here.number,
        "skos:prefLabel": here.name,
    }
    if here.boundary is not None:
        area["dcat:bbox"] = here.boundary.envelope.wkt
    address = here.feedback_email or here.front_desk_email
    return [
        {
            **_named("publisher"),
            "@type": "foaf:Agent",
            "foaf:name": here.name,
        },
        {
            **_named("contact"),
            "@type": "vcard:Organization",
            "vcard:fn": dict.fromkeys(_LANGUAGES, here.name),
            "vcard:hasEmail": {"@id": f"mailto:{address}"},
        },
        area,
    ]


def _said(text: LazyString) -> dict[str, str]:
    return {code: _in(code, text) for code in _LANGUAGES}


def _in(code: str, text: LazyString) -> str:
    with speaking(code):
        return str(text)


def _page() -> str:
    return f"{current_app.config['PUBLIC_URL']}{url_for('open_data.about', lang=None)}"


def _name(part: str) -> str:
    return f"{_page()}#{part}"


def _named(part: str) -> dict[str, str]:
    return {"@id": _name(part)}
