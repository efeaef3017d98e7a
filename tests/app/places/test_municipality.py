"""The municipality's settings: remembered for seconds, and not missed where there are none yet."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database import db
from app.geo import Position
from app.places.models import Municipality, Place
from app.places.municipality import UNNAMED, forget, municipality, telephone_link
from app.signs.models import Sign, SignEvent, SignScans


def test_the_settings_are_asked_for_once(app, count_statements):
    municipality()
    count_statements.texts.clear()
    assert municipality().name == "Stavanger kommune"
    assert count_statements.texts == []
    forget()
    municipality()
    assert count_statements.texts


def test_a_change_shows_once_the_old_is_forgotten(client):
    row = db.session.scalars(select(Municipality)).one()
    row.name = "Sola kommune"
    db.session.commit()
    forget()
    assert "Sola kommune" in client.get("/").text


@pytest.fixture
def empty(app):
    """A database that has been migrated and nothing more."""
    for table in (SignScans, SignEvent, Sign, Place, Municipality):
        db.session.query(table).delete()
    db.session.commit()
    forget()


@pytest.mark.parametrize(
    ("page", "status"),
    [("/", 200), ("/report", 200), ("/sign-in", 200), ("/s/000000", 404), ("/nothing", 404)],
)
def test_pages_open_before_a_municipality_is_loaded(empty, client, page, status):
    assert client.get(page).status_code == status


def test_without_a_boundary_every_position_is_ours(empty):
    assert municipality() == UNNAMED
    assert municipality().holds(Position(lon=10.75, lat=59.91))


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("51 00 00 10", "+4751000010"),
        ("+47 51 00 00 10", "+4751000010"),
        ("110", "110"),
        ("05 555", "05555"),
    ],
)
def test_a_number_can_be_called(number, link):
    assert telephone_link(number) == link
