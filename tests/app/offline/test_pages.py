"""What a phone fetches to work without network."""

import io
import json

from PIL import Image
from sqlalchemy import func, select

from app.database import db, session
from app.reports.models import Category
from app.signs.models import Sign


def directory(client, **headers):
    return client.get("/api/v1/directory?lang=en", headers=headers)


def test_the_directory_knows_every_sign_with_its_place(client):
    answer = directory(client).json
    assert len(answer["signs"]) == session().scalar(select(func.count(Sign.id)))
    sign = session().scalars(select(Sign)).first()
    place_id, label = answer["signs"][sign.code]
    assert label == sign.label
    assert answer["places"][str(place_id)] == [sign.place.name, sign.place.kind.code]


def test_the_directory_says_which_tiles_come_first_at_each_kind_of_place(client):
    kinds = directory(client).json["kinds"]
    codes = set(session().scalars(select(Category.code)))
    for kind in kinds.values():
        assert 1 <= len(kind["first"]) <= 8
        assert set(kind["first"]) | set(kind["more"]) <= codes
        assert not set(kind["first"]) & set(kind["more"])
        assert "AN01" in kind["first"] + kind["more"]


def test_the_directory_costs_nothing_while_nothing_has_changed(client):
    etag = directory(client).headers["ETag"]
    again = directory(client, **{"If-None-Match": etag})
    assert again.status_code == 304
    assert not again.data

    session().scalars(select(Sign)).first().label = "Ved den nye porten"
    db.session.commit()
    assert directory(client, **{"If-None-Match": etag}).status_code == 200


def test_the_directory_takes_few_statements(client, count_statements):
    directory(client)
    count_statements.texts.clear()
    directory(client)
    assert len(count_statements) <= 5


def test_the_manifest_speaks_the_language_of_the_page_and_names_icons_that_exist(client):
    manifest = json.loads(client.get("/manifest.webmanifest?lang=nn").data)
    assert manifest["lang"] == "nn"
    assert manifest["start_url"] == "/?lang=nn"
    drawing, *pictures = manifest["icons"]
    assert client.get(drawing["src"], buffered=True).mimetype == drawing["type"]
    for entry in pictures:
        picture = Image.open(io.BytesIO(client.get(entry["src"]).data))
        assert entry["sizes"] == f"{picture.width}x{picture.height}"


def test_a_size_that_no_phone_asks_for_is_not_drawn(client):
    assert client.get("/icons/icon-20000.png").status_code == 404


def test_a_maskable_icon_is_coloured_to_its_edges(client):
    picture = Image.open(io.BytesIO(client.get("/icons/maskable-192.png").data)).convert("RGB")
    assert picture.getpixel((0, 0)) == picture.getpixel((191, 191)) == (13, 122, 95)


def test_the_worker_is_asked_for_anew_each_time(client):
    answer = client.get("/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
