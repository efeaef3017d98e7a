"""Signs to look at: what people said of them, what nobody has seen for long, and which fell silent.

Nothing here is stored: it is worked out from states, logs and the daily numbers of scans.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.database import now, session
from app.geo import position_of
from app.geo.positions import metres_between
from app.languages import OSLO
from app.places.models import Place
from app.signs.models import Sign, SignEvent, SignEventKind, SignScans, SignState

# A sign is looked at once a year; this leaves room for a late spring.
UNCHECKED_AFTER = timedelta(days=400)
UNMOUNTED_AFTER = timedelta(days=60)
# Printed film fades; most makers promise five years outdoors.
OLD_AFTER = timedelta(days=5 * 365)
# How far off two good phones may be when they stand before the same sign.
MOVED_METRES = 75
RECENT_DAYS, HISTORY_DAYS, LEAST_HISTORY_DAYS = 60, 365, 90
# So seldom would a sign that is well be as silent by chance.
SILENT_BY_CHANCE = 0.001
LEAST_EXPECTED_AT_PLACE = 5.0
MOST = 500


class Reason(StrEnum):
    """Why a sign is to be looked at, the most urgent first."""

    TAMPERED = "tampered"
    MISSING = "missing"
    DAMAGED = "damaged"
    MOVED = "moved"
    SILENT = "silent"
    UNMOUNTED = "unmounted"
    UNCHECKED = "unchecked"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Concern:
    """A sign and why it is to be looked at."""

    sign: Sign
    reasons: list[Reason]


def find_concerns(only: Reason | None = None) -> dict[int, list[Reason]]:
    """Ids of signs to look at with the reasons, the most urgent first; `MOST` for each reason."""
    reasons: dict[int, list[Reason]] = defaultdict(list)
    for reason in Reason:
        if only in {None, reason}:
            for sign_id in _FINDERS[reason]():
                reasons[sign_id].append(reason)
    return reasons


def list_concerns(found: Mapping[int, list[Reason]], most: int = MOST) -> list[Concern]:
    """The first of the signs that were found, with their places."""
    ids = list(found)[:most]
    query = (
        select(Sign).where(Sign.id.in_(ids)).options(joinedload(Sign.place).joinedload(Place.kind))
    )
    signs = {sign.id: sign for sign in session().scalars(query)}
    return [Concern(signs[sign_id], found[sign_id]) for sign_id in ids]


def _tampered() -> Sequence[int]:
    """Something was said of the sign, and no keeper has looked at it since."""
    settling = {
        SignEventKind.CLEARED,
        SignEventKind.CHECKED,
        SignEventKind.MOUNTED,
        SignEventKind.RETIRED,
    }
    later = aliased(SignEvent)
    settled = exists().where(
        later.sign_id == SignEvent.sign_id,
        later.kind.in_(settling),
        later.at > SignEvent.at,
    )
    query = select(SignEvent.sign_id).where(
        SignEvent.kind == SignEventKind.TAMPERED.value, ~settled
    )
    return session().scalars(query.distinct().limit(MOST)).all()


Condition: TypeAlias = Callable[[datetime], ColumnElement[bool]]


def _signs_where(*conditions: Condition) -> Callable[[], Sequence[int]]:
    def find() -> Sequence[int]:
        moment = now()
        query = select(Sign.id).where(*(condition(moment) for condition in conditions))
        return session().scalars(query.order_by(Sign.id).limit(MOST)).all()

    return find


def _is(*states: SignState) -> Condition:
    return lambda _moment: Sign.state.in_([state.value for state in states])


def _moved() -> list[int]:
    """A keeper stood before the sign far from where it hangs: it was moved, or copied."""
    query = (
        select(SignEvent)
        .join(SignEvent.sign)
        .where(
            SignEvent.kind == SignEventKind.CHECKED.value,
            SignEvent.point.is_not(None),
            Sign.point.is_not(None),
            Sign.state == SignState.MOUNTED.value,
            or_(Sign.mounted_at.is_(None), SignEvent.at > Sign.mounted_at),
        )
        .options(joinedload(SignEvent.sign))
        .order_by(SignEvent.id.desc())
        .limit(MOST * 4)
    )
    latest: dict[int, SignEvent] = {}
    for event in session().scalars(query):
        latest.setdefault(event.sign_id, event)
    return [event.sign_id for event in latest.values() if _is_far(event)][:MOST]


def _is_far(event: SignEvent) -> bool:
    seen, hangs = position_of(event.point), position_of(event.sign.point)
    if seen is None or hangs is None:
        return False
    metres = metres_between(seen.lon, seen.lat, hangs.lon, hangs.lat)
    return metres > MOVED_METRES + (event.accuracy_m or 0) + (event.sign.accuracy_m or 0)


@dataclass(frozen=True, slots=True)
class Scans:
    """On how many days a sign was scanned lately, and on how many it should have been."""

    sign_id: int
    place_id: int
    recent: int
    expected: float


def _silent() -> list[int]:
    return find_silent(_list_scans())


def _list_scans() -> list[Scans]:
    """Days with scans rather than scans: a class that tries out a sign makes one day of many."""
    today = now().astimezone(OSLO).date()
    window = today - timedelta(days=RECENT_DAYS)
    begin = window - timedelta(days=HISTORY_DAYS)
    recent = func.sum(case((SignScans.day >= window, 1), else_=0))
    query = (
        select(Sign.id, Sign.place_id, Sign.mounted_at, recent, func.count())
        .join(SignScans, SignScans.sign_id == Sign.id)
        .where(Sign.state == SignState.MOUNTED.value, SignScans.day >= begin)
        .group_by(Sign.id, Sign.place_id, Sign.mounted_at)
    )
    found = []
    for sign_id, place_id, mounted_at, recent_days, all_days in session().execute(query):
        mounted = mounted_at.astimezone(OSLO).date() if mounted_at else begin
        known_days = min((window - mounted).days, HISTORY_DAYS)
        if known_days >= LEAST_HISTORY_DAYS:
            expected = (all_days - recent_days) / known_days * RECENT_DAYS
            found.append(Scans(sign_id, place_id, recent_days, expected))
    return found


def find_silent(scans: Iterable[Scans]) -> list[int]:
    """Signs that were scanned so seldom lately, against their history and their neighbours, that it
    can hardly be chance. In a winter when everybody stays at home nobody is silent.
    """
    known = list(scans)
    everywhere = _share(known)
    by_place: Mapping[int, list[Scans]] = defaultdict(list)
    for one in known:
        by_place[one.place_id].append(one)
    return [
        one.sign_id
        for one in known
        if _chance_of_at_most(one.recent, one.expected * _season(one, by_place, everywhere))
        < SILENT_BY_CHANCE
    ][:MOST]


def _share(scans: Iterable[Scans]) -> float:
    """Scans lately as a part of what was expected."""
    some = list(scans)
    expected = sum(one.expected for one in some)
    return sum(one.recent for one in some) / expected if expected else 1.0


def _season(one: Scans, by_place: Mapping[int, list[Scans]], everywhere: float) -> float:
    others = [other for other in by_place[one.place_id] if other is not one]
    if sum(other.expected for other in others) >= LEAST_EXPECTED_AT_PLACE:
        return _share(others)
    return everywhere


def _chance_of_at_most(count: int, expected: float) -> float:
    """Of so few events where so many are expected (Poisson)."""
    if expected <= 0:
        return 1.0
    terms = (
        math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1)) for k in range(count + 1)
    )
    return min(sum(terms), 1.0)


_FINDERS: Mapping[Reason, Callable[[], Sequence[int]]] = {
    Reason.TAMPERED: _tampered,
    Reason.MISSING: _signs_where(_is(SignState.MISSING)),
    Reason.DAMAGED: _signs_where(
        _is(SignState.MOUNTED, SignState.MISSING), lambda _moment: Sign.damaged_at.is_not(None)
    ),
    Reason.MOVED: _moved,
    Reason.SILENT: _silent,
    Reason.UNMOUNTED: _signs_where(
        _is(SignState.PRINTED), lambda moment: Sign.printed_at < moment - UNMOUNTED_AFTER
    ),
    Reason.UNCHECKED: _signs_where(
        _is(SignState.MOUNTED),
        lambda moment: func.coalesce(Sign.checked_at, Sign.mounted_at) < moment - UNCHECKED_AFTER,
    ),
    Reason.OLD: _signs_where(
        _is(SignState.MOUNTED),
        lambda moment: func.coalesce(Sign.printed_at, Sign.mounted_at) < moment - OLD_AFTER,
    ),
}
