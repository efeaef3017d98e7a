"""Reads of the sign register."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, lazyload, load_only

from app.arguments import printable
from app.database import session
from app.places.models import Place
from app.places.queries import holds_words
from app.problems import NoSuchSign, Suggestion
from app.signs.codes import MalformedCode, check_fits, neighbours, read_code
from app.signs.models import Sign, SignEvent, SignState
from app.staff.models import Staff


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


def find_sign_for_change(sign_id: int) -> Sign:
    """A sign as it is now, locked, so that two people's deeds come one after the other."""
    query = select(Sign).where(Sign.id == sign_id).with_for_update(of=Sign)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def find_sign_event(event_uuid: uuid.UUID) -> SignEvent | None:
    """The line of a log that a device sent under this id."""
    return session().scalar(select(SignEvent).where(SignEvent.uuid == event_uuid))


def list_sign_events(sign_id: int, most: int) -> Sequence[SignEvent]:
    """The newest lines of a sign's log, by when they happened, the newest first."""
    query = (
        select(SignEvent)
        .where(SignEvent.sign_id == sign_id)
        .options(joinedload(SignEvent.staff).options(load_only(Staff.name), lazyload(Staff.roles)))
        .order_by(SignEvent.at.desc(), SignEvent.id.desc())
        .limit(most)
    )
    return session().scalars(query).all()


def list_signs_with_codes(codes: Sequence[str]) -> Sequence[Sign]:
    """The signs with these codes and their places, by place and label."""
    query = (
        select(Sign)
        .join(Sign.place)
        .where(Sign.code.in_(codes))
        .options(contains_eager(Sign.place).joinedload(Place.kind))
        .order_by(Place.name, Sign.label, Sign.id)
    )
    return session().scalars(query).all()


def list_replaced_by(sign: Sign) -> Sequence[Sign]:
    """The signs that this one takes the place of."""
    return session().scalars(select(Sign).where(Sign.replaced_by_id == sign.id)).all()


def list_codes_to_print(place_ids: Sequence[int], most: int) -> Sequence[str]:
    """Codes of signs that were never printed, at these places or anywhere."""
    query = select(Sign.code).where(Sign.state == SignState.ORDERED.value)
    if place_ids:
        query = query.where(Sign.place_id.in_(place_ids))
    return session().scalars(query.order_by(Sign.place_id, Sign.id).limit(most)).all()


def list_codes_at(place_ids: Sequence[int], most: int) -> Sequence[str]:
    """Codes of all signs at some places that have not been taken down."""
    query = select(Sign.code).where(
        Sign.place_id.in_(place_ids), Sign.state != SignState.RETIRED.value
    )
    return session().scalars(query.order_by(Sign.place_id, Sign.id).limit(most)).all()


def list_signs_of(place_id: int) -> Sequence[Sign]:
    """The signs of a place that hang there or will, by label."""
    query = (
        select(Sign).where(Sign.place_id == place_id, Sign.state != "retired").order_by(Sign.label)
    )
    return session().scalars(query).all()


def list_signs(
    text: str,
    after_id: int | None,
    most: int,
    *,
    state: str | None = None,
    place_id: int | None = None,
) -> Sequence[Sign]:
    """A page of the register, the oldest first, of signs whose code or place holds `text`."""
    query = (
        select(Sign)
        .options(joinedload(Sign.place).joinedload(Place.kind))
        .order_by(Sign.id)
        .limit(most)
    )
    if after_id is not None:
        query = query.where(Sign.id > after_id)
    if state:
        query = query.where(Sign.state == state)
    if place_id:
        query = query.where(Sign.place_id == place_id)
    if text:
        by_place = select(Place.id).where(holds_words(text))
        by_code = Sign.code.contains(text.upper(), autoescape=True)
        query = query.where(or_(by_code, Sign.place_id.in_(by_place)))
    return session().scalars(query).all()
