"""Which language a request speaks, and how an explicit choice stays with the reader."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import html5lib
import pytest

from app.config import ROOT
from app.languages import (
    LANGUAGES,
    STAFF_LANGUAGES,
    age_of,
    as_date,
    as_date_time,
    day_in_words,
    in_language,
    language,
    ngettext,
    speaking,
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
        ("", "uk-UA,uk;q=0.9,en;q=0.5", "uk"),
        ("", "pl", "pl"),
        ("", "pl_PL", "pl"),
        ("", "ru,uk;q=0.8,en;q=0.5", "uk"),
        ("?lang=uk", "pl", "uk"),
        ("?lang=pl", None, "pl"),
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


STAFF_PAGES = (
    "/desk",
    "/desk/reports/2026-12345678",
    "/crew",
    "/signs",
    "/signs/7KQ3M8",
    "/statistics",
    "/admin",
    "/staff",
    "/sign-in",
    "/places",
)


@pytest.mark.parametrize("path", STAFF_PAGES)
@pytest.mark.parametrize(
    ("query", "accepted", "spoken"),
    [
        ("", "nn", "nn"),
        ("", "uk", "nb"),
        ("", "pl,en;q=0.8", "en"),
        ("", "uk-UA,nn;q=0.3", "nn"),
        ("?lang=uk", "en", "en"),
        ("?lang=pl", None, "nb"),
        ("?lang=en", "uk", "en"),
    ],
)
def test_staff_are_answered_in_the_best_of_their_three(app, path, query, accepted, spoken):
    headers = {} if accepted is None else {"Accept-Language": accepted}
    with app.test_request_context(f"{path}{query}", headers=headers):
        assert language() == spoken


@pytest.mark.parametrize("path", ["/", "/s/7KQ3M8", "/signsofspring", "/places/1", "/r/2026-1"])
def test_residents_are_answered_in_their_own_language(app, path):
    with app.test_request_context(path, headers={"Accept-Language": "uk"}):
        assert language() == "uk"


def test_outside_a_request_it_is_bokmaal(app):
    assert language() == "nb"


def test_another_language_can_be_spoken_for_a_while(app):
    with app.app_context(), app.test_request_context("/?lang=nn"):
        with speaking("pl"):
            assert language() == "pl"
            assert in_language({"nb": "Benk", "pl": "Ławka"}) == "Ławka"
            with speaking("en"):
                assert day_in_words(date(2026, 11, 23)) == "Monday 23 November"
            assert day_in_words(date(2026, 11, 23)) == "poniedziałek, 23 listopada"
        assert language() == "nn"
        assert day_in_words(date(2026, 11, 23)) == "måndag 23. november"


NAMES = {"nb": "Benk", "nn": "", "en": "Bench", "uk": "Лавка"}


@pytest.mark.parametrize(
    ("code", "names", "told"),
    [
        ("nb", NAMES, "Benk"),
        ("nn", NAMES, "Benk"),
        ("en", NAMES, "Bench"),
        ("uk", NAMES, "Лавка"),
        ("pl", NAMES, "Bench"),
        ("de", NAMES, "Bench"),
        ("pl", {"nb": "Benk"}, "Benk"),
        ("en", {"nb": "Benk", "en": ""}, "Benk"),
    ],
)
def test_a_name_that_is_not_translated_is_told_in_a_language_near(app, code, names, told):
    assert in_language(names, code) == told


@contextmanager
def asked_in(app, code):
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
    pages += [f"/r/{report.number}", "/nothing"]
    for page in [*pages, "/sign-in"] if code in STAFF_LANGUAGES else pages:
        answer = client.get(page, query_string={"lang": code} if "?" not in page else None)
        if "?" in page:
            answer = client.get(f"{page}&lang={code}")
        for element, address in ways_on(answer):
            if not address.startswith(("/api", "/sign-in")):
                assert carries(element, address, code), f"{address} on {page}"


# They are the same on every page, also on one that was answered in no chosen language.
IN_HEADER_AND_FOOTER = {"/", "/mine", "/privacy", "/accessibility"}


def test_without_a_choice_no_link_says_one_but_those_of_header_and_footer(client, park_sign):
    for page in ("/report", f"/s/{park_sign.code}"):
        said = {urlsplit(a).path for _, a in ways_on(client.get(page)) if "lang=" in a}
        assert said <= IN_HEADER_AND_FOOTER


def test_a_sent_form_leads_to_a_receipt_in_the_chosen_language(client):
    answer = client.post("/report?lang=en", data={"category": "PA03", "address": "here"})
    assert parse_qs(urlsplit(answer.location).query)["lang"] == ["en"]
    assert '<html lang="en"' in client.get(answer.location).text


def test_every_page_offers_itself_in_the_other_languages(client, park_sign):
    offered = offered_on(client.get(f"/s/{park_sign.code}?lang=nn"))
    assert offered.keys() == LANGUAGES.keys() - {"nn"}
    for code, address in offered.items():
        other = client.get(address)
        assert urlsplit(address).path.casefold() == f"/s/{park_sign.code}".casefold()
        assert f'<html lang="{code}"' in other.text


def test_a_page_of_staff_offers_itself_in_their_three(client):
    assert offered_on(client.get("/sign-in?lang=uk")).keys() == {"nn", "en"}
    assert offered_on(client.get("/sign-in?lang=en")).keys() == {"nb", "nn"}


def offered_on(page):
    """The address by language of the links to other languages, each marked as what it is."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    links = [link for link in tree.iter("a") if link.get("hreflang")]
    assert all(link.get("lang") == link.get("hreflang") for link in links)
    assert [link.text for link in links] == [LANGUAGES[link.get("lang")] for link in links]
    return {link.get("hreflang"): link.get("href") for link in links}


@pytest.mark.parametrize("path", ["/s/%25", "/nothing/%22%3E%3Cb%3E", "/r/%C3%A6%20"])
def test_the_way_to_another_language_keeps_an_odd_address(client, path):
    offered = offered_on(client.get(path))
    assert len(offered) == len(LANGUAGES) - 1
    assert all(urlsplit(address).path == path for address in offered.values()), offered


ENGLISH = re.compile(
    r"\b(January|February|March|May|June|July|October|December|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Oct|Dec"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|ago|in|day|days|hours?|minutes?"
    r"|months?|years?)\b"
)


@pytest.mark.parametrize("code", sorted(LANGUAGES.keys() - {"en"}))
def test_days_and_times_are_not_in_english(app, code):
    start = date(2026, 1, 1)
    with asked_in(app, code):
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
        with asked_in(app, code):
            said[code] = (day_in_words(day, with_year=True), as_date_time(moment))
    assert said == {
        "nb": ("mandag 23. november 2026", "23. nov. 2026 18:05"),
        "nn": ("måndag 23. november 2026", "23. nov. 2026 18:05"),
        "en": ("Monday 23 November 2026", "23 Nov 2026 18:05"),
        "uk": ("понеділок, 23 листопада 2026 р.", "23 лист. 2026 р., 18:05"),
        "pl": ("poniedziałek, 23 listopada 2026", "23 lis 2026, 18:05"),
    }


def test_a_day_is_that_of_norway(app):
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    with asked_in(app, "nb"):
        assert as_date(late) == "mandag 23. november 2026"


ENGLISH_WORDS = re.compile(r"Monday|Tuesday|Wednesday|Thursday|Friday|working day|Received")


@WITH_CATALOGUES
@pytest.mark.parametrize("code", sorted(LANGUAGES.keys() - {"en"}))
def test_a_status_page_has_no_english_word(client, filed, code):
    report = filed()
    page = client.get(f"/r/{report.number}?lang={code}")
    text = " ".join(html5lib.parse(page.text, namespaceHTMLElements=False).itertext())
    assert ENGLISH_WORDS.search(text) is None


@WITH_CATALOGUES
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("uk", {1: "1 робочого дня", 2: "2 робочих днів", 5: "5 робочих днів", 21: "21 робочого"}),
        ("pl", {1: "1 dnia roboczego", 2: "2 dni roboczych", 5: "5 dni", 22: "22 dni"}),
        ("nn", {1: "1 arbeidsdag", 2: "2 arbeidsdagar"}),
    ],
)
def test_days_are_counted_as_each_language_counts(app, code, said):
    one, many = (
        "We will look at it within %(num)s working day",
        "We will look at it within %(num)s working days",
    )
    with asked_in(app, code):
        for count, words in said.items():
            assert words in ngettext(one, many, count)


@WITH_CATALOGUES
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_api_refuses_in_the_callers_language(client, code):
    """Each language answers in its own words, also where marshmallow writes the sentence."""
    said = {
        one: client.put(
            f"/api/v1/reports/{uuid4()}",
            json={"category": "PA03", "language": 7},
            headers={"Accept-Language": one},
        ).json
        for one in LANGUAGES
    }
    others = [said[one]["message"] for one in LANGUAGES if one != code]
    assert said[code]["message"] not in others
    assert said[code]["fields"] not in [said[one]["fields"] for one in LANGUAGES if one != code]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_report_is_kept_in_the_language_it_was_written_in(filed, code):
    assert filed(language=code).language == code
