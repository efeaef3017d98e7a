"""The pages that say what is kept of people, and how to tell what does not work for them."""

import pytest
from sqlalchemy import select, update

from app.database import db, session
from app.places.models import Municipality
from app.places.municipality import forget
from app.reports.models import Category


def text_of(response):
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_both_pages_are_linked_from_every_page(client, address):
    assert f'href="{address}?lang=en"' in text_of(client.get("/?lang=en"))


def test_privacy_says_for_how_long_contact_details_are_kept(client):
    session().execute(update(Category).values(retention_days=180))
    db.session.commit()
    assert "erased 6 months after" in text_of(client.get("/privacy?lang=en"))


def test_a_span_is_given_where_categories_differ(client):
    session().execute(update(Category).values(retention_days=365))
    session().execute(update(Category).where(Category.code == "PA03").values(retention_days=100))
    db.session.commit()
    assert "erased 100 days to 1 year after" in text_of(client.get("/privacy?lang=en"))


def test_whom_to_write_to_comes_from_the_settings(client):
    row = session().scalar(select(Municipality))
    row.privacy_email, row.feedback_email = "personvern@example.no", "hjelp@example.no"
    row.accessibility_url = "https://uustatus.example.no/1"
    db.session.commit()
    forget()
    assert "mailto:personvern@example.no" in text_of(client.get("/privacy"))
    statement = text_of(client.get("/accessibility"))
    assert "mailto:hjelp@example.no" in statement
    assert "https://uustatus.example.no/1" in statement


def test_without_settings_no_empty_links_are_shown(client):
    row = session().scalar(select(Municipality))
    row.privacy_email = row.feedback_email = row.accessibility_url = ""
    db.session.commit()
    forget()
    for address in ("/privacy", "/accessibility"):
        page = text_of(client.get(address))
        assert 'href="mailto:"' not in page
        assert 'href=""' not in page
