"""A mailbox that mails are put into, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import session
from app.mailbox.imap import read_mailbox
from app.mailbox.models import ReceivedMail, Way
from app.mailbox.operations import take_mail
from app.reports.models import Report
from tests.app.notices.conftest import (  # noqa: F401 - fixtures
    desk_person,
    happens,
    mail_server,
    mails,
    reported,
    set_otherwise,
    work,
)
from tests.imap_server import ImapServer, running_imap_server


@pytest.fixture
def take(app: Flask) -> Callable[..., ReceivedMail]:
    """Takes a mail in, and returns what is known of it."""

    def take_one(raw: bytes, size_bytes: int | None = None) -> ReceivedMail:
        take_mail(raw, len(raw) if size_bytes is None else size_bytes, Way.PIPE)
        session().expire_all()
        return received()[-1]

    return take_one


def received() -> list[ReceivedMail]:
    return list(session().scalars(select(ReceivedMail).order_by(ReceivedMail.id)))


def reports() -> list[Report]:
    return list(session().scalars(select(Report).order_by(Report.id)).unique())


def notes(report: Report) -> list[str]:
    return [event.internal_text for event in report.events if event.kind == "note"]


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    with running_imap_server() as server:
        yield server


def emptied(server: ImapServer) -> None:
    with server.opened() as client:
        for folder in ("INBOX", "Handled"):
            if client.folder_exists(folder):
                client.select_folder(folder)
                client.delete_messages(client.search())
                client.expunge()


@pytest.fixture
def mailbox(app: Flask, imap_server: ImapServer) -> Iterator[ImapServer]:
    """The mailbox of this application, emptied before."""
    emptied(imap_server)
    with set_otherwise(app, mailbox_url=imap_server.url):
        yield imap_server


@pytest.fixture
def read(app: Flask) -> Callable[[], int]:
    """A round of the worker."""

    def round_() -> int:
        new = read_mailbox()
        session().expire_all()
        return new

    return round_
