"""Photos are re-encoded, kept with their report, and shown to nobody until released."""

import io
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.database import db
from app.problems import UnreadablePhoto
from app.reports import photos
from app.reports.keys import report_key
from app.reports.models import Photo
from app.reports.photo_store import photo_store
from app.reports.photos import MAX_SIDE_PX, THUMBNAIL_SIDE_PX, prepare_photo
from tests.conftest import a_report, put_report
from tests.pictures import (
    MAKE_TAG,
    NOT_PHOTOS,
    a_phone_photo,
    a_photo,
    a_transparent_png,
    encoded,
)

# What a JPEG file says of its pixels and of nothing else.
PIXEL_FACTS = {
    "jfif",
    "jfif_version",
    "jfif_unit",
    "jfif_density",
    "progressive",
    "progression",
}


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.fixture
def filed(client):
    """The address of a report's photos and its reporter's header."""
    report_id = uuid4()
    key = put_report(client, a_report(), report_id).json["key"]
    return f"/api/v1/reports/{report_id}/photos", {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_common_kind_becomes_a_jpeg(kind):
    prepared = prepare_photo(a_photo(kind))
    assert opened(prepared.photo).format == "JPEG"
    assert opened(prepared.photo).size == (800, 600)
    assert max(opened(prepared.thumbnail).size) == THUMBNAIL_SIDE_PX


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_photo_taken_on_its_side_is_turned_upright(kind):
    prepared = prepare_photo(a_phone_photo(kind))
    assert prepared.height_px > prepared.width_px
    red, green, _ = opened(prepared.photo).getpixel((prepared.width_px - 50, 600))
    assert red > green, "the side that was up is now on the right"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "HEIF"])
def test_a_photo_loses_all_metadata(kind):
    original = a_phone_photo(kind)
    assert opened(original).getexif()[MAKE_TAG] == "Telefon"
    prepared = prepare_photo(original)
    for content in (prepared.photo, prepared.thumbnail):
        assert not opened(content).getexif()
        assert set(opened(content).info) <= PIXEL_FACTS
        assert b"Telefon" not in content


def test_a_large_photo_is_made_smaller():
    prepared = prepare_photo(a_photo(size=(6000, 3000)))
    assert opened(prepared.photo).size == (MAX_SIDE_PX, MAX_SIDE_PX // 2)


def test_a_photo_of_a_200_megapixel_phone_is_read():
    prepared = prepare_photo(encoded(Image.new("L", (16_320, 12_240)), "JPEG", quality=30))
    assert max(opened(prepared.photo).size) == MAX_SIDE_PX


@pytest.mark.parametrize(
    ("mode", "size", "kind", "options"),
    [
        # Its shorter side lets it be decoded at no fraction of its size.
        ("L", (60_000, 3_600), "JPEG", {}),
        ("L", (9_000, 9_000), "JPEG", {"progressive": True}),
        ("LA", (6_000, 5_000), "PNG", {}),
    ],
)
def test_a_picture_that_takes_far_more_memory_than_its_file_is_refused(mode, size, kind, options):
    content = encoded(Image.new(mode, size), kind, **options)
    assert len(content) < 5_000_000
    with pytest.raises(UnreadablePhoto):
        prepare_photo(content)


def test_a_film_behind_a_photo_counts_as_no_part_of_it():
    prepare_photo(a_photo() + b"\xff\xda\x00\x02" * 100)


def test_others_can_write_while_a_photo_is_decoded(client, filed, monkeypatch):
    real, holds_up = photos.prepare_photo, []

    def look(content):
        holds_up.append(db.session().in_transaction())
        return real(content)

    monkeypatch.setattr(photos, "prepare_photo", look)
    address, key = filed
    answer = client.put(f"{address}/{uuid4()}", data=a_photo(), headers=key)
    assert (answer.status_code, holds_up) == (201, [False])


def test_what_is_transparent_becomes_white():
    assert opened(prepare_photo(a_transparent_png()).photo).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("case", NOT_PHOTOS)
def test_what_is_no_photo_is_refused_and_the_report_stands(client, filed, case):
    address, key = filed
    answer = client.put(f"{address}/{uuid4()}", data=NOT_PHOTOS[case], headers=key)
    assert (answer.status_code, answer.json["code"]) == (422, "unreadable_photo")
    assert db.session.scalar(select(func.count(Photo.id))) == 0
    assert client.get(address.removesuffix("/photos"), headers=key).status_code == 200


def test_the_same_photo_again_is_answered_as_the_first_time(client, filed):
    address, key = filed
    photo_id, photo = uuid4(), a_photo()
    first = client.put(f"{address}/{photo_id}", data=photo, headers=key)
    again = client.put(f"{address}/{photo_id}", data=photo, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert db.session.scalar(select(func.count(Photo.id))) == 1


def test_another_photo_under_a_used_id_is_a_conflict(client, filed):
    address, key = filed
    photo_id = uuid4()
    client.put(f"{address}/{photo_id}", data=a_photo(), headers=key)
    answer = client.put(f"{address}/{photo_id}", data=a_photo("PNG"), headers=key)
    assert (answer.status_code, answer.json["code"]) == (409, "id_used")


def test_a_fourth_photo_is_one_too_many(client, filed):
    address, key = filed
    answers = [client.put(f"{address}/{uuid4()}", data=a_photo(), headers=key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 409]
    assert answers[-1].json["code"] == "too_many_photos"


def test_a_photo_needs_the_key_of_its_report(client, filed):
    address, _ = filed
    assert client.put(f"{address}/{uuid4()}", data=a_photo()).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert client.put(f"{address}/{uuid4()}", data=a_photo(), headers=wrong).status_code == 403


def test_a_photo_of_a_report_that_never_came_is_refused(app, client):
    stranger = uuid4()
    key = {"Authorization": f"Bearer {report_key(stranger)}"}
    answer = client.put(f"/api/v1/reports/{stranger}/photos/{uuid4()}", data=a_photo(), headers=key)
    assert (answer.status_code, answer.json["code"]) == (404, "no_such_report")


def test_more_than_15_megabytes_is_too_large(client, filed):
    address, key = filed
    answer = client.put(f"{address}/{uuid4()}", data=b"x" * (15 * 2**20 + 1), headers=key)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_an_unreleased_photo_is_for_its_reporter_and_handlers_only(
    client, filed, front_desk, sign_keeper
):
    address, key = filed
    answer = client.put(f"{address}/{uuid4()}", data=a_photo(), headers=key)
    own = answer.json["url"].partition("127.0.0.1:8000")[2]
    bare = own.partition("?")[0]
    assert client.get(own).status_code == 200
    assert client.get(bare).status_code == 404
    assert front_desk.get(bare).status_code == 200
    assert sign_keeper.get(bare).status_code == 404


def test_names_in_the_store_cannot_be_guessed(client, filed):
    address, key = filed
    client.put(f"{address}/{uuid4()}", data=a_photo(), headers=key)
    client.put(f"{address}/{uuid4()}", data=a_photo(), headers=key)
    names = db.session.scalars(select(Photo.name)).all()
    assert len(set(names)) == 2
    assert all(len(name) == 32 for name in names)
    assert opened(photo_store().get(names[0], "photo")).format == "JPEG"


def test_a_text_of_pixels_is_refused_before_any_memory_is_spent():
    with pytest.raises(UnreadablePhoto):
        prepare_photo(NOT_PHOTOS["a PNG of 50,000 × 50,000"])
