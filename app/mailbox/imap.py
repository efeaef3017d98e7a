"""The mailbox on an IMAP server: what lies in its folder is entered, and then put away.

A mail is put away when its transaction has been committed. A worker that dies in between finds it
again and knows it by its mark, so none is lost and none is entered twice.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings, is_loopback
from app.database import db, now, session
from app.mailbox.models import MailboxState, Way
from app.mailbox.operations import take_mail
from app.mailbox.reading import MAX_BYTES, MB

log = logging.getLogger(__name__)

# For each answer of the server.
TIMEOUT_S = 30
HANDLED = "Handled"
# A round is no longer than this, so that what is asked of the worker besides is done too.
MOST_PER_ROUND = 100
# Then it is the database that fails, and not the mail.
MOST_FAILURES = 3
MAX_ERROR = 500

_ROUND = threading.Lock()
_PLAIN = "the server offers no encryption, so it gets no password"


class MailboxAway(Exception):
    """The mailbox cannot be read now; the text holds no password."""


def read_mailbox() -> int:
    """Enter what has come since the last round; one round at a time.

    Returns:
        How many mails were new.
    """
    if not _ROUND.acquire(blocking=False):
        return 0
    try:
        with _opened() as (server, handled):
            new = _take_all(server, handled)
    except MailboxAway as away:
        _note_failure(str(away))
        return 0
    finally:
        _ROUND.release()
    _note_success()
    return new


@contextmanager
def _opened() -> Iterator[tuple[IMAPClient, str]]:
    """The server with the mailbox's folder selected, and the folder for what is handled."""
    settings: Settings = current_app.extensions["settings"]
    url = urlsplit(settings.mailbox_url)
    folder = unquote(url.path.strip("/")) or "INBOX"
    try:
        with IMAPClient(
            url.hostname,
            port=url.port,
            ssl=url.scheme == "imaps",
            ssl_context=ssl.create_default_context(),
            timeout=TIMEOUT_S,
        ) as server:
            _sign_in(server, url.scheme, unquote(url.username or ""), unquote(url.password or ""))
            handled = _handled_folder(server)
            server.select_folder(folder)
            yield server, handled
    except (IMAPClientError, OSError) as error:
        raise MailboxAway(f"{type(error).__name__}: {error}"[:MAX_ERROR]) from error


def _sign_in(server: IMAPClient, scheme: str, user: str, password: str) -> None:
    encrypted = scheme == "imaps"
    if not encrypted and server.has_capability("STARTTLS"):
        server.starttls(ssl.create_default_context())
        encrypted = True
    if not encrypted and not is_loopback(server.host):
        raise MailboxAway(_PLAIN)
    server.login(user, password)


def _handled_folder(server: IMAPClient) -> str:
    """The folder for what is handled, beside the others or below the inbox as the server has it."""
    namespace = server.namespace().personal if server.has_capability("NAMESPACE") else None
    prefix = namespace[0][0] if namespace else ""
    name = f"{prefix}{HANDLED}"
    if not server.folder_exists(name):
        server.create_folder(name)
    return name


def _take_all(server: IMAPClient, handled: str) -> int:
    """Each mail in a transaction of its own, oldest first; none stops the others."""
    new = failures = 0
    for uid in sorted(server.search(["UNDELETED"]))[:MOST_PER_ROUND]:
        fetched = _fetch(server, uid)
        if fetched is None:
            # Somebody has moved it meanwhile.
            continue
        try:
            new += take_mail(*fetched, Way.IMAP)
        except SQLAlchemyError:
            # It stays where it is and comes again.
            db.session.rollback()
            log.exception("a mail could not be kept")
            failures += 1
            if failures == MOST_FAILURES:
                break
            continue
        _put_away(server, uid, handled)
    return new


def _fetch(server: IMAPClient, uid: int) -> tuple[bytes, int] | None:
    """A mail and its size, without marking it as seen; the beginning of one that is too large."""
    facts = server.fetch([uid], ["RFC822.SIZE"]).get(uid)
    if facts is None:
        return None
    size = facts[b"RFC822.SIZE"]
    part = f"BODY.PEEK[]<0.{MB}>" if size > MAX_BYTES else "BODY.PEEK[]"
    answer: dict[bytes, Any] = server.fetch([uid], [part]).get(uid, {})
    found = (content for name, content in answer.items() if name.startswith(b"BODY["))
    raw: bytes | None = next(found, None)
    return None if raw is None else (raw, size)


def _put_away(server: IMAPClient, uid: int, handled: str) -> None:
    server.add_flags([uid], [b"\\Seen"], silent=True)
    if server.has_capability("MOVE"):
        server.move([uid], handled)
        return
    server.copy([uid], handled)
    server.delete_messages([uid], silent=True)
    if server.has_capability("UIDPLUS"):
        server.uid_expunge([uid])
    else:
        server.expunge()


def _note_failure(error: str) -> None:
    """Logged when it begins; from then on the page and `vof mailbox` tell."""
    state = _state()
    if state.failing_since is None:
        log.error("the mailbox cannot be read: %s", error)
        state.failing_since = now()
    state.error = error
    db.session.commit()


def _note_success() -> None:
    state = _state()
    if state.failing_since:
        log.info("the mailbox can be read again")
    state.failing_since, state.error, state.read_at = None, "", now()
    db.session.commit()


def _state() -> MailboxState:
    db.session.rollback()
    state = session().scalar(select(MailboxState))
    if state is None:
        state = MailboxState(id=1)
        session().add(state)
    return state
