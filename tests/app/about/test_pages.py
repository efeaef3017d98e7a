"""Privacy and accessibility: plain pages with this municipality's own figures and addresses."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db
from app.languages import LANGUAGES
from app.places.models import Municipality
from app.places.municipality import forget
from app.reports.models import Category, ReplyTemplate


@pytest.fixture
def here(app):
    return db.session.scalars(select(Municipality)).one()


def test_the_time_contact_details_are_kept_is_the_real_one(client, here):
    assert "1 year" in client.get("/privacy?lang=en").text
    category = db.session.scalars(select(Category).where(Category.code == "PA09")).one()
    category.retention_days = 90
    db.session.commit()
    page = client.get("/privacy?lang=en").text
    assert "Needles: 90 days" in page
    db.session.query(Category).update({"retention_days": 730})
    db.session.commit()
    page = client.get("/privacy?lang=en").text
    assert "2 years" in page
    assert "Needles" not in page


def test_addresses_come_from_the_settings(client, here):
    here.privacy_email = "ombud@example.org"
    here.feedback_email = "tips@example.org"
    here.accessibility_url = "https://uustatus.no/nb/erklaringer/publisert/x"
    db.session.commit()
    forget()
    assert "mailto:ombud@example.org" in client.get("/privacy").text
    page = client.get("/accessibility").text
    assert "mailto:tips@example.org" in page
    assert "https://uustatus.no/nb/erklaringer/publisert/x" in page
    assert "mailto:tips@example.org" in client.get("/").text


def test_what_is_not_set_is_left_out(client, here):
    here.privacy_email = here.feedback_email = here.accessibility_url = ""
    db.session.commit()
    forget()
    for page in ("/privacy", "/accessibility"):
        assert "mailto:" not in client.get(page).text
    assert "uustatus" not in client.get("/accessibility").text


def test_both_open_before_there_are_categories(client, app, here):
    db.session.query(ReplyTemplate).delete()
    db.session.query(Category).delete()
    db.session.commit()
    assert client.get("/privacy").status_code == 200


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", ["/privacy", "/accessibility"])
def test_both_are_linked_and_may_be_found(client, page, code):
    assert f'href="{page}?lang={code}"' in client.get(f"/?lang={code}").text
    answer = client.get(f"{page}?lang={code}")
    assert "noindex" not in answer.text
    assert "X-Robots-Tag" not in answer.headers
    assert '<meta name="description"' in answer.text
