"""The worker is killed at any moment: every notice goes out, and one that goes out twice is one."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import POSTGIS, SOAK_IN_FULL, SQLITE, a_report
from tests.mail_server import running_mail_server
from tests.server import ROOT, Server

pytestmark = pytest.mark.soak

REPORTS = 400 if SOAK_IN_FULL else 60
KILLS = 30 if SOAK_IN_FULL else 6
LONGEST_RUN_S = 0.4
MAIL_SERVER_DELAY_S = 0.01
GIVE_UP_AFTER_S = 60
# The real worker, with waits that do not make the test wait, and a sweep that comes more often.
WORKER = """
import threading, time
from datetime import timedelta
from app import create_app, outbox
from app.jobs import run_worker

outbox.LEASE = timedelta(seconds=2)
outbox.FIRST_WAIT = outbox.LONGEST_WAIT = timedelta(seconds=1)
app = create_app()

def sweep():
    while True:
        app.extensions["work"]().send_outbox()
        time.sleep(0.5)

with app.app_context():
    threading.Thread(target=sweep, daemon=True).start()
    print("ready", flush=True)
    run_worker()
"""


class Worker:
    """A background worker in a process of its own."""

    def __init__(self, server):
        log = server.folder / "worker.log"
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", WORKER],
                cwd=ROOT,
                env=server._environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        if self._process.stdout.readline() != b"ready\n":
            self.kill()
            raise RuntimeError(f"no worker:\n{log.read_text()}")

    def kill(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(params=[SQLITE, POSTGIS])
def busy(request, tmp_path):
    """A server without a worker of its own, a mail server, and a database between them."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'vof.sqlite3'}"
    else:
        url = request.getfixturevalue("cluster").create_database("vof_outbox_soak")
    with running_mail_server() as mail_server:
        mail_server.delay_s = MAIL_SERVER_DELAY_S
        server = Server(url, tmp_path, SMTP_URL=mail_server.url)
        server.prepare()
        yield server, mail_server
        server.kill()


def test_no_notice_is_lost_when_workers_are_killed(busy):
    server, mail_server = busy
    chance = random.Random(20261123)
    mail_server.answers["DATA"] = [
        "451 4.3.0 in a moment" if chance.random() < 0.1 else "" for _ in range(REPORTS)
    ]
    file_reports(server)
    kill_workers(server, chance)
    last = Worker(server)
    try:
        wait_until_sent(server)
    finally:
        last.kill()
    judge(mail_server)


def file_reports(server):
    """Through the real server; it is stopped with its worker before that has got far."""
    server.start()
    for n in range(REPORTS):
        body = a_report(contact={"email": receiver(n)})
        status, content = server.request("PUT", f"/api/v1/reports/{uuid_of(n)}", body)
        assert status == 201, content
    server.kill()
    end_leases(server)


def end_leases(server):
    """What the server's own worker had in hand would be due again after three minutes."""
    engine = create_engine(server.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET available_at = created_at"))
    engine.dispose()


def receiver(n):
    return f"innbygger{n}@example.org"


def uuid_of(n):
    return f"00000000-0000-4000-8000-{n:012d}"


def kill_workers(server, chance):
    for _ in range(KILLS):
        worker = Worker(server)
        time.sleep(chance.uniform(0, LONGEST_RUN_S))
        worker.kill()


def wait_until_sent(server):
    engine = create_engine(server.database_url)
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    left = None
    while time.monotonic() < give_up_at:
        with engine.connect() as connection:
            left = connection.scalar(text("SELECT count(*) FROM outbox"))
        if left == 0:
            break
        time.sleep(0.2)
    engine.dispose()
    assert left == 0, "something is stuck"


def judge(mail_server):
    """Everybody has their receipt; whoever has two has the same one twice."""
    ids = {}
    for message in mail_server.messages:
        ids.setdefault(message["To"], []).append(message["Message-ID"])
    assert set(ids) == {receiver(n) for n in range(REPORTS)}
    assert all(len(set(own)) == 1 for own in ids.values()), "a double with another Message-ID"
    assert len({own[0] for own in ids.values()}) == REPORTS, "two receipts with one Message-ID"
    doubles = sum(count - 1 for count in Counter(m["To"] for m in mail_server.messages).values())
    print(f"{REPORTS} notices, {KILLS} kills: none lost, {doubles} sent twice")
