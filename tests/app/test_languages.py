"""Which language a request speaks, and how an explicit choice stays with the reader."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest

from app.config import ROOT
from app.languages import (
    LANGUAGES,
    age_of,
    as_date,
    as_date_time,
    day_in_words,
    in_language,
    language,
)

WITH_CATALOGUES = pytest.mark.skipif(
    not (ROOT / "pwa/locales/nn/LC_MESSAGES/messages.mo").exists(),
    reason="the catalogues are made by `make setup`",
)


@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [
        ("", None, "nb"),
        ("", "", "nb"),
        ("", "nn", "nn"),
        ("", "en-GB,en;q=0.8", "en"),
        ("", "en_US", "en"),
        ("", "de-DE,de;q=0.9,en;q=0.5", "en"),
        ("", "de", "nb"),
        ("", "no", "nb"),
        ("", "no-NO,en;q=0.5", "nb"),
        ("", "nb-NO", "nb"),
        ("", "nn;q=0.4,en;q=0.6", "en"),
        ("", "en;q=0,nn", "nn"),
        ("", "*", "nb"),
        ("", ";;;,,q=", "nb"),
        ("?lang=en", "nn", "en"),
        ("?lang=nn", "en", "nn"),
        ("?lang=xx", "en", "en"),
        ("?lang=", "nn", "nn"),
        ("?lang=EN", None, "nb"),
        ("?lang=en&lang=nn", None, "en"),
    ],
)
def test_the_address_decides_then_the_browser_then_bokmaal(app, query, accepted, spoken):
    headers = {} if accepted is None else {"Accept-Language": accepted}
    with app.test_request_context(f"/{query}", headers=headers):
        assert language() == spoken


def test_outside_a_request_it_is_bokmaal(app):
    assert language() == "nb"


def test_a_name_that_is_not_translated_is_told_in_bokmaal(app):
    names = {"nb": "Benk", "nn": "", "en": "Bench"}
    assert [in_language(names, code) for code in ("nb", "nn", "en", "de")] == [
        "Benk",
        "Benk",
        "Bench",
        "Benk",
    ]


@contextmanager
def speaking(app, code):
    """A request of its own in this language."""
    with app.app_context(), app.test_request_context(f"/?lang={code}"):
        yield


def ways_on(page):
    """The addresses of a page's links and forms on our own host, the language links left out."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    for element in [*tree.iter("a"), *tree.iter("form")]:
        address = element.get("href") or element.get("action") or ""
        if address.startswith("/") and not element.get("hreflang"):
            yield element, address


def carries(element, address, code):
    if parse_qs(urlsplit(address).query).get("lang") == [code]:
        return True
    # A form that is read with GET drops the query of its address.
    fields = {field.get("name"): field.get("value") for field in element.iter("input")}
    return element.tag == "form" and fields.get("lang") == code


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_explicit_choice_is_carried_through_every_way_on(client, park_sign, filed, code):
    report = filed(sign=park_sign.code)
    place = park_sign.place_id
    pages = ["/", f"/s/{park_sign.code}", "/report", f"/report?place={place}", f"/places/{place}"]
    for page in [*pages, f"/r/{report.number}", "/nothing", "/sign-in"]:
        answer = client.get(page, query_string={"lang": code} if "?" not in page else None)
        if "?" in page:
            answer = client.get(f"{page}&lang={code}")
        for element, address in ways_on(answer):
            if not address.startswith(("/api", "/sign-in")):
                assert carries(element, address, code), f"{address} on {page}"


def test_without_a_choice_no_link_says_one_but_the_way_home(client, park_sign):
    for page in ("/report", f"/s/{park_sign.code}"):
        said = [a for _, a in ways_on(client.get(page)) if "lang=" in a]
        assert all(address.startswith("/?lang=") for address in said)


def test_a_sent_form_leads_to_a_receipt_in_the_chosen_language(client):
    answer = client.post("/report?lang=en", data={"category": "PA03", "address": "here"})
    assert parse_qs(urlsplit(answer.location).query)["lang"] == ["en"]
    assert '<html lang="en"' in client.get(answer.location).text


def test_every_page_offers_itself_in_the_other_languages(client, park_sign):
    page = client.get(f"/s/{park_sign.code}?lang=nn")
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    offered = {link.get("hreflang"): link.get("href") for link in tree.iter("a")}
    del offered[None]
    assert set(offered) == {"nb", "en"}
    for code, address in offered.items():
        other = client.get(address)
        assert urlsplit(address).path.casefold() == f"/s/{park_sign.code}".casefold()
        assert f'<html lang="{code}"' in other.text


@pytest.mark.parametrize("path", ["/s/%25", "/nothing/%22%3E%3Cb%3E", "/r/%C3%A6%20"])
def test_the_way_to_another_language_keeps_an_odd_address(client, path):
    tree = html5lib.parse(client.get(path).text, namespaceHTMLElements=False)
    offered = [link.get("href") for link in tree.iter("a") if link.get("hreflang")]
    assert len(offered) == 2
    assert all(urlsplit(address).path == path for address in offered), offered


ENGLISH = re.compile(
    r"\b(January|February|March|May|June|July|October|December|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Oct|Dec"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|ago|in|day|days|hours?|minutes?"
    r"|months?|years?)\b"
)


@pytest.mark.parametrize("code", ["nb", "nn"])
def test_days_and_times_are_in_norwegian(app, code):
    start = date(2026, 1, 1)
    with speaking(app, code):
        for offset in range(365):
            day = start + timedelta(days=offset)
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            said = [
                day_in_words(day),
                day_in_words(day, with_year=True),
                as_date(noon),
                as_date_time(noon),
                age_of(datetime.now(UTC) - timedelta(hours=7 * offset)),
            ]
            assert not any(ENGLISH.search(text) for text in said), said


def test_days_are_written_as_each_language_writes_them(app):
    day, moment = date(2026, 11, 23), datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
    said = {}
    for code in LANGUAGES:
        with speaking(app, code):
            said[code] = (day_in_words(day, with_year=True), as_date_time(moment))
    assert said == {
        "nb": ("mandag 23. november 2026", "23. nov. 2026 18:05"),
        "nn": ("måndag 23. november 2026", "23. nov. 2026 18:05"),
        "en": ("Monday 23 November 2026", "23 Nov 2026 18:05"),
    }


def test_a_day_is_that_of_norway(app):
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    with speaking(app, "nb"):
        assert as_date(late) == "mandag 23. november 2026"


@WITH_CATALOGUES
def test_a_page_in_nynorsk_has_no_english_day(client, filed):
    report = filed()
    page = client.get(f"/r/{report.number}?lang=nn")
    text = " ".join(html5lib.parse(page.text, namespaceHTMLElements=False).itertext())
    found = re.search(r"Monday|Tuesday|Wednesday|Thursday|Friday|working day|Received", text)
    assert found is None
