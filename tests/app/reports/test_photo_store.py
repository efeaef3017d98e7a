"""Photos lie in a folder or in a bucket, and the rest of the house does not notice which."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from app.reports.photo_store import PHOTO, THUMBNAIL, PhotoStore
from tests.bucket import BUCKET, running_bucket


@pytest.fixture(scope="module")
def bucket_address():
    with pytest.MonkeyPatch.context() as environment, running_bucket_with(environment) as address:
        yield address


def running_bucket_with(environment):
    """The server takes any key; the client insists on having one."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.setenv(name, "any")
    environment.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    return running_bucket()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.bucket)])
def store(request, tmp_path):
    if request.param == "folder":
        return PhotoStore((tmp_path / "photos").as_uri())
    return PhotoStore(f"s3://{BUCKET}/photos", request.getfixturevalue("bucket_address"))


def test_both_sizes_come_back_as_they_were_put(store):
    name = store.put(b"photo", b"thumbnail")
    assert store.get(name, PHOTO) == b"photo"
    assert store.get(name, THUMBNAIL) == b"thumbnail"


def test_names_are_long_random_and_never_the_same(store):
    names = {store.put(b"photo", b"thumbnail") for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == 32 for name in names)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store):
    name = store.put(b"photo", b"thumbnail")
    store.delete(name)
    store.delete(name)
    with pytest.raises(FileNotFoundError):
        store.get(name, PHOTO)


def test_old_photos_are_found_by_the_time_they_were_written(store):
    name = store.put(b"photo", b"thumbnail")
    hour = timedelta(hours=1)
    assert name in set(store.names_older_than(datetime.now(UTC) + hour))
    assert name not in set(store.names_older_than(datetime.now(UTC) - hour))


def test_a_store_that_works_passes_its_check(store):
    store.check()


def test_a_store_that_cannot_be_written_fails_its_check(tmp_path):
    (tmp_path / "photos").write_text("a file where the folder should be")
    with pytest.raises((FileExistsError, NotADirectoryError)):
        PhotoStore((tmp_path / "photos").as_uri()).check()


def test_every_file_can_be_read_as_it_is_and_brought_back_where_it_was(store):
    name = store.put(b"photo", b"thumbnail")
    store.put_file("prints/1.pdf", b"%PDF")
    own = {f"{name[:2]}/{name}.{size}.jpg" for size in (PHOTO, THUMBNAIL)}
    assert own | {"prints/1.pdf"} <= set(store.all_files())
    kept = {}
    for path in sorted(own):
        with store.open_file(path) as (content, length):
            kept[path] = content.read()
            assert len(kept[path]) == length
    store.delete(name)
    assert not own & set(store.all_files())
    for path, content in kept.items():
        store.bring_back(path, io.BytesIO(content))
    assert (store.get(name, PHOTO), store.get(name, THUMBNAIL)) == (b"photo", b"thumbnail")


def test_a_file_that_is_gone_is_said_to_be(store):
    with pytest.raises(FileNotFoundError), store.open_file("aa/none.photo.jpg"):
        pass
