"""Mail: a letter becomes a message, and a message goes to a mail server or into a folder."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from flask import Flask, current_app

from app.config import ABOUT, Settings
from app.database import now
from app.languages import language
from app.notices.keys import ReplyTo
from app.notices.letters import Letter
from app.outbox import ReceiverGone, Undeliverable
from app.places.municipality import municipality

# For each answer of the server. A dozen of them stay below the outbox's lease.
TIMEOUT_S = 10
# For the mails of other threads. With a dozen answers it still stays below the lease.
LONGEST_TURN_S = 45
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500
_UNFOLDED = SMTP.clone(max_line_length=998)
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
# Enhanced status codes (RFC 3463) that say that there is no such mailbox. Other refusals may come
# from our side's settings, and must not end anybody's subscription.
_NO_SUCH_MAILBOX = re.compile(rb"5\.(1\.(1|2|3|6|10)|2\.1)\b")


class MailNotSent(Exception):
    """The mail server did not take the message now; the text names nobody."""


class Mailer(Protocol):
    """Where mails go."""

    def send(self, message: EmailMessage, created_at: datetime) -> None:
        """Hand a message over.

        Raises:
            MailNotSent: not now.
            Undeliverable, ReceiverGone: not ever.
        """


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """A mail server. Encrypted from the start, or as soon as the server offers it.

    One conversation at a time: where several threads talk, the server's yes waits for its thread to
    run, and a worker that is killed in that time sends twice.
    """

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    own_name: str
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    def send(self, message: EmailMessage, created_at: datetime) -> None:
        """Hand a message to the server and wait until it has taken responsibility."""
        receiver = message["To"].addresses[0].addr_spec
        try:
            with self._in_turn(), contextlib.closing(self._connect()) as server:
                self._introduce(server)
                server.send_message(message)
                # What follows can undo nothing, so no failure of it may send the message again.
                # Its answer is not waited for: a worker that is killed now sends twice.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.putcmd("quit")
        except smtplib.SMTPRecipientsRefused as refused:
            _say_refused(*refused.recipients[receiver], receiver)
        except (smtplib.SMTPException, OSError) as error:
            raise MailNotSent(_without(receiver, f"{type(error).__name__}: {error}")) from None

    @contextlib.contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=LONGEST_TURN_S):
            raise MailNotSent("other mails took too long")
        try:
            yield
        finally:
            self._turn.release()

    def _connect(self) -> smtplib.SMTP:
        if self.encrypted:
            return smtplib.SMTP_SSL(
                self.host,
                self.port,
                self.own_name,
                timeout=TIMEOUT_S,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(self.host, self.port, self.own_name, timeout=TIMEOUT_S)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not self.encrypted and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self.user:
            if self.host not in _THIS_MACHINE and not isinstance(server.sock, ssl.SSLSocket):
                raise MailNotSent("the server offers no encryption, so it gets no password")
            server.login(self.user, self.password)


def _say_refused(code: int, answer: bytes, receiver: str) -> None:
    said = _without(receiver, f"{code} {answer.decode('utf-8', 'replace')}")
    if code < _PERMANENT:
        raise MailNotSent(said)
    raise ReceiverGone(said) if _NO_SUCH_MAILBOX.match(answer) else Undeliverable(said)


def _without(receiver: str, said: str) -> str:
    """Servers like to repeat the address; it must not come into our log."""
    return re.sub(re.escape(receiver), "…", said, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """A folder, for trying: each mail is a file that mail programs open."""

    folder: Path

    def send(self, message: EmailMessage, created_at: datetime) -> None:
        """Write the message; the same one again replaces itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0].partition(".")[0]
        name = name.rpartition("-")[0]
        file = self.folder / f"{created_at:%Y%m%d-%H%M%S}-{name}.eml"
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(message.as_bytes())
        unfinished.replace(file)


def init_app(app: Flask, settings: Settings) -> None:
    """Choose where mails go."""
    app.extensions["mailer"] = _mailer(settings)


def mailer() -> Mailer:
    """Where this application's mails go."""
    chosen: Mailer = current_app.extensions["mailer"]
    return chosen


def _mailer(settings: Settings) -> Mailer:
    url = urlsplit(settings.smtp_url)
    if url.scheme == "file":
        return FolderMailer(Path(url2pathname(url.path)))
    return SmtpMailer(
        host=url.hostname or "",
        port=url.port or _DEFAULT_PORTS[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        encrypted=url.scheme == "smtps",
        own_name=_own_host(settings.public_url),
    )


def compose(
    letter: Letter,
    to: str,
    unsubscribe_url: str | None,
    name: str,
    about: ReplyTo | None = None,
) -> EmailMessage:
    """A message with all that receiving servers ask for.

    Args:
        letter: the words.
        to: the receiver.
        unsubscribe_url: where one click ends the subscription; None for what staff get as a duty.
        name: makes the Message-ID, so that a mail sent twice is recognised.
        about: where an answer belongs; None where nobody but a person can tell.
    """
    settings: Settings = current_app.extensions["settings"]
    host = _own_host(settings.public_url)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(municipality().name, addr_spec=_sender(settings, host))
    if answers := _answers_go_to(settings, about):
        message["Reply-To"] = Address(addr_spec=answers)
    message["To"] = Address(addr_spec=_as_ascii(to))
    message["Date"] = format_datetime(now())
    token = f".{about.token}" if about else ""
    message["Message-ID"] = f"<outbox-{name}{token}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_render("notices/mail.txt", letter))
    message.add_alternative(_render("notices/mail.html", letter), subtype="html")
    # Last, since what comes before a content of several parts is moved into the first.
    message["Content-Language"] = language()
    # A long address that is folded comes out encoded, and nobody unsubscribes with that.
    message.policy = _UNFOLDED
    return message


def _render(template: str, letter: Letter) -> str:
    """Without the context processors of pages, which speak of a request."""
    page = current_app.jinja_env.get_template(template)
    return page.render(letter=letter, municipality=municipality(), lang=language())


def _sender(settings: Settings, host: str) -> str:
    return settings.mail_from or _as_ascii(municipality().front_desk_email) or f"vof@{host}"


def _answers_go_to(settings: Settings, about: ReplyTo | None) -> str:
    """The mailbox that is read by us where there is one, else people; "" where it is the sender."""
    if about and settings.mailbox_address:
        return settings.mailbox_address.replace(ABOUT, about.token)
    return _as_ascii(municipality().front_desk_email) if settings.mail_from else ""


def sender_address() -> str:
    """The address that our mails come from."""
    settings: Settings = current_app.extensions["settings"]
    return _sender(settings, _own_host(settings.public_url))


def own_host() -> str:
    """What stands behind the @ of our Message-IDs."""
    settings: Settings = current_app.extensions["settings"]
    return _own_host(settings.public_url)


def _own_host(public_url: str) -> str:
    return urlsplit(public_url).hostname or "localhost"


def _as_ascii(address: str) -> str:
    """A domain such as blåbær.no in the form that mail servers know."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.encode('idna').decode()}" if domain else address
