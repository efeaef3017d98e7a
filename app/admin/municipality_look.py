"""The municipality's logo and colour, seen on a sign before they are kept."""

from __future__ import annotations

import base64
import re
from typing import Any
from xml.etree import ElementTree as ET

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.admin.forms import typed
from app.admin.municipality import demand_seen, find_row, frame, keep
from app.languages import gettext as _
from app.permissions import KB, Role, allow
from app.problems import InvalidFields
from app.reports.staff_forms import attempt
from qr_signs import DoesNotFit, Issuer, Sign, read_logo

pages = Blueprint("municipality_look", __name__, url_prefix="/admin/municipality/look")

MOST_LOGO_BYTES = 200 * KB
# Elements that do more than draw. The print shop draws shapes and nothing else; this keeps the text
# itself harmless, wherever it may be shown.
_HARMFUL = {"a", "audio", "embed", "feimage", "foreignobject", "handler", "iframe", "image", "link"}
_HARMFUL |= {"animate", "animatemotion", "animatetransform", "object", "script", "set", "video"}
_OUTSIDE = re.compile(r"url\(\s*[\"']?(?!#)|@import|javascript:", re.IGNORECASE)
EXAMPLE = Sign(code="7KQ3M8", place="Byparken", label="Ved lekeplassen")


@pages.get("")
@allow(Role.ADMIN)
def look() -> str:
    """Logo and colour as they are, on a sign."""
    row = find_row()
    return _page(row.sign_colour, row.logo_svg, {})


@pages.post("")
@allow(Role.ADMIN)
def save() -> Any:
    """Keep logo and colour, or with `look` only show them on a sign."""
    colour, logo = typed("sign_colour")["sign_colour"], _typed_logo()

    def carry_out() -> BaseResponse | str:
        _demand_printable(colour, logo)
        if "look" in request.form:
            return _page(colour, logo, {})
        demand_seen()
        row = find_row()
        before = {"sign_colour": row.sign_colour, "logo": _in_short(row.logo_svg)}
        row.sign_colour, row.logo_svg = colour, logo
        after = {"sign_colour": colour, "logo": _in_short(logo)}
        return keep("look_changed", row, before, after, ".look")

    return attempt(carry_out, lambda errors: _page(colour, logo, errors))  # type: ignore[arg-type]


def _typed_logo() -> str:
    """The drawing of the form: a file that was chosen, else what came with the try before."""
    if "drop_logo" in request.form:
        return ""
    file = request.files.get("logo")
    if file is not None and file.filename:
        file.stream.seek(0)
        return file.stream.read(MOST_LOGO_BYTES + 1).decode("utf-8-sig", "replace")
    return request.form.get("logo_svg", "").replace("\r\n", "\n")


def _demand_printable(colour: str, logo: str) -> None:
    """Refuse what no sign could be printed with, as the command that loads a municipality does.

    Raises:
        InvalidFields
    """
    errors: dict[str, str] = {}
    try:
        _issuer(colour, "")
    except DoesNotFit:
        errors["sign_colour"] = _(
            "White text cannot be read well on this colour. Choose a darker one, such as #1E2B3C."
        )
    if wrong := _wrong_with(logo):
        errors["logo"] = wrong
    if errors:
        raise InvalidFields(errors)


def _wrong_with(logo: str) -> str | None:
    """Why a logo cannot be used; None where it can."""
    if len(logo.encode()) > MOST_LOGO_BYTES:
        return _("The logo may be at most %(most)s kB.", most=MOST_LOGO_BYTES // KB)
    try:
        read_logo(logo)
    except DoesNotFit:
        return _("The logo is no SVG drawing that can be read. Save it with its texts as paths.")
    if not _only_draws(logo):
        return _("The logo holds scripts, pictures or addresses outside. Save it as plain shapes.")
    return None


def _only_draws(logo: str) -> bool:
    """Whether an SVG that the print shop can read holds no scripts and no addresses outside."""
    if not logo.strip():
        return True
    # What has a document type, and so could unfold, is refused before.
    for element in ET.fromstring(logo).iter():  # noqa: S314
        name = str(element.tag).rpartition("}")[2].lower()
        if name in _HARMFUL or (name == "style" and _OUTSIDE.search(element.text or "")):
            return False
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2].lower()
            if attribute.startswith("on") or _OUTSIDE.search(value):
                return False
            if attribute == "href" and not value.strip().startswith("#"):
                return False
    return True


def _in_short(logo: str) -> str:
    return _("%(count)s characters", count=len(logo)) if logo else ""


def _issuer(colour: str, logo: str) -> Issuer:
    row = find_row()
    url = current_app.config["PUBLIC_URL"]
    return Issuer(url, row.name, row.front_desk_phone, colour, logo)


def _page(colour: str, logo: str, errors: dict[str, str]) -> str:
    return render_template(
        "admin/municipality_look.html",
        colour=colour,
        logo=logo,
        errors=errors,
        preview=None if errors else _preview(colour, logo),
        **frame(),
    )


def _preview(colour: str, logo: str) -> str:
    """A sign as an address of its own content."""
    # The renderer takes 40 MB, and only this page asks for it.
    from qr_signs.picture import write_svg  # noqa: PLC0415

    drawing = write_svg(EXAMPLE, _issuer(colour, logo), "A6")
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
