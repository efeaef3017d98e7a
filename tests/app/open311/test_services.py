"""Services and their definitions: checklist S1–S8, D1–D10, F1–F8, V1–V7, E1–E8."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.database import db, now
from app.open311.formats import STATUSES
from app.problems import Problem
from app.reports.models import Category
from tests.app.open311.conftest import BASE, read

W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FIELDS = [
    "service_code",
    "service_name",
    "description",
    "metadata",
    "type",
    "keywords",
    "group",
]
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


def in_both(client, path, **arguments):
    answers = [client.get(f"{path}.{form}", query_string=arguments) for form in ("xml", "json")]
    return [read(one) for one in answers]


def test_services_are_all_categories_in_use_with_every_field_filled(anybody):
    listed = anybody.get("services")
    in_use = db.session.scalars(select(Category.code).where(Category.archived_at.is_(None)))
    assert [one["service_code"] for one in listed] == list(
        db.session.scalars(
            select(Category.code)
            .where(Category.archived_at.is_(None))
            .order_by(Category.sort_order, Category.id)
        )
    )
    assert len({one["service_code"] for one in listed}) == len(list(in_use))
    for one in listed:
        assert list(one) == FIELDS
        assert one["metadata"] in {True, False}
        assert one["type"] == "realtime"
        assert all(
            isinstance(one[name], str) and one[name] for name in FIELDS if name != "metadata"
        )


def test_both_formats_say_the_same(client):
    for path in ("services", "services/VE03", "services/VE04", "requests", "discovery"):
        as_xml, as_json = in_both(client, f"{BASE}/{path}")
        assert as_xml == as_json


def test_metadata_leads_to_a_definition_and_nothing_to_none(anybody):
    for one in anybody.get("services"):
        definition = anybody.get(f"services/{one['service_code']}")
        assert definition["service_code"] == one["service_code"]
        assert bool(definition["attributes"]) is one["metadata"]


def test_a_definition_holds_the_questions_of_the_category(anybody):
    attributes = anybody.get("services/VE03")["attributes"]
    assert [one["order"] for one in attributes] == list(range(1, len(attributes) + 1))
    assert len({one["code"] for one in attributes}) == len(attributes)
    for one in attributes:
        assert one["datatype"] in DATATYPES
        assert one["variable"] is True
        assert one["description"]
        assert ("values" in one) is one["datatype"].endswith("valuelist")
        assert {
            "variable",
            "code",
            "datatype",
            "required",
            "datatype_description",
            "order",
            "description",
        } <= set(one)
    asked = {one["code"]: one for one in attributes}
    what, how_many = asked["what"], asked["how_many"]
    assert what["datatype"] == "singlevaluelist"
    assert {"key": "dark", "name": "Det er mørkt"} in what["values"]
    # It is asked after one answer alone, so not everybody has to answer it.
    assert how_many["required"] is False
    assert "Det er mørkt" in how_many["datatype_description"]


def test_an_archived_category_is_no_service(anybody, app):
    db.session.scalars(select(Category).where(Category.code == "PA03")).one().archived_at = now()
    db.session.commit()
    assert "PA03" not in [one["service_code"] for one in anybody.get("services")]
    anybody.get("services/PA03", 404)


def test_names_come_in_the_language_that_is_asked_for(anybody):
    english = {one["service_code"]: one for one in anybody.get("services", locale="en")}
    usual = {one["service_code"]: one for one in anybody.get("services")}
    assert usual["PA03"]["service_name"] != english["PA03"]["service_name"]
    assert anybody.get("services/VE03", locale="nn_NO")["attributes"][1]["description"].startswith(
        "Kva"
    )
    assert anybody.get("services", locale="xx") == list(usual.values())
    assert "no such key" in anybody.refused("requests", 403, api_key="x", locale="en")


def test_services_at_a_position_are_those_offered_there(anybody):
    assert anybody.get("services", lat="58.97", long="5.73")
    assert anybody.get("services", lat="59.91", long="10.75") == []
    anybody.get("services", 400, lat="58.97")


def test_what_does_not_exist_is_a_document_in_the_asked_format(anybody):
    for resource in ("services/NOPE", "nothing", "requests/1-2", "tokens/nothing", "a/b/c"):
        errors = anybody.get(resource, 404)
        assert [one["code"] for one in errors] == [404]
        assert errors[0]["description"]


@pytest.mark.parametrize("path", [f"{BASE}/services.yaml", f"{BASE}/services", "/open311/"])
def test_another_extension_is_refused_in_xml(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert read(answer)[0]["code"] == 404


def test_another_method_is_refused_in_the_asked_format(anybody):
    for method in ("delete", "put", "patch"):
        answer = getattr(anybody.client, method)(anybody.path("requests"))
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert read(answer)[0]["code"] == 405


def test_what_is_too_large_is_refused_in_the_asked_format(anybody):
    answer = anybody.client.post(anybody.path("requests"), data=b"x" * (47 * 1024 * 1024))
    assert answer.status_code == 413
    assert read(answer)[0]["code"] == 413


def test_a_failure_of_ours_is_told_in_the_asked_format(anybody, monkeypatch):
    def fail(*_arguments, **_more):
        raise RuntimeError("secret words")

    monkeypatch.setattr("app.open311.services.services", fail)
    answer = anybody.answer("services")
    assert answer.status_code == 500
    (error,) = read(answer)
    assert error["code"] == 500
    assert "secret" not in error["description"]
    # A reference to find it by in the log.
    assert re.search(r"\([0-9a-f]{8}\)$", error["description"])


def test_an_unknown_jurisdiction_is_not_found_by_any_call(anybody):
    for resource in ("services", "services/VE03", "requests", "requests/1-2", "tokens/x"):
        anybody.get(resource, 404, jurisdiction_id="elsewhere.example.org")
        assert anybody.answer(resource, jurisdiction_id="").status_code == (
            anybody.answer(resource).status_code
        )
    assert anybody.get("services", jurisdiction_id="1103") == anybody.get("services")
    assert anybody.refused("requests", 404, jurisdiction_id="elsewhere.example.org")


def test_unknown_arguments_are_nobodys_business(anybody):
    assert anybody.get("services", nonsense="1") == anybody.get("services")
    assert anybody.get("requests", nonsense="1", service_code="", status="") == []


def test_pages_of_others_may_read(anybody):
    for resource in ("services", "requests", "nothing"):
        assert anybody.answer(resource).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("base", ["/open311", BASE])
def test_discovery_tells_where_what_is_served(client, form, base, app):
    found = read(client.get(f"{base}/discovery.{form}"))
    assert list(found) == ["changeset", "contact", "key_service", "endpoints"]
    assert W3C.fullmatch(found["changeset"])
    assert len(found["endpoints"]) == 2
    for one in found["endpoints"]:
        assert one["url"] == f"{app.config['PUBLIC_URL']}{BASE}"
        assert one["formats"] == ["text/xml", "application/json"]
        assert one["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert W3C.fullmatch(one["changeset"])
    assert {one["type"] for one in found["endpoints"]} == {"production", "test"}


def test_no_problem_has_a_status_that_geo_report_does_not_know(app):
    statuses = {STATUSES.get(one.status, one.status) for one in Problem.__subclasses__()}
    assert statuses <= {400, 403, 404, 405, 413, 429, 500, 503}
