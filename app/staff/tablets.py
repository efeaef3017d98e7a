"""Staying signed in on a shared tablet: a long-lived cookie for each person, opened by a PIN.

The cookie alone opens nothing, and the PIN nothing without it. Why so: docs/decisions/0016.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from flask import Flask, current_app, request
from flask import session as cookie
from flask_login import current_user
from flask_security import hash_password
from flask_security.utils import verify_password
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.database import SAFE_METHODS, now, session
from app.languages import as_date, as_date_time
from app.languages import gettext as _
from app.problems import InvalidFields, NotFound, SignedOut
from app.staff.freshness import BY_PIN
from app.staff.models import Staff, TabletSession

COOKIE = "vof_tablet_"
# Which stay stands behind the session that is signed in.
BEHIND = "tablet"
# Whose session it is: what the session itself names is nobody any more once they are signed out.
WHOSE = "whose"
UNUSED_FOR = timedelta(days=90)
MOST_WRONG = 5
MAX_NAME = 60
PIN_DIGITS = 6
MOST_ON_ONE_TABLET = 20
# Often enough to tell a tablet in use from one in a drawer.
NOTED_EVERY = timedelta(hours=1)
_PIN = re.compile(rf"[0-9]{{{PIN_DIGITS}}}")
_API = "/api/v1/crew/"


def demand_good_pin(pin: str) -> None:
    """Six digits that are not the first ones anybody tries.

    Raises:
        InvalidFields
    """
    if not _PIN.fullmatch(pin):
        raise InvalidFields({"pin": _("Choose %(count)s digits.", count=PIN_DIGITS)})
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    half = PIN_DIGITS // 2
    is_run = steps in ({1}, {9})
    if is_run or len(set(pin)) <= 2 or pin[:half] == pin[half:]:  # noqa: PLR2004 - 112211 is no secret
        raise InvalidFields({"pin": _("This PIN is easy to guess. Choose another one.")})


def stay_on_tablet(staff: Staff, name: str, pin: str) -> tuple[TabletSession, str]:
    """Let a person stay on this tablet, in place of an earlier stay of theirs here.

    Returns:
        The stay, and the token for the tablet's cookie, which is not kept.

    Raises:
        InvalidFields: the name is missing or too long, or the PIN is no good.
    """
    if not name or len(name) > MAX_NAME:
        raise InvalidFields(
            {"name": _("Give the tablet a name of at most %(most)s characters.", most=MAX_NAME)}
        )
    demand_good_pin(pin)
    for earlier in list_here():
        if earlier.staff_id == staff.id:
            end_stay(earlier, staff)
    token = secrets.token_urlsafe(32)
    stay = TabletSession(
        staff_id=staff.id, name=name, token_digest=_digest(token), pin_hash=hash_password(pin)
    )
    session().add(stay)
    session().flush()
    cookie[BEHIND] = stay.id
    return stay, token


def keep_cookie(response: BaseResponse, stay: TabletSession, token: str) -> None:
    """Have the tablet keep the token for as long as an unused stay lasts."""
    response.set_cookie(
        f"{COOKIE}{stay.uuid.hex}",
        token,
        max_age=UNUSED_FOR,
        secure=_is_secure(),
        httponly=True,
        samesite="Lax",
    )


def renew_cookie(response: BaseResponse, stay: TabletSession) -> None:
    """Have the tablet keep the token that it holds for as long again."""
    keep_cookie(response, stay, request.cookies[f"{COOKIE}{stay.uuid.hex}"])


def drop_cookie(response: BaseResponse, stay: TabletSession) -> None:
    """Have the tablet forget it."""
    response.delete_cookie(
        f"{COOKIE}{stay.uuid.hex}", secure=_is_secure(), httponly=True, samesite="Lax"
    )


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def list_here(*, ended: bool = False) -> list[TabletSession]:
    """The stays whose tokens this browser holds: those that go on, or all."""
    tokens = [value for name, value in request.cookies.items() if name.startswith(COOKIE)]
    if not tokens:
        return []
    digests = [_digest(token) for token in tokens[:MOST_ON_ONE_TABLET]]
    query = select(TabletSession).where(TabletSession.token_digest.in_(digests))
    found = session().scalars(query.order_by(TabletSession.id)).all()
    return [one for one in found if ended or is_going_on(one)]


def is_going_on(stay: TabletSession) -> bool:
    """Whether nobody has ended it and it was used lately."""
    return stay.ended_at is None and stay.last_used_at > now() - UNUSED_FOR


def list_stays(staff: Staff) -> Sequence[TabletSession]:
    """The tablets that a person stays signed in on, the last used first."""
    query = select(TabletSession).where(
        TabletSession.staff_id == staff.id,
        TabletSession.ended_at.is_(None),
        TabletSession.last_used_at > now() - UNUSED_FOR,
    )
    return session().scalars(query.order_by(TabletSession.last_used_at.desc())).all()


def stay_lines(staff: Staff) -> list[dict[str, Any]]:
    """The same as a page shows them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "since": as_date(one.created_at),
            "used": as_date_time(one.last_used_at),
        }
        for one in list_stays(staff)
    ]


def find_stay(stay_id: int, staff: Staff) -> TabletSession:
    """A stay of this person.

    Raises:
        NotFound
    """
    stay = session().get(TabletSession, stay_id)
    if stay is None or stay.staff_id != staff.id:
        raise NotFound
    return stay


def open_by_pin(stay: TabletSession, pin: str) -> int | None:
    """Try a PIN on a stay whose token the browser holds; its row is locked.

    Returns:
        None if it is right, else how many tries are left; with none left the stay has ended.
    """
    if verify_password(pin, stay.pin_hash):
        stay.wrong_pins, stay.last_used_at = 0, now()
        return None
    stay.wrong_pins += 1
    left = MOST_WRONG - stay.wrong_pins
    audit.record_for(None, "sign_in_failed", "staff", stay.staff_id, step="pin", tablet=stay.name)
    if left <= 0:
        _end(stay, None)
        audit.record_for(None, "tablet_locked", "staff", stay.staff_id, tablet=stay.name)
    return max(left, 0)


def lock_stay(stay_uuid: UUID) -> TabletSession | None:
    """A stay by its public id, locked, so that every wrong PIN is counted."""
    query = select(TabletSession).where(TabletSession.uuid == stay_uuid).with_for_update()
    return session().scalar(query.execution_options(populate_existing=True))


def end_stay(stay: TabletSession, by: Staff) -> None:
    """Sign a person out of a tablet, from there or from afar; ended twice is ended once."""
    if stay.ended_at is None:
        _end(stay, by)
        audit.record_for(by.id, "tablet_ended", "staff", stay.staff_id, tablet=stay.name)


def _end(stay: TabletSession, by: Staff | None) -> None:
    stay.ended_at, stay.ended_by_id = now(), by.id if by else None
    session().flush()


def end_all_stays(staff: Staff) -> None:
    """What lets a person in has changed, so that every tablet asks for it anew."""
    going_on = update(TabletSession).where(
        TabletSession.staff_id == staff.id, TabletSession.ended_at.is_(None)
    )
    session().execute(going_on.values(ended_at=now()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def note_sign_in(staff: Staff) -> None:
    """Whoever signs in, in whatever way, works behind their own stay on this tablet, or none."""
    cookie.pop(BEHIND, None)
    cookie.pop(BY_PIN, None)
    cookie[WHOSE] = staff.id
    for stay in list_here():
        if stay.staff_id == staff.id:
            cookie[BEHIND], stay.last_used_at = stay.id, now()


def stay_behind() -> TabletSession | None:
    """The stay behind this browser's session, going on or ended; None without one."""
    stay_id = cookie.get(BEHIND)
    return session().get(TabletSession, stay_id) if stay_id else None


def holds(staff: Staff) -> bool:
    """Whether a session still counts: one that a stay stands behind ends with it."""
    if BEHIND not in cookie:
        return True
    stay = stay_behind()
    return stay is not None and stay.staff_id == staff.id and is_going_on(stay)


def init_app(app: Flask) -> None:
    """Tell a tablet that has been signed out from afar, so that it erases what it holds."""
    app.before_request(_look_after_stay)


def _look_after_stay() -> None:
    if not request.path.startswith(_API) or request.path.startswith(f"{_API}tablet"):
        return
    if not current_user.is_authenticated:
        if people := list_signed_out():
            raise SignedOut(facts={"people": sorted(people)})
    elif request.method not in SAFE_METHODS:
        _note_use()


def list_signed_out() -> set[int]:
    """Who was signed out of this browser from afar; nobody while somebody is signed in."""
    if current_user.is_authenticated:
        return set()
    whose: int = cookie.get(WHOSE, 0)
    if BEHIND in cookie:
        stay = stay_behind()
        if stay is None:
            return {whose}
        return set() if is_going_on(stay) else {stay.staff_id}
    if whose and _is_nobodys(cookie.get("_user_id")):
        return {whose}
    all_here = list_here(ended=True)
    return set() if any(map(is_going_on, all_here)) else {one.staff_id for one in all_here}


def _is_nobodys(session_id: str | None) -> bool:
    """Whether a session names nobody any more: they were signed out everywhere, or closed."""
    if session_id is None:
        return False
    known = select(Staff.id).where(Staff.fs_uniquifier == session_id, Staff.active)
    return session().scalar(known) is None


def _note_use() -> None:
    stay = stay_behind()
    if stay is not None and stay.last_used_at < now() - NOTED_EVERY:
        stay.last_used_at = now()


def _is_over() -> ColumnElement[bool]:
    long_ago = now() - UNUSED_FOR
    return or_(TabletSession.last_used_at < long_ago, TabletSession.ended_at < long_ago)


def count_old_stays() -> dict[str, int]:
    """How many stays ended long ago, by themselves or not."""
    query = select(func.count(TabletSession.id)).where(_is_over())
    return {"": session().scalar(query) or 0}


def forget_old_stays() -> int:
    """Remove stays that ended long ago; for the worker.

    Returns:
        How many there were.
    """
    old = delete(TabletSession).where(_is_over()).returning(TabletSession.id)
    return len(session().execute(old).all())
