"""The server as it is started: whatever it has started ends with it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection

import pytest

AT_LAST_S = 20


@pytest.fixture
def server(demos, tmp_path):
    server = demos.server("sqlite", tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_when_the_server_has_ended(server, ending):
    # Two that answer, and the background worker.
    assert comes_to(server, 1 + 3)
    os.kill(server.process.pid, ending)
    server.process.wait(AT_LAST_S)
    assert comes_to(server, 0)


def test_nobody_waits_for_connections_that_ask_for_nothing(server):
    with ExitStack() as stack:
        # As many as would hold up an answer for longer than the test waits.
        for _ in range(80):
            stack.enter_context(create_connection(("127.0.0.1", server.port)))
        asking = HTTPConnection("127.0.0.1", server.port, timeout=AT_LAST_S)
        stack.callback(asking.close)
        asking.request("GET", "/healthz")
        assert asking.getresponse().status == 200


def test_what_is_asked_late_on_a_connection_is_answered(server):
    with create_connection(("127.0.0.1", server.port), timeout=AT_LAST_S) as connection:
        time.sleep(1)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: vof\r\nConnection: close\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 200")


def comes_to(server, count):
    """Whether so many processes of the server run at last."""
    until = time.monotonic() + AT_LAST_S
    while time.monotonic() < until:
        if len(list(processes_of(server))) == count:
            return True
        time.sleep(0.05)
    return False


def processes_of(server):
    """The processes of the server's session that have not ended."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (folder / "stat").read_text().rpartition(")")[2].split()
            state, session = told[0], int(told[3])
            if session == server.process.pid and state != "Z":
                yield int(folder.name)
