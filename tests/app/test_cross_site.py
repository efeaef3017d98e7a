"""Unsafe requests of browsers come from our own pages; the rule is in the contract."""

from __future__ import annotations

import itertools

import pytest

HERE = "http://localhost"
NOBODY = "/api/v1/reports/7f9c2ba4-e88f-427d-adf5-8f1f2d5c3a10"
SITES = [None, "same-origin", "same-site", "cross-site", "none", "nonsense"]
ORIGINS = [
    None,
    HERE,
    "https://localhost",
    "http://localhost:8000",
    "http://localhost.evil.example",
    "https://evil.example",
    "https://evil.example/http://localhost",
    "null",
    "http://[",
    "localhost",
    "",
]
COOKIES = [None, ("vof_staff", "old"), ("other", "1")]
OWN = {HERE, "https://localhost"}


def may_pass(site, origin, cookie):
    """The rule of the contract, written once more and plainly."""
    if site is None and origin is None:
        return cookie is None
    return site == "same-origin" or origin in OWN


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_rule_holds_in_every_combination(app, method):
    for site, origin, cookie in itertools.product(SITES, ORIGINS, COOKIES):
        client = app.test_client()
        if cookie:
            client.set_cookie(*cookie)
        headers = {"Sec-Fetch-Site": site, "Origin": origin}
        answer = client.open(
            NOBODY, method=method, headers={k: v for k, v in headers.items() if v is not None}
        )
        refused = answer.json["code"] == "cross_site"
        assert refused != may_pass(site, origin, cookie), (site, origin, cookie)
        assert (answer.status_code == 403) == refused


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_whatever_changes_nothing_is_not_asked(client, method):
    client.set_cookie("vof_staff", "old")
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.open("/report", method=method, headers=headers).status_code == 200


@pytest.mark.parametrize("page", ["/report", "/sign-in", "/sign-out", "/desk/reports/1/status"])
def test_no_form_is_taken_from_another_website(front_desk, page):
    front_desk.environ_base["HTTP_ORIGIN"] = "https://evil.example"
    assert front_desk.post(page, data={}).status_code == 403


def test_a_script_without_a_browser_may_call_where_no_cookie_is_used(client, front_desk):
    body = {"category": "PA03", "address": "ved inngangen"}
    assert client.put(NOBODY, json=body).status_code == 201
    del front_desk.environ_base["HTTP_ORIGIN"]
    assert front_desk.put(NOBODY, json=body).json["code"] == "cross_site"


@pytest.mark.parametrize(("proxies", "status"), [(1, 415), (0, 403)])
def test_behind_a_proxy_the_host_is_the_one_people_see(built, proxies, status):
    client = built(trusted_proxies=proxies).test_client()
    headers = {
        "Host": "10.0.0.7:8000",
        "Origin": "https://vof.example.no",
        "X-Forwarded-Host": "vof.example.no",
        "X-Forwarded-Proto": "https",
    }
    assert client.put(NOBODY, headers=headers).status_code == status
