"""Workers are killed, the mail server fails, requests are undone: all that is due goes out.

None is lost, none tells of what was undone, and hardly any goes out twice.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from multiprocessing import get_context

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from app.database import db
from tests.conftest import (
    POSTGIS,
    SOAK_IN_FULL,
    SQLITE,
    a_report,
    close_queue,
    put_report,
    settings_for,
)
from tests.mail_server import running_mail_server
from tests.server import ROOT

pytestmark = pytest.mark.soak

REPORTS = 2_000 if SOAK_IN_FULL else 50
UNDONE_EVERY = 10
KILLS = 10 if SOAK_IN_FULL else 2
MOST_DOUBLES = 0.002
FAILURES = 0.1
MAIL_SERVER_DELAY_S = 0.01
# A worker is killed while it is busy, somewhere within this time.
LONGEST_RUN_S = 1.0
GIVE_UP_AFTER_S = 600 if SOAK_IN_FULL else 120
# The real worker, with waits that do not make the test wait, and a sweep that comes more often. The
# lease is longer than any sending takes on a busy machine, or it would make doubles of its own.
WORKER = """
import threading, time
from datetime import timedelta
from app import create_app, outbox
from app.jobs import run_worker

outbox.LEASE = timedelta(seconds=10)
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
                env=server.environment,
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


class Killer(threading.Thread):
    """Starts a worker, lets it send some, kills it in the middle of its work, and so on.

    The last one is left alive.
    """

    def __init__(self, server, mail_server, chance):
        super().__init__()
        self._server, self._mail_server, self._chance = server, mail_server, chance
        self.worker = None
        self.problem = None
        self.called_off = False

    def run(self):
        try:
            for kill in range(1, KILLS + 1):
                self.worker = Worker(self._server)
                self._wait_for(kill * REPORTS * (1 - 1 / UNDONE_EVERY) / (KILLS + 2))
                time.sleep(self._chance.uniform(0, LONGEST_RUN_S))
                self.worker.kill()
            self.worker = Worker(self._server)
        except Exception as problem:  # noqa: BLE001 - the test raises it
            self.problem = problem

    def _wait_for(self, count):
        """Until so many mails have arrived: then it is busy."""
        give_up_at = time.monotonic() + GIVE_UP_AFTER_S
        while len(self._mail_server.messages) < count:
            assert time.monotonic() < give_up_at, "the worker stands still"
            assert not self.called_off
            time.sleep(0.005)


@pytest.fixture(params=[SQLITE, POSTGIS])
def busy(request, demos, tmp_path):
    """A server without a worker of its own, a mail server, and a database between them."""
    with running_mail_server() as mail_server:
        mail_server.delay_s = MAIL_SERVER_DELAY_S
        server = demos.server(request.param, tmp_path, SMTP_URL=mail_server.url)
        yield server, mail_server


def test_no_notice_is_lost_or_tells_of_what_was_undone(busy):
    server, mail_server = busy
    chance = random.Random(20261128)
    mail_server.answers["DATA"] = [
        chance.choice(["451 4.3.0 in a moment", "421 4.3.2 closing"])
        if chance.random() < FAILURES
        else ""
        for _ in range(4 * REPORTS)
    ]
    killer = Killer(server, mail_server, chance)
    killer.start()
    try:
        # In a process of its own: beside it a mail server says its yes late, and between that and
        # what the worker writes down lies all that can be sent twice.
        filing = get_context("spawn").Process(
            target=file_reports, args=(server.database_url, server.folder)
        )
        filing.start()
        filing.join()
        assert filing.exitcode == 0
        killer.join()
        assert killer.problem is None
        wait_until_sent(server)
    finally:
        killer.called_off = True
        killer.join()
        killer.worker.kill()
    judge(mail_server, (server.folder / "worker.log").read_text())


def file_reports(database_url, folder):
    """Through the application's own requests; every tenth fails when all its work is done."""
    app = create_app(settings_for(database_url, folder))
    view = app.view_functions["api.put_report"]

    def failing(**arguments):
        answer = view(**arguments)
        if is_undone(int(str(arguments["report_uuid"])[-12:])):
            raise RuntimeError("undo it")
        return answer

    failing.allowed_roles, failing.max_bytes = view.allowed_roles, view.max_bytes
    app.view_functions["api.put_report"] = failing
    # Each of the failures would be logged in full.
    logging.disable(logging.CRITICAL)
    try:
        with app.app_context():
            for n in range(REPORTS):
                answer = put_report(
                    app.test_client(), a_report(contact={"email": receiver(n)}), uuid_of(n)
                )
                answer.close()
                assert answer.status_code == (500 if is_undone(n) else 201)
            db.session.remove()
            db.engine.dispose()
    finally:
        logging.disable(logging.NOTSET)
        close_queue(app)


def is_undone(n):
    return n % UNDONE_EVERY == UNDONE_EVERY - 1


def receiver(n):
    return f"innbygger{n}@example.org"


def uuid_of(n):
    return f"00000000-0000-4000-8000-{n:012d}"


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


def judge(mail_server, log):
    """Everybody has their receipt; whoever has two has the same one twice."""
    ids = {}
    for message in mail_server.messages:
        ids.setdefault(message["To"], []).append(message["Message-ID"])
    due = {receiver(n) for n in range(REPORTS) if not is_undone(n)}
    lost, undone = due - set(ids), set(ids) - due
    doubles = sum(count - 1 for count in Counter(m["To"] for m in mail_server.messages).values())
    failures = log.count("MailNotSent: ")
    print(
        f"\n{REPORTS} reports, {REPORTS - len(due)} of them undone, {KILLS} kills, {failures}"
        f" failures of the mail server: {len(lost)} lost, {len(undone)} sent for what was undone,"
        f" {doubles} sent twice"
    )
    assert not lost
    assert not undone
    assert all(len(set(own)) == 1 for own in ids.values()), "a double with another Message-ID"
    assert len({own[0] for own in ids.values()}) == len(due), "two receipts with one Message-ID"
    assert failures >= len(due) * FAILURES / 2
    # A sample is too small for the share; no more than each killed worker had in hand.
    assert doubles <= (MOST_DOUBLES * len(due) if SOAK_IN_FULL else KILLS)
