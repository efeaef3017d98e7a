"""Photos lie in a folder or in a bucket, and the rest of the house does not notice which."""

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
