"""Work for the crew, and what has become of it at the server."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.server import Server


def file_reports(server: Server, count: int) -> list[str]:
    """Have residents report faults that the crew's unit mends; returns their numbers."""
    [[code]] = server.ask("""
        SELECT signs.code FROM signs JOIN places ON places.id = place_id
        JOIN place_kinds ON place_kinds.id = kind_id
        WHERE place_kinds.code = 'park' ORDER BY signs.code LIMIT 1
    """)
    numbers = []
    for nth in range(count):
        content = {"category": "PA03", "sign": code, "description": f"Planke {nth}"}
        status, answer = server.request("PUT", f"/api/v1/reports/{uuid4()}", content)
        assert status == 201, answer
        numbers.append(json.loads(answer)["number"])
    return numbers


def closings(server: Server, numbers: list[str]) -> dict[str, list[str]]:
    """What stands in the timelines of reports as their closing."""
    found: dict[str, list[str]] = {number: [] for number in numbers}
    rows = server.ask("""
        SELECT number, public_text FROM events JOIN reports ON reports.id = report_id
        WHERE to_value = 'fixed' ORDER BY events.id
    """)
    for number, text in rows:
        if number in found:
            found[number].append(text)
    return found
