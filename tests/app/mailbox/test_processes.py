"""The worker and the mail server's pipe as processes of their own, ended and started at will."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.app.mailbox.conftest import emptied
from tests.mails import a_mail, from_an_iphone
from tests.server import ROOT, Server

# A worker that is killed when it has kept a mail and before it has put it away.
DIES = """
import os, signal
from app import create_app
from app.mailbox import imap
imap._put_away = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    imap.read_mailbox()
"""
LIVES = """
from app import create_app
from app.mailbox import imap
with create_app().app_context():
    assert imap.read_mailbox() == 0
"""


@pytest.fixture
def server(sqlite_app, folder, imap_server, tmp_path) -> Server:
    """A deployment of its own that reads the mailbox; its database is a copy of the tests'."""
    emptied(imap_server)
    file = tmp_path / "vof.sqlite3"
    with (
        closing(sqlite3.connect(folder / "vof.sqlite3")) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
    return Server(f"sqlite:///{file}", tmp_path, MAILBOX_URL=imap_server.url)


def run(server: Server, program: str) -> int:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=server.environment, check=False).returncode


def test_a_worker_that_dies_after_keeping_a_mail_enters_it_once(imap_server, server):
    imap_server.deliver(a_mail("Den eneste"))
    assert run(server, DIES) == -signal.SIGKILL
    assert len(imap_server.list_mails()) == 1
    assert server.ask("SELECT outcome FROM received_mails") == [("report",)]
    assert run(server, LIVES) == 0
    assert imap_server.list_mails() == []
    assert server.ask("SELECT count(*) FROM reports") == [(1,)]
    assert server.ask("SELECT count(*) FROM outbox") == [(1,)]


def piped(server: Server, file: Path) -> subprocess.Popen[str]:
    """A mail server's pipe."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "vof", "mail-in"]
    with file.open("rb") as mail:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=server.environment,
            stdin=mail,
            stdout=subprocess.PIPE,
            text=True,
        )


def test_a_mail_that_is_piped_in_twice_at_once_is_entered_once(server, tmp_path):
    (tmp_path / "mail").write_bytes(from_an_iphone())
    processes = [piped(server, tmp_path / "mail") for _copy in range(2)]
    said = sorted(process.communicate()[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert said == ["It was here already.", "Taken."]
    assert server.ask("SELECT count(*) FROM reports") == [(1,)]
    assert server.ask("SELECT count(*) FROM photos") == [(2,)]
    assert "0 wait for a person." in server.flask("mailbox")


def test_a_mail_that_cannot_be_kept_stays_with_the_mail_server(server, tmp_path):
    (tmp_path / "mail").write_bytes(a_mail())
    (tmp_path / "vof.sqlite3").write_bytes(b"no database")
    process = piped(server, tmp_path / "mail")
    process.communicate()
    assert process.returncode == os.EX_TEMPFAIL
