"""Photos that are named by their address: fetched from allowed hosts alone, by the worker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from app import outbox
from app.database import db
from app.jobs import HANDLERS
from app.open311 import media
from app.outbox import OutboxMessage
from app.reports.photos import MAX_BYTES
from app.reports.queries import find_report
from tests.app.notices.conftest import set_otherwise
from tests.pictures import a_photo


@dataclass
class PhotoHost:
    """A real server of pictures; `answer` is what it says next."""

    port: int
    status: int = 200
    body: bytes = field(default_factory=a_photo)
    location: str = ""
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "photo.jpg") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@contextmanager
def running_photo_host() -> Iterator[PhotoHost]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            self.send_response(host.status)
            if host.location:
                self.send_header("Location", host.location)
            self.send_header("Content-Length", str(len(host.body)))
            self.end_headers()
            self.wfile.write(host.body)

        def log_message(self, *_arguments) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = PhotoHost(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield host
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def photo_host(app):
    """A host inside our network, named there."""
    with (
        running_photo_host() as host,
        set_otherwise(app, open311_media_hosts=(f"127.0.0.1:{host.port}",)),
    ):
        yield host


def work():
    outbox.drain(HANDLERS)
    db.session.expire_all()


def waiting():
    return [(one.state, one.error) for one in db.session.scalars(select(OutboxMessage))]


def test_photos_are_fetched_re_encoded_and_shown(system, photo_host, client):
    number = system.file(media_url=[photo_host.url("a.jpg"), photo_host.url("b.jpg")])
    assert photo_host.asked == []
    work()
    assert photo_host.asked == ["/a.jpg", "/b.jpg"]
    record = system.one(number, extensions="true")
    assert len(record["extended_attributes"]["media_urls"]) == 2
    assert str(photo_host.port) not in record["media_url"]
    assert waiting() == []


def test_a_photo_that_is_named_in_an_update_is_of_the_work(system, photo_host):
    number = system.file(media_url=photo_host.url("before.jpg"))
    update = {"service_request_id": number, "update_id": "1", "status": "fixed"}
    said = {"updated_datetime": "2026-11-28T12:00:00Z", "description": "Ny planke."}
    system.post("servicerequestupdates", **update, **said, media_url=photo_host.url("after.jpg"))
    work()
    assert [one.by_staff for one in find_report(number).photos] == [False, True]


def test_no_more_are_fetched_than_a_report_can_have(system, photo_host):
    system.file(media_url=[photo_host.url(f"{n}.jpg") for n in range(5)])
    work()
    assert len(photo_host.asked) == 3


def test_what_is_no_photo_or_not_there_is_given_up_for_a_person_to_see(system, photo_host):
    photo_host.body = b"<html>"
    system.file(media_url=photo_host.url())
    work()
    ((state, error),) = waiting()
    assert state == "dead"
    assert "no photo" in error


def test_what_does_not_come_is_tried_again(system, photo_host):
    photo_host.status = 503
    number = system.file(media_url=photo_host.url())
    work()
    ((state, error),) = waiting()
    assert (state, "answered 503" in error) == ("waiting", True)
    photo_host.status = 200
    message = db.session.scalars(select(OutboxMessage)).one()
    message.available_at = message.created_at
    db.session.commit()
    work()
    assert len(find_report(number).photos) == 1


def test_no_redirect_is_followed(system, photo_host):
    photo_host.status, photo_host.location = 302, photo_host.url("elsewhere")
    system.file(media_url=photo_host.url())
    work()
    assert photo_host.asked == ["/photo.jpg"]


def test_what_is_too_large_is_given_up(system, photo_host):
    photo_host.body = b"x" * (MAX_BYTES + 1)
    system.file(media_url=photo_host.url())
    work()
    assert [state for state, _error in waiting()] == ["dead"]


def test_what_drips_is_given_up_for_this_time(system, photo_host, monkeypatch):
    monkeypatch.setattr(media, "GIVE_UP_AFTER_S", -1.0)
    system.file(media_url=photo_host.url())
    work()
    ((state, error),) = waiting()
    assert (state, "too slow" in error) == ("waiting", True)


def test_a_host_that_is_not_named_is_never_asked(system, photo_host, app):
    with set_otherwise(app, open311_media_hosts=("photos.example.org", "*.example.net")):
        for url in (
            photo_host.url(),
            "http://photos.example.org/x.jpg",
            "https://photos.example.org:8443/x.jpg",
            "https://example.net/x.jpg",
            "https://photos.example.org.evil.example/x.jpg",
            "https://kari@photos.example.org/x.jpg",
            "https://photos.example.org\\@evil.example/x.jpg",
            "https://photos.example.org/" + "x" * 3000,
            "https://photos.example.org/\r\nHost: x",
        ):
            assert not media.is_allowed(url), url
            system.file(media_url=url)
        assert media.is_allowed("https://photos.example.org/x.jpg")
        assert media.is_allowed("https://a.example.net/x.jpg?y=1")
    work()
    assert photo_host.asked == []
    assert waiting() == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
def test_a_named_host_that_leads_inside_is_refused(system, app, monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    inside = [(family, 1, 6, "", (address, 443))]
    with set_otherwise(app, open311_media_hosts=("photos.example.org",)):
        system.file(media_url="https://photos.example.org/x.jpg")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
        work()
    ((_state, error),) = waiting()
    assert "the address is not public" in error


def test_a_host_that_is_not_named_any_more_is_not_asked(system, photo_host, app):
    system.file(media_url=photo_host.url())
    with set_otherwise(app, open311_media_hosts=()):
        work()
    assert photo_host.asked == []
    assert [state for state, _error in waiting()] == ["dead"]
