"""Map pictures come through our own host, from a service that may fail in every way."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from app.database import db
from app.maps import upstream
from app.maps.tile_store import TileStore
from app.maps.tiles import FRESH_S, ZOOMS, Tile, is_ours
from app.places.models import Municipality
from app.places.municipality import forget

# The square of Breiavatnet, in the middle of Stavanger.
MIDDLE = "/tiles/15/9700/16905.png"
BESIDE = "/tiles/15/9700/16906.png"


def make_old(folder):
    for file in folder.iterdir():
        os.utime(file, (0, time.time() - FRESH_S - 60))


def test_a_square_of_the_map_is_a_picture_that_browsers_keep(visitor, outside):
    answer = visitor.get(MIDDLE)
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert Image.open(BytesIO(answer.data)).size == (256, 256)
    assert answer.headers["Cache-Control"] == "public, max-age=604800, immutable"
    assert outside.asked == ["/tiles/15/9700/16905.png"]


def test_what_was_fetched_once_is_not_fetched_again_even_by_another_process(
    built, visitor, outside, tmp_path
):
    visitor.get(MIDDLE)
    visitor.get(MIDDLE)
    settings = {"tile_url": outside.tile_url, "tile_cache": tmp_path / "tiles"}
    other = built(keeps=True, **settings).test_client()
    assert other.get(MIDDLE).status_code == 200
    assert len(outside.asked) == 1


def test_the_service_never_learns_who_is_looking(visitor, outside):
    visitor.get(
        MIDDLE,
        headers={
            "X-Forwarded-For": "203.0.113.9",
            "User-Agent": "My phone",
            "Referer": "http://localhost/report",
            "Cookie": "a=b",
            "Accept-Language": "pl",
        },
    )
    visitor.get(BESIDE)
    for sent in outside.headers:
        assert sent["User-Agent"] == "VOF"
        assert not sent.keys() & {"X-Forwarded-For", "Referer", "Cookie", "Accept-Language"}


@pytest.mark.parametrize(
    "address",
    [
        "/tiles/15/9532/17362.png",
        "/tiles/19/155200/270480.png",
        "/tiles/4/4/8.png",
        "/tiles/15/99999/16905.png",
        f"/tiles/15/{10**30}/16905.png",
        f"/tiles/{10**9}/1/1.png",
    ],
    ids=["Oslo", "too near", "too far", "off the map", "absurd row", "absurd zoom"],
)
def test_this_is_no_open_proxy(visitor, outside, address):
    answer = visitor.get(address)
    assert answer.status_code == 404
    assert not answer.data
    assert not outside.asked


@pytest.mark.parametrize("z", ZOOMS)
def test_every_zoom_shows_the_municipality(visitor, z):
    side = 2**z
    assert is_ours(Tile(z, int(1212.5588 / 4096 * side), int(2113.2322 / 4096 * side)))


def test_without_a_boundary_there_is_no_map(visitor, outside):
    db.session.query(Municipality).one().boundary = None
    db.session.commit()
    forget()
    assert visitor.get(MIDDLE).status_code == 404
    assert not outside.asked


@pytest.mark.parametrize("mood", ["broken", "garbage", "page", "huge", "elsewhere", "strange"])
def test_what_is_no_picture_is_neither_shown_nor_kept(visitor, outside, tmp_path, mood):
    outside.mood = mood
    answer = visitor.get(MIDDLE)
    assert answer.status_code == 502
    assert not answer.data
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(outside.asked) == 1, "a redirect was followed"
    outside.mood = "well"
    assert visitor.get(MIDDLE).status_code == 200


def test_a_square_the_service_lacks_is_missing_and_no_failure(visitor, outside):
    outside.mood = "missing"
    for _ in range(5):
        assert visitor.get(MIDDLE).status_code == 404
    outside.mood = "well"
    assert visitor.get(BESIDE).status_code == 200


def test_an_old_picture_is_better_than_none(visitor, outside, tmp_path):
    visitor.get(MIDDLE)
    make_old(tmp_path / "tiles")
    outside.mood = "broken"
    answer = visitor.get(MIDDLE)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600, immutable"


def test_an_old_picture_is_fetched_anew(visitor, outside, tmp_path):
    visitor.get(MIDDLE)
    make_old(tmp_path / "tiles")
    assert visitor.get(MIDDLE).headers["Cache-Control"].startswith("public, max-age=604800")
    assert len(outside.asked) == 2


def test_a_service_that_fails_repeatedly_is_left_alone_for_a_while(visitor, outside, monkeypatch):
    outside.mood = "broken"
    for _ in range(10):
        assert visitor.get(MIDDLE).status_code == 502
    assert len(outside.asked) == upstream.FAILURES_BEFORE_PAUSE
    outside.mood = "well"
    assert visitor.get(MIDDLE).status_code == 502
    later = time.monotonic() + upstream.PAUSE_S + 1
    monkeypatch.setattr(upstream.time, "monotonic", lambda: later)
    assert visitor.get(MIDDLE).status_code == 200


def test_one_thread_of_a_server_is_always_left_for_reports(built, outside, tmp_path):
    app = built(keeps=True, tile_url=outside.tile_url, tile_cache=tmp_path / "tiles")
    outside.mood = "leisurely"
    with ThreadPoolExecutor(8) as pool:
        squares = [f"/tiles/15/9700/{16900 + x}.png" for x in range(8)]
        answers = list(pool.map(lambda square: status_of(app, square), squares))
    assert outside.most_at_once <= upstream.MOST_AT_ONCE
    assert sorted(set(answers)) == [200, 502]


def status_of(app, address):
    with app.app_context():
        return app.test_client().get(address).status_code


def test_no_connection_is_held_while_the_service_is_waited_for(visitor, outside, monkeypatch):
    held = []
    fetch = upstream.Upstream.fetch

    def watched(*arguments):
        held.append(db.session().in_transaction())
        return fetch(*arguments)

    monkeypatch.setattr(upstream.Upstream, "fetch", watched)
    forget()
    assert visitor.get(MIDDLE).status_code == 200
    assert held == [False]


def test_the_store_never_grows_beyond_its_bound(tmp_path):
    first, second = TileStore(tmp_path, 100_000), TileStore(tmp_path, 100_000)
    for number in range(300):
        store = (first, second)[number % 2]
        store.keep(f"{number}.png", bytes(1_000))
        os.utime(tmp_path / f"{number}.png", (0, 1_000_000 + number))
    kept = sorted(int(file.stem) for file in tmp_path.iterdir())
    assert 90 <= len(kept) <= 110
    assert kept[-1] == 299
    assert kept[0] > 180, "the oldest are still there"


def test_a_new_process_finds_the_store_too_large_and_sweeps_it(tmp_path):
    for number in range(300):
        (tmp_path / f"{number}.png").write_bytes(bytes(1_000))
    TileStore(tmp_path, 100_000).keep("new.png", bytes(1_000))
    assert len(list(tmp_path.iterdir())) <= 100


def test_a_store_that_cannot_be_written_costs_no_picture(built, outside, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    app = built(tile_url=outside.tile_url, tile_cache=tmp_path / "file" / "tiles")
    assert app.test_client().get(MIDDLE).status_code == 200
    assert "cannot be kept" in caplog.text
