"""A resident says that something is wrong with a sign: it reaches those who look after it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select

from app.database import db
from app.outbox import OutboxMessage
from app.permissions import Role
from app.signs.models import SignEvent
from app.staff.models import Staff
from app.staff.operations import create_staff
from tests.conftest import FROM_HERE


def tell(client, sign, **fields):
    sent = {"id": str(uuid4()), "what": "covered"} | fields
    return client.post(f"/s/{sign.code}/sign?lang=en", data=sent, headers=FROM_HERE)


def test_it_reaches_each_sign_keeper_once(client, park_sign, mails, work):
    create_staff("kari@example.org", "Kari", "et langt passord", Role.SIGN_KEEPER)
    fields = {"id": str(uuid4()), "text": "Se opp"}
    for _twice in range(2):
        assert tell(client, park_sign, **fields).status_code == 303
    work()
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0
    receivers = sorted(mail["To"] for mail in mails())
    assert receivers == ["kari@example.org", "sign_keeper@demo.vof"]
    assert all(park_sign.code in mail["Subject"] for mail in mails())
    assert all("List-Unsubscribe" not in mail for mail in mails())


def test_who_has_left_gets_no_mail(client, park_sign, mails, work):
    keeper = db.session.scalars(select(Staff).where(Staff.email == "sign_keeper@demo.vof")).first()
    tell(client, park_sign)
    of_the_sign = select(SignEvent).where(SignEvent.sign_id == park_sign.id)
    told = db.session.scalars(of_the_sign).one()
    keeper.active = False
    db.session.commit()
    work()
    assert told.kind == "tampered"
    assert mails() == []
