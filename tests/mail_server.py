"""A real mail server on loopback that keeps what it gets and can be told to misbehave."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.cluster import free_port

START_TIMEOUT_S = 20


class MailServer:
    """`answers` holds, by command, what is said in place of 250, once each, oldest first."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.passwords: dict[str, str] = {}
        self.delay_s = 0.0
        self.port = free_port()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def told(self, receiver: str) -> list[EmailMessage]:
        """What one receiver has got, oldest first."""
        return [one for one in self.messages if one["To"] == receiver]

    def _answer(self, command: str) -> str | None:
        time.sleep(self.delay_s)
        waiting = self.answers[command]
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, server, session, envelope, address, options
    ) -> str:
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server, session, envelope, address, options
    ) -> str:
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - the same
        if answer := self._answer("DATA"):
            return answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._lock:
            self.messages.append(message)
            self.receivers += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, credentials) -> AuthResult:
        user, password = credentials.login.decode(), credentials.password.decode()
        return AuthResult(success=self.passwords.get(user) == password, handled=False)


@contextmanager
def running_mail_server(
    context: ssl.SSLContext | None = None, *, offers_starttls: bool = True, **options: Any
) -> Iterator[MailServer]:
    """Serve until the block ends; with a context it offers STARTTLS, or starts with TLS."""
    server = MailServer()
    if context is not None:
        key = "tls_context" if offers_starttls else "ssl_context"
        options[key] = context
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        ready_timeout=START_TIMEOUT_S,
        authenticator=server.authenticate,
        **options,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
