"""The register moves to another database whole, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app
from app.database import Base, db
from app.demo.load import load_demo
from app.geo.indexes import is_spatial_bookkeeping
from app.safekeeping.moving import Moved, move_database
from app.safekeeping.refusal import Refused
from tests.cluster import Cluster
from tests.conftest import settings_for
from tests.filler import FIRST_ID, ROWS, fill_every_table, opened

REPORTS = 2_000
KEPT_BY_OTHERS = {"alembic_version", "spatial_ref_sys", "sqlite_sequence"}
# On PostgreSQL the queue's tables lie beside ours; it holds nothing that the outbox does not.
KEPT_BY_OTHERS |= {"huey_counter", "huey_kv", "huey_schedule", "huey_task"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite register with rows in every table."""
    file = tmp_path_factory.mktemp("moving") / "filled.sqlite3"
    prepared(file)
    fill_every_table(file)
    return file


@pytest.fixture
def register(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "vof.sqlite3"))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The demo with 2,000 reports, and rows in every table."""
    file = tmp_path / "large.sqlite3"
    prepared(file, reports=REPORTS)
    fill_every_table(file)
    return file


def prepared(file: Path, reports: int | None = None, revision: str = "head") -> None:
    app = create_app(settings_for(f"sqlite:///{file}", file.parent))
    with app.app_context():
        upgrade()
        if revision != "head":
            downgrade(revision=revision)
        if reports is not None:
            load_demo(reports)
            db.session.commit()
        db.session.remove()
        db.engine.dispose()


def change(file: Path, statement: str) -> None:
    with opened(file) as connection:
        connection.execute(statement)


@pytest.fixture
def empty(cluster: Cluster) -> str:
    return cluster.create_database("vof_moved")


def moved(source: Path | str, target: Path | str) -> list[Moved]:
    told: list[Moved] = []
    addresses = [f"sqlite:///{one}" if isinstance(one, Path) else one for one in (source, target)]
    move_database(addresses[0], addresses[1], told.append)
    return told


def rows(file: Path) -> dict[str, list[tuple]]:
    """Everything as SQLite has it, byte by byte."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in Base.metadata.tables
        }


def ask(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.postgis
def test_every_table_arrives_and_comes_back_as_it_was(large, empty, tmp_path):
    told = moved(large, empty)
    assert {one.table for one in told} == set(Base.metadata.tables)
    assert all(one.rows >= ROWS for one in told)
    assert {one.table: one.rows for one in told}["reports"] == REPORTS + ROWS
    back = tmp_path / "back.sqlite3"
    assert {one.table: one.checksum for one in moved(empty, back)}["reports"] in {
        one.checksum for one in told
    }
    before, after = rows(large), rows(back)
    # Each move has left its own line in the log.
    assert len(after.pop("audit_entries")) == len(before.pop("audit_entries")) + 2
    for name, kept in before.items():
        assert after[name] == kept, name


@pytest.mark.postgis
def test_places_and_times_mean_the_same_in_postgis(register, empty):
    moved(register, empty)
    where = f"WHERE id = {FIRST_ID}"
    ((point, received),) = ask(
        empty, f"SELECT ST_AsEWKT(point), received_at AT TIME ZONE 'UTC' FROM reports {where}"
    )
    assert point == "SRID=4326;POINT(5.733333333333333 58.96975312345679)"
    assert received.isoformat() == "2026-03-29T01:00:59.123456"
    ((inside,),) = ask(
        empty,
        "SELECT count(*) FROM reports"
        " WHERE point && ST_MakeEnvelope(5.73, 58.96, 5.74, 58.97, 4326)",
    )
    assert inside >= 2


@pytest.mark.postgis
def test_new_rows_get_ids_that_no_row_has_had(register, empty):
    change(register, "UPDATE sqlite_sequence SET seq = 5000000 WHERE name = 'outbox'")
    moved(register, empty)
    sequences = ask(
        empty,
        "SELECT pg_sequence_last_value(pg_get_serial_sequence('outbox', 'id')::regclass),"
        " pg_sequence_last_value(pg_get_serial_sequence('events', 'id')::regclass)",
    )
    assert sequences == [(5_000_000, FIRST_ID + ROWS - 1)]


@pytest.mark.postgis
def test_a_database_that_holds_something_is_left_alone(register, empty):
    moved(register, empty)
    with pytest.raises(Refused, match="not empty"):
        moved(register, empty)


@pytest.mark.postgis
def test_what_arrives_differently_is_not_kept(register, empty, tmp_path):
    """A trigger of the new database stands for whatever may go wrong on the way."""
    nothing = tmp_path / "nothing.sqlite3"
    prepared(nothing)
    moved(nothing, empty)
    with psycopg.connect(empty.replace("+psycopg", "")) as connection:
        connection.execute("DELETE FROM audit_entries")
        connection.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN NEW.public_text := NEW.public_text || ' '; RETURN NEW; END$$"
        )
        connection.execute(
            "CREATE TRIGGER spoil BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(Refused, match="events differs"):
        moved(register, empty)
    assert ask(empty, "SELECT count(*) FROM reports") == [(0,)]


@pytest.fixture
def used(register: Path) -> Iterator[None]:
    """Somebody has the register open."""
    with closing(sqlite3.connect(register)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("SELECT count(*) FROM reports").fetchall()
        yield


@pytest.mark.usefixtures("used")
def test_a_register_in_use_is_not_moved(register, tmp_path):
    with pytest.raises(Refused, match="in use"):
        moved(register, tmp_path / "new.sqlite3")


@pytest.mark.postgis
def test_a_new_database_in_use_is_not_filled(register, empty):
    with (
        psycopg.connect(empty.replace("+psycopg", "")),
        pytest.raises(Refused, match="1 other conn"),
    ):
        moved(register, empty)


def test_a_register_that_is_not_up_to_date_is_not_moved(tmp_path):
    prepared(tmp_path / "old.sqlite3", revision="-1")
    with pytest.raises(Refused, match="not up to date"):
        moved(tmp_path / "old.sqlite3", tmp_path / "new.sqlite3")


@pytest.mark.postgis
def test_a_text_that_postgresql_would_not_take_is_named_before_anything_is_copied(register, empty):
    change(register, f"UPDATE places SET name = '{'x' * 200}' WHERE id = {FIRST_ID}")
    with pytest.raises(Refused, match=rf"places.name of row {FIRST_ID}"):
        moved(register, empty)


@pytest.mark.usefixtures("app")
def test_no_table_of_the_database_is_unknown_to_the_models():
    """What the models do not know is neither counted nor moved: it must be made anew elsewhere."""
    there = {
        name
        for name in inspect(db.engine).get_table_names()
        if not is_spatial_bookkeeping(name, "table")
    }
    assert there - set(Base.metadata.tables) <= KEPT_BY_OTHERS


@pytest.mark.postgis
def test_the_search_finds_in_the_new_database_what_it_found_in_the_old(register, empty):
    change(register, f"UPDATE reports SET description = 'Gatelampa er mørk' WHERE id = {FIRST_ID}")
    moved(register, empty)
    found = ask(empty, "SELECT rowid FROM idx_reports_text WHERE words LIKE '%gatelampa er mork%'")
    assert found == [(FIRST_ID,)]
