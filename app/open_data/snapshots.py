"""The published tables as this machine keeps them: made when asked for, once for all who ask.

A snapshot is a folder of files that never change. Whoever asks gets the newest one; one that is
some minutes old is followed by a new one, made after the answer, so that only the first asker of a
quiet day waits.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from flask import Flask, copy_current_request_context, current_app
from sqlalchemy.engine import make_url

from app.after_answer import once_answered
from app.config import VAR, Settings
from app.database import now
from app.open_data import records, source, tables
from app.open_data.records import REPORTS, Bounds, Collection
from app.open_data.tables import in_quotes, open_duckdb, read_bounds, write_tables
from app.open_data.turns import turn
from app.problems import NotMadeYet

REFRESHED_AFTER = timedelta(minutes=10)
# After so long the first asker waits for new ones.
SHOWN_AT_MOST = timedelta(hours=1)
# A million reports take half a minute; whoever asks meanwhile must not hold the server up.
WAIT_S = 5.0
RETRY_AFTER_S = 10
# The one before is still being sent to somebody.
_KEPT = 2
_MARK_CHARACTERS = 16
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables as they were at an instant."""

    folder: Path
    reader: duckdb.DuckDBPyConnection

    @property
    def made_at(self) -> datetime:
        """When; the folder is called after it."""
        return datetime.fromtimestamp(int(self.folder.name.split("-")[0]) / _MICROSECONDS, UTC)

    @property
    def age(self) -> timedelta:
        """How long ago."""
        return now() - self.made_at

    @property
    def mark(self) -> str:
        """Is the same for two snapshots that hold the same."""
        return (self.folder / "mark").read_text()

    def file(self, collection: Collection) -> Path:
        """All of a collection as GeoParquet."""
        return self.folder / f"{collection.id}.parquet"

    def rows(self, collection: Collection) -> str:
        """The same as SQL reads it."""
        return f"read_parquet({in_quotes(str(self.file(collection)))})"

    def ask(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, on a connection of its own."""
        with self.reader.cursor() as cursor:
            return cursor.execute(query, values).fetchall()

    def bounds(self, collection: Collection) -> Bounds | None:
        """West, south, east and north of a collection."""
        with self.reader.cursor() as cursor:
            return read_bounds(cursor, f"FROM {self.rows(collection)}")

    def years(self) -> list[int]:
        """The years that reports were received in, the newest first."""
        rows = self.rows(REPORTS)
        query = f"SELECT DISTINCT year(received) AS year FROM {rows} ORDER BY year DESC"  # noqa: S608
        return [year for (year,) in self.ask(query)]

    def first_day(self, collection: Collection) -> date | None:
        """The day that the oldest record is of."""
        rows = self.rows(collection)
        day: date | None = self.ask(f"SELECT min({collection.day}) FROM {rows}")[0][0]  # noqa: S608
        return day

    def count(self, collection: Collection) -> int:
        """How many records there are."""
        return int(self.ask(f"SELECT count(*) FROM {self.rows(collection)}")[0][0])  # noqa: S608


@dataclass
class Snapshots:
    """All that this machine keeps of one database."""

    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reader: duckdb.DuckDBPyConnection | None = None

    def current(self) -> Snapshot:
        """The newest one, or a new one where that is too old.

        Raises:
            NotMadeYet: the first one is still being made.
        """
        kept = self._newest()
        if kept is None:
            return self._make(WAIT_S)
        if kept.age < REFRESHED_AFTER:
            return kept
        if kept.age < SHOWN_AT_MOST:
            once_answered(copy_current_request_context(self._follow))
            return kept
        return self._make(0)

    def _follow(self) -> None:
        self._make(0)

    def _make(self, wait_s: float) -> Snapshot:
        with turn(self.folder / "turn", wait_s) as is_ours:
            kept = self._newest()
            if kept and (not is_ours or kept.age < REFRESHED_AFTER):
                return kept
            if not is_ours:
                raise NotMadeYet(retry_after_s=RETRY_AFTER_S)
            return self._made()

    def _made(self) -> Snapshot:
        moment = now()
        making = self.folder / "making"
        # What somebody left behind who was killed.
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        write_tables(making, moment)
        (making / "mark").write_text(_mark_of(making))
        stamp = int(moment.timestamp() * _MICROSECONDS)
        made = making.rename(self.folder / f"{stamp}-{_made_by()}")
        kept = self._folders()[-_KEPT:]
        for old in set(self.folder.glob("[0-9]*-*")) - set(kept):
            shutil.rmtree(old)
        return Snapshot(made, self._opened())

    def _newest(self) -> Snapshot | None:
        folders = self._folders()
        return Snapshot(folders[-1], self._opened()) if folders else None

    def _folders(self) -> list[Path]:
        if not self.folder.exists():
            return []
        return sorted(self.folder.glob(f"[0-9]*-{_made_by()}"))

    def _opened(self) -> duckdb.DuckDBPyConnection:
        # Not before the server has forked.
        with self._lock:
            if self._reader is None:
                self._reader = open_duckdb(self.folder / "spill")
                self._reader.execute("SET parquet_metadata_cache = true")
            return self._reader


@cache
def _made_by() -> str:
    """Tells the rules that made a snapshot: what older ones have published is not served on."""
    text = b"".join(Path(str(part.__file__)).read_bytes() for part in (records, source, tables))
    return hashlib.sha256(text).hexdigest()[:_MARK_CHARACTERS]


def _mark_of(folder: Path) -> str:
    mark = hashlib.sha256()
    for file in sorted(folder.glob("*.parquet")):
        with file.open("rb") as read:
            mark.update(hashlib.file_digest(read, "sha256").digest())
    return mark.hexdigest()[:_MARK_CHARACTERS]


def current_snapshot() -> Snapshot:
    """The one to answer this request from.

    Raises:
        NotMadeYet: the first one is still being made.
    """
    snapshots: Snapshots = current_app.extensions["open_data"]
    return snapshots.current()


def beside(database_url: str) -> Path:
    """Beside an SQLite database, and else where this machine keeps its own, by database."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}-open-data")
    mark = hashlib.sha256(url.render_as_string(hide_password=True).encode()).hexdigest()[
        :_MARK_CHARACTERS
    ]
    return VAR / "open-data" / mark


def init_app(app: Flask, settings: Settings) -> None:
    """Keep the files of this application's database."""
    app.extensions["open_data"] = Snapshots(beside(settings.database_url))
