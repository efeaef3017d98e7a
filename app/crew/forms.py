"""The crew's forms without script: the same actions as a tablet sends."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request
from flask_login import current_user
from marshmallow import ValidationError

from app.arguments import read_whole
from app.crew import operations
from app.crew.models import CrewAction
from app.crew.schemas import ASK_DESK, NOTE, STATUS, ActionIn
from app.languages import gettext as _
from app.permissions import MB
from app.problems import ChangedMeanwhile, InvalidFields, NotPossibleNow, TooLarge, UnreadablePhoto
from app.reports.models import Moment
from app.reports.photos import MAX_BYTES, PreparedPhoto, prepare_aside
from app.reports.wording import status_name
from app.reports.workflow import Status

# One photo before and one after, and the texts.
FORM_BYTES = 2 * MAX_BYTES + 1 * MB
MOMENTS = {"photo_before": Moment.BEFORE.value, "photo": Moment.AFTER.value}
# What can be chosen besides a new state.
BESIDES = (NOTE, ASK_DESK)


def read_action(number: str) -> dict[str, Any]:
    """What a form says, as a tablet would send it.

    Raises:
        InvalidFields: sentences by field.
    """
    chosen = request.form.get("status", "")
    if chosen not in {*Status, *BESIDES}:
        raise InvalidFields({"status": _("Choose what happens next.")})
    body: dict[str, Any] = {
        "report": number,
        "kind": chosen if chosen in BESIDES else STATUS,
        "status": None if chosen in BESIDES else chosen,
        "version": _read_number("seen") or 0,
        "minutes": _read_number("minutes"),
        "owner": _read_number("owner") if chosen == Status.NOT_OURS else None,
        "release_photos": "release_photo" in request.form,
    }
    if chosen == Status.DUPLICATE:
        body["duplicate_of"] = request.form.get("duplicate_of", "")
    for name in ("public_text", "internal_text"):
        body[name] = request.form.get(name, "")
    return load(body)


def load(body: dict[str, Any]) -> dict[str, Any]:
    """An action as the operation takes it.

    Raises:
        InvalidFields: a sentence for each field.
    """
    try:
        content: dict[str, Any] = ActionIn().load(body)
    except ValidationError as error:
        sentences = {name: str(texts[0]) for name, texts in error.messages_dict.items()}
        raise InvalidFields(sentences) from error
    return content


def _read_number(name: str) -> int | None:
    """A whole number; one that is none is refused by the shape of an action."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    number = read_whole(text)
    if number is None:
        raise InvalidFields({name: _("Write a whole number.")})
    return number


def carry_out(action_uuid: uuid.UUID, content: dict[str, Any]) -> CrewAction:
    """Do it, and say in a sentence what has come between.

    Raises:
        ChangedMeanwhile: somebody else was here since.
        NotPossibleNow: the workflow has no such step.
    """
    try:
        action, _created = operations.carry_out(action_uuid, content, current_user)
    except operations.NoLongerFits as conflict:
        if conflict.since:
            raise ChangedMeanwhile from conflict
        raise NotPossibleNow(
            status=status_name(conflict.report.status), wanted=status_name(content["status"])
        ) from conflict
    return action


def prepare_photos() -> list[tuple[PreparedPhoto, str]]:
    """The photos of a form, each with what it shows. Nothing may have been written before.

    Raises:
        InvalidFields: one cannot be read.
    """
    prepared = []
    for name, moment in MOMENTS.items():
        file = request.files.get(name)
        if file is None or not file.filename:
            continue
        file.stream.seek(0)
        content = file.stream.read()
        if len(content) > MAX_BYTES:
            raise InvalidFields({name: TooLarge.sentence})
        try:
            prepared.append((prepare_aside(content), moment))
        except UnreadablePhoto as problem:
            raise InvalidFields({name: problem.message}) from problem
    return prepared
