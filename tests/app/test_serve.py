"""The server as it is started: whatever it has started ends with it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

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
