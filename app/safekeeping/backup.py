"""Making a backup while the server runs: the database at one moment, and every photo it names.

SECRET_KEY is never part of it: who finds a backup shall not be able to open reporters' links with
it (docs/decisions/0010).
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, select, text
from sqlalchemy.engine import make_url

from app.config import Settings
from app.database import now
from app.geo import sqlite_functions
from app.reports.housekeeping import PHOTO_NAMES
from app.reports.photo_store import PHOTO, PhotoStore
from app.safekeeping import postgres
from app.safekeeping.archive import DATABASE, PHOTOS, SUFFIXES, Manifest, Writer
from app.safekeeping.refusal import Refused
from app.safekeeping.tables import count_rows, open_database, revision_of, tables_of


def secret_mark(secret_key: str) -> str:
    """Enough to tell whether a key is the one a backup was made under."""
    return hmac.digest(f"backup:{secret_key}".encode(), b"", "sha256").hex()[:16]


def write_backup(settings: Settings, store: PhotoStore, file: Path) -> Manifest:
    """Write the database and the photos into one file, which has its name once it is whole.

    Raises:
        Refused: the file is there already or its name says no format, the database has no tables,
            or a program of PostgreSQL is missing.
    """
    if not file.name.endswith(SUFFIXES):
        raise Refused(f"{file}: give a name that ends in {' or '.join(SUFFIXES)}.")
    if file.exists():
        raise Refused(f"{file} is there already.")
    dumped, part = file.with_name(f"{file.name}.database"), file.with_name(f"{file.name}.part")
    if file.name.endswith(".gz"):
        part = part.with_name(f"{part.name}.gz")
    before = os.umask(0o077)
    try:
        for left_over in (dumped, part):
            left_over.unlink(missing_ok=True)
        manifest, wanted = _dump(settings, dumped)
        _pack(store, manifest, wanted, dumped, part)
        part.rename(file)
    finally:
        os.umask(before)
        for left_over in (dumped, part):
            left_over.unlink(missing_ok=True)
    return manifest


def _dump(settings: Settings, dumped: Path) -> tuple[Manifest, set[str]]:
    """Write the database to a file; what it holds, and the names of the photos it needs."""
    url = settings.database_url
    with _standing_still(url, dumped) as connection:
        revision = revision_of(connection)
        if revision is None:
            raise Refused("The database has no tables yet: run `vof prepare` first.")
        manifest = Manifest(
            made_at=now().isoformat(timespec="seconds"),
            backend=make_url(url).get_backend_name(),
            revision=revision,
            secret_mark=secret_mark(settings.secret_key),
            tables={table.name: count_rows(connection, table) for table in tables_of(connection)},
        )
        return manifest, _photos_named(connection)


def _photos_named(connection: Connection) -> set[str]:
    there = {
        (table.name, name)
        for table in tables_of(connection)
        for name in _columns_of(connection, table)
    }
    names: set[str] = set()
    for column in PHOTO_NAMES:
        if (column.class_.__tablename__, column.key) in there:
            names.update(connection.scalars(select(column).where(column.is_not(None))))
    return names


def _columns_of(connection: Connection, table: Table) -> list[str]:
    """The columns that a table has which is perhaps not up to date."""
    nothing = select(text("*")).select_from(table).limit(0)
    return list(connection.execute(nothing).keys())


@contextmanager
def _standing_still(url: str, dumped: Path) -> Iterator[Connection]:
    """Dump a database, and a connection to what was dumped."""
    if make_url(url).get_backend_name() == "sqlite":
        _copy_sqlite(Path(make_url(url).database or ""), dumped)
        url = f"sqlite:///{dumped}"
    engine = open_database(url)
    try:
        with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            if connection.dialect.name == "postgresql":
                snapshot = connection.scalar(text("SELECT pg_export_snapshot()")) or ""
                postgres.dump(url, dumped, snapshot, postgres.server_version(connection))
            yield connection
    finally:
        engine.dispose()
        for suffix in ("-wal", "-shm", "-turn"):
            dumped.with_name(f"{dumped.name}{suffix}").unlink(missing_ok=True)


def _copy_sqlite(file: Path, dumped: Path) -> None:
    """Copy a database that may be written to meanwhile.

    VACUUM INTO rather than the backup API, which copies page by page: what has been erased lives on
    in pages that are not in use, and does not belong in a backup.
    """
    if not file.exists():
        raise Refused(f"There is no database at {file}.")
    connection = sqlite3.connect(file, isolation_level=None)
    sqlite_functions.register(connection)
    try:
        connection.execute("VACUUM INTO ?", (str(dumped),))
    finally:
        connection.close()


def _pack(
    store: PhotoStore, manifest: Manifest, wanted: set[str], dumped: Path, part: Path
) -> None:
    writer = Writer(part, manifest)
    try:
        with dumped.open("rb") as content:
            writer.add(DATABASE, content, dumped.stat().st_size)
        for name in store.all_files():
            # Photos go away while a backup is made, when somebody's are erased.
            try:
                with store.open_file(name) as (content, length):
                    writer.add(f"{PHOTOS}{name}", content, length)
            except FileNotFoundError:
                continue
        there = {name.rpartition("/")[2] for name in manifest.files}
        manifest.missing = sorted(one for one in wanted if f"{one}.{PHOTO}.jpg" not in there)
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    descriptor = os.open(part, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
