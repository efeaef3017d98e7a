"""The form of a system that reports are handed over to: read and judged."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, request

from app.admin.forms import read_email, read_length, read_needed, typed
from app.arguments import read_whole
from app.config import Settings
from app.database import session
from app.languages import gettext as _
from app.notices.hooks import why_not
from app.places.models import Unit
from app.problems import InvalidFields
from app.reports.models import Category
from app.targets import Target, TargetKind

FIELDS = ("name", "kind", "gets", "address", "jurisdiction", "secret", "service_codes")
MAX_NAME = 120
MAX_ADDRESS = 500
MAX_SECRET = 200
MAX_LINES = 200

_CODE_LINE = re.compile(r"\s*([A-Za-z0-9]{1,10}|\*)\s*=\s*(\S.{0,119}?)\s*")


def read_target(found: Target | None) -> dict[str, Any]:
    """What the form says.

    Args:
        found: which is changed; an empty key leaves the one it has.

    Raises:
        InvalidFields
    """
    values = typed(*(name for name in FIELDS if name != "service_codes"))
    errors: dict[str, str] = {}
    read_needed(values, "name", MAX_NAME, errors)
    read_needed(values, "address", MAX_ADDRESS, errors)
    read_length(values, "jurisdiction", MAX_NAME, errors)
    read_length(values, "secret", MAX_SECRET, errors)
    if values["kind"] not in set(TargetKind):
        errors["kind"] = _("Choose how it takes reports.")
    elif found and found.kind != values["kind"]:
        errors["kind"] = _("This stays as it is. Add another system instead.")
    elif "address" not in errors:
        _judge_address(values, errors)
    owner = _read_owner(values["gets"], errors)
    codes = _read_codes(errors)
    if errors:
        raise InvalidFields(errors)
    target = {
        "name": values["name"],
        "kind": values["kind"],
        "address": values["address"],
        "jurisdiction": values["jurisdiction"],
        "service_codes": codes,
        "sends_files": "sends_files" in request.form,
        "with_contact": "with_contact" in request.form,
        "active": "active" in request.form,
    }
    return target | owner | _secret(values, found)


def _secret(values: dict[str, str], found: Target | None) -> dict[str, Any]:
    """The key that an endpoint gave us. A webhook's secret is made by us, and stays."""
    if values["kind"] == TargetKind.OPEN311 and (values["secret"] or found is None):
        return {"secret": values["secret"]}
    return {}


def _judge_address(values: dict[str, str], errors: dict[str, str]) -> None:
    if values["kind"] == TargetKind.EMAIL:
        read_email(values, "address", MAX_ADDRESS, errors)
    elif why_not(values["address"]) and not _is_inside(values["address"]):
        errors["address"] = _("Write an address that begins with https://.")


def _is_inside(url: str) -> bool:
    """Whether an address without encryption is at a host that the operator has named."""
    settings: Settings = current_app.extensions["settings"]
    return any(url.startswith(f"http://{host}/") for host in settings.webhook_hosts)


def _read_owner(typed_in: str, errors: dict[str, str]) -> dict[str, Any]:
    """A unit, or a category, as the list of both names it."""
    number = read_whole(typed_in[1:]) or None
    models: dict[str, type[Unit | Category]] = {"u": Unit, "c": Category}
    model = models.get(typed_in[:1])
    if number is None or model is None or session().get(model, number) is None:
        errors["gets"] = _("Choose a unit or a category.")
    is_unit = model is Unit
    return {"unit_id": number if is_unit else None, "category_id": None if is_unit else number}


def _read_codes(errors: dict[str, str]) -> dict[str, str]:
    """Lines such as `PA03 = 1204`; `*` is every other category."""
    lines = [line for line in request.form.get("service_codes", "").splitlines() if line.strip()]
    read = [_CODE_LINE.fullmatch(line) for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES or not all(read):
        errors["service_codes"] = _("Write one line for each: our code = theirs.")
    return {line[1]: line[2] for line in read if line}


def values_of(found: Target) -> dict[str, Any]:
    """What is kept of a target."""
    names = ("name", "kind", "unit_id", "category_id", "address", "jurisdiction", "secret")
    more = ("service_codes", "sends_files", "with_contact", "active")
    return {name: getattr(found, name) for name in (*names, *more)}
