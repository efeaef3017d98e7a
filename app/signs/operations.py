"""What can be done with a sign. Each change is a line of its log; the request commits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.database import now, session
from app.geo import Position, ewkt, position_of
from app.places.models import Place
from app.problems import ReusedId
from app.signs.codes import new_code
from app.signs.models import Sign, SignEvent, SignEventKind, SignState
from app.signs.queries import find_sign_event, find_sign_for_change, list_replaced_by
from app.staff.models import Staff

MAX_LABEL = 120
MAX_NOTE = 1_000
MOST_AT_ONCE = 500

# What is said of a sign on the spot. The latest of these, by when it was seen, says how it stands.
_STATE_AFTER = {
    SignEventKind.MOUNTED: SignState.MOUNTED,
    SignEventKind.CHECKED: SignState.MOUNTED,
    SignEventKind.MISSING: SignState.MISSING,
    SignEventKind.RETIRED: SignState.RETIRED,
}
SEEN = frozenset({*_STATE_AFTER, SignEventKind.DAMAGED})


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to a sign, or seen, perhaps told later.

    `uuid` is minted by a sender who may send it twice. `at` is when it was done, by a clock that
    may be wrong; None for now. `position` is where the sender stood. `what` says which of several
    things is meant.
    """

    kind: SignEventKind
    staff: Staff | None
    uuid: uuid.UUID | None = None
    at: datetime | None = None
    text: str = ""
    position: Position | None = None
    what: str | None = None


def order_signs(
    place: Place, labels: Sequence[str], staff: Staff, form_id: uuid.UUID, **values: Any
) -> list[Sign]:
    """Enter signs for a place; the same form sent again enters nothing new.

    Args:
        place: where they will hang.
        labels: one a sign: where at the place it hangs.
        staff: who does it.
        form_id: minted with the form.
        values: `category_code` and `position`, where they are known.
    """
    position: Position | None = values.get("position")
    if (known := find_sign_event(_uuid_of(form_id, 0))) is not None:
        return _ordered_with(form_id, known)
    signs = [
        Sign(
            code=code,
            place=place,
            label=label,
            state=SignState.ORDERED.value,
            category_code=values.get("category_code"),
            point=_as_point(position),
        )
        for code, label in zip(_fresh_codes(len(labels)), labels, strict=True)
    ]
    session().add_all(signs)
    session().flush()
    for number, sign in enumerate(signs):
        _note(sign, Deed(SignEventKind.ORDERED, staff, _uuid_of(form_id, number)))
    session().flush()
    return signs


def _uuid_of(form_id: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.uuid5(form_id, str(number))


def _ordered_with(form_id: uuid.UUID, first: SignEvent) -> list[Sign]:
    ids = [_uuid_of(form_id, number) for number in range(MOST_AT_ONCE)]
    events = session().scalars(
        select(SignEvent).where(SignEvent.uuid.in_(ids)).order_by(SignEvent.id)
    )
    return [event.sign for event in events] or [first.sign]


def _fresh_codes(count: int) -> list[str]:
    """Codes that no sign has; at fifty thousand signs one random code in 700 is taken."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        tried = {new_code() for _ in range(count - len(codes))}
        taken = set(session().scalars(select(Sign.code).where(Sign.code.in_(tried))))
        codes |= dict.fromkeys(sorted(tried - taken))
    return list(codes)


def edit_sign(sign: Sign, staff: Staff, **values: Any) -> bool:
    """Change `label`, `place`, `category_code` or `position`; one line of the log each.

    Returns:
        Whether anything is different.
    """
    before = {
        "label": sign.label,
        "place": sign.place,
        "category_code": sign.category_code,
        "position": position_of(sign.point),
    }
    changed = [name for name in values if not _is_same(before[name], values[name])]
    for name in changed:
        if name == "position":
            sign.point = _as_point(values[name])
            sign.accuracy_m = None
        else:
            setattr(sign, name, values[name])
        _note(
            sign,
            Deed(SignEventKind.EDITED, staff, text=name),
            from_value=_in_words(before[name]),
            to_value=_in_words(values[name]),
        )
    session().flush()
    _reread_point(sign)
    return bool(changed)


def _is_same(before: Any, after: Any) -> bool:
    if isinstance(before, Position) and isinstance(after, Position):
        return _in_words(before) == _in_words(after)
    return bool(before == after)


def _in_words(value: Any) -> str | None:
    match value:
        case Place():
            return value.name
        case Position():
            return f"{value.lat:.6f}, {value.lon:.6f}"
        case _:
            return value or None


def mark_printed(sign: Sign, staff: Staff | None) -> None:
    """A file with the sign was made; one that hangs already goes on hanging."""
    sign.printed_at = now()
    if sign.state == SignState.ORDERED:
        sign.state = SignState.PRINTED.value
    _note(sign, Deed(SignEventKind.PRINTED, staff))


def record_deed(sign: Sign, deed: Deed) -> tuple[SignEvent, bool]:
    """Write down what was done or seen; what arrives late never undoes what came after it.

    A keeper who stands before the sign is right, whatever the register thought: mounting or
    checking brings back one that was missing or taken down.

    Returns:
        The line of the log, and whether it is new.

    Raises:
        ReusedId: the id stands for something else.
    """
    if deed.uuid and (known := find_sign_event(deed.uuid)) is not None:
        if (known.sign_id, known.kind, known.text) != (sign.id, deed.kind, deed.text):
            raise ReusedId
        return known, False
    find_sign_for_change(sign.id)
    if deed.kind is SignEventKind.REPLACED:
        return _replace(sign, deed), True
    at = min(deed.at or now(), now())
    overtaken = deed.kind in SEEN and _seen_after(sign, at)
    event = _note(sign, deed, at=at)
    if deed.kind in SEEN and not overtaken:
        _apply(sign, deed, at)
    session().flush()
    _reread_point(sign)
    return event, True


def _as_point(position: Position | None) -> Any:
    return ewkt(position) if position else None


def _reread_point(sign: Sign) -> None:
    """What was written as text comes back from the database as a point."""
    session().expire(sign, ["point"])


def _seen_after(sign: Sign, at: datetime) -> bool:
    later = select(SignEvent.id).where(
        SignEvent.sign_id == sign.id, SignEvent.kind.in_(SEEN), SignEvent.at > at
    )
    return session().scalar(later.limit(1)) is not None


def _apply(sign: Sign, deed: Deed, at: datetime) -> None:
    if deed.kind is SignEventKind.DAMAGED:
        sign.damaged_at = at
        return
    sign.state = _STATE_AFTER[deed.kind].value
    sign.damaged_at = None
    if sign.state == SignState.MOUNTED:
        sign.checked_at = at
        sign.mounted_at = sign.mounted_at or at
    if deed.kind is SignEventKind.MOUNTED:
        sign.mounted_at = at
        if deed.position:
            sign.point = _as_point(deed.position)
            sign.accuracy_m = deed.position.accuracy_m
        _take_down_replaced(sign, deed, at)


def _take_down_replaced(sign: Sign, deed: Deed, at: datetime) -> None:
    """The new sign hangs, so the old one does not."""
    for old in list_replaced_by(sign):
        if old.state != SignState.RETIRED:
            old.state = SignState.RETIRED.value
            _note(old, Deed(SignEventKind.RETIRED, deed.staff), at=at, to_value=sign.code)


def _replace(sign: Sign, deed: Deed) -> SignEvent:
    """Order a new sign for the same spot; the old one hangs until the new one does."""
    new = sign.replaced_by
    if new is None or new.state == SignState.RETIRED:
        new = Sign(
            code=_fresh_codes(1)[0],
            place=sign.place,
            label=sign.label,
            state=SignState.ORDERED.value,
            category_code=sign.category_code,
            point=sign.point,
            accuracy_m=sign.accuracy_m,
        )
        session().add(new)
        session().flush()
        sign.replaced_by = new
        _note(new, Deed(SignEventKind.ORDERED, deed.staff), from_value=sign.code)
    event = _note(sign, deed, to_value=new.code)
    session().flush()
    return event


def add_event_photo(event: SignEvent, photo_name: str, fingerprint: str) -> None:
    """Show a stored photo with a line of the log.

    Raises:
        ReusedId: the line shows another one.
    """
    if event.photo_fingerprint not in {None, fingerprint}:
        raise ReusedId
    event.photo_name, event.photo_fingerprint = photo_name, fingerprint
    session().flush()


def _note(
    sign: Sign,
    deed: Deed,
    *,
    at: datetime | None = None,
    from_value: str | None = None,
    to_value: str | None = None,
) -> SignEvent:
    received_at = now()
    event = SignEvent(
        uuid=deed.uuid,
        sign_id=sign.id,
        kind=deed.kind.value,
        at=at or received_at,
        received_at=received_at,
        staff_id=deed.staff.id if deed.staff else None,
        from_value=from_value,
        to_value=to_value or deed.what,
        text=deed.text,
        point=_as_point(deed.position),
        accuracy_m=deed.position.accuracy_m if deed.position else None,
    )
    session().add(event)
    return event
