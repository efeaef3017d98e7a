"""Reports with people who want to hear of them, and the worker's part of the telling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import outbox
from app.database import session
from app.notices import mail
from app.notices.handlers import HANDLERS
from app.notices.models import Subscription
from app.reports.models import Report
from app.reports.operations import add_note, change_status
from app.staff.models import Staff
from tests.mail_server import MailServer, running_mail_server

KARI = "kari@example.org"


@pytest.fixture
def reported(filed: Callable[..., Report], park_sign: Any) -> Callable[..., Report]:
    """Files a report at a sign whose reporter has left an e-mail address."""

    def report(email: str = KARI, **changes: Any) -> Report:
        return filed(sign=park_sign.code, contact={"email": email}, **changes)

    return report


@pytest.fixture
def desk_person(app: Flask) -> Staff:
    query = select(Staff).where(Staff.email == "front_desk@demo.vof")
    return session().scalars(query).unique().one()


@pytest.fixture
def happens(desk_person: Staff) -> Callable[..., None]:
    """Moves a report on, or answers."""

    def happen(report: Report, status: str | None = None, text: str = "") -> None:
        if status:
            change_status(report, status, desk_person, public_text=text)
        else:
            add_note(report, desk_person, public_text=text)
        session().commit()

    return happen


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """The worker's round."""

    def round_() -> int:
        tried = outbox.drain(HANDLERS)
        session().expire_all()
        return tried

    return round_


@pytest.fixture
def mails(app: Flask, tmp_path: Path) -> Iterator[Callable[[], list[EmailMessage]]]:
    """The mails that have been written since the beginning of the test, oldest first."""
    with set_otherwise(app, smtp_url=tmp_path.as_uri()):
        yield lambda: [read_mail(file) for file in sorted(tmp_path.iterdir(), key=number_of)]


def number_of(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


def read_mail(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@contextmanager
def set_otherwise(app: Flask, **changes: Any) -> Iterator[None]:
    """Other settings for the notices of an application, for a while."""
    before = app.extensions["settings"]
    app.extensions["settings"] = settings = replace(before, **changes)
    mail.init_app(app, settings)
    try:
        yield
    finally:
        app.extensions["settings"] = before
        mail.init_app(app, before)


@pytest.fixture
def mail_server(app: Flask) -> Iterator[MailServer]:
    """A real mail server that the application's mails go to."""
    with running_mail_server() as server, set_otherwise(app, smtp_url=server.url):
        yield server


def plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def as_html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def subscriptions() -> list[Subscription]:
    return list(session().scalars(select(Subscription).order_by(Subscription.id)))
