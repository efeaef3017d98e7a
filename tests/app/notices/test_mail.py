"""Mails as mail servers and mail programs see them."""

import re
import time
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.database import now, session
from app.languages import speaking
from app.notices import mail
from app.notices.keys import ReplyTo
from app.notices.letters import Letter, Link
from app.notices.queries import find_reply_to
from app.outbox import MessageState, OutboxMessage
from app.places.models import Municipality
from app.places.municipality import forget
from tests.app.notices.conftest import KARI, as_html, plain, set_otherwise, subscriptions
from tests.certificates import localhost_certificate
from tests.html import inspect_page
from tests.mail_server import running_mail_server, silent_server

LETTER = Letter("Emne", "Tittel", ["Avsnitt"], Link("Se", "https://vof.example.no/r/1"))
STOP = "https://vof.example.no/notices/x/unsubscribe"


def left():
    return session().scalars(select(OutboxMessage)).all()


def test_a_mail_carries_what_receiving_servers_ask_for(reported, work, mail_server):
    reported()
    work()
    (message,) = mail_server.messages
    assert mail_server.receivers == [KARI]
    assert "Stavanger" in message["From"]
    assert "<" in message["From"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<outbox-\d+-[0-9a-f]+\.[a-z2-7]{24}@127\.0\.0\.1>", message["Message-ID"])
    assert isinstance(parsedate_to_datetime(message["Date"]), datetime)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://\S+/notices/\S+/unsubscribe\S*>", message["List-Unsubscribe"])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert left() == []


def test_the_one_click_address_is_written_so_that_any_program_reads_it(app):
    letter = replace(LETTER, subject="Æøå " * 60 + "!")
    with speaking("nb"):
        message = mail.compose(letter, KARI, f"https://vof.example.no/{'x' * 200}", "1-a")
    lines = message.as_bytes().splitlines()
    assert f"List-Unsubscribe: <https://vof.example.no/{'x' * 200}>".encode() in lines
    assert max(len(line) for line in lines) <= 998
    assert message_from_bytes(message.as_bytes(), policy=default)["Subject"] == letter.subject


def test_the_one_click_address_of_a_mail_unsubscribes(client, reported, work, mail_server):
    reported()
    work()
    (message,) = mail_server.messages
    url = urlsplit(message["List-Unsubscribe"].strip("<>"))
    answer = client.post(
        f"{url.path}?{url.query}",
        data="List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert subscriptions() == []


def test_the_html_of_a_mail_is_well_made_and_loads_nothing(reported, work, mails):
    reported()
    work()
    html = as_html(mails()[0])
    tree = inspect_page(
        html.replace("<body>", "<body><main>").replace("</body>", "</main></body>"), "mail"
    )
    assert not {"img", "script", "link"} & {element.tag for element in tree.iter()}


def test_a_public_text_cannot_become_markup(reported, happens, work, mails):
    report = reported()
    work()
    subscriptions()[0].confirmed_at = report.received_at
    session().commit()
    happens(report, text="<script>alert(1)</script> & mer\n\nNy linje")
    work()
    news = mails()[-1]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mer" in as_html(news)
    assert "> <script>alert(1)</script> & mer\n> \n> Ny linje" in plain(news).replace("\r", "")


@pytest.mark.parametrize("name", ["Bo\r\nBcc: alle@example.org", "Bo\nX: y", "Bø «Æ» kommune"])
def test_no_name_and_no_subject_can_add_a_header(app, name):
    session().scalars(select(Municipality)).one().name = name
    session().commit()
    forget()
    letter = replace(LETTER, subject=name)
    with speaking("nb"):
        try:
            message = mail.compose(letter, KARI, STOP, "1-a")
        except ValueError:
            return
    assert message["Bcc"] is None
    assert "\n" not in name


@pytest.mark.parametrize(
    "address", ["a@b.no\r\nBcc: c@d.no", "a@b.no, c@d.no", "a@b.no>\nX: y <c@d.no", "a b@c.no"]
)
def test_no_address_can_add_a_receiver(app, address):
    with speaking("nb"), pytest.raises((ValueError, IndexError, mail.Undeliverable)):
        mail.compose(LETTER, address, STOP, "1-a")


def test_a_domain_with_norwegian_letters_is_written_as_servers_know_it(app):
    with speaking("nb"):
        message = mail.compose(LETTER, "ola@blåbær.no", STOP, "1-a")
    assert message["To"] == "ola@xn--blbr-roah.no"


def test_a_sender_of_ones_own_leaves_the_answers_with_the_front_desk(app):
    with set_otherwise(app, mail_from="vof@relay.example.no"), speaking("nb"):
        message = mail.compose(LETTER, KARI, STOP, "1-a")
    front_desk = session().scalars(select(Municipality.front_desk_email)).one()
    assert message["From"].addresses[0].addr_spec == "vof@relay.example.no"
    assert message["Reply-To"].addresses[0].addr_spec == front_desk


@pytest.mark.parametrize("address", ["vof@example.no", "vof+{token}@example.no"])
def test_answers_go_to_the_mailbox_that_is_read_and_say_what_they_are_about(
    app, reported, happens, work, mails, address
):
    with set_otherwise(app, mailbox_address=address, smtp_url=app.extensions["settings"].smtp_url):
        report = reported()
        work()
        subscriptions()[0].confirmed_at = report.received_at
        session().commit()
        happens(report, "waiting", "Hvilken benk?")
        work()
    receipt, question = mails()
    about = ReplyTo(report.id, report.uuid, to_reporter=True)
    for message in (receipt, question):
        answers_to = message["Reply-To"].addresses[0].addr_spec
        assert answers_to == address.replace("{token}", about.token)
        assert find_reply_to(message["Message-ID"]) == about
        assert "denne e-posten" in plain(message)


def test_without_a_mailbox_no_mail_says_that_one_may_reply(reported, work, mails):
    reported()
    work()
    (receipt,) = mails()
    assert receipt["Reply-To"] is None
    assert "Svar på denne" not in plain(receipt)


def test_nobody_can_make_a_token_of_a_reply(filed):
    report = filed()
    about = ReplyTo(report.id, report.uuid, to_reporter=True)
    token = about.token
    assert find_reply_to(f"<outbox-3.{token.upper()}@x> <a@b>") == about
    assert find_reply_to(f"VOF <vof+{token}@example.no>") == about
    assert find_reply_to(f"<{'a' * 24}@x>") is None
    for place in range(len(token)):
        other = "a" if token[place] != "a" else "b"
        assert find_reply_to(f"vof+{token[:place]}{other}{token[place + 1 :]}@x") is None
    assert find_reply_to(f"x{token}@x") is None
    # The report that had this id before a backup was restored.
    lost = ReplyTo(report.id, uuid4(), to_reporter=True)
    assert find_reply_to(f"vof+{lost.token}@x") is None


def test_a_server_that_is_busy_gets_the_mail_later(reported, work, mail_server):
    reported()
    mail_server.answers["RCPT"] = [f"450 4.2.1 {KARI} is greylisted"]
    work()
    (row,) = left()
    assert (row.state, row.attempts) == (MessageState.WAITING, 1)
    assert row.error == "MailNotSent: 450 4.2.1 … is greylisted"
    assert len(subscriptions()) == 1


def test_a_mailbox_that_does_not_exist_ends_the_subscription(reported, work, mail_server, caplog):
    reported()
    mail_server.answers["RCPT"] = [f"550 5.1.1 <{KARI}>: no such user"]
    work()
    assert left() == []
    assert subscriptions() == []
    assert "no such user" in caplog.text
    assert KARI not in caplog.text


@pytest.mark.parametrize("said", ["550 no", "554 5.7.1 relay access denied", "552 5.2.2 full"])
def test_any_other_refusal_for_good_is_kept_and_ends_no_subscription(
    reported, work, mail_server, said
):
    reported()
    mail_server.answers["RCPT"] = [said]
    work()
    (row,) = left()
    assert (row.state, row.attempts) == (MessageState.DEAD, 1)
    assert row.error == f"Undeliverable: {said}"
    assert len(subscriptions()) == 1


@pytest.mark.parametrize("command", ["MAIL", "DATA"])
def test_a_refusal_of_ours_and_not_of_the_receiver_is_tried_again(
    reported, work, mail_server, command
):
    reported()
    mail_server.answers[command] = [f"550 5.7.1 your settings are wrong, {KARI}"]
    work()
    (row,) = left()
    assert row.state == MessageState.WAITING
    assert "5.7.1" in row.error
    assert KARI not in row.error


def test_a_server_that_is_away_gets_the_mail_later(app, reported, work):
    reported()
    with set_otherwise(app, smtp_url="smtp://127.0.0.1:1"):
        work()
    (row,) = left()
    assert row.error.startswith("MailNotSent: ConnectionRefusedError")


def test_a_server_that_says_nothing_is_not_waited_for(app, reported, work, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.3)
    reported()
    with silent_server() as url, set_otherwise(app, smtp_url=url):
        start = time.monotonic()
        work()
        assert time.monotonic() - start < 5
    (row,) = left()
    assert row.error.startswith("MailNotSent: ")


def test_a_server_that_is_slow_but_answers_is_waited_for(reported, work, mail_server):
    mail_server.delay_s = 0.3
    reported()
    work()
    assert len(mail_server.messages) == 1


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    return context


def test_encryption_that_is_offered_is_used(app, reported, work, trusted):
    reported()
    with running_mail_server(trusted) as server:
        with set_otherwise(app, smtp_url=f"smtp://localhost:{server.port}"):
            work()
        assert server.encrypted == [True]


def test_encryption_from_the_start(app, reported, work, trusted):
    reported()
    with running_mail_server(trusted, offers_starttls=False) as server:
        with set_otherwise(app, smtp_url=f"smtps://localhost:{server.port}"):
            work()
        assert len(server.messages) == 1


def test_a_certificate_nobody_vouches_for_is_not_trusted(app, reported, work, tmp_path):
    _, context = localhost_certificate(tmp_path)
    reported()
    with running_mail_server(context) as server:
        with set_otherwise(app, smtp_url=f"smtp://localhost:{server.port}"):
            work()
        assert server.messages == []
    (row,) = left()
    assert "SSLCertVerificationError" in row.error


def test_user_and_password_are_those_of_the_address(app, reported, work, trusted):
    reported()
    with running_mail_server(trusted, auth_required=True) as server:
        server.passwords["vof@relay"] = "p@ss:word"
        url = f"smtp://vof%40relay:p%40ss%3Aword@localhost:{server.port}"
        with set_otherwise(app, smtp_url=url):
            work()
        assert len(server.messages) == 1


def test_a_wrong_password_is_a_setting_to_mend_and_ends_nothing(app, reported, work, trusted):
    reported()
    with (
        running_mail_server(trusted, auth_required=True) as server,
        set_otherwise(app, smtp_url=f"smtp://vof:wrong@localhost:{server.port}"),
    ):
        work()
    (row,) = left()
    assert row.state == MessageState.WAITING
    assert "SMTPAuthenticationError" in row.error
    assert len(subscriptions()) == 1


def test_a_password_does_not_travel_in_the_clear(app):
    with running_mail_server(auth_require_tls=False) as server:
        there = mail.SmtpMailer("127.0.0.1", server.port, "vof", "word", False, "vof.example.no")
        # Another name for the same machine, as if it were another one.
        elsewhere = replace(there, host="127.0.0.2")
        with pytest.raises(mail.MailNotSent, match="gets no password"):
            elsewhere._introduce(Unencrypted())
    assert server.messages == []


def test_a_mail_waits_for_its_turn_and_not_for_ever(app, monkeypatch):
    with running_mail_server() as server:
        there = mail.SmtpMailer("127.0.0.1", server.port, "", "", False, "vof.example.no")
        monkeypatch.setattr(mail, "LONGEST_TURN_S", 0.1)
        message = EmailMessage()
        message["From"], message["To"] = "vof@example.no", "kari@example.org"
        with there._in_turn(), pytest.raises(mail.MailNotSent, match="took too long"):
            there.send(message, now())
        assert server.messages == []
        there.send(message, now())
    assert [one["To"] for one in server.messages] == ["kari@example.org"]


class Unencrypted:
    """A connection to a server that offers no encryption."""

    sock = None

    def ehlo_or_helo_if_needed(self):
        pass

    def has_extn(self, name):
        return False


def test_mails_land_in_a_folder_as_files_that_mail_programs_open(reported, work, mails):
    reported()
    reported()
    work()
    assert len(mails()) == 2
    assert all(message["To"] == KARI for message in mails())
