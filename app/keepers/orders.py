"""Print orders as the sign keepers see them: placed, watched, fetched, placed again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.after_answer import once_answered
from app.arguments import form_id, read_id, read_whole
from app.database import free_connection
from app.keepers.printing import FILE_TYPES
from app.keepers.signs import SIGN_KEEPERS
from app.languages import as_date_time, lazy_gettext
from app.languages import gettext as _
from app.permissions import KB, MB, allow
from app.problems import FileNotThere, InvalidFields, NoSuchOrder
from app.reports.photo_store import photo_store
from app.reports.staff_forms import attempt
from app.signs.models import OrderState, PrintOrder, Sign, SignState
from app.signs.orders import (
    MOST_SIGNS,
    UNDER_WAY,
    cancel_order,
    count_signs_of,
    find_order,
    list_orders,
    list_signs_of_order,
    order_again,
    place_order,
)
from app.signs.queries import list_codes_at, list_codes_to_print, list_signs_with_codes
from app.signs.wording import ORDER_STATE_NAMES
from qr_signs import FORMATS

pages = Blueprint("orders", __name__, url_prefix="/signs/orders")

FORMAT_NAMES = {
    "A5": lazy_gettext("A5 plate (148 × 210 mm), the usual one"),
    "A4": lazy_gettext("A4 plate (210 × 297 mm)"),
    "A3": lazy_gettext("A3 plate (297 × 420 mm)"),
    "A6": lazy_gettext("A6 plate (105 × 148 mm)"),
    "sticker100": lazy_gettext("Sticker, 100 × 100 mm"),
    "sticker70": lazy_gettext("Sticker, 70 × 70 mm"),
    "sheet-a5": lazy_gettext("Two A5 signs on each A4 page, to be cut"),
    "sheet-a6": lazy_gettext("Four A6 signs on each A4 page, to be cut"),
    "sheet-100": lazy_gettext("Four stickers of 100 mm on each A4 page, to be cut"),
    "sheet-70": lazy_gettext("Eight stickers of 70 mm on each A4 page, to be cut"),
    "sheet-99x68": lazy_gettext("Sheet of eight labels, 99.1 × 67.7 mm"),
}
LANGUAGE_ORDERS = {
    "nb nn en": lazy_gettext("Bokmål, nynorsk, English"),
    "nn nb en": lazy_gettext("Nynorsk, bokmål, English"),
    "en nb nn": lazy_gettext("English, bokmål, nynorsk"),
}
FILES = {
    "pdf": lazy_gettext("PDF for the print shop"),
    "png": lazy_gettext("Pictures (PNG), one a sign"),
}
RESOLUTIONS = ("300", "600")
MOST_COPIES = 50
MOST_SHOWN = 20
_CODE = re.compile(r"[0-9A-Z]{6}")


@pages.get("")
@allow(*SIGN_KEEPERS)
def orders() -> str:
    """All orders, the newest first."""
    found = list_orders(read_id(request.args, "before"))
    counts = count_signs_of([order.id for order in found])
    return render_template(
        "signs/orders.html", orders=[_row(order, counts.get(order.id, 0)) for order in found]
    )


def _row(order: PrintOrder, count: int) -> dict[str, Any]:
    return {
        "id": order.id,
        "url": url_for(".order", order_id=order.id),
        "file_url": _file_url(order),
        "format": str(FORMAT_NAMES.get(order.format, order.format)),
        "signs": count,
        "at": as_date_time(order.created_at),
        "who": order.staff.name if order.staff else None,
        "state": order.state,
        "state_name": str(ORDER_STATE_NAMES[OrderState(order.state)]),
        "under_way": order.state in UNDER_WAY,
        "done_percent": 100 * order.done // order.total if order.total else 0,
    }


def _file_url(order: PrintOrder) -> str | None:
    return url_for(".file", order_id=order.id) if order.state == OrderState.READY else None


@dataclass(slots=True)
class Wish:
    """An order form: what to print, and how. `id` is minted with the page."""

    id: uuid.UUID
    codes: list[str]
    values: dict[str, str]


@pages.get("/new")
@allow(*SIGN_KEEPERS)
def new() -> str:
    """The order form for chosen signs, for places, or for all that were never printed."""
    values = {
        "format": "A5",
        "languages": "nb nn en",
        "copies": "1",
        "file": "pdf",
        "dpi": "300",
        "bleed": "",
    }
    return _form(Wish(uuid.uuid4(), _asked_codes(), values), {})


def _asked_codes() -> list[str]:
    chosen = [code for code in request.args.getlist("sign") if _CODE.fullmatch(code)]
    ids = map(read_whole, request.args.getlist("place"))
    places = [one for one in ids if one][:MOST_SIGNS]
    if chosen:
        return chosen[:MOST_SIGNS]
    if "unprinted" in request.args:
        return list(list_codes_to_print(places, MOST_SIGNS))
    return list(list_codes_at(places, MOST_SIGNS)) if places else []


@pages.post("")
@allow(*SIGN_KEEPERS, max_bytes=256 * KB)
def order_signs() -> Any:
    """Place an order; the worker begins as soon as the answer is out."""
    wish = _read()

    def carry_out() -> BaseResponse:
        options = _read_options(wish.values)
        placed = place_order(wish.id, _signs(wish), wish.values["format"], options, current_user)
        wake_printer()
        return redirect(url_for(".order", order_id=placed.id), 303)

    return attempt(carry_out, lambda errors: _form(wish, errors))


def _read() -> Wish:
    names = ("format", "languages", "copies", "file", "dpi", "bleed")
    codes = re.findall(_CODE, request.form.get("signs", "")[: MOST_SIGNS * 10])
    return Wish(form_id(), codes, {name: request.form.get(name, "") for name in names})


def _signs(wish: Wish) -> Sequence[Sign]:
    return list_signs_with_codes(wish.codes) if wish.codes else []


def _read_options(values: dict[str, str]) -> dict[str, Any]:
    """What the form says of how to print.

    Raises:
        InvalidFields: something that cannot be chosen.
    """
    errors: dict[str, Any] = {}
    for name, known in (
        ("format", FORMATS),
        ("languages", LANGUAGE_ORDERS),
        ("file", FILES),
        ("dpi", RESOLUTIONS),
    ):
        if values[name] not in known:
            errors[name] = _("Choose one of these.")
    copies = values["copies"].strip()
    if not (re.fullmatch(r"[0-9]{1,3}", copies) and 1 <= int(copies) <= MOST_COPIES):
        errors["copies"] = _("Write a number from 1 to %(most)s.", most=MOST_COPIES)
    if not errors and values["file"] == "png" and FORMATS[values["format"]].is_sheet:
        errors["file"] = _("A sheet with several signs can only be a PDF.")
    if errors:
        raise InvalidFields(errors)
    return {
        "languages": values["languages"],
        "file": values["file"],
        "dpi": int(values["dpi"]),
        "bleed": bool(values["bleed"]),
        "copies": int(copies),
    }


def wake_printer() -> None:
    """Have the worker look for orders once this answer is out."""
    once_answered(current_app.extensions["wake_printer"])


def _form(wish: Wish, errors: dict[str, str]) -> str:
    signs = _signs(wish)
    return render_template(
        "signs/order_form.html",
        form_id=str(wish.id),
        values=wish.values,
        errors=errors,
        codes=" ".join(sign.code for sign in signs),
        signs=[_sign_line(sign) for sign in signs[:MOST_SHOWN]],
        count=len(signs),
        more=max(len(signs) - MOST_SHOWN, 0),
        retired=sum(sign.state == SignState.RETIRED for sign in signs),
        formats=_choices(FORMAT_NAMES),
        language_orders=_choices(LANGUAGE_ORDERS),
        files=_choices(FILES),
        resolutions=[{"id": dpi, "name": f"{dpi} dpi"} for dpi in RESOLUTIONS],
        most_copies=MOST_COPIES,
    )


def _choices(names: dict[str, Any]) -> list[dict[str, str]]:
    return [{"id": value, "name": str(name)} for value, name in names.items()]


def _sign_line(sign: Sign) -> dict[str, str]:
    return {"code": sign.code, "place_name": sign.place.name, "label": sign.label}


@pages.get("/<id:order_id>")
@allow(*SIGN_KEEPERS)
def order(order_id: int) -> BaseResponse:
    """One order: how far it has come, and its file."""
    found = _find(order_id)
    signs = list_signs_of_order(found)
    page = render_template(
        "signs/order.html",
        order=_row(found, len(signs))
        | {
            "error": found.error,
            "options": found.options,
            "languages": str(LANGUAGE_ORDERS.get(found.options.get("languages", ""), "")),
            "file_kind": str(FILES.get(found.options.get("file", ""), "")),
            "size": _size(found.file_bytes or 0),
            "finished": as_date_time(found.finished_at) if found.finished_at else None,
        },
        again_id=str(uuid.uuid4()),
        signs=[
            _sign_line(sign) | {"url": url_for("signs.sign", code=sign.code)}
            for sign in signs[:MOST_SHOWN]
        ],
        more=max(len(signs) - MOST_SHOWN, 0),
    )
    response = Response(page)
    if found.state in UNDER_WAY:
        # The page needs no script to follow the work.
        response.headers["Refresh"] = "2"
    return response


def _size(count: int) -> str:
    if count < MB:
        return f"{max(round(count / KB), 1)} kB"
    return f"{count / MB:.1f} MB".replace(".", ",")


@pages.post("/<id:order_id>/cancel")
@allow(*SIGN_KEEPERS)
def cancel(order_id: int) -> BaseResponse:
    """Stop an order."""
    cancel_order(_find(order_id))
    return redirect(url_for(".order", order_id=order_id), 303)


@pages.post("/<id:order_id>/again")
@allow(*SIGN_KEEPERS)
def again(order_id: int) -> BaseResponse:
    """Print the same once more."""
    placed = order_again(_find(order_id), form_id(), current_user)
    wake_printer()
    return redirect(url_for(".order", order_id=placed.id), 303)


@pages.get("/<id:order_id>/file")
@allow(*SIGN_KEEPERS)
def file(order_id: int) -> Response:
    """The finished file."""
    found = _find(order_id)
    if found.state != OrderState.READY or not found.file_name:
        raise FileNotThere
    suffix = found.file_name.rpartition(".")[2]
    name = f"{_('signs')}-{found.id}-{found.format}.{suffix}"
    stored = found.file_name
    free_connection()
    try:
        content = photo_store().get_file(stored)
    except FileNotFoundError as error:
        raise FileNotThere from error
    response = Response(content, mimetype=FILE_TYPES[suffix])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _find(order_id: int) -> PrintOrder:
    found = find_order(order_id)
    if found is None:
        raise NoSuchOrder
    return found
