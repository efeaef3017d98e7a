"""What the tests of the application share beyond the two databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.database import db, now
from app.desk.models import BulkDeed, SavedFilter
from app.mailbox.models import ReceivedMail
from app.notices.keys import notice_token
from app.notices.operations import enter_reporter
from app.open311.keys import make_key
from app.permissions import Role
from app.rate_limits import limiter
from app.reports.deadlines import local_day
from app.reports.models import ReplyTemplate, Report, RoutingRule
from app.reports.photo_store import photo_store
from app.reports.photos import prepare_photo
from app.signs.models import Sign, SignEventKind
from app.signs.operations import Deed, add_event_photo, record_deed
from app.signs.orders import place_order
from app.staff.links import make_link, token_of
from app.staff.models import LinkKind, Staff
from app.statistics.models import ServiceFigure
from app.targets import Target
from app.webhooks import Webhook
from tests.conftest import InspectingClient, a_report, close_queue, put_report, signed_in, undone
from tests.pictures import a_photo

NOWHERE = {
    "sqlite": "sqlite:////no/such/folder/vof.sqlite3",
    # Port 1 is reserved and nobody listens there.
    "postgresql": "postgresql+psycopg://vof@127.0.0.1:1/vof",
}


@pytest.fixture
def manager(app: Flask) -> FlaskClient:
    return signed_in(app, Role.MANAGER)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return signed_in(app, Role.ADMIN)


@pytest.fixture
def clients(app: Flask) -> dict[Role | None, FlaskClient]:
    """A client of each role, and under None one of a visitor."""
    return {None: app.test_client()} | {role: signed_in(app, role) for role in Role}


@pytest.fixture
def built(whole_app: Flask) -> Iterator[Callable[..., Flask]]:
    """Builds an application of one's own on the same database, to add routes to or set otherwise.

    With `keeps=True` what it commits is really committed; otherwise it is undone after the test.
    """
    with ExitStack() as stack:
        # The limiter is one for all applications of a process; the last one built decides.
        stack.callback(setattr, limiter, "enabled", False)

        def build(*, keeps: bool = False, **changes: Any) -> Flask:
            app = create_app(replace(whole_app.extensions["settings"], **changes))
            app.test_client_class = InspectingClient
            stack.callback(close, app)
            stack.enter_context(app.app_context() if keeps else undone(app))
            return app

        yield build


def close(app: Flask) -> None:
    close_queue(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def throttled(built: Callable[..., Flask]) -> Iterator[Flask]:
    """An application that counts what each sender sends, from nought."""
    app = built(rate_limits=True)
    limiter.reset()
    yield app
    limiter.reset()


@pytest.fixture
def cut_off(built: Callable[..., Flask], whole_app: Flask) -> Flask:
    """An application whose database cannot be reached."""
    with whole_app.app_context():
        url = NOWHERE[db.engine.dialect.name]
    return built(keeps=True, database_url=url)


@pytest.fixture
def filed(client: FlaskClient) -> Callable[..., Report]:
    """Files a report through the API and returns its row."""

    def file(**changes: Any) -> Report:
        answer = put_report(client, a_report(**changes))
        assert answer.status_code == 201, answer.json
        return db.session.scalars(
            select(Report).where(Report.number == answer.json["number"])
        ).one()

    return file


def token_of_a_mail(report: Report) -> str:
    """What stands in the links of a mail about a report."""
    subscription = enter_reporter(report, "kari@example.org")
    db.session.commit()
    return notice_token(subscription.uuid)


def token_of_a_link() -> str:
    """What stands in a link by which somebody sets a password."""
    staff = db.session.scalars(select(Staff)).first()
    assert staff
    token = token_of(make_link(staff, LinkKind.PASSWORD))
    db.session.commit()
    return token


def values_of_the_register(sign: Sign) -> dict[str, Any]:
    """What stands in the addresses of the sign register: an order, a line of a log, photos."""
    keeper = db.session.scalars(select(Staff)).first()
    assert keeper
    options = {"languages": "nb nn en", "file": "pdf", "dpi": 300, "bleed": False, "copies": 1}
    order = place_order(uuid4(), [sign], "A5", options, keeper)
    name = "prints/0.pdf"
    photo_store().put_file(name, b"%PDF-1.7")
    order.state, order.file_name, order.file_bytes = "ready", name, 8
    event, _created = record_deed(sign, Deed(SignEventKind.CHECKED, keeper, text="I orden"))
    prepared = prepare_photo(a_photo())
    photo_name = photo_store().put(prepared.photo, prepared.thumbnail)
    add_event_photo(event, photo_name, prepared.fingerprint)
    sign.place.photo_name = photo_name
    hook = Webhook(url="https://example.org/", kinds=[])
    db.session.add(hook)
    rule = RoutingRule(sort_order=1, unit_id=1)
    clerk = db.session.scalars(select(Staff).where(Staff.email == "front_desk@demo.vof")).unique()
    deed = BulkDeed(
        uuid=uuid4(),
        staff_id=clerk.one().id,
        action="close",
        chosen={"status": "fixed"},
        view={},
        undo_until=now(),
    )
    saved = SavedFilter(staff_id=keeper.id, name="Mine", chosen={"person": "me"})
    mail = ReceivedMail(mark="m", way="imap", outcome="unread", size_bytes=1, raw=b"x")
    mail.erase_on = local_day(now())
    db.session.add_all([rule, saved, deed, mail])
    key, _secret = make_key("City app")
    target = Target(name="County", kind="email", address="a@example.org", unit_id=1)
    db.session.add(target)
    db.session.commit()
    return {
        "order_id": order.id,
        "event_id": event.id,
        "rule_id": rule.id,
        "way": "up",
        "template_id": db.session.scalar(select(ReplyTemplate.id).limit(1)),
        "category_code": "VE03",
        "question_code": "what",
        "message_id": 1,
        "webhook_id": hook.id,
        "step": "pause",
        "filter_id": saved.id,
        "mail_id": mail.id,
        "deed_uuid": deed.uuid,
        "unit_id": 1,
        "person_id": keeper.id,
        "owner_id": 1,
        "key_id": key.id,
        "target_id": target.id,
        "figure_id": db.session.scalar(select(ServiceFigure.id).limit(1)),
        "deed": "archive",
        "view": "places",
        "table": "months",
        "year": local_day(now()).year,
        "suffix": "csv",
    }
