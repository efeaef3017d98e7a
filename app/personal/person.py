"""One person outside, known by an e-mail address or a phone number, however they are written."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from flask_login import current_user
from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.languages import gettext as _
from app.problems import InvalidFields, NotFound
from app.reports.erasure import as_phone

# A search stays open for a case's work and no longer.
SEARCH_KEPT = timedelta(hours=2)
_FEWEST_DIGITS = 5
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Either an e-mail address in small letters or a phone number's digits."""

    email: str = ""
    phone: str = ""

    @property
    def words(self) -> str:
        """As it stands on a page."""
        return self.email or self.phone

    def is_in(self, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Whether a text mentions this person, upper and lower case alike."""
        patterns = [f"%{_escaped(written)}%" for written in self._written()]
        return or_(
            *(
                func.lower(column).like(pattern, escape="\\")
                for column in columns
                for pattern in patterns
            )
        )

    def may_be(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Whether a column may hold this person's phone; `has` tells for certain."""
        return column.like(f"%{'%'.join(self.phone)}%")

    def has(self, phone: str) -> bool:
        """Whether a phone number as it was written is this person's."""
        return bool(self.phone) and as_phone(phone) == self.phone

    def _written(self) -> list[str]:
        """As people write it in a text."""
        if self.email:
            return [self.email]
        one = self.phone
        pairs = " ".join(one[at : at + 2] for at in range(0, len(one), 2))
        return [one, pairs, f"{one[:3]} {one[3:5]} {one[5:]}"]


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def read_person(text: str) -> Person:
    """The person that a searched text names.

    Raises:
        InvalidFields: it is neither an e-mail address nor a phone number.
    """
    text = text.strip()
    if _ADDRESS.fullmatch(text):
        return Person(email=text.lower())
    phone = as_phone(text)
    if len(phone) >= _FEWEST_DIGITS and not re.search(r"[^\d\s+()./-]", text):
        return Person(phone=phone)
    raise InvalidFields({"who": _("Write an e-mail address or a phone number.")})


def seal(person: Person) -> str:
    """A search as it may stand in an address: nobody reads it there, and nobody else can use it."""
    content = {"staff": current_user.id} | asdict(person)
    return _fernet().encrypt(json.dumps(content).encode()).decode()


def unseal(token: str) -> Person:
    """The person that somebody signed in has searched for.

    Raises:
        NotFound: it is too long ago, or somebody else's search.
    """
    try:
        content = json.loads(_fernet().decrypt(token, int(SEARCH_KEPT.total_seconds())))
    except InvalidToken as error:
        raise NotFound from error
    if content.pop("staff") != current_user.id:
        raise NotFound
    return Person(**content)


def _fernet() -> Fernet:
    secret = f"person-search:{current_app.config['SECRET_KEY']}"
    return Fernet(urlsafe_b64encode(sha256(secret.encode()).digest()))
