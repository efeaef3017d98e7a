"""What the page behind a sign weighs as sent, in each language: it must fit one round trip."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app import create_app
from app.database import db
from app.demo.load import example_signs
from app.languages import LANGUAGES
from bench.budgets import PAGE_AIM_BYTES, PAGE_BYTES
from bench.table import print_table
from tests.conftest import settings_for
from tests.server import Server


def measure() -> None:
    """Print the bytes of the pages of a park and a hall."""
    with tempfile.TemporaryDirectory(prefix="vof-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'vof.sqlite3'}"
        Server(url, folder).prepare()
        app = create_app(settings_for(url, folder))
        rows = []
        with app.app_context():
            addresses = [f"/s/{sign.code}" for sign in example_signs().values()] + ["/report", "/"]
            db.session.remove()
        for address, what in zip(addresses, ("park", "hall", "no sign", "start"), strict=True):
            for language in LANGUAGES:
                sizes = [
                    _size(app, f"{address}?lang={language}", coding) for coding in ("br", "gzip")
                ]
                rows.append([what, language, *sizes])
    heads = ["page", "language", "br", "gzip"]
    print_table(f"Page as sent, bytes (limit {PAGE_BYTES}, aim {PAGE_AIM_BYTES})", heads, rows)


def _size(app, address: str, coding: str) -> int:  # noqa: ANN001
    answer = app.test_client().get(address, headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding
    return len(answer.data)
