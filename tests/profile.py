"""A browser with a profile on the disk, which survives its being closed and killed."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright
from playwright.sync_api import Error as BrowserError

from tests.journeys.conftest import CHROMIUM, FLAGS


class ProfileBrowser:
    """Opened when it is first needed, and again after it has been closed or killed."""

    def __init__(
        self, playwright: Playwright, profile: Path, url: str, screen: dict[str, int]
    ) -> None:
        self._playwright, self._profile, self._url, self._screen = playwright, profile, url, screen
        self.flags: list[str] = []
        self._context: BrowserContext | None = None

    @property
    def context(self) -> BrowserContext:
        if self._context is None:
            self._context = self._playwright.chromium.launch_persistent_context(
                self._profile,
                executable_path=CHROMIUM,
                args=[*FLAGS, *self.flags],
                viewport=self._screen,
                locale="nb-NO",
                base_url=self._url,
            )
            self._prepare(self._context)
        return self._context

    def _prepare(self, context: BrowserContext) -> None:
        """What is done to a browser that has just been opened."""

    def is_closed(self) -> None:
        if self._context is not None:
            with contextlib.suppress(BrowserError):
                self._context.close()
            self._context = None

    def is_killed(self) -> None:
        """End every process of this browser at once; they are known by their profile."""
        mark = f"--user-data-dir={self._profile}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
        self.is_closed()
