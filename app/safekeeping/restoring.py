"""Checking a backup, and bringing back what is in it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from app.config import ROOT, Settings
from app.reports.photo_store import PhotoStore
from app.safekeeping import postgres
from app.safekeeping.alone import demand_nobody_else
from app.safekeeping.archive import (
    DATABASE,
    MANIFEST,
    PHOTOS,
    UNREADABLE,
    Manifest,
    Summing,
    entries_of,
    read_manifest,
)
from app.safekeeping.backup import secret_mark
from app.safekeeping.refusal import Refused
from app.safekeeping.tables import count_rows, open_database, tables_of

# `vof prepare` and merely starting the server leave rows in these.
_NOT_COUNTED = {"roles"}


def check_backup(file: Path) -> Manifest:
    """Read a backup to its end and compare all of it with its manifest.

    Raises:
        Refused: it is damaged.
    """
    with _unpacked(file, Path(tempfile.gettempdir())) as (manifest, _dumped):
        return manifest


def restore_backup(
    settings: Settings, store: PhotoStore, file: Path, *, replace: bool, other_key: bool
) -> Manifest:
    """Put a backup in the place of the database, and its photos into the store.

    The backup is read to its end before anything is changed, and the database comes last. Tables
    are as old as the backup afterwards: the caller migrates them.

    Args:
        settings: the database to fill, and the key the backup should have been made under.
        store: where the photos go; what is there and not in the backup stays.
        file: the backup.
        replace: the database may hold something, which is lost.
        other_key: the backup may have been made under another SECRET_KEY.

    Raises:
        Refused: any of these is not so, the backup is damaged or newer than this VOF, or somebody
            has the database open.
    """
    url = make_url(settings.database_url)
    is_file = url.get_backend_name() == "sqlite"
    beside = Path(url.database or "").resolve().parent if is_file else Path(tempfile.gettempdir())
    beside.mkdir(parents=True, exist_ok=True)
    with _unpacked(file, beside) as (manifest, dumped):
        _demand_fitting(manifest, url.get_backend_name())
        if not other_key and manifest.secret_mark != secret_mark(settings.secret_key):
            raise Refused(
                "The backup was made under another SECRET_KEY. With this one, reporters' links and"
                " the passwords of staff do not work. Set the old one, or go on with --other-key."
            )
        _demand_free(settings.database_url, replace=replace)
        for name, content in entries_of(file):
            if name.startswith(PHOTOS):
                store.bring_back(name.removeprefix(PHOTOS), content)
        if is_file:
            _put_in_place(dumped, Path(url.database or ""))
        else:
            _bring_back(settings.database_url, dumped)
    _demand_counts(settings.database_url, manifest)
    return manifest


@contextmanager
def _unpacked(file: Path, folder: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest of a backup that is whole, and its database as a file of its own."""
    with tempfile.TemporaryDirectory(prefix="vof-restore-", dir=folder) as own:
        dumped = Path(own) / DATABASE
        try:
            manifest, found = _read(file, dumped)
        except UNREADABLE as error:
            raise Refused(f"{file} cannot be read as a backup: {error}") from error
        if manifest is None:
            raise Refused(f"{file} is cut off: its manifest is missing.")
        _demand_same(found, manifest.files)
        _look_into(dumped, manifest)
        yield manifest, dumped


def _read(file: Path, dumped: Path) -> tuple[Manifest | None, dict[str, tuple[int, str]]]:
    """Read a backup to its end: its manifest, and length and digest of what is really there."""
    found: dict[str, tuple[int, str]] = {}
    manifest = None
    for name, content in entries_of(file):
        if name == MANIFEST:
            manifest = read_manifest(content)
            continue
        summing = Summing(content)
        with dumped.open("wb") if name == DATABASE else Path(os.devnull).open("wb") as sink:
            shutil.copyfileobj(cast(BinaryIO, summing), sink)
        found[name] = summing.facts
    return manifest, found


def _demand_same(found: dict[str, tuple[int, str]], said: dict[str, tuple[int, str]]) -> None:
    differing = sorted(
        name for name in found.keys() | said.keys() if found.get(name) != said.get(name)
    )
    if differing:
        more = len(differing) - 1
        raise Refused(
            f"The backup is damaged: {differing[0]}{f' and {more} more' if more else ''} differ"
            " from what its manifest says."
        )


def _look_into(dumped: Path, manifest: Manifest) -> None:
    """Whether the database in a backup can be read."""
    if manifest.backend == "postgresql":
        postgres.list_contents(dumped)
        return
    connection = sqlite3.connect(f"file:{dumped}?immutable=1", uri=True)
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        answer = str(error)
    finally:
        connection.close()
    if answer != "ok":
        raise Refused(f"The database in the backup is damaged: {answer}")


def _demand_fitting(manifest: Manifest, backend: str) -> None:
    if manifest.backend != backend:
        raise Refused(
            f"The backup is of a {manifest.backend} database. Restore it to one, and move it with"
            " `vof move-database`."
        )
    known = {step.revision for step in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    if manifest.revision not in known:
        raise Refused(
            f"The backup was made by a newer VOF (its tables are at {manifest.revision})."
            " Update VOF first."
        )


def _demand_free(url: str, *, replace: bool) -> None:
    engine = open_database(url)
    try:
        demand_nobody_else(engine)
        with engine.connect() as connection:
            filled = [
                one.name
                for one in tables_of(connection)
                if one.name not in _NOT_COUNTED and count_rows(connection, one)
            ]
    finally:
        engine.dispose()
    if filled and not replace:
        raise Refused(
            f"The database is not empty ({', '.join(filled[:5])} …). --replace puts the backup in"
            " its place; what it holds now is lost."
        )


def _put_in_place(dumped: Path, file: Path) -> None:
    """Let a database take the place of another's file, at one stroke."""
    with dumped.open("rb") as content:
        os.fsync(content.fileno())
    for suffix in ("-wal", "-shm"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    dumped.rename(file)


def _bring_back(url: str, dumped: Path) -> None:
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            postgres.bring_back(url, dumped, connection)
    finally:
        engine.dispose()


def _demand_counts(url: str, manifest: Manifest) -> None:
    """Each table has as many rows as when the backup was made."""
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            counts = {one.name: count_rows(connection, one) for one in tables_of(connection)}
    finally:
        engine.dispose()
    wrong = [name for name, count in manifest.tables.items() if counts.get(name) != count]
    if wrong:
        raise Refused(f"After restoring, these tables differ from the backup: {', '.join(wrong)}.")
