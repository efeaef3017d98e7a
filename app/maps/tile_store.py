"""Map pictures on disk, shared by all server processes and never more than a bound.

Own code, because the known library for it (diskcache) has had no release since 2023 and keeps an
open finding about unpickling; pictures need no more than files.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

# Between two sweeps of a process the store may grow by this part of its bound.
_SLACK = 1 / 20


@dataclass(frozen=True, slots=True)
class KeptTile:
    """A picture and how long ago it was fetched."""

    content: bytes
    age_s: float


class TileStore:
    """A folder of pictures; the oldest go when it has grown too large."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        # Nobody knows what an earlier process left, so the first picture brings the first sweep.
        self._unswept_bytes = most_bytes

    def find(self, name: str) -> KeptTile | None:
        """The picture kept under this name, None where there is none that can be read."""
        try:
            with (self._folder / name).open("rb") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                return KeptTile(file.read(), age_s)
        except FileNotFoundError:
            return None
        except OSError:
            log.warning("kept map pictures cannot be read", exc_info=True)
            return None

    def keep(self, name: str, content: bytes) -> None:
        """Keep a picture. A full disk costs the picture's speed next time and nothing else."""
        try:
            self._write(name, content)
        except OSError:
            log.warning("map pictures cannot be kept in %s", self._folder, exc_info=True)

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: another process may be reading the same name.
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(self._folder / name)
        self._unswept_bytes += len(content)
        if self._unswept_bytes >= self._most_bytes * _SLACK:
            self._sweep()

    def _sweep(self) -> None:
        """Remove the oldest until there is room again; 13,000 files take some 50 ms."""
        self._unswept_bytes = 0
        files = [(entry.stat(), entry.path) for entry in os.scandir(self._folder)]
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda one: one[0].st_mtime):
            if total <= self._most_bytes * (1 - _SLACK):
                return
            Path(path).unlink(missing_ok=True)
            total -= stat.st_size
