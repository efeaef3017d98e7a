"""The page of a report: what everybody sees, and what its key opens."""

from __future__ import annotations

import pytest

from app.database import db, now
from app.reports.keys import report_key


@pytest.fixture
def report(filed, park_sign):
    return filed(
        sign=park_sign.code, description="Spikeren stikker ut.", contact={"name": "Kari Nordmann"}
    )


def own_page(report):
    return f"/r/{report.number}?key={report_key(report.uuid)}&lang=en"


def test_everybody_sees_how_it_stands_and_nothing_private(client, report):
    report.follower_count = 3
    db.session.commit()
    answer = client.get(f"/r/{report.number}?lang=en")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" not in answer.headers["Cache-Control"]
    for text in ("Bench or table", "Received", "Byparken", "3 others have noticed this", "Me too"):
        assert text in answer.text
    for text in ("Spikeren", "Kari", "Keep this link", 'name="text"'):
        assert text not in answer.text


def test_nobody_is_counted_before_anybody_has_said_so(client, report):
    assert "noticed this</span>" not in client.get(f"/r/{report.number}?lang=en").text


def test_the_key_shows_what_was_told_and_what_can_be_done(client, report):
    answer = client.get(own_page(report))
    assert answer.headers["Cache-Control"] == "private, no-store"
    for text in ("Spikeren stikker ut.", "Add a text or photos", "Delete my contact details"):
        assert text in answer.text
    assert f'action="/r/{report.number}/follow' not in answer.text


def test_a_wrong_key_shows_what_everybody_sees(client, report):
    assert "Spikeren" not in client.get(f"/r/{report.number}?key=wrong").text


def test_the_receipt_says_what_happens_next(client, report):
    page = client.get(f"{own_page(report)}&sent=1").text
    assert "Thank you. We have received your report." in page
    assert "We pass the report on to Park og natur." in page
    assert "We will look at it within 5 working days" in page
    assert f"?key={report_key(report.uuid)}" in page


def test_a_closed_report_offers_a_new_one_and_no_me_too(client, report):
    report.status, report.closed_at = "fixed", now()
    db.session.commit()
    page = client.get(f"/r/{report.number}?lang=en").text
    assert "Report it again" in page
    assert f'action="/r/{report.number}/follow' not in page


def test_a_held_report_cannot_be_followed_on_its_page(client, filed):
    report = filed(website="x")
    page = client.get(f"/r/{report.number}?lang=en").text
    assert "One of us looks at this report first." in page
    assert f'action="/r/{report.number}/follow' not in page


def test_a_place_in_words_is_for_the_reporter_alone(client, filed):
    report = filed(address="bak huset til Kari")
    assert "bak huset" not in client.get(f"/r/{report.number}").text
    assert "bak huset" in client.get(own_page(report)).text


@pytest.mark.parametrize("query", ["done=nonsense", "sent=1", "unreadable=x", "followed=%00"])
def test_no_address_breaks_the_page(client, report, query):
    assert client.get(f"/r/{report.number}?{query}").status_code == 200
    assert client.get(f"{own_page(report)}&{query}").status_code == 200
