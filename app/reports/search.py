"""Free text over the register: which reports hold every word of what somebody types.

A word is found anywhere in another one (“lampe” in “gatelampe”), one of two letters or less where a
word begins. A number, of a report or a phone, is found from its beginning, however it is spaced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Integer, Select, Text, column, false, select, table

from app.database import session
from app.places.models import Place
from app.reports.models import Report
from app.reports.queries import read_number
from app.reports.text_index import NAME
from app.signs.models import Sign
from app.words import plain_words, words_of

TEXTS = table(NAME, column("rowid", Integer), column("words", Text))

# As much of a number as people type, hyphen or spaces anywhere; fewer digits are part of a text.
_NUMBER = re.compile(r"\+?\d[\d -]{3,}")
# All of a report's number: the year and eight digits.
_WHOLE_NUMBER = re.compile(r"(19|20)\d\d[ -]*(\d[ -]*){8}")
# What the index holds of a report beside its number and who reported.
_OWN_TEXTS = (Report.description, Report.address, Place.name, Sign.label, Sign.code)
# Fewer characters are no trigram, so that no index knows them.
_TRIGRAM = 3


def is_number(typed: str) -> bool:
    """Whether this is a report's number or a phone's, or the beginning of one."""
    return _NUMBER.fullmatch(typed) is not None


def holds(typed: str, above: int = 0) -> ColumnElement[bool]:
    """Whether a report's texts hold every word of what was typed; those above an id are asked for,
    so that a common word need not be looked up in all.
    """
    if _WHOLE_NUMBER.fullmatch(typed):
        return Report.number == read_number(typed)
    ids = ids_holding(typed, session().get_bind().dialect.name)
    return Report.id.in_(ids.where(TEXTS.c.rowid > above) if above > 0 else ids)


def list_newest_holding(typed: str, before_id: int | None, most: int) -> Sequence[int]:
    """The newest reports that hold what was typed, held ones too, older than another one."""
    query = ids_holding(typed, session().get_bind().dialect.name)
    if before_id is not None:
        query = query.where(TEXTS.c.rowid < before_id)
    return session().scalars(query.order_by(TEXTS.c.rowid.desc()).limit(most)).all()


def ids_holding(typed: str, dialect: str) -> Select[int]:
    """The reports whose plain words hold what was typed; none where that is no word at all."""
    pieces = _pieces(typed)
    conditions = _on_sqlite(pieces) if dialect == "sqlite" else _on_postgresql(pieces)
    return select(TEXTS.c.rowid).where(*conditions if pieces else [false()])


def list_found_by_contact(typed: str, report_ids: Collection[int]) -> list[int]:
    """Those of some reports that hold every word only with what is known of who reported."""
    query = (
        select(Report.id, Report.number, *_OWN_TEXTS)
        .join(Report.contact)
        .outerjoin(Report.place)
        .outerjoin(Report.sign)
        .where(Report.id.in_(report_ids))
        .order_by(Report.id)
    )
    pieces = _pieces(typed)
    found = []
    for report_id, number, *texts in session().execute(query):
        words = f" {number.replace('-', '')} {plain_words(' '.join(filter(None, texts)))}"
        if not all(piece in words for piece in pieces):
            found.append(report_id)
    return found


def _pieces(typed: str) -> list[str]:
    """Pieces of text to find one by one; a space in front says that a word begins there."""
    if is_number(typed):
        return [" " + re.sub(r"\D", "", typed)]
    return [word if len(word) >= _TRIGRAM else f" {word}" for word in words_of(typed)]


def _on_postgresql(pieces: list[str]) -> list[ColumnElement[bool]]:
    # No word holds % or _, so there is nothing to escape.
    return [TEXTS.c.words.like(f"%{piece}%") for piece in pieces]


def _on_sqlite(pieces: list[str]) -> list[ColumnElement[bool]]:
    """Phrases for the index, and what is too short for it asked of the texts themselves.

    Not by LIKE on the index's own column: of several, SQLite 3.40 crashes where one is shorter than
    a trigram, and it finds nothing for letters that are several bytes.
    """
    phrases = [f'"{piece}"' for piece in pieces if len(piece) >= _TRIGRAM]
    short = [piece for piece in pieces if len(piece) < _TRIGRAM]
    conditions: list[ColumnElement[bool]] = [
        (TEXTS.c.words + "").like(f"%{piece}%") for piece in short
    ]
    if phrases:
        conditions.append(TEXTS.c.words.bool_op("MATCH")(" AND ".join(phrases)))
    return conditions
