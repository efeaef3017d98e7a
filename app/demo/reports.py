"""Two years of believable reports, in bulk: seasons, Mondays, storms, channels and answers.

Volumes and seasons follow what Norwegian municipalities have published; the cases are made up.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import joinedload

from app.database import session
from app.demo.days import start_of_day
from app.demo.texts import DESCRIPTIONS, FIXED, NO_ACTION, PLANNED
from app.languages import OSLO
from app.places.models import Place
from app.reports.deadlines import due_at, local_day
from app.reports.models import UNSORTED_CATEGORY, Category, Event, EventKind, Report
from app.reports.queries import list_categories
from app.reports.workflow import Status
from app.signs.models import Sign
from app.staff.models import Staff

DAYS = 730
CHUNK = 5_000

# Storm days bring four times the usual; a few each winter.
STORM_FACTOR = 4
STORMS_PER_WINTER_MONTH = 0.04

_WEEKDAY_WEIGHT = [1.6, 1.1, 1.0, 1.0, 1.0, 0.7, 0.8]
_WINTER, _SUMMER = {11, 12, 1, 2}, {5, 6, 7, 8}
_WINTER_CODES = {"PA10", "PA18", "VE02", "VE03", "PA16", "IH08", "IH07"}
_SUMMER_CODES = {"PA01", "PA02", "PA04", "PA05", "PA08", "PA22", "PA23", "PA24", "PA21"}
_SEASON_FACTOR = 3.0

_CHANNELS = {
    "qr": 0.17,
    "web": 0.18,
    "kiosk": 0.01,
    "phone": 0.40,
    "email": 0.16,
    "counter": 0.03,
    "social": 0.02,
    "staff": 0.03,
}
_LANGUAGES = {"nb": 0.86, "nn": 0.05, "en": 0.09}
_OUTCOMES = {
    Status.FIXED: 0.82,
    Status.NO_ACTION: 0.08,
    Status.NOT_OURS: 0.05,
    Status.DUPLICATE: 0.05,
}
_STILL_UNDERWAY = {Status.RECEIVED: 0.55, Status.IN_PROGRESS: 0.3, Status.PLANNED: 0.15}
_SHARE_LEFT_OPEN = 0.004
_SHARE_WITH_TEXT = 0.6


@dataclass(frozen=True, slots=True)
class _Spot:
    place: Place
    signs: list[int]
    codes: list[str]


@dataclass(slots=True)
class _Case:
    """One report with its timeline, as rows."""

    report: dict[str, Any]
    events: list[dict[str, Any]]


def add_reports(rng: random.Random, count: int, *, until: datetime) -> None:
    """Insert `count` reports received in the two years before the day of `until`, oldest first."""
    until = start_of_day(until)
    categories = {category.code: category for category in list_categories()}
    spots = _spots()
    staff_id = session().scalar(select(func.min(Staff.id)))
    moments = sorted(_moments(rng, count, local_day(until)))
    first_id = (session().scalar(select(func.max(Report.id))) or 0) + 1
    numbers = set(session().scalars(select(Report.number)))
    cases = (
        _case(
            rng, first_id + index, moment, until, rng.choice(spots), categories, staff_id, numbers
        )
        for index, moment in enumerate(moments)
    )
    for chunk in _chunks(cases):
        session().execute(insert(Report), [case.report for case in chunk])
        session().execute(insert(Event), [event for case in chunk for event in case.events])
    _continue_numbering()


def _spots() -> list[_Spot]:
    signs: dict[int, list[int]] = {}
    for sign_id, place_id in session().execute(select(Sign.id, Sign.place_id).order_by(Sign.id)):
        signs.setdefault(place_id, []).append(sign_id)
    groups: dict[str, list[str]] = {}
    for category in list_categories():
        groups.setdefault(category.place_group, []).append(category.code)
    places = (
        session().scalars(select(Place).options(joinedload(Place.kind)).order_by(Place.id)).all()
    )
    return [
        _Spot(place, signs.get(place.id, []), _weighted_codes(place, groups)) for place in places
    ]


def _weighted_codes(place: Place, groups: dict[str, list[str]]) -> list[str]:
    """First tiles are reported most; a few codes belong to no place in particular."""
    return place.kind.first_tiles * 3 + groups[place.kind.category_group] + [UNSORTED_CATEGORY]


def _moments(rng: random.Random, count: int, today: date) -> list[datetime]:
    days = [today - timedelta(days=offset) for offset in range(1, DAYS + 1)]
    chosen = rng.choices(days, weights=[_day_weight(rng, day) for day in days], k=count)
    return [_daytime(rng, day) for day in chosen]


def _day_weight(rng: random.Random, day: date) -> float:
    storm = day.month in _WINTER and rng.random() < STORMS_PER_WINTER_MONTH
    return _WEEKDAY_WEIGHT[day.weekday()] * (STORM_FACTOR if storm else 1)


def _daytime(rng: random.Random, day: date) -> datetime:
    hour = min(max(rng.gauss(13, 3.5), 0), 23.9)
    clock = time(int(hour), rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, OSLO).astimezone(UTC)


def _season_weight(code: str, month: int) -> float:
    in_season = (code in _WINTER_CODES and month in _WINTER) or (
        code in _SUMMER_CODES and month in _SUMMER
    )
    out_of_season = (code in _WINTER_CODES or code in _SUMMER_CODES) and not in_season
    return _SEASON_FACTOR if in_season else 1 / _SEASON_FACTOR if out_of_season else 1.0


def _pick(rng: random.Random, shares: dict[Any, float]) -> Any:
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def _case(
    rng: random.Random,
    report_id: int,
    received_at: datetime,
    until: datetime,
    spot: _Spot,
    categories: dict[str, Category],
    staff_id: int | None,
    numbers: set[str],
) -> _Case:
    month = received_at.astimezone(OSLO).month
    weights = [_season_weight(code, month) for code in spot.codes]
    category = categories[rng.choices(spot.codes, weights=weights)[0]]
    channel = _pick(rng, _CHANNELS)
    steps = list(_steps(rng, received_at, until))
    last_at, last = steps[-1] if steps else (received_at, Status.RECEIVED)
    due = due_at(received_at, category.priority)
    report = {
        "id": report_id,
        "uuid": uuid.UUID(int=rng.getrandbits(128), version=4),
        "number": _new_number(rng, received_at, numbers),
        "fingerprint": f"{rng.getrandbits(256):064x}",
        "category_id": category.id,
        "unit_id": category.unit_id,
        "status": last.value,
        "priority": category.priority,
        "channel": channel,
        "language": _pick(rng, _LANGUAGES),
        "place_id": spot.place.id,
        "sign_id": rng.choice(spot.signs) if channel == "qr" and spot.signs else None,
        "point": spot.place.point,
        "accuracy_m": None,
        "address": "",
        "description": _description(rng, category.code),
        "answers": {},
        "created_at": received_at,
        "received_at": received_at,
        "due_at": due,
        "waiting_since": None,
        "closed_at": last_at if last in _OUTCOMES else None,
    }
    return _Case(report, list(_events(rng, report_id, received_at, steps, staff_id)))


def _steps(
    rng: random.Random, received_at: datetime, until: datetime
) -> Iterator[tuple[datetime, Status]]:
    """The states after the first: usually taken up within days and closed within weeks."""
    left_open = rng.random() < _SHARE_LEFT_OPEN
    taken_up_at = received_at + timedelta(hours=rng.expovariate(1 / 20))
    closed_at = taken_up_at + timedelta(hours=rng.expovariate(1 / 90))
    if closed_at < until and not left_open:
        yield taken_up_at, Status.IN_PROGRESS
        yield closed_at, _pick(rng, _OUTCOMES)
    elif taken_up_at < until:
        status = _pick(rng, _STILL_UNDERWAY)
        if status is not Status.RECEIVED:
            yield taken_up_at, status


def _events(
    rng: random.Random,
    report_id: int,
    received_at: datetime,
    steps: Sequence[tuple[datetime, Status]],
    staff_id: int | None,
) -> Iterator[dict[str, Any]]:
    yield _event(report_id, received_at, EventKind.RECEIVED, None, None, None, "")
    before = Status.RECEIVED
    for at, status in steps:
        answer = rng.choice(_ANSWERS[status]) if status in _ANSWERS else ""
        yield _event(report_id, at, EventKind.STATUS, staff_id, before, status, answer)
        before = status


_ANSWERS = {Status.FIXED: FIXED, Status.NO_ACTION: NO_ACTION, Status.PLANNED: PLANNED}


def _event(
    report_id: int,
    at: datetime,
    kind: EventKind,
    staff_id: int | None,
    before: Status | None,
    after: Status | None,
    public_text: str,
) -> dict[str, Any]:
    return {
        "report_id": report_id,
        "at": at,
        "kind": kind.value,
        "staff_id": staff_id,
        "from_value": before.value if before else None,
        "to_value": after.value if after else None,
        "public_text": public_text,
        "internal_text": "",
    }


def _description(rng: random.Random, code: str) -> str:
    return (
        rng.choice(DESCRIPTIONS.get(code, DESCRIPTIONS[""]))
        if rng.random() < _SHARE_WITH_TEXT
        else ""
    )


def _new_number(rng: random.Random, received_at: datetime, taken: set[str]) -> str:
    year = received_at.astimezone(OSLO).year
    while True:
        number = f"{year}-{rng.randrange(10**8):08d}"
        if number not in taken:
            taken.add(number)
            return number


def _chunks(cases: Iterator[_Case]) -> Iterator[list[_Case]]:
    chunk: list[_Case] = []
    for case in cases:
        chunk.append(case)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _continue_numbering() -> None:
    """PostgreSQL's sequence does not notice ids that were given by hand."""
    if session().get_bind().dialect.name == "postgresql":
        session().execute(
            text("SELECT setval(pg_get_serial_sequence('reports', 'id'), max(id)) FROM reports")
        )
