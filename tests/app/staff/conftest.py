"""What the tests of accounts share: a person, their app and their passkey."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.outbox import OutboxMessage
from app.permissions import Role
from app.staff.authenticator import _authenticator
from app.staff.models import Staff
from app.staff.operations import create_staff
from tests.conftest import FROM_HERE
from tests.passkey import SoftPasskey

PASSWORD = "a good long password"
EMAIL = "kari@example.org"


@pytest.fixture
def kari(app):
    """Somebody of the front desk."""
    made = create_staff(EMAIL, "Kari", PASSWORD, Role.FRONT_DESK)
    db.session.commit()
    return made


def browser(app):
    """A browser of its own, on our own pages."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return client


def give_password(client, email=EMAIL, password=PASSWORD, page="/sign-in"):
    return client.post(page, data={"email": email, "password": password}, headers=FROM_HERE)


def signed_in_as(app, email=EMAIL, password=PASSWORD):
    client = browser(app)
    answer = give_password(client, email, password)
    assert answer.status_code == 302, answer.text
    return client


def is_signed_in(client):
    return client.get("/staff").location != "/sign-in?next=/staff"


def person(email=EMAIL):
    return db.session.scalars(select(Staff).where(Staff.email == email)).unique().one()


def code_of(email=EMAIL, *, minutes=0):
    """The code that the person's app shows, now or some minutes from now."""
    app = _authenticator()._totp.from_source(person(email).tf_totp_secret)
    return app.generate(time.time() + 60 * minutes).token


def set_up_app(client):
    """Set up an authenticator app as a person does, from the page; returns the recovery codes."""
    page = client.get("/staff/account/app").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1]
    app = _authenticator()._totp(key=secret, format="base32")
    answer = client.post("/staff/account/app", data={"code": app.generate().token})
    assert answer.status_code in {200, 303}, answer.text
    return codes_on(answer)


def codes_on(answer):
    return re.findall(r"<li><code>([0-9a-z]{5}-[0-9a-z]{5})</code>", answer.text)


def add_passkey(client, name="Telefonen", **changes):
    """Add a passkey as a person does; returns it and the answer."""
    made = SoftPasskey(**changes)
    options = client.post("/staff/account/passkeys/options").json
    form = {"passkey_name": name, "credential": made.make(options)}
    return made, client.post("/staff/account/passkeys", data=form)


def logged(*actions):
    query = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id)
    return db.session.scalars(query).all()


def wait_for_next_period():
    """As if a person's last code had been used long ago."""
    person().tf_last_counter = 0
    db.session.commit()


def age(client, minutes):
    """As if the session's person had been asked some time ago."""
    with client.session_transaction() as kept:
        kept["fs_paa"] -= minutes * 60


def waiting_links():
    """The mails with one-time links that wait to be sent."""
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "staff_link")).all()


@pytest.fixture
def caught_mails(app):
    """What goes out, in place of the folder of mails."""
    caught = []

    class Catcher:
        def send(self, message, _created_at):
            caught.append(message)

    before, app.extensions["mailer"] = app.extensions["mailer"], Catcher()
    yield caught
    app.extensions["mailer"] = before
