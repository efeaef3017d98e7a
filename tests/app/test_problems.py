"""Every failure has one shape: JSON below /api, a page with a way on elsewhere, no driver text."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from app import problems
from app.config import ROOT
from app.database import session
from app.permissions import Role, allow
from app.problems import InvalidFields, Problem
from app.rate_limits import REPORTS
from tests.conftest import FROM_HERE, a_report, put_report, signed_in

LEAKS = re.compile(
    r"sqlite|psycopg|sqlalchemy|traceback|no such table|SELECT |File \"", re.IGNORECASE
)
IN_THE_CONTRACT = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
OURS = {500, 503}
# OGC API – Features demands it, and nothing below `/api`.
BELOW_OPEN = {406}
REPORT = f"/api/v1/reports/{uuid4()}"


def demand_shape(answer, status, code):
    """The one shape of an error below /api."""
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
    body = answer.json
    assert set(body) - {"reference"} == {"code", "message", "fields"}
    assert body["code"] == code
    assert isinstance(body["message"], str)
    assert body["message"]
    assert isinstance(body["fields"], dict)
    assert not LEAKS.search(answer.text), answer.text


def demand_page(answer, status):
    """A page (the client has inspected it) that says what happened and where to go on."""
    assert (answer.status_code, answer.mimetype) == (status, "text/html"), answer.text
    assert 'href="/' in answer.text
    assert not LEAKS.search(answer.text), answer.text


REFUSED = {
    "an unknown route": ("GET", "/api/v1/nothing", {}, 404, "not_found"),
    "an unknown version": ("GET", "/api/v9/reports", {}, 404, "not_found"),
    "a slash too many": ("PUT", f"{REPORT}/", {"json": a_report()}, 404, "not_found"),
    "an id that is none": ("PUT", "/api/v1/reports/7", {"json": a_report()}, 404, "not_found"),
    "a wrong method": ("DELETE", REPORT, {}, 405, "method_not_allowed"),
    "a method nobody knows": ("BREW", REPORT, {}, 405, "method_not_allowed"),
    "broken JSON": (
        "PUT",
        REPORT,
        {"data": b"{", "content_type": "application/json"},
        400,
        "bad_json",
    ),
    "absurdly nested JSON": (
        "PUT",
        REPORT,
        {"data": b"[" * 100_000, "content_type": "application/json"},
        400,
        "bad_json",
    ),
    "a body that is not JSON": ("PUT", REPORT, {"data": b"a=b"}, 415, "unsupported_type"),
    "a form": ("PUT", REPORT, {"data": {"category": "PA03"}}, 415, "unsupported_type"),
    "a body too large": (
        "PUT",
        REPORT,
        {"data": b" " * 300_000, "content_type": "application/json"},
        413,
        "too_large",
    ),
    "a field that does not fit": ("PUT", REPORT, {"json": {"place": "park"}}, 422, "invalid"),
    "no key": ("GET", REPORT, {}, 401, "key_needed"),
    "a wrong key": ("GET", REPORT, {"headers": {"Authorization": "Bearer x"}}, 403, "wrong_key"),
    "another website": (
        "PUT",
        REPORT,
        {"json": a_report(), "headers": {"Origin": "https://evil.example"}},
        403,
        "cross_site",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_error_of_the_api_has_one_shape(client, case):
    method, address, request, status, code = REFUSED[case]
    demand_shape(client.open(address, method=method, **request), status, code)


def test_a_wrong_method_is_told_the_right_ones(client):
    answer = client.delete(REPORT)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT"}
    page = client.delete("/report", headers=FROM_HERE)
    demand_page(page, 405)
    assert set(page.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_missing_key_is_asked_for(client):
    assert client.get(REPORT).headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_report_is_told_only_to_staff(front_desk):
    demand_shape(front_desk.get(REPORT), 404, "no_such_report")


def test_too_many_reports_are_told_when_to_try_again(throttled):
    client = throttled.test_client()
    allowed = int(REPORTS.split()[0])
    for _ in range(allowed):
        assert client.put(REPORT, json={}).status_code == 422
    answer = client.put(REPORT, json={})
    demand_shape(answer, 429, "too_many")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = client.post("/report", data={}, headers=FROM_HERE)
    assert page.status_code == 422, "each route has its own count"


def with_a_fault(app: Flask) -> Flask:
    """The application with routes that fail in ways nobody has foreseen."""

    @allow(anyone=True)
    def broken() -> str:
        raise RuntimeError("sqlite3.OperationalError: no such table: secrets")

    @allow(anyone=True)
    def wrong_sql() -> str:
        session().execute(text("SELECT password FROM no_such_table"))
        return ""

    for name, view in (("broken", broken), ("wrong-sql", wrong_sql)):
        for prefix in ("", "/api/v1"):
            endpoint = f"{prefix}{name}".strip("/").replace("/", "-")
            app.add_url_rule(f"{prefix}/{name}", endpoint, view, methods=["GET", "POST"])
    return app


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_unforeseen_is_a_500_with_a_reference(built, method, caplog):
    client = with_a_fault(built()).test_client()
    answer = client.open("/api/v1/broken", method=method)
    demand_shape(answer, 500, "unexpected")
    assert answer.json["reference"] in caplog.text
    page = client.open("/broken", method=method, headers=FROM_HERE)
    demand_page(page, 500)
    assert re.search(r"[0-9a-f]{8}", page.text)[0]


@pytest.mark.parametrize("address", ["/wrong-sql", "/api/v1/wrong-sql"])
def test_a_wrong_statement_tells_nothing_of_the_database(built, address):
    answer = with_a_fault(built()).test_client().get(address)
    # SQLite calls a missing table an operational error, like a database that is busy.
    assert answer.status_code in OURS
    assert not LEAKS.search(answer.text)


def test_without_its_database_the_api_says_to_come_back(cut_off):
    answer = put_report(cut_off.test_client(), a_report())
    demand_shape(answer, 503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("page", ["/", "/report", "/s/000000", "/sign-in", "/nothing"])
def test_without_its_database_a_page_says_so_and_leads_on(cut_off, page):
    demand_page(cut_off.test_client().get(page), 503)


def test_without_its_database_who_is_signed_in_gets_an_answer(front_desk, cut_off):
    cookie = front_desk.get_cookie("vof_staff")
    client = cut_off.test_client()
    client.set_cookie(cookie.key, cookie.value)
    demand_page(client.get("/desk"), 503)
    demand_shape(client.get(REPORT), 503, "busy")


def test_without_its_database_the_server_is_alive_and_not_ready(cut_off):
    client = cut_off.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "database: unreachable" in ready.text
    assert not re.search("psycopg|Traceback|such", ready.text)


PAGES = {
    "an unknown page": ("GET", "/nothing", {}, 404),
    "an unknown report": ("GET", "/r/2026-00000000", {}, 404),
    "a report number that is none": ("GET", "/r/abc", {}, 404),
    "an unknown place": ("GET", "/places/2147483647", {}, 404),
    "a place larger than any id": ("GET", f"/places/{10**30}", {}, 404),
    "an unknown sign": ("GET", "/s/00000R", {}, 404),
    "an unknown photo": ("GET", f"/photos/{uuid4()}/photo", {}, 404),
    "a wrong method": ("DELETE", "/report", {"headers": FROM_HERE}, 405),
    "another website": ("POST", "/report", {"headers": {"Origin": "https://evil.example"}}, 403),
    "a body too large": (
        "POST",
        "/sign-in",
        {"data": b" " * 2_000_000, "headers": FROM_HERE},
        413,
    ),
    "nobody signed in": ("POST", "/desk/reports/1/status", {"headers": FROM_HERE}, 401),
}


@pytest.mark.parametrize("case", PAGES)
def test_every_problem_of_a_page_is_a_page_with_a_way_on(client, case):
    method, address, request, status = PAGES[case]
    demand_page(client.open(address, method=method, **request), status)


@pytest.mark.parametrize("role", [Role.CREW])
def test_a_page_of_another_role_is_refused_with_a_way_on(app, role):
    demand_page(signed_in(app, role).get("/desk"), 403)


def kinds(kind: type[Problem] = Problem) -> list[type[Problem]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *kinds(sub))]


def test_every_problem_has_a_code_of_its_own():
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes)) > 20
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_every_problem_has_a_status_of_the_contract_and_a_sentence():
    for kind in kinds():
        assert kind.status in IN_THE_CONTRACT | OURS | BELOW_OPEN, kind
        assert str(kind.sentence).endswith((".", "…")), kind
        assert str(kind.title), kind


def test_problems_are_declared_in_one_file():
    assert {kind.__module__ for kind in kinds()} == {problems.__name__}


# Codes that devices know. A retired one stays in the list and is never given another meaning.
FROZEN_CODES = {
    "bad_json": 400,
    "bad_request": 400,
    "busy": 503,
    "conflict": 409,
    "cross_site": 403,
    "id_used": 409,
    "invalid": 422,
    "key_needed": 401,
    "method_not_allowed": 405,
    "no_such_report": 404,
    "not_allowed": 403,
    "not_found": 404,
    "outside_municipality": 422,
    "sign_in_needed": 401,
    "too_large": 413,
    "too_many": 429,
    "too_many_photos": 409,
    "unexpected": 500,
    "unknown_category": 422,
    "unknown_place": 422,
    "unknown_sign": 422,
    "unreadable_photo": 422,
    "unsupported_type": 415,
    "wrong_key": 403,
}


def test_codes_that_devices_know_keep_their_meaning():
    now = {kind.code: kind.status for kind in kinds()}
    assert {code: now.get(code) for code in FROZEN_CODES} == FROZEN_CODES


def test_fields_are_told_in_words_however_deep(client):
    answer = put_report(client, a_report(position={"lat": 100, "lon": "x"}))
    assert set(answer.json["fields"]["position"]) == {"lat", "lon"}
    assert all(isinstance(line, str) for line in answer.json["fields"]["position"]["lat"])


def test_a_problem_can_carry_lazy_sentences(app):
    problem = InvalidFields({"a": {"b": [InvalidFields.sentence]}})
    with app.test_request_context("/api/v1/x"):
        answer = app.ensure_sync(app.handle_user_exception)(problem)
    assert isinstance(answer.json["fields"]["a"]["b"][0], str)


CATALOGUE = ROOT / "pwa" / "locales" / "nb" / "LC_MESSAGES" / "messages.mo"


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogues are made by `make setup`")
def test_the_sentence_comes_in_the_language_of_the_caller(client):
    said = {
        language: client.get(REPORT, headers={"Accept-Language": language}).json["message"]
        for language in ("nb", "nn", "en", "de")
    }
    assert len({said["nb"], said["nn"], said["en"]}) == 3
    assert said["de"] == said["nb"], "bokmål where none of ours is asked for"
    assert said["en"].startswith("Send the key of the report")
    assert client.get(f"{REPORT}?lang=nn").json["message"] == said["nn"]
