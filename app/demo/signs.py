"""Signs with believable labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select

from app.database import now, session
from app.demo.days import start_of_day
from app.places.models import Place
from app.signs.codes import ALPHABET, LENGTH, with_check
from app.signs.models import Sign, SignState

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
