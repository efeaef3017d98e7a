"""What came in by e-mail on screen, and what a person does about it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import now, session
from app.mailbox.models import MailboxState, Outcome
from tests.app.mailbox.conftest import received, reports, set_otherwise
from tests.conftest import FROM_HERE
from tests.mails import IN_SHORT, a_mail, many_parts

PAGE = "/admin/mailbox"


def deeds():
    query = select(AuditEntry.action).where(AuditEntry.action.startswith("mail_"))
    return session().scalars(query.order_by(AuditEntry.id)).all()


def press(client, row, what):
    return client.post(f"{PAGE}/{row.id}/{what}", headers=FROM_HERE)


def test_the_page_tells_what_became_of_each_mail_and_not_who_wrote(take, front_desk):
    take(a_mail())
    take(a_mail(subject="Nyheter", Precedence="list"))
    page = front_desk.get(f"{PAGE}?lang=en").text
    assert "Became a report" in page
    assert reports()[0].number in page
    assert "It was sent to many at once." in page
    assert "Nyheter" in page
    assert "kari" not in page
    assert "Nothing waits." in page
    ignored = front_desk.get(f"{PAGE}?outcome=ignored").text
    assert reports()[0].number not in ignored


def test_what_waits_is_told_at_the_register_until_somebody_has_looked(take, front_desk):
    row = take(many_parts(300))
    assert "1 e-mail waits" in front_desk.get("/desk?lang=en").text
    assert "more parts than anybody attaches" in front_desk.get(f"{PAGE}?lang=en").text
    assert press(front_desk, row, "settle").status_code == 303
    assert "waits" not in front_desk.get("/desk?lang=en").text
    assert received()[0].settled_at
    press(front_desk, row, "settle")
    assert deeds() == ["mail_dismissed"]


def test_a_mail_is_got_as_it_came_and_never_shown_as_a_page(take, front_desk):
    raw = a_mail("<script>alert(1)</script>", Precedence="bulk")
    answer = press(front_desk, take(raw), "file")
    assert answer.data == raw
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert deeds() == ["mail_seen"]


def test_what_was_ignored_by_mistake_is_entered(take, front_desk):
    row = take(a_mail(Precedence="list"))
    answer = press(front_desk, row, "enter")
    (report,) = reports()
    assert report.number in front_desk.get(f"{answer.location}&lang=en").text
    assert report.description.startswith(IN_SHORT)
    assert received()[0].outcome == Outcome.REPORT
    assert press(front_desk, row, "enter").status_code == 404
    assert deeds() == ["mail_entered"]


def test_what_cannot_be_read_still_says_so(take, front_desk):
    answer = press(front_desk, take(many_parts(300)), "enter")
    assert answer.status_code == 422
    assert reports() == []


def test_only_the_beginning_of_a_large_mail_cannot_be_entered(take, front_desk):
    row = take(a_mail(), 60 * 1024 * 1024)
    assert f"{PAGE}/{row.id}/enter" not in front_desk.get(PAGE).text
    assert press(front_desk, row, "enter").status_code == 422


@pytest.mark.parametrize("what", ["file", "enter", "settle"])
def test_a_mail_that_is_gone_is_not_found(front_desk, what):
    answer = front_desk.post(f"{PAGE}/4711/{what}", headers=FROM_HERE)
    assert answer.status_code == 404


def test_a_mailbox_that_does_not_answer_is_told(app, manager):
    assert "The mailbox" not in manager.get(f"{PAGE}?lang=en").text
    with set_otherwise(app, mailbox_url="imap://u:p@localhost/INBOX"):
        assert "has not been read yet" in manager.get(f"{PAGE}?lang=en").text
        session().add(MailboxState(id=1, failing_since=now(), error="OSError: no route"))
        session().commit()
        page = manager.get(f"{PAGE}?lang=en").text
    assert "has not answered since" in page
    assert "OSError: no route" in page


def test_long_lists_have_pages(take, front_desk, monkeypatch):
    monkeypatch.setattr("app.mailbox.pages.PAGE", 1)
    monkeypatch.setattr("app.mailbox.queries.PAGE", 1)
    for number in range(2):
        take(a_mail(subject=f"Nummer {number}", Precedence="bulk"))
    first = front_desk.get(PAGE).text
    assert "Nummer 1" in first
    assert "Nummer 0" not in first
    older = front_desk.get(f"{PAGE}?before={received()[1].id}").text
    assert "Nummer 0" in older


def test_the_command_tells_the_state(app, take):
    take(a_mail())
    take(b"")
    runner = app.test_cli_runner()
    said = runner.invoke(args=["vof", "mailbox"]).output
    assert "has not been read yet" in said
    assert reports()[0].number in said
    assert "1 wait for a person." in said
