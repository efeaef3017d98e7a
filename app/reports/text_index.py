"""The index over the texts of reports: number, description, address, place, sign, who reported.

A table `idx_reports_text` holds the plain words of each report. Triggers keep it right, whoever
writes, and an index of its trigrams finds in it: GIN of pg_trgm on PostgreSQL, FTS5 on SQLite.
Why so: docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic.operations import Operations
from sqlalchemy import Connection, text

from app.words import BETWEEN_WORDS

NAME = "idx_reports_text"
_ICU = "und-x-icu"

_PHONE = "coalesce(c.phone, '')"
for _character in " +-.()":
    _PHONE = f"replace({_PHONE}, '{_character}', '')"
# A number and a phone are one word each, a phone also without the code of its country.
_WORDS = f"""' ' || replace(r.number, '-', '') || ' ' || plain_words(
    r.description || ' ' || r.address || ' ' || coalesce(p.name, '') || ' '
    || coalesce(s.label, '') || ' ' || coalesce(s.code, '') || ' '
    || coalesce(c.name, '') || ' ' || coalesce(c.email, '')
  ) || ' ' || {_PHONE} || ' ' || substr({_PHONE}, greatest(length({_PHONE}) - 7, 1))"""
_SOURCES = """LEFT JOIN places p ON p.id = r.place_id LEFT JOIN signs s ON s.id = r.sign_id
  LEFT JOIN contacts c ON c.report_id = r.id"""
_SELECT = f"SELECT r.id, {_WORDS} FROM {{reports}} r {_SOURCES}"  # noqa: S608 - all of it is ours
_FILL = f"INSERT INTO {NAME} (rowid, words) {_SELECT}"
_REFRESH = f"""UPDATE {NAME}
  SET words = (SELECT {_WORDS} FROM reports r {_SOURCES} WHERE r.id = {NAME}.rowid)
  WHERE rowid IN (SELECT r.id FROM reports r WHERE {{which}})"""  # noqa: S608 - all of it is ours

# Which table, what happens to it, and whose words change by it.
_CHANGES = (
    ("reports", "UPDATE OF number, description, address, place_id, sign_id", "r.id = NEW.id"),
    ("contacts", "INSERT", "r.id = NEW.report_id"),
    ("contacts", "UPDATE OF name, email, phone", "r.id = NEW.report_id"),
    ("contacts", "DELETE", "r.id = OLD.report_id"),
    ("places", "UPDATE OF name", "r.place_id = NEW.id"),
    ("signs", "UPDATE OF label, code", "r.sign_id = NEW.id"),
)


def create_text_index(op: Operations) -> None:
    """Make the table, its index and triggers, and fill it with the reports that are there."""
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    for statement in _on_postgresql(connection) if on_postgresql else _on_sqlite():
        connection.execute(text(statement.replace(":", r"\:")))


def _on_postgresql(connection: Connection) -> Iterator[str]:
    # A million reports take longer than a request may.
    yield "SET LOCAL statement_timeout = 0"
    yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    yield _plain_words(connection)
    yield f"""CREATE TABLE {NAME} (words text NOT NULL, rowid integer PRIMARY KEY
        REFERENCES reports (id) ON DELETE CASCADE)"""
    yield _FILL.format(reports="reports")
    yield f"CREATE INDEX {NAME}_trigrams ON {NAME} USING gin (words gin_trgm_ops)"
    # All rows of a statement at once, since a bulk load brings thousands.
    yield _function("added", _FILL.format(reports="added"))
    yield f"""CREATE TRIGGER {NAME}_added AFTER INSERT ON reports
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {NAME}_added()"""
    for number, (table, happening, which) in enumerate(_CHANGES):
        yield _function(str(number), _REFRESH.format(which=which))
        yield f"""CREATE TRIGGER {NAME}_{number} AFTER {happening} ON {table}
            FOR EACH ROW EXECUTE FUNCTION {NAME}_{number}()"""


def _plain_words(connection: Connection) -> str:
    """`app.words.plain_words` in SQL, whatever language the machine speaks."""
    known = text("SELECT count(*) FROM pg_collation WHERE collname = :name")
    collation = f'COLLATE "{_ICU}"' if connection.scalar(known, {"name": _ICU}) else ""
    between = BETWEEN_WORDS.replace("\\", "\\\\").replace("'", "\\'")
    return f"""CREATE FUNCTION plain_words(said text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN translate(replace(replace(replace(lower(
        regexp_replace(normalize(said, NFKD), '[\\u0300-\\u036F]', '', 'g') {collation}),
        'ø', 'o'), 'æ', 'ae'), 'ß', 'ss'), E'{between}', repeat(' ', {len(BETWEEN_WORDS)}))"""


def _function(name: str, statement: str) -> str:
    return f"""CREATE FUNCTION {NAME}_{name}() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN {statement}; RETURN NULL; END $$"""


def _on_sqlite() -> Iterator[str]:
    # SQLite's `max` of two is PostgreSQL's `greatest`.
    fill, refresh = (said.replace("greatest(", "max(") for said in (_FILL, _REFRESH))
    yield f"CREATE VIRTUAL TABLE {NAME} USING fts5(words, tokenize='trigram')"
    yield fill.format(reports="reports")
    yield f"""CREATE TRIGGER {NAME}_added AFTER INSERT ON reports
        BEGIN {fill.format(reports="reports")} WHERE r.id = NEW.id; END"""
    remove = f"DELETE FROM {NAME} WHERE rowid = OLD.id"  # noqa: S608
    yield f"CREATE TRIGGER {NAME}_removed AFTER DELETE ON reports BEGIN {remove}; END"
    for number, (table, happening, which) in enumerate(_CHANGES):
        yield f"""CREATE TRIGGER {NAME}_{number} AFTER {happening} ON {table}
            BEGIN {refresh.format(which=which)}; END"""


def drop_text_index(op: Operations) -> None:
    """The way back; the extension stays, somebody else may use it."""
    connection = op.get_bind()
    on_postgresql = connection.dialect.name == "postgresql"
    triggers = [("added", "reports"), *((str(at), one[0]) for at, one in enumerate(_CHANGES))]
    for name, table in triggers if on_postgresql else [*triggers, ("removed", "reports")]:
        op.execute(f"DROP TRIGGER {NAME}_{name}{f' ON {table}' if on_postgresql else ''}")
        if on_postgresql:
            op.execute(f"DROP FUNCTION {NAME}_{name}")
    op.execute(f"DROP TABLE {NAME}")
    if on_postgresql:
        op.execute("DROP FUNCTION plain_words")
