"""Requests from several clients at once, each on a connection it keeps; times in milliseconds."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

Request = tuple[str, str, bytes | None, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Timings:
    """How long each answer took, and how many came in a second."""

    sorted_ms: Sequence[float]
    per_second: float

    def percentile(self, percent: float) -> float:
        """The time within which this share of the answers came."""
        return self.sorted_ms[
            min(int(len(self.sorted_ms) * percent / 100), len(self.sorted_ms) - 1)
        ]


def timed(
    port: int, clients: int, each: int, make: Callable[[int], Request], status: int
) -> Timings:
    """Send `each` requests from each client and time them.

    Args:
        port: of a server on loopback.
        clients: how many send at the same time.
        each: how many requests each of them sends, one after the other.
        make: the n-th request: method, path, body and headers.
        status: what every answer must be; another one ends the measurement.
    """

    def client(number: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        for n in range(number * each, (number + 1) * each):
            method, path, body, headers = make(n)
            start = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            times.append((time.perf_counter() - start) * 1000)
            if answer.status != status:
                raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        connection.close()
        return times

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        all_times = [ms for times in threads.map(client, range(clients)) for ms in times]
    elapsed = time.perf_counter() - began
    return Timings(sorted(all_times), len(all_times) / elapsed)
