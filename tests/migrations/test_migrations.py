"""One history of the database, up and down on both engines, ending in what the models say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from geoalchemy2 import Geometry
from sqlalchemy import inspect, text

from app import create_app
from app.config import ROOT
from app.database import Base, db
from app.demo.load import load_demo
from app.geo.indexes import is_spatial_bookkeeping
from tests.conftest import POSTGIS, SQLITE, settings_for

HISTORY = ScriptDirectory(str(ROOT / "migrations"))
KEPT_BY_OTHERS = {"alembic_version", "spatial_ref_sys", "sqlite_sequence"}


@pytest.fixture(params=[SQLITE, POSTGIS])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'vof.sqlite3'}"
    else:
        url = request.getfixturevalue("cluster").create_database("vof_migrations")
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - KEPT_BY_OTHERS


def what_is_there() -> set[tuple[str, str, str]]:
    """Tables, indexes and triggers, however the engine lists them."""
    listed = {
        "sqlite": "SELECT type, name, coalesce(sql, '') FROM sqlite_master",
        "postgresql": "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public'",
    }
    with db.engine.connect() as connection:
        rows = connection.execute(text(listed[db.engine.dialect.name])).all()
    return {tuple(row) for row in rows if not KEPT_BY_OTHERS & set(row)}


def test_up_down_and_up_again_gives_the_same(app):
    upgrade()
    first = what_is_there()
    assert tables() >= set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    assert not [name for _, name, _ in what_is_there() if "alembic" not in name]
    upgrade()
    assert what_is_there() == first


def test_each_step_goes_down_and_up_on_its_own(app):
    for step in reversed(list(HISTORY.walk_revisions())):
        upgrade(revision=step.revision)
        downgrade(revision="-1")
        upgrade(revision=step.revision)


def test_up_and_down_with_data_in_it(app):
    upgrade()
    load_demo(reports=50)
    db.session.commit()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM reports")) == 50
    downgrade(revision="base")
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM reports")) == 0


# Rows as the first release wrote them. They are history: later migrations must carry them along.
FIRST_ROWS = """
INSERT INTO units (id, name, is_default) VALUES (1, 'Park', true);
INSERT INTO place_kinds (id, code, category_group, names, first_tiles, sort_order)
  VALUES (1, 'park', 'park', '{"nb": "Park"}', '[]', 0);
INSERT INTO places (id, name, kind_id, approximate, created_at)
  VALUES (1, 'Byparken', 1, false, '2026-01-01 00:00:00');
INSERT INTO signs (id, code, place_id, label, state, created_at)
  VALUES (1, '7KQ3MB', 1, 'Ved porten', 'mounted', '2026-01-01 00:00:00');
INSERT INTO categories (id, code, place_group, names, unit_id, priority, retention_days, sort_order)
  VALUES (1, 'PA03', 'park', '{"nb": "Benk"}', 1, 'P3', 365, 0);
INSERT INTO reports (id, uuid, number, fingerprint, category_id, unit_id, status, priority, channel,
    language, place_id, sign_id, address, description, answers, created_at, received_at, due_at)
  VALUES (1, '7f9c2ba4e88f427dadf58f1f2d5c3a10', '2026-00000001', 'f', 1, 1, 'received', 'P3', 'qr',
    'nb', 1, 1, '', 'Benken er brukket.', '{}',
    '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-08 00:00:00');
INSERT INTO events (id, report_id, at, kind, public_text, internal_text)
  VALUES (1, 1, '2026-01-01 00:00:00', 'received', '', '')
"""


def test_what_the_first_release_wrote_survives_to_today(app):
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        for row in FIRST_ROWS.split(";\n"):
            connection.exec_driver_sql(row)
    upgrade()
    with db.engine.connect() as connection:
        kept = connection.execute(
            text(
                "SELECT r.number, r.description, p.name, p.search_text, p.sort_name, s.code, e.kind"
                ", t.words FROM reports r JOIN idx_reports_text t ON t.rowid = r.id"
                " JOIN places p ON p.id = r.place_id JOIN signs s ON s.id = r.sign_id"
                " JOIN events e ON e.report_id = r.id"
            )
        ).all()
    assert [row.words.split() for row in kept] == [
        ["202600000001", "benken", "er", "brukket", "byparken", "ved", "porten", "7kq3mb"]
    ]
    assert [tuple(row)[:-1] for row in kept] == [
        (
            "2026-00000001",
            "Benken er brukket.",
            "Byparken",
            "byparken\n",
            "byparken",
            "7KQ3MB",
            "received",
        )
    ]


# A webhook with its log, and what waits for a subscription that is gone.
NAMED_IN_MESSAGES = """
INSERT INTO webhooks (id, url, secret, kinds, active, created_at)
  VALUES (5, 'https://example.org/', 's', '[]', true, '2026-01-01 00:00:00');
INSERT INTO webhook_deliveries (id, webhook_id, outbox_id, kind, attempt, at, answer, ok)
  VALUES (1, 5, 1, 'test', 1, '2026-01-01 00:00:00', '200', true);
INSERT INTO outbox (id, kind, payload, state, attempts, created_at, available_at, error)
  VALUES (1, 'email', '{"subscription_id": 9, "event_id": 1}', 'waiting', 1, '2026-01-01 00:00:00',
    '2026-01-01 00:00:00', '')
"""


@pytest.mark.parametrize("app", [SQLITE], indirect=True)
def test_ids_that_messages_name_are_not_given_to_the_next_one(app):
    upgrade(revision="0023")
    with db.engine.begin() as connection:
        for row in NAMED_IN_MESSAGES.split(";\n"):
            connection.exec_driver_sql(row)
    upgrade(revision="0024")
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT webhook_id FROM webhook_deliveries")) == 5
        last = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        given = {
            name: connection.scalar(last, {"name": name}) for name in ("subscriptions", "webhooks")
        }
    assert given == {"subscriptions": 9, "webhooks": 5}


# Two reports; of the first, three spellings of one address follow, of the second, one.
SPELLINGS = [
    (1, "kari@example.org", False, None),
    (1, "Kari@example.org", True, None),
    (1, "KARI@example.org", False, "2026-01-02 00:00:00"),
    (2, "Kari@Example.org", False, None),
]


def test_who_followed_under_two_spellings_follows_once_and_loses_nothing(app):
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        for row in FIRST_ROWS.split(";\n"):
            connection.exec_driver_sql(row)
    upgrade(revision="0024")
    with db.engine.begin() as connection:
        copied = "category_id, unit_id, status, priority, channel, language, address, description,"
        copied += " answers, created_at, received_at, due_at, follower_count"
        connection.exec_driver_sql(
            f"INSERT INTO reports (id, uuid, number, fingerprint, {copied})"
            f" SELECT 2, '7f9c2ba4e88f427dadf58f1f2d5c3a11', '2026-2', 'g', {copied} FROM reports"
        )
        for number, (report_id, address, by_reporter, confirmed_at) in enumerate(SPELLINGS):
            connection.execute(
                text(
                    "INSERT INTO subscriptions (uuid, report_id, way, address, language,"
                    " by_reporter, created_at, confirmed_at) VALUES (:uuid, :report, 'email',"
                    " :address, 'nb', :own, '2026-01-01 00:00:00', :confirmed)"
                ),
                {
                    "uuid": f"7f9c2ba4e88f427dadf58f1f2d5c3b{number:02}",
                    "report": report_id,
                    "address": address,
                    "own": by_reporter,
                    "confirmed": confirmed_at,
                },
            )
    upgrade(revision="0025")
    with db.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT report_id, address, by_reporter, confirmed_at IS NOT NULL"
                " FROM subscriptions ORDER BY report_id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        (1, "kari@example.org", True, True),
        (2, "kari@example.org", False, False),
    ]


def test_the_models_are_what_the_migrations_make(app):
    upgrade()

    def belongs(_object, name, kind, _reflected, _other):
        return not is_spatial_bookkeeping(name, kind) and name not in KEPT_BY_OTHERS

    def differs(_context, _inspected, _column, _inspected_type, wanted):
        # The engines name a geometry in ways of their own; None leaves the rest to Alembic.
        return False if isinstance(wanted, Geometry) else None

    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # GeoAlchemy2 looks a geometry up in SpatiaLite's list, which we do without.
            columns = "f_table_name TEXT, f_geometry_column TEXT"
            connection.execute(text(f"CREATE TEMP TABLE geometry_columns ({columns})"))
        context = MigrationContext.configure(
            connection, opts={"include_object": belongs, "compare_type": differs}
        )
        assert compare_metadata(context, Base.metadata) == []


def keys_added_with_their_column(table):
    """On SQLite only the table's own text still tells the names of these."""
    if db.engine.dialect.name != "sqlite":
        return set()
    with db.engine.connect() as connection:
        written = connection.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}
        )
    return set(re.findall(r"CONSTRAINT (fk_\w+) REFERENCES", written))


def test_foreign_keys_and_checks_have_the_names_of_the_models(app):
    upgrade()
    there = inspect(db.engine)
    for table in Base.metadata.tables.values():
        named = {key["name"] for key in there.get_foreign_keys(table.name)} - {None}
        named |= keys_added_with_their_column(table.name)
        named |= {check["name"] for check in there.get_check_constraints(table.name)}
        named |= {unique["name"] for unique in there.get_unique_constraints(table.name)}
        wanted = {
            constraint.name
            for constraint in table.constraints
            if not constraint.name.startswith("pk_")
        }
        assert named == wanted, table.name


def test_there_is_one_head():
    assert len(HISTORY.get_heads()) == 1, "two migrations follow the same one: renumber yours"


def test_files_are_numbered_without_a_gap():
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    steps = list(reversed(list(HISTORY.walk_revisions())))
    assert len(files) == len(steps)
    for number, (file, step) in enumerate(zip(files, steps, strict=True), start=1):
        assert re.fullmatch(rf"{number:04}_[a-z0-9_]+\.py", file), file
        assert step.revision == f"{number:04}"
        assert step.down_revision == (f"{number - 1:04}" if number > 1 else None)


def test_every_step_says_what_it_is_and_can_go_back():
    for step in HISTORY.walk_revisions():
        assert step.doc, step.path
        assert "def downgrade" in Path(step.path).read_text("utf-8")
