"""A call, a mail or a visitor becomes a report: where, what, whose, in one form without a mouse."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from marshmallow import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from app.arguments import form_id, read_line, read_whole
from app.desk.pages import HANDLERS
from app.geo import Position
from app.languages import LANGUAGES, in_language, language
from app.languages import gettext as _
from app.maps.spots import find_spots
from app.maps.tiles import pin_map
from app.notices import sms
from app.notices.operations import follow_by_email, follow_by_sms
from app.permissions import allow
from app.places.queries import find_place
from app.problems import InvalidFields, NoSuchSign
from app.reports import wording
from app.reports.filing import file_report, find_known_category, find_spot
from app.reports.followers import follow_report
from app.reports.forms import find_filed
from app.reports.keys import fingerprint
from app.reports.models import Category, Channel, Report
from app.reports.queries import find_report, list_alike_at, list_alike_near, list_categories
from app.reports.question_list import DANGER
from app.reports.schemas import MAX_ADDRESS, ContactIn, ReportIn
from app.reports.staff_forms import attempt
from app.signs.models import Sign
from app.signs.queries import list_signs, sign_as_typed

pages = Blueprint("intake", __name__, url_prefix="/desk/new")

CHANNELS = (Channel.PHONE, Channel.EMAIL, Channel.COUNTER, Channel.SOCIAL)
# A report's number as people read it out, hyphen or not.
_NUMBER = r"\d{4}[ -]?\d{2}( ?\d{2}){3}"
MOST_SIGNS = 5
MOST_OPEN = 5
_TEXTS = (
    "spot",
    "where",
    "category",
    "description",
    "name",
    "phone",
    "email",
    "danger",
    "channel",
    "sms",
)


@dataclass(slots=True)
class Intake:
    """One filled-in form. `choices` are spots that the words may mean, where nobody chose one."""

    id: uuid.UUID
    values: dict[str, str]
    choices: list[dict[str, str]] = field(default_factory=list)


@pages.get("")
@allow(*HANDLERS)
def new() -> str:
    """An empty form; `?sign=`, `?place=` or `?q=` say where."""
    values = dict.fromkeys(_TEXTS, "") | {"channel": Channel.PHONE.value}
    values["where"] = read_line(request.args, "q")
    return _page(Intake(uuid.uuid4(), values), {})


@pages.post("")
@allow(*HANDLERS)
def enter() -> Any:
    """File the report, or show the form again with what it still needs."""
    form = _read()

    def carry_out() -> BaseResponse:
        number = _read_sms(form)
        report = _file(form)
        if number:
            follow_by_sms(report, number, report.language, by_reporter=True)
        return redirect(url_for("desk.report", number=report.number, filed=1), 303)

    return attempt(carry_out, lambda errors: _page(form, _beside(errors)))


@pages.post("/same/<number>")
@allow(*HANDLERS)
def same(number: str) -> Any:
    """The caller means a report that is here already: one more follower, and no new report.

    An e-mail address is asked whether it wants to hear of that report.
    """
    form = _read()

    def carry_out() -> BaseResponse:
        address, mobile = _read_email(form), _read_sms(form)
        channel = form.values["channel"]
        known = channel if channel in {one.value for one in CHANNELS} else Channel.PHONE.value
        report, new = follow_report(number, _follower_id(form, number), known)
        if address and new:
            follow_by_email(report, address, language(), by_reporter=False)
        if mobile and new:
            follow_by_sms(report, mobile, language(), by_reporter=False)
        followed = "asked" if address or mobile else 1
        return redirect(url_for("desk.report", number=report.number, followed=followed), 303)

    return attempt(carry_out, lambda errors: _page(form, errors))


def _follower_id(form: Intake, number: str) -> uuid.UUID:
    """The same for a form that is sent twice; whoever comes back to it has another caller."""
    return uuid.uuid5(form.id, fingerprint([number, form.values]))


def _read_email(form: Intake) -> str:
    try:
        address: str = ContactIn().load({"email": form.values["email"]})["email"]
    except ValidationError as error:
        raise InvalidFields(_beside({"contact": error.messages_dict})) from error
    return address


def _read_sms(form: Intake) -> str | None:
    """The number of a caller who wants SMS; None of one who does not.

    Raises:
        InvalidFields: no SMS can go there.
    """
    if not form.values["sms"] or not sms.is_offered():
        return None
    number = sms.normalise(form.values["phone"])
    if number is None:
        raise InvalidFields({"phone": _("Enter a mobile number that can get SMS from here.")})
    return number


def _read() -> Intake:
    return Intake(form_id(), {name: request.form.get(name, "").strip() for name in _TEXTS})


def _file(form: Intake) -> Report:
    """The report of a form; the same form again is the same report, other words another one.

    Raises:
        InvalidFields: something is missing, or the words may mean several spots.
    """
    values = form.values
    if values["channel"] not in {one.value for one in CHANNELS}:
        raise InvalidFields({"channel": _("Choose how we were told.")})
    where = _read_spot(form)
    payload = where | {
        "category": values["category"],
        "description": values["description"],
        "language": language() if language() in LANGUAGES else None,
        "contact": {name: values[name] for name in ("name", "phone", "email")},
        "answers": {DANGER: "yes"} if values["danger"] else {},
    }
    try:
        content: dict[str, Any] = ReportIn().load(payload)
    except ValidationError as error:
        raise InvalidFields(_beside(error.messages_dict)) from error
    content["channel"] = values["channel"]
    mark = fingerprint(content)
    report_uuid, known = find_filed(form.id, mark)
    if known:
        return known
    category = find_known_category(content["category"])
    spot = find_spot(content)
    return file_report(report_uuid, mark, content, spot, category, staff=current_user)


def _beside(errors: dict[str, Any]) -> dict[str, Any]:
    """What the schema says, by the fields of this form."""
    said = dict(errors)
    said |= said.pop("contact", {})
    for name in ("sign", "place", "position", "address"):
        if name in said:
            said["where"] = said.pop(name)
    return {name: one[0] if isinstance(one, list) else one for name, one in said.items()}


def _read_spot(form: Intake) -> dict[str, Any]:
    """Where it is: what was chosen, else what the words mean beyond doubt.

    Raises:
        InvalidFields: nothing is said, or the words may mean several spots; these are then offered.
    """
    kind, _colon, rest = form.values["spot"].partition(":")
    match kind:
        case "sign":
            return {"sign": rest}
        case "place":
            return {"place": read_whole(rest) or None}
        case "at":
            return read_spot_position(rest)
        case "report":
            raise InvalidFields(
                {"where": _("Choose “Same as …”, or say where the new report belongs.")}
            )
        case "words":
            return {"address": form.values["where"][:MAX_ADDRESS]}
    text = form.values["where"]
    if not text:
        raise InvalidFields({"where": _("Say where it is.")})
    form.choices = list_choices(text)
    if len(form.choices) == 1:
        form.values["spot"] = form.choices[0]["value"]
        return _read_spot(form)
    form.choices.append({"value": "words:", "name": _("Use the words as they are"), "note": text})
    raise InvalidFields({"where": _("Choose which of these it is.")})


def read_spot_position(text: str) -> dict[str, Any]:
    """`lat,lon,address` as the list of spots says it."""
    lat, lon, address = [*text.split(",", 2), "", ""][:3]
    try:
        position = Position(lat=float(lat), lon=float(lon))
    except ValueError as error:
        raise InvalidFields({"where": _("Say where it is.")}) from error
    if not (abs(position.lat) <= 90 and abs(position.lon) <= 180):  # noqa: PLR2004 - degrees
        raise InvalidFields({"where": _("Say where it is.")})
    return {
        "position": {"lat": position.lat, "lon": position.lon},
        "address": address[:MAX_ADDRESS],
    }


def list_choices(text: str) -> list[dict[str, str]]:
    """Reports, signs, places and addresses that a text may mean.

    A whole code means its sign alone, and a whole number its report.
    """
    if (report := _report_with(text)) is not None:
        return [_report_choice(report)]
    if (sign := _sign_with(text)) is not None:
        return [_sign_choice(sign)]
    signs = list_signs(text, None, MOST_SIGNS) if any(c.isdigit() for c in text) else []
    spots = find_spots(text, None)
    return [
        *(_sign_choice(one) for one in signs),
        *(
            {
                "value": f"place:{place.id}",
                "name": place.name,
                "note": in_language(place.kind.names),
            }
            for place, _metres in spots.places
        ),
        *(
            {
                "value": f"at:{one.lat:.6f},{one.lon:.6f},{one.text}",
                "name": one.text,
                "note": _("Address"),
            }
            for one in spots.addresses
        ),
    ]


def _report_with(text: str) -> Report | None:
    return find_report(text) if re.fullmatch(_NUMBER, text.strip()) else None


def _report_choice(report: Report) -> dict[str, str]:
    return {
        "value": f"report:{report.number}",
        "name": _("Report %(number)s", number=report.number),
        "note": wording.category_name(report),
    }


def _sign_with(text: str) -> Sign | None:
    try:
        return sign_as_typed(text)
    except NoSuchSign:
        return None


def _sign_choice(sign: Sign) -> dict[str, str]:
    return {
        "value": f"sign:{sign.code}",
        "name": f"{sign.place.name}, {sign.label}",
        "note": _("Sign %(code)s", code=sign.code),
    }


@pages.get("/spots")
@allow(*HANDLERS)
def spots() -> Response:
    """What `?q=` may mean, while it is typed."""
    text = read_line(request.args, "q")
    return jsonify(choices=list_choices(text) if text else [])


@pages.get("/open")
@allow(*HANDLERS)
def open_there() -> Response:
    """What is open at a spot already, as a part of the page."""
    reports = _open_at(read_line(request.args, "spot"), read_line(request.args, "category"))
    return jsonify(html=render_template("desk/open_there.html", reports=reports))


def _open_at(spot: str, category: str) -> list[dict[str, Any]]:
    kind, _colon, rest = spot.partition(":")
    found: list[Report] = []
    if kind == "sign" and (sign := _sign_with(rest)) is not None:
        found = list(list_alike_at(sign.place_id, sign.id, category or None))
    elif kind == "place" and (place_id := read_whole(rest)):
        place = find_place(place_id)
        found = list(list_alike_at(place.kept.id, None, category or None)) if place else []
    elif kind == "report":
        named = _report_with(rest)
        found = [named] if named else []
    elif kind == "at":
        try:
            position = Position(**read_spot_position(rest)["position"])
        except InvalidFields:
            return []
        found = [report for report, _metres in list_alike_near(position, category or None)]
    return [
        wording.in_short(one, url_for("desk.report", number=one.number))
        | {
            "description": one.description[:200],
            "where": one.sign.label if one.sign else one.address,
            "same_url": url_for(".same", number=one.number),
        }
        for one in found[:MOST_OPEN]
    ]


def _page(form: Intake, errors: dict[str, str]) -> str:
    return render_template(
        "desk/new.html",
        form_id=str(form.id),
        values=form.values,
        choices=form.choices,
        errors=errors,
        categories=[_category(one) for one in list_categories()],
        map=pin_map(None),
        channels=[
            {"id": one.value, "name": str(wording.CHANNEL_NAMES[one.value])} for one in CHANNELS
        ],
        reports=_open_at(form.values["spot"], form.values["category"]),
    )


def _category(category: Category) -> dict[str, str]:
    words = [*category.names.values(), *category.synonyms, category.code]
    return {
        "id": category.code,
        "name": in_language(category.names),
        "group": str(wording.GROUP_NAMES.get(category.place_group, "")),
        "words": " ".join(words),
    }
