"""The file of a backup: a tar with the database, the photos and, last, a manifest of both.

It is written and read as a stream, one file at a time, so the size of a photo store plays no part.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from app.safekeeping.refusal import Refused

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
PHOTOS = "photos/"
# Photos do not get smaller; of a database the least effort takes most of what there is to gain.
_GZIP_LEVEL = 1
SUFFIXES = (".tar", ".tar.gz")


@dataclass(slots=True)
class Manifest:
    """What a backup holds. `files` is length and SHA-256 by name, `tables` counts rows.

    `secret_mark` tells one SECRET_KEY from another and gives neither away. `missing` are photos
    that the database names and the store did not have.
    """

    made_at: str
    backend: str
    revision: str
    secret_mark: str
    tables: dict[str, int]
    missing: list[str] = field(default_factory=list)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT


class Summing:
    """A file that is being read, and the digest of what has been read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.length = 0

    def read(self, size: int = -1) -> bytes:
        """Like that of any file."""
        part = self._file.read(size)
        self._digest.update(part)
        self.length += len(part)
        return part

    @property
    def facts(self) -> tuple[int, str]:
        """Length and SHA-256 so far."""
        return self.length, self._digest.hexdigest()


class Writer:
    """Adds files to a backup and notes them in its manifest."""

    def __init__(self, file: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        # Closed by `finish` or `abandon`.
        if file.name.endswith(".gz"):
            self._tar = tarfile.open(file, "x:gz", compresslevel=_GZIP_LEVEL)  # noqa: SIM115
        else:
            self._tar = tarfile.open(file, "x")  # noqa: SIM115

    def add(self, name: str, content: BinaryIO, length: int) -> None:
        """Add one file."""
        summing = Summing(content)
        self._put(name, cast(BinaryIO, summing), length)
        self._manifest.files[name] = summing.facts

    def finish(self) -> None:
        """Write the manifest and close the file."""
        text = json.dumps(asdict(self._manifest), indent=1).encode()
        self._put(MANIFEST, io.BytesIO(text), len(text))
        self._tar.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._tar.fileobj.close()

    def _put(self, name: str, content: BinaryIO, length: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = length, int(time.time()), 0o600
        self._tar.addfile(entry, content)
        # It would remember each file until the end.
        self._tar.members.clear()  # type: ignore[attr-defined]


# What reading a file raises that is no tar, or that is cut off or damaged.
UNREADABLE = (tarfile.TarError, EOFError, zlib.error, OSError)


def entries_of(file: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The files of a backup one after the other; each can be read until the next is asked for.

    Raises:
        Refused: something is in it that is not ours.
        UNREADABLE: one of these, also when what was handed out is read.
    """
    with tarfile.open(file, "r:*") as tar:
        while entry := tar.next():
            content = tar.extractfile(entry)
            if content is None or not _is_ours(entry.name):
                raise Refused(f"{file} holds {entry.name}, which is no part of a backup of VOF.")
            yield entry.name, cast(BinaryIO, content)
            tar.members.clear()  # type: ignore[attr-defined]


def _is_ours(name: str) -> bool:
    """No name leads out of the photo store."""
    if name in {MANIFEST, DATABASE}:
        return True
    return name.startswith(PHOTOS) and ".." not in name.split("/")


def read_manifest(content: BinaryIO) -> Manifest:
    """What the last file of a backup says.

    Raises:
        Refused: a newer VOF wrote it.
    """
    said = json.load(content)
    if said.get("format") != FORMAT:
        raise Refused("This backup was made by a newer VOF.")
    manifest = Manifest(**said)
    manifest.files = {name: (length, digest) for name, (length, digest) in said["files"].items()}
    return manifest
