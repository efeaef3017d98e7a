"""Signs with believable labels."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import insert, select

from app.database import now, session
from app.demo.days import start_of_day
from app.places.models import Place
from app.signs.codes import ALPHABET, LENGTH, with_check
from app.signs.models import (
    Sign,
    SignEvent,
    SignEventKind,
    SignFault,
    SignScans,
    SignState,
)

CHUNK = 5_000

_LABELS = {
    "park": ["Ved lekeplassen", "Ved hovedinngangen", "Ved benkene", "Ved fontenen"],
    "nature_area": ["Ved parkeringsplassen", "Ved gapahuken", "Ved turveien", "Ved utsiktspunktet"],
    "playground": ["Ved huskestativet", "Ved sklien", "Ved sandkassen", "Ved inngangen"],
    "beach": ["Ved stranden", "Ved stupebrettet", "Ved toalettet", "Ved livbøyen"],
    "skatepark": ["Ved rampen", "Ved inngangen", "Ved benkene", "Ved bowlen"],
    "outdoor_gym": ["Ved apparatene", "Ved inngangen", "Ved stativet", "Ved benken"],
    "sports_ground": ["Ved kunstgressbanen", "Ved garderobene", "Ved tribunen", "Ved løpebanen"],
    "sports_hall": ["Ved hovedinngangen", "Ved garderobene", "Ved tribunen", "I vestibylen"],
    "swimming_hall": ["I vestibylen", "Ved garderobene", "Ved bassenget", "Ved badstuen"],
    "ice_hall": ["Ved hovedinngangen", "Ved garderobene", "Ved isflaten", "Ved tribunen"],
}


def add_signs(rng: random.Random, places: Sequence[Place], per_place: int) -> None:
    """Hang `per_place` mounted signs at each place."""
    taken = set(session().scalars(select(Sign.code)))
    mounted_at = start_of_day(now()) - timedelta(days=730)
    rows = [
        {
            "code": _new_code(rng, taken),
            "place_id": place.id,
            "label": label_of(place.kind.code, number),
            "state": SignState.MOUNTED.value,
            "created_at": mounted_at - timedelta(days=30),
            "mounted_at": mounted_at,
        }
        for place in places
        for number in range(per_place)
    ]
    for start in range(0, len(rows), CHUNK):
        session().execute(insert(Sign), rows[start : start + CHUNK])


def add_sign_life(rng: random.Random, spared: Collection[str]) -> None:
    """A year of scans, checks in the last months, and some signs to look at.

    Args:
        rng: decides.
        spared: places whose signs are shown to newcomers and are well.
    """
    signs = session().scalars(select(Sign).join(Sign.place).order_by(Sign.id)).all()
    today = start_of_day(now())
    scans = []
    for sign in signs:
        sign.checked_at = today - timedelta(days=rng.randrange(20, 300), hours=-10)
        sign.printed_at = sign.created_at + timedelta(days=3)
        chance = rng.choice((0.02, 0.05, 0.12))
        scans += [
            {"sign_id": sign.id, "day": (today - timedelta(days=ago)).date(), "count": _scans(rng)}
            for ago in range(1, 425)
            if rng.random() < chance
        ]
    troubled = [sign for sign in signs if sign.place.name not in spared]
    silent, missing, damaged, covered, unchecked = rng.sample(troubled, 5)
    missing.state = SignState.MISSING.value
    damaged.damaged_at = damaged.checked_at
    unchecked.checked_at = today - timedelta(days=500)
    said_at = today - timedelta(days=2, hours=-14)
    session().add(
        SignEvent(
            sign_id=covered.id,
            kind=SignEventKind.TAMPERED.value,
            at=said_at,
            received_at=said_at,
            to_value=SignFault.COVERED.value,
            text="Noen har limt et klistremerke over koden.",
        )
    )
    quiet_since = (today - timedelta(days=70)).date()
    scans = [one for one in scans if one["sign_id"] != silent.id]
    scans += [
        {"sign_id": silent.id, "day": quiet_since - timedelta(days=ago), "count": 1}
        for ago in range(0, 340, 4)
    ]
    session().flush()
    session().execute(insert(SignScans), scans)


def _scans(rng: random.Random) -> int:
    return 1 + int(rng.expovariate(0.9))


def label_of(kind: str, number: int) -> str:
    """The label of the n-th sign of a place; numbered when the believable ones are used up."""
    labels = _LABELS[kind]
    again, index = divmod(number, len(labels))
    return labels[index] if not again else f"{labels[index]} {again + 1}"


def _new_code(rng: random.Random, taken: set[str]) -> str:
    while True:
        code = with_check("".join(rng.choices(ALPHABET, k=LENGTH - 1)))
        if code not in taken:
            taken.add(code)
            return code
