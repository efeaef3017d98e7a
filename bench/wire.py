"""Counts what passes between a browser and a server, whoever in the browser asked for it.

The tools of a browser show its page's requests, not those of the worker and of the browser itself.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_REQUEST_LINE = re.compile(rb"^[A-Z]+ (\S+) HTTP/1\.1\r\n")
_FROM_WORKER = re.compile(rb"^referer: \S+/worker\.js", re.IGNORECASE | re.MULTILINE)
_CHUNK = 65_536


@dataclass(slots=True)
class Exchange:
    """One request: when and by whom it was made, and how many bytes came back, headers included."""

    path: str
    began: float
    by_worker: bool
    received_bytes: int = 0


@dataclass(slots=True)
class Wire:
    """A port that leads to the server, and what has passed through it."""

    port: int
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address to give to the browser."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def counted(server_port: int) -> Iterator[Wire]:
    """A wire to a server on loopback, for requests that each wait for the answer before them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server_port, wire), daemon=True).start()
        yield wire


def _accept(listener: socket.socket, server_port: int, wire: Wire) -> None:
    # Closing the listener ends the wait for another connection.
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", server_port))
            own: list[Exchange] = []
            for target in (_requests, _answers):
                threading.Thread(
                    target=target, args=(client, server, wire, own), daemon=True
                ).start()


def _requests(
    client: socket.socket, server: socket.socket, wire: Wire, own: list[Exchange]
) -> None:
    with suppress(OSError):
        while chunk := client.recv(_CHUNK):
            if line := _REQUEST_LINE.match(chunk):
                by_worker = bool(_FROM_WORKER.search(chunk))
                own.append(Exchange(line[1].decode(), time.perf_counter(), by_worker))
                wire.exchanges.append(own[-1])
            server.sendall(chunk)
        server.shutdown(socket.SHUT_WR)


def _answers(
    client: socket.socket, server: socket.socket, _wire: Wire, own: list[Exchange]
) -> None:
    with suppress(OSError), client, server:
        while chunk := server.recv(_CHUNK):
            own[-1].received_bytes += len(chunk)
            client.sendall(chunk)
