"""Lighthouse over every public page in every language, and the sign's page timed more closely.

Single times spread by a fifth, so the sign's page is the median of five; scores hardly spread.
Nothing else should run meanwhile: a busy core is seen at once in the blocking time.
Limit it by BENCH_LANGUAGES="nb en" and BENCH_SCREENS="sign" (a part of the screens' names).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from app.languages import LANGUAGES
from bench.budgets import COLD_BYTES, COLD_REQUESTS
from bench.table import print_table
from tests.journeys.screens import PUBLIC, Screen, furnish
from tests.server import Server

HERE = Path(__file__).parent
LCP_LIMIT_MS, LCP_AIM_MS, TBT_LIMIT_MS, CLS_LIMIT = 1200, 900, 50, 0
BAD_LINK_SCORE = 99
RUNS = 5
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

Run = dict[str, Any]
Row = list[object]


def measure() -> None:
    """Print the landing's times, the bad link, and the scores of all pages."""
    _install()
    with tempfile.TemporaryDirectory(prefix="vof-bench-") as name:
        folder = Path(name)
        server = Server(f"sqlite:///{folder / 'vof.sqlite3'}", folder)
        server.prepare()
        server.start()
        try:
            _measure(server, furnish(server))
        finally:
            server.stop()


def _measure(server: Server, words: dict[str, str]) -> None:
    landings = {kind: f"{server.url}/s/{words[kind]}" for kind in ("park", "hall")}
    heads = ["page", "LCP ms", "TBT ms", "CLS", "bytes", "requests", "performance", ""]
    rows = [_landing(kind, url, bad_link=False) for kind, url in landings.items()]
    limits = f"LCP ≤ {LCP_LIMIT_MS} (aim {LCP_AIM_MS}), TBT ≤ {TBT_LIMIT_MS}, CLS {CLS_LIMIT}"
    limits += f", {COLD_BYTES} bytes, {COLD_REQUESTS} requests"
    print_table(f"A sign's page, medians of {RUNS} ({limits})", heads, rows)
    rows = [_landing(kind, url, bad_link=True) for kind, url in landings.items()]
    title = f"On a bad link: 400 ms, 400 kbit/s, 6 × CPU (score ≥ {BAD_LINK_SCORE})"
    print_table(title, heads, rows)
    heads = ["page", "language", *CATEGORIES, ""]
    print_table("Scores (100 each)", heads, list(_scores(server.url, words)))


def _landing(kind: str, url: str, *, bad_link: bool) -> Row:
    job = {"url": url, "categories": ["performance"], "badLink": bad_link}
    runs = _run([job] * RUNS)
    lcp, tbt, cls, size, requests = (
        median(run[name] for run in runs)
        for name in ("lcp_ms", "tbt_ms", "cls", "bytes", "requests")
    )
    score = median(run["scores"]["performance"] for run in runs)
    fair = lcp <= LCP_LIMIT_MS and tbt <= TBT_LIMIT_MS
    light = size <= COLD_BYTES and requests <= COLD_REQUESTS
    good = score >= BAD_LINK_SCORE if bad_link else fair and light and score == 100
    kept = good and round(cls, 3) <= CLS_LIMIT
    return [kind, lcp, tbt, f"{cls:.3f}", int(size), int(requests), int(score), _mark(kept)]


def _scores(url: str, words: dict[str, str]) -> Iterator[Row]:
    languages = os.environ.get("BENCH_LANGUAGES", "").split() or LANGUAGES
    for screen in _screens():
        categories = CATEGORIES if screen.indexed else CATEGORIES[:3]
        for language in languages:
            address = screen.address.format(**words)
            address += f"{'&' if '?' in address else '?'}lang={language}"
            (run,) = _run([{"url": url + address, "categories": categories}])
            scores = run["scores"]
            kept = all(scores[name] == 100 for name in categories)
            cells = [scores.get(name, "–") for name in CATEGORIES]
            wanting = "" if kept else f"{_mark(kept)} {', '.join(run['wanting'])}"
            yield [screen.name, language, *cells, wanting]


def _screens() -> list[Screen]:
    """Pages as their address alone shows them; an unknown page is not for Lighthouse to judge."""
    wanted = os.environ.get("BENCH_SCREENS", "")
    return [one for one in PUBLIC if not one.do and one.status == 200 and wanted in one.name]


def _mark(kept: bool) -> str:
    return "ok" if kept else "OVER"


def _run(jobs: Sequence[dict[str, Any]]) -> list[Run]:
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or "chromium"}
    command = ["node", "run.mjs"]
    done = subprocess.run(
        command,
        cwd=HERE,
        env=environment,
        input=json.dumps(list(jobs)),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _install() -> None:
    """Lighthouse is large and only for this, so it is no part of the set-up."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=HERE, check=True)
        installed.touch()
