"""The bytes of a mail, read into what a report needs. Touches no database.

Mails are as broken as their programs, and whoever writes to a public address may break them on
purpose: no header, charset or part of one may stop the rest from being read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from app.languages import LANGUAGES
from app.mailbox.bodies import text_of
from app.mailbox.models import Reason
from app.mailbox.trimming import without_history, without_signature
from app.reports.schemas import clean

MB = 1024 * 1024
# What mail services send at most is 20 to 36 MB; one more than this is kept for a person.
MAX_BYTES = 40 * MB
MAX_PARTS = 200
MAX_TEXT = 200_000
MAX_NAME = 120
MAX_SUBJECT = 200

_COMPAT = policy.compat32
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,400}>")
_ANSWERED_BY = ("In-Reply-To", "References")
_SENT_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_PREFIX = re.compile(
    r"\s*(?P<word>re|sv|svar|vs|vb|fw|fwd|wg|aw|odp|videresendt?|відп)\s?(\[\d+\])?\s?:",
    re.IGNORECASE,
)
_FORWARDS = {"vs", "vb", "fw", "fwd", "wg", "videresend", "videresendt"}
_SYNONYMS = {"no": "nb"}
# What the standard library's parser raises for mails that are broken in one way or another.
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
# A mail's date is its sender's clock; anything else means "just now".
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class Unreadable(Exception):
    """A mail that a person must look at; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class File:
    """Something that came along: a picture in the text, or an attachment."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail as far as we understand it.

    `text` is what its writer wrote, `whole_text` with what their program put below it.
    `said_of_ours` are the headers in which our tokens come back, `answers` the marks of the mails
    that it answers.
    """

    sender: str
    sender_name: str
    subject: str
    text: str
    whole_text: str
    language: str | None
    sent_at: datetime | None
    said_of_ours: str
    answers: tuple[str, ...]
    files: tuple[File, ...]


class Headers:
    """The headers of a mail, each as text whatever is in it."""

    def __init__(self, message: Message) -> None:
        # As they were sent: the parser's own reading of them loses bytes that were not encoded.
        self._items = [(name.lower(), str(value)) for name, value in message.raw_items()]

    def all_raw(self, *names: str) -> list[str]:
        """All headers of these names, encoded as they were sent."""
        wanted = {name.lower() for name in names}
        return [value for name, value in self._items if name in wanted]

    def text(self, name: str) -> str:
        """The first header of this name, decoded; "" where there is none."""
        return decoded(next(iter(self.all_raw(name)), ""))

    def all_text(self, *names: str) -> str:
        """All headers of these names, one after the other."""
        return " ".join(map(decoded, self.all_raw(*names)))


def read_headers(raw: bytes) -> Headers:
    """The headers alone, which costs little however large the mail is."""
    return Headers(BytesHeaderParser(policy=_COMPAT).parsebytes(raw[:MB]))


def mark_of(raw: bytes, headers: Headers) -> str:
    """What a mail is known by when it comes a second time."""
    found = _MESSAGE_ID.search(headers.text("Message-ID"))
    return mark_of_id(found[0]) if found else hashlib.sha256(raw).hexdigest()


def mark_of_id(message_id: str) -> str:
    """The same of a mail of which only the Message-ID is known."""
    return hashlib.sha256(b"id " + message_id.encode("utf-8", "replace")).hexdigest()


def sender_of(headers: Headers) -> tuple[str, str]:
    """Address and name of who wrote; both may be empty."""
    for header in ("From", "Reply-To", "Sender"):
        for name, address in getaddresses(headers.all_raw(header)):
            if "@" in address:
                known = " ".join(clean(decoded(name)).split())[:MAX_NAME]
                return clean(address).lower(), "" if known.lower() == address.lower() else known
    return "", ""


def subject_of(headers: Headers) -> str:
    """The subject on one line."""
    return " ".join(clean(headers.text("Subject")).split())[:MAX_SUBJECT]


def read_mail(raw: bytes, size_bytes: int, headers: Headers) -> IncomingMail:
    """Read a mail.

    Args:
        raw: the mail, or the beginning of one that is too large.
        size_bytes: how large it is.
        headers: of it.

    Raises:
        Unreadable: it is empty, too large, or no mail.
    """
    if not raw.strip():
        raise Unreadable(Reason.EMPTY)
    if size_bytes > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    try:
        message = message_from_bytes(raw, policy=_COMPAT)
        parts = _parts(message)
    except _BROKEN as error:
        raise Unreadable(Reason.MALFORMED) from error
    if len(parts) > MAX_PARTS:
        raise Unreadable(Reason.TOO_MANY_PARTS)
    address, name = sender_of(headers)
    subject = subject_of(headers)
    answered_ids = _MESSAGE_ID.findall(headers.all_text(*_ANSWERED_BY))
    is_answer = is_forwarded = False
    while found := _PREFIX.match(subject):
        is_forwarded = is_forwarded or found["word"].lower() in _FORWARDS
        is_answer, subject = True, subject[found.end() :].strip()
    is_answer = (is_answer or bool(answered_ids)) and not is_forwarded
    whole = _text(message, quoted=not is_answer) or _text(message, attached=True)
    mail = IncomingMail(
        sender=address,
        sender_name=name,
        subject=subject,
        text=without_signature(without_history(whole) if is_answer else whole),
        whole_text=whole,
        language=_language(headers),
        sent_at=_sent_at(headers),
        said_of_ours=headers.all_text(*_ANSWERED_BY, *_SENT_TO),
        answers=tuple(mark_of_id(one) for one in answered_ids[-20:]),
        files=tuple(_files(parts)),
    )
    if not (mail.subject or mail.whole_text or mail.files):
        raise Unreadable(Reason.NOTHING_IN_IT)
    return mail


def _text(message: Message, *, quoted: bool = True, attached: bool = False) -> str:
    text = clean(text_of(message, quoted=quoted, attached=attached)[:MAX_TEXT])
    return re.sub(r"\n{3,}", "\n\n", text)


def _parts(message: Message) -> list[Message]:
    """All parts, those of forwarded mails included."""
    found = []
    for part in message.walk():
        found.append(part)
        if len(found) > MAX_PARTS:
            break
    return found


def _files(parts: list[Message]) -> Iterator[File]:
    """What is neither the text nor a wrapping of other parts."""
    for part in parts:
        name = _file_name(part)
        kind = part.get_content_type()
        if kind == "message/rfc822":
            yield File(name, kind, b"")
        if part.is_multipart():
            continue
        if name or not kind.startswith("text/"):
            content = part.get_payload(decode=True)
            yield File(name, kind, content if isinstance(content, bytes) else b"")


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except _BROKEN:
        # A name in a charset nobody knows.
        name = ""
    return " ".join(clean(decoded(name)).split())[:MAX_NAME]


def decoded(value: object) -> str:
    """A header as text: encoded words read, bytes that were not encoded read as best they can."""
    text = str(value)
    try:
        text = str(make_header(decode_header(text)))
    except _BROKEN:
        # It stays as it was sent.
        text = str(value)
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _language(headers: Headers) -> str | None:
    first = headers.text("Content-Language").partition(",")[0].strip().lower()
    primary = first.partition("-")[0]
    known = _SYNONYMS.get(primary, primary)
    return known if known in LANGUAGES else None


def _sent_at(headers: Headers) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.text("Date"))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment > _OLDEST else None
