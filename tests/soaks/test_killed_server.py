"""The server is killed at any moment: what it has answered with 201 is there, once."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from uuid import UUID

import pytest

from tests.conftest import SOAK_IN_FULL, a_report

pytestmark = pytest.mark.soak

KILLS = 25 if SOAK_IN_FULL else 2
SENDERS = 4
LONGEST_RUN_S = 1.2


class Sender:
    """Sends reports until told to stop; remembers those that were answered with 201."""

    def __init__(self, server, seed):
        self._server = server
        self._random = random.Random(seed)
        self.accepted = {}
        self.unanswered = []

    def run(self, stop):
        while not stop.is_set():
            report_id = UUID(int=self._random.getrandbits(128), version=4)
            body = a_report(description=str(report_id), contact={"phone": "51 00 00 00"})
            try:
                status, content = self._server.request("PUT", f"/api/v1/reports/{report_id}", body)
            except (OSError, HTTPException):
                # The connection broke: nobody knows whether the report was kept.
                self.unanswered.append((report_id, body))
                return
            assert status == 201, content
            self.accepted[report_id] = json.loads(content)["number"]


def test_every_answered_report_survives_and_none_doubles(fresh_server):
    accepted, unanswered = {}, []
    chance = random.Random(20261123)
    for kill in range(KILLS):
        fresh_server.start()
        senders = [Sender(fresh_server, f"{kill}-{n}") for n in range(SENDERS)]
        stop = threading.Event()
        with ThreadPoolExecutor(SENDERS) as threads:
            running = [threads.submit(sender.run, stop) for sender in senders]
            time.sleep(chance.uniform(0.05, LONGEST_RUN_S))
            fresh_server.kill()
            stop.set()
            for one in running:
                one.result()
        for sender in senders:
            accepted |= sender.accepted
            unanswered += sender.unanswered
    fresh_server.start()
    kept = stored(fresh_server)
    assert accepted.items() <= kept.items()
    assert kept.keys() <= accepted.keys() | {report_id for report_id, _ in unanswered}
    send_again(fresh_server, unanswered)
    kept = stored(fresh_server)
    assert kept.keys() == accepted.keys() | {report_id for report_id, _ in unanswered}
    print(f"{KILLS} kills: {len(accepted)} answered, {len(unanswered)} cut off, none lost")


def send_again(server, unanswered):
    """Whoever got no answer sends the same once more, and is told 200 or 201."""
    for report_id, body in unanswered:
        status, _ = server.request("PUT", f"/api/v1/reports/{report_id}", body)
        assert status in {200, 201}


def stored(server):
    """The soak's reports in the database: number by id, each with exactly one first event."""
    rows = server.ask(
        "SELECT reports.uuid, reports.number, count(events.id) FROM reports"
        " LEFT JOIN events ON events.report_id = reports.id"
        " WHERE reports.address = 'ved inngangen'"
        " GROUP BY reports.uuid, reports.number"
    )
    assert all(events == 1 for _, _, events in rows)
    assert len({number for _, number, _ in rows}) == len(rows)
    return {UUID(str(one)): number for one, number, _ in rows}
