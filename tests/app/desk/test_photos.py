"""Photos at the desk: blacked out, taken back, deleted; what is gone is gone everywhere."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from app import outbox
from app.database import db
from app.notices.handlers import HANDLERS
from app.reports.keys import report_key
from app.reports.models import EventKind, Photo, Report
from app.reports.photo_store import PHOTO, THUMBNAIL, photo_store
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

# The middle of the picture: from 25 to 75 per cent of both sides.
MIDDLE = {"left": "25", "top": "25", "width": "50", "height": "50"}
BLACK_BELOW = 12


@pytest.fixture
def sent():
    """The id that the reporter's phone gave the photo."""
    return uuid4()


@pytest.fixture
def report(client, filed, sent):
    found = filed()
    assert put(client, found, sent).status_code == 201
    return found


def put(client, report, sent, content=None):
    return client.put(
        f"/api/v1/reports/{report.uuid}/photos/{sent}",
        data=content or a_photo(),
        headers={"Authorization": f"Bearer {report_key(report.uuid)}"},
        content_type="image/jpeg",
    )


def photo_of(report):
    db.session.expire_all()
    return db.session.scalars(select(Photo).where(Photo.report_id == report.id)).one()


def kinds(report):
    db.session.expire_all()
    return [event.kind for event in db.session.get(Report, report.id).events]


def do(desk, report, what, **fields):
    address = f"/desk/reports/{report.number}/photos/{photo_of(report).uuid}/{what}"
    return desk.post(address, data=fields, headers=FROM_HERE)


def is_black(content, at):
    image = Image.open(io.BytesIO(content))
    pixel = image.getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    return max(pixel) < BLACK_BELOW


def test_black_areas_replace_the_photo_in_all_sizes_under_another_address(
    front_desk, client, report
):
    before = photo_of(report)
    old_name, old_url = before.name, f"/photos/{before.uuid}/photo"
    assert do(front_desk, report, "release").status_code == 303
    assert client.get(old_url).status_code == 200
    assert do(front_desk, report, "black-out", id=uuid4(), **MIDDLE).status_code == 303
    photo = photo_of(report)
    assert photo.released_at, "what was published stays so"
    for size in (PHOTO, THUMBNAIL):
        content = client.get(f"/photos/{photo.uuid}/{size}").data
        assert is_black(content, (0.5, 0.5))
        assert is_black(content, (0.27, 0.73))
        assert not is_black(content, (0.2, 0.5))
        assert client.get(f"/photos/{before.uuid}/{size}").status_code == (
            200 if before.uuid == photo.uuid else 404
        )
    assert client.get(old_url).status_code == 404
    assert front_desk.get(old_url).status_code == 404
    assert kinds(report)[-1] == EventKind.PHOTO_BLACKED_OUT
    outbox.drain(HANDLERS)
    for size in (PHOTO, THUMBNAIL):
        with pytest.raises(FileNotFoundError):
            photo_store().get(old_name, size)
        assert photo_store().get(photo.name, size)


def test_the_old_file_stays_until_the_change_is_kept(front_desk, report):
    name = photo_of(report).name
    answer = do(front_desk, report, "black-out", id=uuid4(), left="x")
    assert answer.status_code == 422
    outbox.drain(HANDLERS)
    assert photo_store().get(name, PHOTO)
    assert photo_of(report).name == name


def test_it_is_blacked_out_and_published_in_one_step(front_desk, client, report):
    assert client.get(f"/photos/{photo_of(report).uuid}/photo").status_code == 404
    answer = do(front_desk, report, "black-out", id=uuid4(), release="1", **MIDDLE)
    assert answer.status_code == 303
    assert client.get(f"/photos/{photo_of(report).uuid}/photo").status_code == 200
    assert kinds(report)[-2:] == [EventKind.PHOTO_BLACKED_OUT, EventKind.PHOTO_RELEASED]


def test_the_same_form_twice_counts_once(front_desk, report):
    form = {"id": uuid4(), **MIDDLE}
    address = f"/desk/reports/{report.number}/photos/{photo_of(report).uuid}/black-out"
    for _ in range(2):
        assert front_desk.post(address, data=form, headers=FROM_HERE).status_code == 303
    assert kinds(report).count(EventKind.PHOTO_BLACKED_OUT) == 1


def test_the_phone_that_sends_the_photo_once_more_does_not_bring_it_back(
    front_desk, client, report, sent
):
    do(front_desk, report, "black-out", id=uuid4(), **MIDDLE)
    answer = put(client, report, sent)
    assert answer.status_code == 200
    assert f"/photos/{photo_of(report).uuid}/photo" in answer.json["url"]
    do(front_desk, report, "delete", id=uuid4(), reason="Et ansikt")
    assert put(client, report, sent).status_code == 200
    assert db.session.scalars(select(Photo)).all() == []
    assert put(client, report, sent, a_photo(size=(90, 90))).status_code == 409


def test_of_two_who_black_out_the_second_is_shown_what_happened(front_desk, manager, report):
    address = f"/desk/reports/{report.number}/photos/{photo_of(report).uuid}/black-out"
    seen = max(event.id for event in report.events)
    assert do(manager, report, "black-out", id=uuid4(), seen=seen, **MIDDLE).status_code == 303
    form = {"id": uuid4(), "seen": seen, **MIDDLE}
    answer = front_desk.post(address, data=form, headers=FROM_HERE)
    assert answer.status_code == 409
    assert "Deler av et bilde sladdet" in answer.text


def test_nothing_is_changed_before_somebody_says_yes(front_desk, report):
    address = f"/desk/reports/{report.number}/photos/{photo_of(report).uuid}/black-out"
    page = front_desk.get(address, query_string=MIDDLE | {"look": "1"})
    assert page.status_code == 200
    assert "kan ikke angres" in page.text
    shown = re.search(r'src="([^"]*black-out\.jpg[^"]*)"', page.text)[1]
    preview = front_desk.get(shown.replace("&amp;", "&"))
    assert is_black(preview.data, (0.5, 0.5))
    assert preview.headers["Cache-Control"] == "private, no-store"
    assert not is_black(photo_store().get(photo_of(report).name, PHOTO), (0.5, 0.5))


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"left": "12,5", "top": "0", "width": "100", "height": "0,5"}, 200),
        ({}, 422),
        ({"left": "1"}, 422),
        ({"left": "a", "top": "1", "width": "1", "height": "1"}, 422),
        ({"left": "nan", "top": "1", "width": "1", "height": "1"}, 422),
        ({"left": "-1", "top": "1", "width": "1", "height": "1"}, 422),
        ({"left": "100", "top": "1", "width": "1", "height": "1"}, 422),
        ({"left": "1", "top": "1", "width": "0", "height": "1"}, 422),
    ],
)
def test_areas_are_numbers_from_nought_to_a_hundred(front_desk, report, typed, status):
    address = f"/desk/reports/{report.number}/photos/{photo_of(report).uuid}/black-out"
    page = front_desk.get(address, query_string=typed | {"look": "1"})
    assert page.status_code == status
    if status != 200 and typed:
        assert f'value="{typed["left"]}"' in page.text


def test_a_published_photo_is_taken_back(front_desk, client, report):
    do(front_desk, report, "release")
    url = f"/photos/{photo_of(report).uuid}/photo"
    kept = client.get(url)
    assert kept.headers["Cache-Control"] == "public, no-cache"
    assert client.get(url, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 304
    assert do(front_desk, report, "withdraw").status_code == 303
    assert client.get(url, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 404
    assert front_desk.get(url).status_code == 200
    assert url not in client.get(f"/r/{report.number}").text
    assert kinds(report)[-1] == EventKind.PHOTO_WITHDRAWN


def test_a_deleted_photo_is_gone_for_everybody_and_its_reason_stays_inside(
    front_desk, client, report
):
    do(front_desk, report, "release")
    photo = photo_of(report)
    url, name = f"/photos/{photo.uuid}/photo", photo.name
    answer = do(front_desk, report, "delete", id=uuid4())
    assert answer.status_code == 422
    assert "hvorfor" in answer.text
    form = {"id": uuid4(), "reason": "Viser et barn"}
    address = f"/desk/reports/{report.number}/photos/{photo.uuid}/delete"
    for _ in range(2):
        assert front_desk.post(address, data=form, headers=FROM_HERE).status_code == 303
    for reader in (client, front_desk):
        assert reader.get(url).status_code == 404
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert "Viser et barn" in page
    assert url not in page
    assert "Viser et barn" not in client.get(f"/r/{report.number}").text
    assert kinds(report)[-2:] == [EventKind.PHOTO_WITHDRAWN, EventKind.PHOTO_DELETED]
    assert report.number not in front_desk.get("/desk?photo=1").text
    outbox.drain(HANDLERS)
    with pytest.raises(FileNotFoundError):
        photo_store().get(name, PHOTO)


def test_the_page_tells_of_each_photo_what_it_is(front_desk, report):
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert "800 × 600" in page
    assert "Fra melderen" in page
    assert "Ikke publisert" in page
