"""The mailbox on a real IMAP server: read once a minute, put away when kept, and away at times."""

from __future__ import annotations

from sqlalchemy import select

from app.database import session
from app.mailbox import imap
from app.mailbox.models import MailboxState, Outcome
from tests.app.mailbox.conftest import received, reports, set_otherwise
from tests.cluster import free_port
from tests.imap_server import running_imap_server
from tests.mails import BROKEN, a_mail, from_an_iphone, from_outlook


def state() -> MailboxState:
    return session().scalars(select(MailboxState)).one()


def test_what_lies_in_the_mailbox_is_entered_and_put_away(mailbox, read):
    mailbox.deliver(a_mail("Den første"), from_outlook(), from_an_iphone())
    assert read() == 3
    assert [row.outcome for row in received()] == ["report"] * 3
    assert mailbox.list_mails() == []
    assert len(mailbox.list_mails("Handled")) == 3
    assert state().read_at
    assert read() == 0


def test_broken_mails_stop_none_of_the_others(mailbox, read):
    # A server takes no mail of no bytes.
    broken = [mail for mail in BROKEN.values() if mail.strip()]
    mailbox.deliver(*broken, a_mail("Den siste"))
    assert read() == len(broken) + 1
    assert mailbox.list_mails() == []
    assert "Den siste" in reports()[-1].description
    assert {row.outcome for row in received()} == {"report", "unread"}


def test_a_mail_that_cannot_be_kept_stays_and_stops_none_of_the_others(
    mailbox, read, monkeypatch, caplog
):
    kept = imap.take_mail

    def fail_once(raw, size_bytes, way):
        if b"uheldig" in raw:
            raise imap.SQLAlchemyError("no room")
        return kept(raw, size_bytes, way)

    monkeypatch.setattr(imap, "take_mail", fail_once)
    mailbox.deliver(a_mail("uheldig"), a_mail("heldig"))
    assert read() == 1
    assert len(mailbox.list_mails()) == 1
    monkeypatch.undo()
    assert read() == 1
    assert mailbox.list_mails() == []


def test_a_mail_that_is_too_large_is_not_fetched_whole(mailbox, read, monkeypatch):
    monkeypatch.setattr(imap, "MAX_BYTES", 20_000)
    monkeypatch.setattr(imap, "MB", 1000)
    monkeypatch.setattr("app.mailbox.reading.MAX_BYTES", 20_000)
    large = a_mail("x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 500)
    mailbox.deliver(large, a_mail())
    assert read() == 2
    row = received()[0]
    assert (row.outcome, row.reason) == (Outcome.UNREAD, "too_large")
    assert len(row.raw) == 1000
    assert row.size_bytes == len(large)
    assert len(mailbox.list_mails("Handled")) == 2


def test_folders_below_the_inbox_and_a_server_that_cannot_move(app, read, monkeypatch):
    monkeypatch.setattr(
        imap.IMAPClient,
        "has_capability",
        lambda _self, name: name == "NAMESPACE",
    )
    with (
        running_imap_server(prefix="INBOX.", separator=".") as server,
        set_otherwise(app, mailbox_url=server.url),
    ):
        server.deliver(a_mail())
        assert read() == 1
        assert server.list_mails() == []
        assert len(server.list_mails("INBOX.Handled")) == 1


def test_encryption_is_used_where_it_is_offered(app, read, tmp_path, monkeypatch):
    with running_imap_server(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", server.certificate)
        server.deliver(a_mail())
        with set_otherwise(app, mailbox_url=server.url):
            assert read() == 1
        monkeypatch.delenv("SSL_CERT_FILE")
        with set_otherwise(app, mailbox_url=server.url):
            assert read() == 0
    assert "CERTIFICATE_VERIFY_FAILED" in state().error


def test_no_password_goes_over_an_open_connection_to_another_machine(app, read, monkeypatch):
    monkeypatch.setattr(imap, "is_loopback", lambda _host: False)
    with running_imap_server() as server, set_otherwise(app, mailbox_url=server.url):
        assert read() == 0
    assert "no encryption" in state().error


def test_a_mailbox_that_is_away_is_logged_once_and_shown_until_it_answers(
    app, client, mailbox, read, caplog
):
    caplog.set_level("INFO")
    away = f"imap://vof:secret@127.0.0.1:{free_port()}/INBOX"
    with set_otherwise(app, mailbox_url=away):
        assert [read(), read(), read()] == [0, 0, 0]
        assert caplog.text.count("the mailbox cannot be read") == 1
        assert "secret" not in caplog.text + state().error
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert "mailbox: does not answer since" in answer.text
    read()
    assert "can be read again" in caplog.text
    assert state().failing_since is None
    assert "mailbox: ok" in client.get("/readyz").text


def test_a_wrong_password_is_said_without_it(app, mailbox, read):
    with set_otherwise(app, mailbox_url=mailbox.url.replace("mailbox", "other")):
        assert read() == 0
    assert "other" not in state().error


def test_without_a_mailbox_nothing_is_said_of_one(client):
    assert "mailbox" not in client.get("/readyz").text
