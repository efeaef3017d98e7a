"""A service outside that may be slow, wrong or away, asked so that nobody waits long for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from threading import BoundedSemaphore
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError

log = logging.getLogger(__name__)

# A server process has four threads (`app.serve`); one of them is always left for reports.
MOST_AT_ONCE = 3
# So long that last thread may wait for a turn: most pictures come faster.
WAIT_FOR_TURN_S = 0.15
FAILURES_BEFORE_PAUSE = 3
PAUSE_S = 15.0
CONNECT_TIMEOUT_S = 2.0

Content = TypeVar("Content")

_room = BoundedSemaphore(MOST_AT_ONCE)


class UpstreamAway(Exception):
    """The service does not answer as it should, or did not a moment ago."""


class UpstreamBusy(UpstreamAway):
    """As many are waiting for services outside as we can afford."""


class NothingThere(Exception):
    """The service answers that it has no such thing."""


class Unusable(ValueError):
    """An answer that is not what was asked for."""


class Upstream:
    """One service, with a time limit, a size limit, and a pause after it has failed repeatedly.

    Redirects are not followed: the operator named this address and no other.
    """

    def __init__(self, name: str, *, timeout_s: float, most_bytes: int) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._failures = 0
        self._paused_until = 0.0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "VOF"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def fetch(
        self,
        url: str,
        read: Callable[[str, bytes], Content],
        parameters: Mapping[str, str | int] | None = None,
    ) -> Content:
        """What the service has at an address.

        Args:
            url: the address.
            read: makes the answer out of media type and body, or raises `Unusable`.
            parameters: what follows the `?`.

        Raises:
            UpstreamAway: it cannot be had now.
            NothingThere: there is none.
        """
        if time.monotonic() < self._paused_until:
            raise UpstreamAway(self._name)
        if not _room.acquire(timeout=WAIT_FOR_TURN_S):
            raise UpstreamBusy(self._name)
        try:
            content = read(*self._ask(url, parameters))
        except (requests.RequestException, HTTPError, Unusable) as error:
            self._note_failure(error)
            raise UpstreamAway(self._name) from error
        finally:
            _room.release()
        self._failures = 0
        return content

    def _ask(self, url: str, parameters: Mapping[str, str | int] | None) -> tuple[str, bytes]:
        give_up_at = time.monotonic() + self._timeout_s
        timeouts = (min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s)
        with self._session.get(
            url, params=parameters, timeout=timeouts, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code == HTTPStatus.NOT_FOUND:
                raise NothingThere(self._name)
            if answer.status_code != HTTPStatus.OK:
                raise Unusable(f"status {answer.status_code}")
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return media_type, self._body(answer, give_up_at)

    def _body(self, answer: requests.Response, give_up_at: float) -> bytes:
        """The body, read as it arrives: a drop every second would pass the socket's own timeout."""
        body = bytearray()
        while piece := answer.raw.read1(decode_content=True):
            body += piece
            if len(body) > self._most_bytes:
                raise Unusable(f"more than {self._most_bytes} bytes")
            if time.monotonic() > give_up_at:
                raise Unusable("too slow")
        return bytes(body)

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_PAUSE:
            self._paused_until = time.monotonic() + PAUSE_S
        log.warning("%s: %s (%d in a row)", self._name, error, self._failures)
