"""Bodies are limited per route, read to their end, and unreadable ones are refused politely."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.bodies import DISCARD_BYTES
from app.crew.forms import FORM_BYTES as CREW_FORM_BYTES
from app.database import db
from app.permissions import FORM_BYTES, MB
from app.reports.api import JSON_BYTES
from app.reports.models import Report
from app.reports.pages.form import FORM_WITH_PHOTOS_BYTES
from app.reports.photos import MAX_BYTES
from tests.conftest import FROM_HERE

REPORT = f"/api/v1/reports/{uuid4()}"
LIMITS = {
    "a report": ("PUT", REPORT, JSON_BYTES),
    "a photo": ("PUT", f"{REPORT}/photos/{uuid4()}", MAX_BYTES),
    "a form": ("POST", "/report", FORM_WITH_PHOTOS_BYTES),
    "a form of a sign": ("POST", "/s/000000", FORM_WITH_PHOTOS_BYTES),
    "a form of the crew": ("POST", "/crew/reports/1", CREW_FORM_BYTES),
    "the sign-in": ("POST", "/sign-in", FORM_BYTES),
    "an unknown route": ("POST", "/api/v1/nothing", FORM_BYTES),
}


class Upload(io.RawIOBase):
    """A body that counts how much of it has been read, and is never held in memory."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.taken = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self.size - self.taken)
        buffer[:count] = bytes(count)
        self.taken += count
        return count


def send(client, method, address, body, *, length):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    said = {"CONTENT_LENGTH": str(length)} if length else chunked
    return client.open(
        address,
        method=method,
        content_type="application/octet-stream",
        headers=FROM_HERE,
        environ_overrides={"wsgi.input": body} | said,
    )


@pytest.mark.parametrize("case", LIMITS)
@pytest.mark.parametrize("said", [True, False], ids=["with its length", "without"])
def test_a_body_over_the_limit_is_read_to_its_end_and_answered_with_413(client, case, said):
    method, address, limit = LIMITS[case]
    body = Upload(limit + 1)
    answer = send(client, method, address, body, length=body.size if said else None)
    assert answer.status_code == 413
    assert body.taken == body.size


@pytest.mark.parametrize("case", LIMITS)
def test_a_body_at_the_limit_is_not_too_large(client, case):
    method, address, limit = LIMITS[case]
    body = Upload(limit)
    assert send(client, method, address, body, length=limit).status_code not in {413, 500}


def test_nobody_makes_us_read_for_ever(client):
    body = Upload(DISCARD_BYTES + 20 * MB)
    answer = send(client, "PUT", REPORT, body, length=body.size)
    assert answer.status_code == 413
    assert body.taken <= DISCARD_BYTES + MB


def test_a_body_nobody_asked_for_is_read_too(client):
    body = Upload(3 * MB)
    answer = send(client, "GET", "/healthz", body, length=body.size)
    assert answer.status_code == 200
    assert body.taken == body.size


def test_the_body_is_read_before_the_database_is_asked(client, count_statements):
    """A slow upload must not hold the write lock."""
    asked = []

    class Slow(Upload):
        def readinto(self, buffer):
            if self.taken < self.size:
                asked.append(len(count_statements))
            return super().readinto(buffer)

    count_statements.texts.clear()
    send(client, "POST", "/report", Slow(MB), length=MB)
    assert asked
    assert not any(asked)


BROKEN_FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\nhello\r\n--x--"),
    "another boundary": ("multipart/form-data; boundary=y", b"--x\r\n\r\nhello\r\n--x--"),
    "cut off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\nhel',
    ),
    "bytes that are no text": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n\xff\xfe\r\n--x--',
    ),
    "a charset nobody knows": (
        "multipart/form-data; boundary=x",
        (
            b'--x\r\nContent-Disposition: form-data; name="description"\r\n'
            b"Content-Type: text/plain; charset=nonsense\r\n\r\nhello\r\n--x--"
        ),
    ),
    "a name that is no text": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nhello\r\n--x--',
    ),
    "no form at all": ("application/x-www-form-urlencoded", b"\x00\xff%zz=&&&==%"),
    "an endless line": ("application/x-www-form-urlencoded", b"a" * 700_000),
    "a field larger than any text": (
        "application/x-www-form-urlencoded",
        b"description=" + b"x" * 800_000,
    ),
    "thousands of fields": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 5_000 + b"--x--",
    ),
    "JSON": ("application/json", b'{"category": "PA03"}'),
}


@pytest.mark.parametrize("case", BROKEN_FORMS)
@pytest.mark.parametrize("page", ["/report", "/sign-in"])
def test_a_broken_form_is_refused_and_nothing_is_kept(client, case, page):
    kind, body = BROKEN_FORMS[case]
    answer = client.post(page, data=body, content_type=kind, headers=FROM_HERE)
    allowed = {200, 400, 413, 415, 422} if page == "/sign-in" else {400, 413, 422}
    assert answer.status_code in allowed
    assert db.session.scalar(select(func.count(Report.id))) == 0
