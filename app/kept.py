"""What a process keeps of the database for some seconds, so that no request need read it anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from flask import Flask, current_app

# How long a change made at /admin may take to be known in every server process.
KEPT_S = 10.0

T = TypeVar("T")


class Kept(Generic[T]):
    """One thing that is read often and changed rarely; each application keeps its own."""

    def __init__(self, name: str, read: Callable[[], T]) -> None:
        """Keep under a name what a function reads."""
        self._name, self._read = name, read

    def init_app(self, app: Flask) -> None:
        """Begin with nothing."""
        app.extensions[self._name] = None

    def get(self) -> T:
        """It, as it was at most `KEPT_S` ago."""
        kept: tuple[float, T] | None = current_app.extensions[self._name]
        if kept is None or kept[0] + KEPT_S < time.monotonic():
            value = self._read()
            kept = current_app.extensions[self._name] = time.monotonic(), value
        return kept[1]

    def last_known(self, otherwise: T) -> T:
        """It, however old, without reading; the other where it was never read."""
        kept: tuple[float, T] | None = current_app.extensions[self._name]
        return kept[1] if kept else otherwise

    def forget(self) -> None:
        """Read it anew next time: after it was changed."""
        current_app.extensions[self._name] = None
