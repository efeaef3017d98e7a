"""Every answer carries the headers, residents get no cookie, and what is sent is compressed."""

from __future__ import annotations

import gzip
from uuid import uuid4

import brotli
import pytest
from flask import Flask

from app.assets import asset_url
from app.permissions import Role, allow
from tests.conftest import FROM_HERE, a_report, signed_in

ALWAYS = [
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
]
REPORT = f"/api/v1/reports/{uuid4()}"

ANSWERS = {
    "a page": ("GET", "/", {}, 200),
    "a form": ("GET", "/report", {}, 200),
    "the page of the API": ("GET", "/api/docs", {}, 200),
    "a description": ("GET", "/api/v1/openapi.json", {}, 200),
    "a report": ("PUT", REPORT, {"json": a_report()}, 201),
    "a refused report": ("PUT", REPORT, {"json": {}}, 422),
    "a file": ("GET", asset_url("site.js"), {}, 200),
    "a file that is not there": ("GET", "/static/nothing.js", {}, 404),
    "an unknown page": ("GET", "/nothing", {}, 404),
    "an unknown route of the API": ("GET", "/api/v1/nothing", {}, 404),
    "a wrong method": ("DELETE", "/", {}, 405),
    "options": ("OPTIONS", "/report", {}, 200),
    "a body too large": ("POST", "/sign-in", {"data": b" " * 2_000_000}, 413),
    "a way to sign in": ("GET", "/desk", {}, 303),
    "a filed form": (
        "POST",
        "/report",
        {"data": {"category": "PA03", "address": "her"}, "headers": FROM_HERE},
        303,
    ),
    "a refused form": ("POST", "/report", {"data": {}, "headers": FROM_HERE}, 422),
    "another website": ("POST", "/report", {"headers": {"Origin": "https://evil.example"}}, 403),
    "a sign of life": ("GET", "/healthz", {}, 200),
}


def demand_headers(answer):
    for name in ALWAYS:
        assert len(answer.headers.getlist(name)) == 1, f"{name} at {answer.request.path}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    demand_strict_policy(answer.headers["Content-Security-Policy"])


def demand_strict_policy(policy):
    assert "unsafe" not in policy
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert not any("http" in sources or "*" in sources for sources in rules.values()), policy


@pytest.mark.parametrize("case", ANSWERS)
def test_every_kind_of_answer_carries_the_headers(client, case):
    method, address, request, status = ANSWERS[case]
    answer = client.open(address, method=method, buffered=True, **request)
    assert answer.status_code == status
    demand_headers(answer)
    # A resident has no cookie, before and after sending something.
    assert "Set-Cookie" not in answer.headers


def test_an_unforeseen_failure_carries_them_too(built):
    app = built()

    @allow(anyone=True)
    def broken():
        raise RuntimeError

    app.add_url_rule("/broken", "broken", broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    demand_headers(answer)


def test_files_for_staff_carry_them_too(sign_keeper, park_sign):
    for page in ("/signs", f"/signs/{park_sign.code}.svg", f"/signs/{park_sign.code}.png"):
        answer = sign_keeper.get(page)
        assert answer.status_code == 200
        demand_headers(answer)
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_no_resident_page_sets_a_cookie(client, park_sign):
    sent = client.post(
        f"/s/{park_sign.code}",
        data={"category": "PA03", "email": "n@example.org"},
        headers=FROM_HERE,
    )
    pages = ["/", "/?lang=en", f"/s/{park_sign.code}", "/report", f"/places/{park_sign.place_id}"]
    pages += [sent.location, sent.location.partition("?")[0], "/sign-in", "/api/docs", "/desk"]
    for answer in [sent, *(client.get(page) for page in pages)]:
        assert answer.status_code in {200, 303}, answer.request.path
        assert "Set-Cookie" not in answer.headers, answer.request.path
    for name in ("vof_staff", "other"):
        client.set_cookie(name, "nonsense")
    for page in pages:
        assert "Set-Cookie" not in client.get(page).headers, page


def test_a_page_may_be_kept_but_is_asked_for_anew(client):
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    assert "Accept-Language" in client.get("/").headers["Vary"]


def test_what_only_its_reporter_may_see_is_not_kept(client):
    receipt = client.post(
        "/report", data={"category": "PA03", "address": "her"}, headers=FROM_HERE
    ).location
    assert client.get(receipt).headers["Cache-Control"] == "private, no-store"
    assert client.get(receipt.partition("?")[0]).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("role", [Role.FRONT_DESK])
def test_what_staff_see_is_not_kept(app: Flask, role):
    assert signed_in(app, role).get("/desk").headers["Cache-Control"] == "private, no-store"


def test_a_built_file_is_kept_for_ever(client):
    answer = client.get(asset_url("site.js"), buffered=True)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_only_a_real_deployment_with_tls_asks_for_it_for_ever(built):
    wanted = {("https://vof.example.no", False): True}
    for url in ("https://vof.example.no", "http://vof.example.no"):
        for demo in (True, False):
            answer = built(public_url=url, demo=demo, keeps=True).test_client().get("/healthz")
            asks = "Strict-Transport-Security" in answer.headers
            assert asks == wanted.get((url, demo), False), (url, demo)


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", UNPACK)
@pytest.mark.parametrize("address", ["/", "/report", "/api/v1/openapi.json", "site.js"])
def test_pages_json_and_files_are_compressed_when_asked(client, address, coding):
    address = asset_url(address) if address.endswith(".js") else address
    plain = client.get(address, buffered=True)
    packed = client.get(address, headers={"Accept-Encoding": coding}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    unpacked = UNPACK[coding](packed.data)
    assert len(packed.data) < len(unpacked)
    assert len(unpacked) == len(plain.data)


def test_of_both_the_smaller_is_taken(client):
    answer = client.get("/", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Encoding"] == "br"


def test_refusals_are_compressed_too(client):
    asked = {"Accept-Encoding": "br"}
    refused = client.put(REPORT, json={f"unknown_{n}": 1 for n in range(100)}, headers=asked)
    page = client.post("/report", data={}, headers=FROM_HERE | asked)
    for answer in (refused, page):
        assert answer.status_code == 422
        assert answer.headers["Content-Encoding"] == "br"
    assert b'"invalid"' in brotli.decompress(refused.data)
    assert b"<html" in brotli.decompress(page.data)
