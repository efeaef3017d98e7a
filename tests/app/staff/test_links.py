"""One-time links: forgotten passwords tell nobody who has an account, and each link works once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import outbox
from app.database import db, now
from app.notices.handlers import HANDLERS
from app.rate_limits import LINKS_PER_ACCOUNT
from app.staff.links import make_link, token_of
from app.staff.models import LinkKind, StaffLink
from tests.app.staff.conftest import (
    EMAIL,
    PASSWORD,
    browser,
    give_password,
    is_signed_in,
    logged,
    person,
    set_up_app,
    signed_in_as,
    waiting_links,
)
from tests.conftest import FROM_HERE

NEW = "another long password"


def ask(client, email=EMAIL):
    return client.post("/sign-in/forgotten", data={"email": email}, headers=FROM_HERE)


def link_for(kind=LinkKind.PASSWORD):
    made = make_link(person(), kind)
    db.session.commit()
    return f"/sign-in/link/{token_of(made)}"


def choose(client, page, password=NEW):
    return client.post(page, data={"password": password}, headers=FROM_HERE)


def test_whoever_asks_learns_nothing_about_accounts(app, kari):
    known, unknown = ask(browser(app)), ask(browser(app), "nobody@example.org")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    assert set(known.headers.keys()) == set(unknown.headers.keys())
    assert len(waiting_links()) == 1
    assert len(logged("password_link_asked")) == 2, "each is written, and takes the same time"
    assert EMAIL not in str([one.details for one in logged("password_link_asked")])


def test_a_closed_account_gets_no_link(app, kari):
    kari.active = False
    db.session.commit()
    ask(browser(app))
    assert not waiting_links()


@pytest.mark.parametrize("email", ["", "x", " "])
def test_an_address_is_needed(app, email):
    answer = ask(browser(app), email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_asking_is_throttled_whether_there_is_an_account_or_not(throttled):
    for email in ("front_desk@demo.vof", "nobody@example.org"):
        answers = [
            ask(browser(throttled), email).status_code
            for _ in range(int(LINKS_PER_ACCOUNT.split()[0]) + 1)
        ]
        assert answers == [303] * (len(answers) - 1) + [429]


def test_the_mail_carries_a_link_that_sets_a_password_once(app, kari, caught_mails):
    elsewhere = signed_in_as(app)
    ask(browser(app), f" {EMAIL.upper()} ")
    assert outbox.drain(HANDLERS) == 1
    [mail] = caught_mails
    assert mail["To"] == EMAIL
    text = mail.get_body(("plain",)).get_content()
    page = re.search(r"https?://[^/]+(/sign-in/link/\S+)", text)[1]
    client = browser(app)
    assert client.get(page).status_code == 200
    assert client.get(page).status_code == 200, "a scanner of mails does not use it up"
    answer = choose(client, page)
    assert answer.location.startswith("/sign-in?done=password")
    assert not is_signed_in(elsewhere), "every session has ended"
    assert give_password(browser(app), password=PASSWORD).status_code == 200
    assert give_password(browser(app), password=NEW).status_code == 302
    assert client.get(page).status_code == 404
    assert choose(client, page, "a third long password").status_code == 404
    assert [one.details for one in logged("link_used")] == [{"kind": "password"}]


def test_neither_the_database_nor_the_outbox_holds_what_opens_it(app, kari):
    ask(browser(app))
    made = db.session.scalars(select(StaffLink)).one()
    [message] = waiting_links()
    assert message.payload == {"link_id": made.id}
    signature = token_of(made).rpartition(".")[2]
    assert signature not in str(vars(made))


def test_a_mail_that_comes_late_is_not_sent(app, kari, caught_mails):
    ask(browser(app))
    db.session.scalars(select(StaffLink)).one().expires_at = now()
    db.session.commit()
    outbox.drain(HANDLERS)
    assert not caught_mails


def test_a_later_link_ends_an_earlier_one(app, kari):
    first, second = link_for(), link_for()
    assert browser(app).get(first).status_code == 404
    assert browser(app).get(second).status_code == 200


def test_so_does_changing_the_password(app, kari):
    page = link_for()
    form = {"old_password": PASSWORD, "password": NEW}
    assert signed_in_as(app).post("/staff/account/password", data=form).status_code == 303
    assert browser(app).get(page).status_code == 404


@pytest.mark.parametrize(
    ("kind", "hours"),
    [(LinkKind.PASSWORD, 1), (LinkKind.RECOVERY, 24), (LinkKind.INVITATION, 7 * 24)],
)
def test_each_kind_has_its_time(app, kari, kind, hours):
    page = link_for(kind)
    made = db.session.scalars(select(StaffLink)).one()
    assert abs(made.expires_at - now() - timedelta(hours=hours)) < timedelta(minutes=1)
    made.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert browser(app).get(page).status_code == 404


@pytest.mark.parametrize("token", ["x", "a.b", "%00", "æøå", "IjEyIg.x" * 100])
def test_what_is_no_token_opens_nothing(app, token):
    assert browser(app).get(f"/sign-in/link/{token}").status_code == 404


def test_a_short_password_leaves_the_link_as_it_is(app, kari):
    page = link_for()
    client = browser(app)
    answer = choose(client, page, "short")
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert choose(client, page).status_code == 303


def test_a_forgotten_password_leaves_the_second_factor(app, kari):
    set_up_app(signed_in_as(app))
    choose(browser(app), link_for())
    assert give_password(browser(app), password=NEW).location == "/sign-in/code"


def test_a_recovery_ends_the_factors(app, kari):
    set_up_app(signed_in_as(app))
    choose(browser(app), link_for(LinkKind.RECOVERY))
    assert not person().has_second_factor
    assert give_password(browser(app), password=NEW).status_code == 302
