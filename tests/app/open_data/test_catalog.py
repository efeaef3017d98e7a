"""The catalogue: what DCAT-AP-NO demands of each part, and that its links lead somewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

LICENCE = "http://data.norge.no/nlod/no/2.0"
DEMANDED = {
    "dcat:Catalog": {
        "dct:identifier",
        "dct:title",
        "dct:description",
        "dct:publisher",
        "dcat:contactPoint",
        "dcat:dataset",
    },
    "dcat:Dataset": {
        "dct:identifier",
        "dct:title",
        "dct:description",
        "dct:publisher",
        "dcat:contactPoint",
        "dcat:theme",
        "dct:accessRights",
        "dct:accrualPeriodicity",
        "dct:spatial",
        "dcat:landingPage",
        "dcat:distribution",
    },
    "dcat:DataService": {
        "dct:title",
        "dct:publisher",
        "dcat:contactPoint",
        "dcat:endpointURL",
        "dcat:endpointDescription",
        "dcat:servesDataset",
    },
    "foaf:Agent": {"foaf:name"},
    "vcard:Organization": {"vcard:fn", "vcard:hasEmail"},
    "dct:Location": {"skos:prefLabel", "dcat:bbox"},
}


@pytest.fixture
def graph(client, record):
    record()
    answer = client.get("/open/data/catalog.jsonld")
    assert answer.headers["Content-Type"] == "application/ld+json"
    return answer.json["@graph"]


def of_type(graph, kind):
    return [one for one in graph if one["@type"] == kind]


def test_every_part_has_what_is_demanded_of_it(graph):
    assert {one["@type"] for one in graph} == set(DEMANDED)
    for one in graph:
        assert set(one) >= DEMANDED[one["@type"]], one["@id"]


def test_texts_are_in_the_three_languages_and_differ(graph):
    for one in (*of_type(graph, "dcat:Dataset"), *of_type(graph, "dcat:Catalog")):
        for name in ("dct:title", "dct:description"):
            assert set(one[name]) == {"nb", "nn", "en"}
            assert one[name]["nb"] != one[name]["en"]


def test_what_is_named_is_described(graph):
    described = {one["@id"] for one in graph}
    base = of_type(graph, "dcat:Catalog")[0]["@id"].partition("#")[0]

    def names(value):
        if isinstance(value, list):
            for one in value:
                yield from names(one)
        elif isinstance(value, dict):
            yield from ([value["@id"]] if set(value) == {"@id"} else [])
            for one in value.values():
                yield from names(one)

    own = {name for one in graph for name in names(one) if name.startswith(f"{base}#")}
    assert own
    assert own <= described


def test_each_dataset_is_to_be_had_in_each_way_under_the_licence(graph, client):
    for dataset in of_type(graph, "dcat:Dataset"):
        offers = dataset["dcat:distribution"]
        assert len(offers) == 4
        for offer in offers:
            assert offer["dct:license"] == {"@id": LICENCE}
            answer = client.get(urlsplit(offer["dcat:accessURL"]["@id"]).path)
            assert answer.status_code == 200
            assert offer["dcat:mediaType"]["@id"].endswith(answer.mimetype)
    (service,) = of_type(graph, "dcat:DataService")
    for name in ("dcat:endpointURL", "dcat:endpointDescription", "dcat:landingPage"):
        assert client.get(urlsplit(service[name]["@id"]).path).status_code == 200


def test_the_catalogue_is_the_same_whatever_language_is_asked_for(client, graph):
    again = client.get("/open/data/catalog.jsonld?lang=en").json["@graph"]
    assert again == graph
