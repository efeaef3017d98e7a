"""One at a time: a lock on a file, between the threads and processes of a machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_AGAIN_S = 0.05


@contextmanager
def turn(file: Path, wait_s: float) -> Iterator[bool]:
    """Be the only one, or learn after a while that somebody else still is.

    Args:
        file: is made where it is missing, and stays.
        wait_s: how long to ask for it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        yield _asked_for(lock, time.monotonic() + wait_s)
    finally:
        os.close(lock)


def _asked_for(lock: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_AGAIN_S)
        else:
            return True
