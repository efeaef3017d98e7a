"""Free text over the register: what is found, alike on both databases, and what is forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text

from app.database import db, now
from app.places.models import Place
from app.reports.housekeeping import erase_contacts
from app.reports.models import Contact, Report
from app.reports.register import RegisterFilter, count_register, list_register
from app.reports.search import TEXTS, ids_holding
from app.signs.models import Sign
from app.words import plain_words, words_of


def found(typed):
    return [report.number for report in list_register(RegisterFilter(text=typed))]


def words(report):
    return db.session.scalar(select(TEXTS.c.words).where(TEXTS.c.rowid == report.id))


CONTACT = {"name": "Solveig Testdatter", "email": "solveig@example.org", "phone": "+47 412 34 567"}


def test_every_word_must_be_there_wherever_it_stands(filed, park_sign):
    meant = filed(sign=park_sign.code, description="En planke er brukket.", contact=CONTACT)
    filed(description="En planke i Solveien", address="ved gjerdet")
    for typed in (
        "planke byparken",
        "BYPARK brukk",
        "solveig byparken",
        f"{park_sign.code} planke",
        park_sign.label,
        "solveig@example.org",
        "41234567",
        "412 34 567",
        "+4741234567",
        f"planke {meant.number[5:]}",
    ):
        assert found(typed) == [meant.number], typed
    assert len(found("planke")) == 2
    assert found("planke mosvatnet") == []


@pytest.mark.parametrize("typed", ["ØVRE", "øvre", "ovre", "Ærfugl", "aerfugl", "ÅKER", "åker"])
def test_letters_are_the_same_large_or_small_and_without_their_marks(filed, typed):
    meant = filed(description="Øvre ærfuglåker")
    filed(description="Nedre")
    assert found(typed) == [meant.number]


@pytest.mark.parametrize("typed", ["%", "_", "%%%", "___", "''", '"', "\\", "🦊", "--", "*", "( )"])
def test_what_is_no_word_is_found_nowhere(filed, typed):
    filed(description="100 % sikker_på 'det' \"her\" \\ 🦊 -- (*)")
    assert found(typed) == []


@pytest.mark.parametrize(
    "typed", ["sikker_på", "100%", '"her"', "'det'", "(her)", "AND her OR det"]
)
def test_marks_within_a_text_are_only_marks(filed, typed):
    meant = filed(description="100 % sikker på 'det' \"her\", and or")
    assert found(typed) == [meant.number]


def test_one_or_two_letters_are_the_beginning_of_a_word(filed):
    meant = filed(description="Et TV-kamera ved bane 3")
    other = filed(description="Utvidet lekeplass")
    assert found("tv") == [meant.number]
    assert found("bane 3") == [meant.number]
    assert found("t") == [meant.number]
    assert found("utv") == [other.number]


def test_a_word_counts_together_with_the_other_filters(filed):
    first = filed(description="Planken er borte")
    filed(description="Planken er borte", category="PA04")
    wanted = RegisterFilter(text="planken", category_id=first.category_id, status="received")
    assert [one.number for one in list_register(wanted)] == [first.number]
    assert count_register(RegisterFilter(text="planken"), 5) == 2


def test_what_is_known_of_who_reported_goes_with_the_contact(filed):
    report = filed(contact=CONTACT, description="Planke")
    assert found("solveig") == found("41234567") == [report.number]
    report.contact.erase_on = date(2020, 1, 1)
    db.session.flush()
    assert erase_contacts() == 1
    assert found("solveig") == found("41234567") == []
    assert "solveig" not in words(report)
    assert "4123" not in words(report)
    assert found("planke") == [report.number]


def test_a_contact_that_comes_or_changes_later_is_found(filed):
    report = filed()
    db.session.add(Contact(report_id=report.id, name="Jorunn", erase_on=now().date()))
    db.session.commit()
    assert found("jorunn") == [report.number]
    db.session.scalars(select(Contact)).one().name = "Torunn"
    db.session.commit()
    assert found("jorunn") == []
    assert found("torunn") == [report.number]


def test_another_name_of_the_place_or_the_sign_is_followed(filed, park_sign, hall_sign):
    report = filed(sign=park_sign.code)
    db.session.get(Place, park_sign.place_id).name = "Kongeparken"
    db.session.get(Sign, park_sign.id).label = "Ved paviljongen"
    db.session.commit()
    assert found("byparken") == []
    assert found("kongeparken paviljongen") == [report.number]
    report.place_id, report.description = hall_sign.place_id, "Flyttet hit"
    db.session.commit()
    assert found("kongeparken") == []
    assert found("idrettshall flyttet") == [report.number]


def test_a_report_that_is_deleted_leaves_nothing(filed):
    report = filed(contact=CONTACT)
    for table in ("events", "contacts", "reports"):
        column = "id" if table == "reports" else "report_id"
        db.session.execute(text(f"DELETE FROM {table} WHERE {column} = {report.id}"))
    assert db.session.scalars(select(TEXTS.c.rowid)).all() == []


# Letters of the languages that reports come in, and what could mean something to a database.
LETTERS = "abÆæØøÅåÄöüßéŠłčđїЙйщĀİıﬁ 019%_'\"\\-*()@.,🦊\n«"
some_texts = st.text(LETTERS, max_size=30)


@contextmanager
def connected(app: Flask) -> Iterator[Connection]:
    with app.app_context(), db.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture(scope="module")
def both(sqlite_app: Flask, postgis_app: Flask) -> Iterator[list[Connection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(connected(app)) for app in (sqlite_app, postgis_app)]


def a_row(number, description):
    moment = now()
    return {
        "id": number,
        "uuid": uuid.uuid4(),
        "number": f"x-{number}",
        "fingerprint": "f",
        "category_id": 1,
        "unit_id": 1,
        "priority": "P3",
        "channel": "web",
        "language": "nb",
        "description": description,
        "created_at": moment,
        "due_at": moment,
    }


def expected(stored, typed):
    """What Python finds, word by word; one of two letters or less where a word begins."""
    wanted = [word if len(word) > 2 else f" {word}" for word in words_of(typed)]
    return {
        number
        for number, said in enumerate(stored, start=1)
        if wanted and all(word in f" x{number} {plain_words(said)} " for word in wanted)
    }


@pytest.mark.postgis
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(stored=st.lists(some_texts, min_size=1, max_size=4), draw=st.data())
def test_both_databases_and_python_find_the_same(both, stored, draw):
    piece = draw.draw(st.sampled_from(stored))
    typed = draw.draw(st.sampled_from([piece[:6], piece[2:7].upper(), "å ab"]) | some_texts)
    # Numbers are found by rules of their own.
    wanted = f"a {typed}"
    for connection in both:
        connection.execute(delete(Report))
        connection.execute(insert(Report), [a_row(at, said) for at, said in enumerate(stored, 1)])
        found_there = connection.scalars(ids_holding(wanted, connection.dialect.name))
        assert set(found_there) == expected(stored, wanted)
        found_there = connection.scalars(ids_holding(wanted[2:], connection.dialect.name))
        assert typed.strip()[:1].isdigit() or set(found_there) == expected(stored, typed)


@pytest.mark.postgis
def test_a_search_uses_the_index_on_both(both):
    for connection in both:
        query = ids_holding("planke byparken", connection.dialect.name)
        said = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")
            assert "VIRTUAL TABLE INDEX 0:M" in str(rows.all())
        else:
            # The table is too small for an index to pay; the plan tells whether it can be used.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            rows = connection.execute(text(f"EXPLAIN {said}"))
            assert "idx_reports_text_trigrams" in str(rows.all())
