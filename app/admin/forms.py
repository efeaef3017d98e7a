"""Fields that the pages of settings share: read, judged, and compared with what was there."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from marshmallow import ValidationError, validate

from app.admin.translated import clean_line
from app.languages import gettext as _

_PHONE = re.compile(r"\+?[0-9 ]{3,20}")
_is_email = validate.Email()


def typed(*names: str) -> dict[str, str]:
    """What was typed into these fields, as single lines."""
    return {name: clean_line(request.form.get(name, "")) for name in names}


def read_needed(values: dict[str, str], name: str, most: int, errors: dict[str, str]) -> None:
    """Note an error where a line is missing or too long."""
    if not values[name]:
        errors[name] = _("Write something here.")
    else:
        read_length(values, name, most, errors)


def read_length(values: dict[str, str], name: str, most: int, errors: dict[str, str]) -> None:
    """Note an error where a line is too long."""
    if len(values[name]) > most:
        errors[name] = _("Use at most %(most)s characters.", most=most)


def read_email(values: dict[str, str], name: str, most: int, errors: dict[str, str]) -> None:
    """Note an error where a line that may be empty is no e-mail address."""
    if not values[name]:
        return
    read_length(values, name, most, errors)
    try:
        _is_email(values[name])
    except ValidationError:
        errors[name] = _("Write an e-mail address such as name@example.org.")


def read_phone(values: dict[str, str], name: str, errors: dict[str, str]) -> None:
    """Note an error where a line that may be empty is no phone number."""
    if values[name] and not _PHONE.fullmatch(values[name]):
        errors[name] = _("Write a phone number such as 51 50 70 90.")


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of what is not the same."""
    return {name: [before[name], after[name]] for name in after if before.get(name) != after[name]}
