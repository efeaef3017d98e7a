"""Reads of the sign register."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.arguments import printable
from app.database import session
from app.places.models import Place
from app.problems import NoSuchSign, Suggestion
from app.signs.codes import MalformedCode, check_fits, neighbours, read_code
from app.signs.models import Sign


def find_sign(code: str) -> Sign | None:
    """The sign with exactly this code, with its place and kind of place."""
    return session().scalar(
        select(Sign).where(Sign.code == code).options(joinedload(Sign.place).joinedload(Place.kind))
    )


def sign_as_typed(typed: str) -> Sign:
    """The sign a person means by what they scanned or typed.

    A code of the wrong form is refused without asking the database.

    Raises:
        NoSuchSign: with the signs that are one slip away as suggestions.
    """
    try:
        code = read_code(typed)
    except MalformedCode:
        raise NoSuchSign(code=printable(typed[:20])) from None
    if check_fits(code) and (sign := find_sign(code)):
        return sign
    raise NoSuchSign(code=code, suggestions=[_suggestion(sign) for sign in _meant_by(code)])


def _meant_by(code: str) -> Sequence[Sign]:
    if check_fits(code):
        return []
    query = (
        select(Sign)
        .where(Sign.code.in_(neighbours(code)))
        .options(joinedload(Sign.place))
        .order_by(Sign.code)
    )
    return session().scalars(query).all()


def _suggestion(sign: Sign) -> Suggestion:
    address = url_for("resident.sign_form", code=sign.code)
    return Suggestion(address, f"{sign.code} – {sign.place.name}, {sign.label}")


def list_signs_of(place_id: int) -> Sequence[Sign]:
    """The signs of a place that hang there or will, by label."""
    query = (
        select(Sign).where(Sign.place_id == place_id, Sign.state != "retired").order_by(Sign.label)
    )
    return session().scalars(query).all()


def list_signs(text: str, after_id: int | None, most: int) -> Sequence[Sign]:
    """A page of the register, newest place last, of signs whose code or place holds `text`."""
    query = (
        select(Sign)
        .options(joinedload(Sign.place).joinedload(Place.kind))
        .order_by(Sign.id)
        .limit(most)
    )
    if after_id is not None:
        query = query.where(Sign.id > after_id)
    if text:
        by_place = select(Place.id).where(Place.name.icontains(text, autoescape=True))
        by_code = Sign.code.contains(text.upper(), autoescape=True)
        query = query.where(or_(by_code, Sign.place_id.in_(by_place)))
    return session().scalars(query).all()
