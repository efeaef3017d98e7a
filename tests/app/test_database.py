"""A request is a transaction: all or nothing is kept, and nobody is told of what was not."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import StatementError

from app.config import ROOT
from app.database import Base, UtcDateTime, db, now, session
from app.permissions import allow
from app.places.models import Unit
from app.reports.models import Event, Report
from app.signs.models import Sign
from tests.conftest import FROM_HERE, a_report, put_report

MAY_COMMIT = {
    "app/database.py",
    "app/commands.py",
    # A search only reads, and is a look all the same.
    "app/desk/found_by.py",
    "app/jobs.py",
    "app/keepers/printing.py",
    # Each mail is kept before the mailbox is told that it is, by the worker and `vof mail-in`.
    "app/mailbox/imap.py",
    "app/mailbox/operations.py",
    # When a key was used last, also by a call that only reads or is refused.
    "app/open311/caller.py",
    "app/outbox.py",
    "app/safekeeping/commands.py",
}
MAY_START_OVER = {
    "app/attempts.py",
    "app/database.py",
    "app/kiosk/pages.py",
    "app/notices/fixed_pages.py",
    "app/reports/pages/form.py",
    "app/reports/pages/status.py",
}


def route(app, view, *, method="POST"):
    """Add a view that anyone may call, and return its address."""

    @allow(anyone=True)
    def plainly():
        answer = app.make_response(view())
        answer.mimetype = "text/plain"
        return answer

    app.add_url_rule("/try", "try", plainly, methods=[method])
    return "/try"


def units(app):
    with app.app_context():
        return set(session().scalars(select(Unit.name)))


def add_unit(name="Ny enhet"):
    session().add(Unit(name=name))
    session().flush()


def test_what_a_view_wrote_is_kept_when_it_answers(built):
    app = built()
    address = route(app, lambda: add_unit() or "kept")
    assert app.test_client().post(address).status_code == 200
    assert "Ny enhet" in units(app)


@pytest.mark.parametrize("failure", [RuntimeError("later"), KeyError("x"), ZeroDivisionError()])
def test_a_view_that_fails_after_writing_keeps_nothing(built, failure):
    app = built()

    def view():
        add_unit()
        raise failure

    assert app.test_client().post(route(app, view), headers=FROM_HERE).status_code == 500
    assert "Ny enhet" not in units(app)


def test_an_answer_that_cannot_be_made_keeps_nothing(built):
    app = built()
    address = route(app, add_unit)
    assert app.test_client().post(address).status_code == 500, "a view that returns None"
    assert "Ny enhet" not in units(app)


def test_an_answer_of_failure_that_is_returned_is_kept(built):
    """The refused form that keeps the photos that came with it returns its status."""
    app = built()
    address = route(app, lambda: add_unit() or ("refused", 422))
    assert app.test_client().post(address).status_code == 422
    assert "Ny enhet" in units(app)


def test_a_get_never_commits(built):
    app = built()
    address = route(app, lambda: add_unit() or "shown", method="GET")
    assert app.test_client().get(address).status_code == 200
    assert "Ny enhet" not in units(app)


def test_a_refused_row_at_the_commit_is_not_told_as_kept(built):
    app = built()

    def view():
        session().add(Unit(name="Ny enhet"))
        # Written by the commit itself, since nothing has flushed it.
        session().add(Unit(name=None))
        return "kept", 201

    answer = app.test_client().post(route(app, view))
    assert answer.status_code == 500
    assert "kept" not in answer.text
    assert "Ny enhet" not in units(app)


def test_a_commit_that_the_database_refuses_is_not_told_as_kept(built):
    """For real, without the savepoints of the tests: the constraint is tried at the commit."""
    app = built(keeps=True)

    def view():
        add_unit()
        if db.engine.dialect.name == "sqlite":
            session().execute(text("PRAGMA defer_foreign_keys=ON"))
            session().execute(insert(Sign).values(code="00000R", place_id=999_999, label="x"))
        else:
            unique = "CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
            session().execute(text(unique))
            session().execute(text("INSERT INTO late VALUES (1), (1)"))
        return "kept", 201

    answer = app.test_client().post(route(app, view))
    assert answer.status_code == 500
    assert "kept" not in answer.text
    assert "Ny enhet" not in units(app)


def test_who_meets_a_twin_is_run_again_from_the_start(built):
    app = built()
    names = []

    def view():
        found = session().scalar(select(Unit).where(Unit.name == "Idrett")) if names else None
        names.append("run")
        if found is None:
            # As if the twin had been committed after the question whether it is there.
            add_unit("Idrett")
        return f"answered with unit {found.id}"

    answer = app.test_client().post(route(app, view))
    assert (answer.status_code, len(names)) == (200, 2)
    assert answer.text.startswith("answered with unit ")


def test_a_second_clash_is_a_real_one(built):
    app = built()
    runs = []

    def view():
        runs.append("run")
        add_unit("Idrett")
        return "kept"

    assert app.test_client().post(route(app, view)).status_code == 500
    assert len(runs) == 2


@pytest.mark.postgis
def test_the_loser_of_twins_answers_as_the_winner(postgis_app):
    """Two equal reports at once: the winner is committed just before the loser's own insert.

    On SQLite the second waits for the first from the start, so there it finds the winner's row.
    """
    report_id, answers = uuid4(), []
    client = postgis_app.test_client()

    def win():
        with postgis_app.app_context():
            answers.append(put_report(postgis_app.test_client(), a_report(), report_id))

    def let_the_twin_win(_connection, _cursor, statement, *_rest):
        if not answers and statement.startswith("INSERT INTO reports"):
            answers.append(None)
            twin = threading.Thread(target=win)
            twin.start()
            twin.join()

    with postgis_app.app_context():
        event.listen(db.engine, "before_cursor_execute", let_the_twin_win)
        try:
            loser = put_report(client, a_report(), report_id)
            (_, winner) = answers
            assert (winner.status_code, loser.status_code) == (201, 200)
            assert loser.json == winner.json
            assert session().scalar(select(func.count(Report.id))) == 1
            assert session().scalar(select(func.count(Event.id))) == 1
        finally:
            event.remove(db.engine, "before_cursor_execute", let_the_twin_win)
            session().rollback()
            session().execute(text("DELETE FROM events"))
            session().execute(text("DELETE FROM reports"))
            session().commit()


def sources():
    for file in sorted((ROOT / "app").rglob("*.py")):
        yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def test_only_the_door_and_the_commands_commit():
    commits = {name for name, source in sources() if re.search(r"\.commit\(", source)}
    assert commits == MAY_COMMIT, (
        "A request is a transaction: operations add and flush, `app/database.py` commits."
    )


def test_only_the_refused_forms_start_over():
    starts = {name for name, source in sources() if re.search(r"\bstart_over\(", source)}
    assert starts == MAY_START_OVER
    rollbacks = {name for name, source in sources() if re.search(r"\.rollback\(", source)}
    assert rollbacks == {
        "app/database.py",
        "app/commands.py",
        "app/keepers/printing.py",
        "app/mailbox/imap.py",
        "app/mailbox/operations.py",
        "app/outbox.py",
        "app/safekeeping/postgres.py",
    }


def test_every_time_in_the_models_is_a_utc_time():
    plain = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith(("_at", "_since")) and not isinstance(column.type, UtcDateTime)
    ]
    assert not plain


def test_a_time_without_a_zone_is_refused(app, park_sign):
    park_sign.mounted_at = datetime(2026, 11, 23, 18, 0)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="which instant"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9))])
def test_a_time_comes_back_as_the_same_instant_in_utc(app, park_sign, zone):
    written = datetime(2026, 7, 1, 0, 30, 15, 123456, tzinfo=zone)
    park_sign.mounted_at = written
    db.session.commit()
    (read,) = db.session.execute(select(Sign.mounted_at).where(Sign.id == park_sign.id)).one()
    assert read == written
    assert read.utcoffset() == timedelta(0)
    same = select(Sign.id).where(Sign.mounted_at == written)
    assert db.session.scalar(same) == park_sign.id


def test_no_time_is_none(app, park_sign):
    park_sign.mounted_at = None
    db.session.commit()
    assert db.session.get(Sign, park_sign.id).mounted_at is None


def test_now_is_aware():
    assert now().tzinfo is UTC


def test_sqlite_survives_a_power_cut_and_holds_its_references(sqlite_app):
    with sqlite_app.app_context():
        asked = {
            name: session().scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        session().rollback()
    full = 2
    assert asked["journal_mode"] == "wal"
    assert asked["synchronous"] == full
    assert asked["foreign_keys"] == 1
    assert asked["busy_timeout"] > 0


@pytest.mark.postgis
def test_postgresql_ends_a_statement_that_takes_too_long(postgis_app):
    with postgis_app.app_context():
        assert session().scalar(text("SHOW statement_timeout")) not in {"0", None}
        assert session().scalar(text("SHOW timezone")) == "UTC"
        session().rollback()
