"""Which number answers when somebody's life is in danger: by day and time, tried on an example."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

from babel.dates import get_day_names
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.forms import differences, read_needed, read_phone, typed
from app.admin.log import lines
from app.admin.municipality import SUBJECT, find_row
from app.admin.pages import MANAGERS
from app.arguments import read_id, read_whole
from app.database import now, session
from app.languages import OSLO
from app.languages import gettext as _
from app.permissions import allow
from app.places.municipality import (
    MINUTES_A_DAY,
    DutyHours,
    UnusableHours,
    duty_phone_at,
    forget,
    read_duty_hours,
)
from app.problems import InvalidFields
from app.reports.staff_forms import attempt

pages = Blueprint("duty_phones", __name__, url_prefix="/admin/duty-phones")

MOST_LINES = 30
# Empty lines at the end of the form.
SPARE_LINES = 2
DAYS = range(1, 8)
TEXTS = ("from", "to", "phone")


@pages.get("")
@allow(*MANAGERS)
def hours() -> str:
    """The hours as they are, the week they make, and who answers at `?at=`."""
    row = find_row()
    return _page(_rows_of(row.duty_hours), row.duty_phone, request.args.get("at", ""), {})


@pages.post("")
@allow(*MANAGERS)
def save() -> Any:
    """Keep the hours, or with `look` only show what they would make of the week."""
    rows, phone, at = _typed_rows(), typed("duty_phone")["duty_phone"], request.form.get("at", "")

    def carry_out() -> BaseResponse | str:
        written = _read(rows, phone)
        if "look" in request.form:
            return _page(rows, phone, at, {})
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        row = find_row()
        before = {"duty_phone": row.duty_phone, "duty_hours": _in_words(row.duty_hours)}
        row.duty_phone, row.duty_hours = phone, written
        after = {"duty_phone": phone, "duty_hours": _in_words(written)}
        if changes := differences(before, after):
            audit.record("duty_phones_changed", SUBJECT, row.id, **changes)
        session().flush()
        forget()
        return redirect(url_for(".hours", saved=1), 303)

    return attempt(carry_out, lambda errors: _page(rows, phone, at, errors))  # type: ignore[arg-type]


def _rows_of(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"days": [str(day) for day in one["days"]]} | {name: one[name] for name in TEXTS}
        for one in written
    ]


def _typed_rows() -> list[dict[str, Any]]:
    """The lines of the form in the order that was typed; those without a number are left out."""
    rows = []
    for number in range(1, MOST_LINES + 1):
        texts = typed(*(f"{name}-{number}" for name in (*TEXTS, "order")))
        row: dict[str, Any] = {name: texts[f"{name}-{number}"] for name in TEXTS}
        known = set(map(str, DAYS))
        row["days"] = [one for one in request.form.getlist(f"days-{number}") if one in known]
        order = texts[f"order-{number}"]
        if row["phone"] or (row["days"] and (row["from"] or row["to"])):
            # So many digits are more than there are lines, and few enough to be read as a number.
            place = read_whole(order[:9])
            rows.append((number if place is None else min(place, MOST_LINES), number, row))
    return [row for _order, _number, row in sorted(rows, key=lambda one: one[:2])]


def _read(rows: list[dict[str, Any]], phone: str) -> list[dict[str, Any]]:
    errors: dict[str, str] = {}
    read_needed({"duty_phone": phone}, "duty_phone", 20, errors)
    read_phone({"duty_phone": phone}, "duty_phone", errors)
    written = []
    for number, row in enumerate(rows, 1):
        entry = {"days": sorted(map(int, row["days"]))} | {name: row[name] for name in TEXTS}
        if not row["days"]:
            errors[f"days-{number}"] = _("Choose at least one day.")
        read_needed(row | {f"phone-{number}": row["phone"]}, f"phone-{number}", 20, errors)
        read_phone({f"phone-{number}": row["phone"]}, f"phone-{number}", errors)
        try:
            read_duty_hours([entry | {"days": [1], "phone": "1"}])
        except UnusableHours:
            errors[f"from-{number}"] = _(
                "Write two different times such as 08:00 and 15:30; 24:00 is the end of the day."
            )
        written.append(entry)
    if errors:
        raise InvalidFields(errors)
    return written


def _in_words(written: list[dict[str, Any]]) -> list[str]:
    names = _day_names("abbreviated")
    return [
        " ".join(
            [
                ", ".join(names[day - 1] for day in one["days"]),
                f"{one['from']}–{one['to']}",
                one["phone"],
            ]
        )
        for one in written
    ]


def _page(rows: list[dict[str, Any]], phone: str, at: str, errors: dict[str, str]) -> str:
    usable: tuple[DutyHours, ...] | None = None
    if not errors:
        usable = read_duty_hours(
            [row | {"days": [int(day) for day in row["days"]]} for row in rows]
        )
    empty: dict[str, Any] = dict.fromkeys(TEXTS, "") | {"days": []}
    shown = [*rows, *[empty] * SPARE_LINES][:MOST_LINES]
    names = _day_names("abbreviated")
    return render_template(
        "admin/duty_phones.html",
        rows=shown,
        weekdays=[{"id": str(day), "name": names[day - 1]} for day in DAYS],
        duty_phone=phone,
        week=_week(usable, phone) if usable is not None else None,
        example=_example(usable, phone, at),
        errors=errors,
        saved=request.args.get("saved"),
        seen=audit.last_id(SUBJECT),
        unseen=_unseen(),
    )


def _unseen() -> list[dict[str, Any]]:
    if request.method != "POST":
        return []
    return lines(audit.list_unseen(SUBJECT, read_id(request.form, "seen")))


def _day_names(width: Literal["abbreviated", "wide"]) -> list[str]:
    names = get_day_names(width, "stand-alone", locale=get_locale())
    return [names[day].rstrip(".") for day in range(7)]


def _example(usable: tuple[DutyHours, ...] | None, phone: str, at: str) -> dict[str, Any]:
    """Who answers at a moment; the present one where none is typed."""
    here = now().astimezone(OSLO)
    asked = at or f"{here:%Y-%m-%dT%H:%M}"
    try:
        moment = datetime.fromisoformat(asked).replace(tzinfo=OSLO)
        answers = duty_phone_at(moment, usable, phone) if usable is not None else None
    except (ValueError, OverflowError):
        return {"at": asked, "error": _("Write a day and a time."), "answers": None}
    return {"at": asked, "error": None, "answers": answers if at else None}


def _week(usable: tuple[DutyHours, ...], phone: str) -> list[dict[str, Any]]:
    """Each day of an ordinary week, from number to number."""
    return [
        {"name": name, "spans": _spans(usable, phone, day)}
        for day, name in zip(DAYS, _day_names("wide"), strict=True)
    ]


def _spans(usable: tuple[DutyHours, ...], phone: str, day: int) -> list[dict[str, Any]]:
    edges = {0, MINUTES_A_DAY} | {edge for one in usable for edge in (one.start, one.end)}
    spans: list[dict[str, Any]] = []
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        yesterday = (day - 2) % 7 + 1
        fitting = [n for n, one in enumerate(usable, 1) if one.fit(day, yesterday, start)]
        said = {
            "phone": usable[fitting[0] - 1].phone if fitting else phone,
            "line": fitting[0] if fitting else None,
            "hidden": fitting[1:],
        }
        if spans and all(spans[-1][name] == value for name, value in said.items()):
            spans[-1]["until"] = _clock(end)
        else:
            spans.append({"since": _clock(start), "until": _clock(end)} | said)
    return spans


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
