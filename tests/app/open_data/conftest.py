"""Open data of a test's own: a folder for the files, and a way to have them made anew."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.database import db, now
from app.open_data.records import FEWEST_AROUND
from app.open_data.snapshots import Snapshots
from app.reports.deadlines import local_day
from app.reports.models import Report


@pytest.fixture
def snapshots(app: Flask, tmp_path: Path) -> Iterator[Snapshots]:
    """What this test's application has published, beginning with nothing."""
    before = app.extensions["open_data"]
    app.extensions["open_data"] = Snapshots(tmp_path / "open-data")
    yield app.extensions["open_data"]
    app.extensions["open_data"] = before


@pytest.fixture
def client(app: Flask, snapshots: Snapshots) -> FlaskClient:
    """A visitor who reads every answer to its end, files too."""
    visitor = app.test_client()
    visitor.open = partial(visitor.open, buffered=True)  # type: ignore[method-assign]
    return visitor


@pytest.fixture
def publish(snapshots: Snapshots) -> Callable[[], None]:
    """Forget what is published, so that the next asker gets it as it is now."""

    def forget() -> None:
        db.session.commit()
        for folder in snapshots._folders():
            folder.rename(folder.with_name(f"old {folder.name}"))

    return forget


@pytest.fixture
def published(client: FlaskClient, publish: Callable[[], None]) -> Callable[[], dict[str, Any]]:
    """The records of the reports as they are now, as GeoJSON, by category."""

    def read() -> dict[str, Any]:
        publish()
        features = client.get("/open/data/reports.geojson").json["features"]
        return {one["properties"]["category"]: one for one in features}

    return read


@pytest.fixture
def record(filed: Callable[..., Report]) -> Callable[..., Report]:
    """Files a report, and changes its row."""

    def file(sent: dict[str, Any] | None = None, **changes: Any) -> Report:
        report = filed(**(sent or {}))
        for name, value in changes.items():
            setattr(report, name, value)
        db.session.commit()
        return report

    return file


@pytest.fixture
def crowd(record: Callable[..., Report]) -> Callable[..., list[Report]]:
    """As many reports as are needed for where they are to be told."""
    return lambda *sent, **changes: [record(*sent, **changes) for _ in range(FEWEST_AROUND)]


def whole(answer: Any) -> bytes:
    """The body, unpacked where it came packed."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(answer.data) if packed else answer.data


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(whole(answer).decode())))


def today() -> str:
    return local_day(now()).isoformat()


def days_ago(days: int) -> Any:
    return now() - timedelta(days=days)
