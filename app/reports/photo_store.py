"""Where photos lie: a folder by default, an S3 bucket in production, through fsspec."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

import fsspec
from flask import Flask, current_app
from fsspec.implementations.local import LocalFileSystem

from app.config import Settings

PHOTO, THUMBNAIL = "photo", "thumbnail"
_CHECK = "check-"


class PhotoStore:
    """Named JPEG files. A name is 128 random bits, so nobody finds a photo by guessing."""

    def __init__(self, url: str, s3_endpoint_url: str | None = None) -> None:
        options: dict[str, Any] = {}
        if url.startswith("s3://"):
            options = {"endpoint_url": s3_endpoint_url, "use_listings_cache": False}
        self._files, self._root = fsspec.url_to_fs(url, **options)
        self._is_local = isinstance(self._files, LocalFileSystem)

    def put_file(self, name: str, content: bytes) -> None:
        """Keep a file that is no photo under a name of its own; it is on disk when this returns."""
        self._write(f"{self._root}/{name}", content)

    def get_file(self, name: str) -> bytes:
        """What was kept with `put_file`.

        Raises:
            FileNotFoundError: it is not there.
        """
        content: bytes = self._files.cat_file(f"{self._root}/{name}")
        return content

    def put(self, photo: bytes, thumbnail: bytes) -> str:
        """Keep both sizes and return their common name; they are on disk when this returns."""
        name = secrets.token_hex(16)
        self._write(self._path(name, PHOTO), photo)
        self._write(self._path(name, THUMBNAIL), thumbnail)
        return name

    def get(self, name: str, size: str) -> bytes:
        """One size of a photo.

        Raises:
            FileNotFoundError: it is not there.
        """
        content: bytes = self._files.cat_file(self._path(name, size))
        return content

    def delete(self, name: str) -> None:
        """Remove both sizes; what is gone already is fine."""
        for size in (PHOTO, THUMBNAIL):
            path = self._path(name, size)
            if self._files.exists(path):
                self._files.rm_file(path)

    def names_older_than(self, before: datetime) -> Iterator[str]:
        """The names of photos written before an instant."""
        suffix = f".{PHOTO}.jpg"
        for path, facts in self._files.find(self._root, detail=True).items():
            if path.endswith(suffix) and _written_at(facts) < before:
                yield path.rpartition("/")[2].removesuffix(suffix)

    def all_files(self) -> Iterator[str]:
        """Every file by its path in the store, for a backup."""
        begin = f"{self._root.rstrip('/')}/"
        for path in self._files.find(self._root):
            name = path.removeprefix(begin)
            if not name.startswith(_CHECK):
                yield name

    @contextmanager
    def open_file(self, name: str) -> Iterator[tuple[BinaryIO, int]]:
        """A file of the store, and how long it is.

        Raises:
            FileNotFoundError: it is not there any more.
        """
        path = f"{self._root}/{name}"
        length = int(self._files.info(path)["size"])
        with self._files.open(path, "rb") as file:
            yield file, length

    def bring_back(self, name: str, content: BinaryIO) -> None:
        """Write a file of a backup to where it was."""
        path = f"{self._root}/{name}"
        if self._is_local:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._files.open(path, "wb") as file:
            shutil.copyfileobj(content, file)

    def check(self) -> None:
        """Write and remove a file, to see that the store can be used.

        Raises:
            OSError: it cannot.
        """
        path = f"{self._root}/{_CHECK}{secrets.token_hex(8)}"
        self._write(path, b"check")
        self._files.rm_file(path)

    def _path(self, name: str, size: str) -> str:
        return f"{self._root}/{name[:2]}/{name}.{size}.jpg"

    def _write(self, path: str, content: bytes) -> None:
        if not self._is_local:
            self._files.pipe_file(path, content)
            return
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._files.open(path, "wb") as file:
            file.write(content)
            file.flush()
            # The report that names this photo is committed with a sync of its own.
            os.fsync(file.f.fileno())


def _written_at(facts: dict[str, Any]) -> datetime:
    """When a file was written: a local one says seconds, one in a bucket says the instant."""
    if "LastModified" in facts:
        written: datetime = facts["LastModified"]
        return written
    return datetime.fromtimestamp(facts["mtime"], UTC)


def photo_store() -> PhotoStore:
    """The store of this application."""
    store: PhotoStore = current_app.extensions["photo_store"]
    return store


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store the settings name."""
    app.extensions["photo_store"] = PhotoStore(settings.photo_store, settings.s3_endpoint_url)
