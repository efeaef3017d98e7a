"""Two tablets, a bad line and everything sent several times at once: each action counts once."""

from __future__ import annotations

import http.client
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.app.keepers.test_places_at_once import cookie_of
from tests.conftest import SOAK_IN_FULL, a_report
from tests.pictures import a_photo
from tests.server import Server

pytestmark = pytest.mark.soak

REPORTS = int(os.environ.get("SOAK_ROUNDS", "100" if SOAK_IN_FULL else "6"))
SEED = int(os.environ.get("SOAK_SEED", "20261128"))
MOST_TRIES = 40
ACTIONS = "/api/v1/crew/actions"
PHOTO = a_photo()


@dataclass
class Action:
    """One thing done on one tablet, and every answer that it got."""

    cookie: str
    body: dict[str, Any]
    uuid: UUID = field(default_factory=uuid4)
    photo: UUID = field(default_factory=uuid4)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        return any(status in (200, 201) for status, _ in self.answers)


class Tablet:
    """Sends what it holds until it is answered, over a line that loses answers."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server, self._chance = server, random.Random(seed)

    def sends(self, action: Action) -> None:
        address = f"{ACTIONS}/{action.uuid}"
        body = json.dumps(action.body).encode()
        action.answers += self._until_answered(address, body, "application/json", action.cookie)
        if action.is_kept and action.body["kind"] == "note":
            photo = f"{address}/photos/{action.photo}?moment=after"
            self._until_answered(photo, PHOTO, "image/jpeg", action.cookie)

    def _until_answered(
        self, address: str, body: bytes, kind: str, cookie: str
    ) -> list[tuple[int, bytes]]:
        for _ in range(MOST_TRIES):
            if self._chance.random() < 0.3:
                self._loses_the_answer(address, body, kind, cookie)
                continue
            twins = self._chance.choice((1, 1, 2, 3))
            with ThreadPoolExecutor(twins) as threads:
                sent = [
                    threads.submit(self._send, address, body, kind, cookie) for _ in range(twins)
                ]
                answers = [one.result() for one in sent]
            if all(status < 500 for status, _ in answers):
                return answers
        raise AssertionError(f"no answer to {address}")

    def _send(self, address: str, body: bytes, kind: str, cookie: str) -> tuple[int, bytes]:
        return self._server.request("PUT", address, body, self._headers(kind, cookie))

    def _loses_the_answer(self, address: str, body: bytes, kind: str, cookie: str) -> None:
        """The line breaks in the middle of what is sent, or before the answer is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        length = len(body) if self._chance.random() < 0.5 else len(body) // 2
        connection.putrequest("PUT", address)
        for name, value in self._headers(kind, cookie).items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:length])
        connection.close()

    def _headers(self, kind: str, cookie: str) -> dict[str, str]:
        return {"Content-Type": kind, "Cookie": cookie, "Origin": self._server.url}


def file_reports(server: Server) -> list[str]:
    numbers = []
    for _ in range(REPORTS):
        _, content = server.request("PUT", f"/api/v1/reports/{uuid4()}", a_report())
        numbers.append(json.loads(content)["number"])
    return numbers


def versions_of(server: Server) -> dict[str, int]:
    rows = server.ask(
        "SELECT r.number, max(e.id) FROM reports r JOIN events e ON e.report_id = r.id "
        "GROUP BY r.number"
    )
    return dict(tuple(row) for row in rows)


def actions_on(numbers: list[str], versions: dict[str, int], cookies: list[str]) -> list[Action]:
    """On each report both tablets leave a note, and both close it: one of them comes too late."""
    made = []
    for number in numbers:
        for cookie in cookies:
            based_on = {"report": number, "version": versions[number]}
            made.append(Action(cookie, based_on | {"kind": "note", "internal_text": str(uuid4())}))
            made.append(Action(cookie, based_on | {"kind": "status", "status": "fixed"}))
    return made


def test_each_action_counts_once_and_no_closing_goes_over_another(live_server):
    chance = random.Random(SEED)
    numbers = file_reports(live_server)
    cookies = [cookie_of(live_server, role) for role in ("crew", "manager")]
    actions = actions_on(numbers, versions_of(live_server), cookies)
    chance.shuffle(actions)
    with ThreadPoolExecutor(6) as threads:
        tablets = [Tablet(live_server, chance.randrange(2**32)) for _ in actions]
        list(threads.map(lambda tablet, action: tablet.sends(action), tablets, actions))

    for action in actions:
        kept = {content for status, content in action.answers if status in (200, 201)}
        assert len(kept) <= 1, f"one receipt, whoever asks (seed {SEED})"
        assert {status for status, _ in action.answers} <= {200, 201, 409}
    closings = [one for one in actions if one.body["kind"] == "status"]
    notes = [one for one in actions if one.body["kind"] == "note"]
    assert all(one.is_kept for one in notes), "nothing is lost"
    won = [one.body["report"] for one in closings if one.is_kept]
    assert sorted(won) == sorted(numbers), "of two closings one is kept and one is told why not"

    ids = live_server.ask("SELECT uuid FROM crew_actions")
    assert {UUID(str(one)) for (one,) in ids} == {one.uuid for one in actions if one.is_kept}
    texts = live_server.ask("SELECT internal_text FROM events WHERE kind = 'note'")
    assert sorted(one for (one,) in texts) == sorted(one.body["internal_text"] for one in notes)
    lines = live_server.ask(
        "SELECT r.number FROM events e JOIN reports r ON r.id = e.report_id WHERE e.kind = 'status'"
    )
    assert sorted(number for (number,) in lines if number in numbers) == sorted(numbers)
    photos = live_server.ask("SELECT uuid, moment FROM photos WHERE by_staff")
    assert {UUID(str(one)) for one, _ in photos} == {one.photo for one in notes}
    assert len(photos) == len(notes)
