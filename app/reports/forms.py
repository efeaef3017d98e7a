"""The form that needs no JavaScript: what was typed, what is wrong with it, what survives.

It feeds the same schema and operations as the API. A refused form comes back with every word, and
the photos that came with it wait in the store until the next try.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from app.arguments import form_id, read_id, read_uuid, read_whole
from app.languages import LANGUAGES, language
from app.languages import gettext as _
from app.problems import InvalidFields, Problem, ReusedId, UnreadablePhoto
from app.reports.filing import Spot, file_report, find_known_category, find_replay, find_spot
from app.reports.keys import fingerprint
from app.reports.models import Category, Channel, Danger, Photo, Report
from app.reports.photos import (
    MAX_BYTES,
    MAX_PER_REPORT,
    PreparedPhoto,
    keep_photo,
    prepare_aside,
)
from app.reports.queries import find_category, list_unclaimed
from app.reports.question_list import DANGER, Kind, Question, read_questions
from app.reports.questions import shown_questions
from app.reports.schemas import ReportIn
from app.reports.spam import without_traces
from app.signs.models import Sign

FIELDS = (
    "category",
    "description",
    "place",
    "address",
    "lat",
    "lon",
    "accuracy_m",
    "name",
    "email",
    "phone",
    "answers-danger",
    "danger_seen",
    "website",
    "opened_at",
)

_ANSWER = "answers-"
MAX_ANSWERS = 40
MAX_VALUES = 40

# Where a problem with the content belongs on the page, when its name there is another.
_BESIDE = {
    "answers": "answers-danger",
    "sign": "address",
    "position": "address",
    "lat": "address",
    "lon": "address",
    "contact": "email",
}


@dataclass(slots=True)
class ReportForm:
    """One filled-in form. `errors` holds sentences by field name.

    `answers` are those of the questions as they were sent, `asked` the questions that the sender
    has seen; None where the sender is no form of ours and is asked nothing. `asks` says that the
    form comes back only to ask more.
    """

    id: uuid.UUID
    values: dict[str, str]
    answers: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] | None = None
    asks: bool = False
    photos: list[PreparedPhoto] = field(default_factory=list)
    unreadable_photos: int = 0
    kept_ids: list[uuid.UUID] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def empty_form(**values: str) -> ReportForm:
    """A new form with a key of its own."""
    opened = {"opened_at": str(int(time.time()))}
    return ReportForm(id=uuid.uuid4(), values=dict.fromkeys(FIELDS, "") | opened | values)


def read_form(names: Sequence[str] = FIELDS) -> ReportForm:
    """The form of this request; its photos are re-encoded before the database is asked anything."""
    values = {name: request.form.get(name, "") for name in names}
    dropped = set(_uuids("drop_photo"))
    form = ReportForm(
        id=form_id(),
        values=values,
        answers=_read_answers(),
        asked=set(request.form.getlist("asked")) - {""} if "asked" in request.form else None,
        kept_ids=[photo for photo in _uuids("kept_photo") if photo not in dropped],
    )
    _read_photos(form)
    return form


def _read_answers() -> dict[str, list[str]]:
    names = [name for name in request.form if name.startswith(_ANSWER) and name != "answers-danger"]
    return {
        name.removeprefix(_ANSWER): request.form.getlist(name)[:MAX_VALUES]
        for name in names[:MAX_ANSWERS]
    }


def _read_photos(form: ReportForm) -> None:
    files = [file for file in request.files.getlist("photo") if file.filename]
    if len(form.kept_ids) + len(files) > MAX_PER_REPORT:
        form.errors["photo"] = _("Choose at most %(most)s photos.", most=MAX_PER_REPORT)
        files = files[: MAX_PER_REPORT - len(form.kept_ids)]
    for file in files:
        content = _content(file)
        if len(content) > MAX_BYTES:
            form.errors["photo"] = _("A photo may be at most 15 MB.")
            continue
        try:
            form.photos.append(prepare_aside(content))
        except UnreadablePhoto:
            form.unreadable_photos += 1


def _content(file: FileStorage) -> bytes:
    # A request that met its twin is run again, and has read the file to its end the first time.
    file.stream.seek(0)
    return file.stream.read()


def submit_form(form: ReportForm, sign: Sign | None, channel: Channel | None = None) -> Report:
    """File what the form says, or find the report it made before.

    Args:
        form: as it was read.
        sign: it was scanned or typed.
        channel: where it is not plain from the sign.

    Raises:
        Problem: something must be corrected; nothing has been kept.
    """
    content = _load(form, sign, channel)
    mark = fingerprint(
        [
            without_traces(content),
            form.answers,
            [photo.fingerprint for photo in form.photos],
            form.kept_ids,
        ]
    )
    report_uuid, known = find_filed(form.id, mark)
    if known:
        return known
    spot = Spot(sign, sign.place, None) if sign else find_spot(content)
    category = find_known_category(content["category"])
    _demand_danger_answer(form, category)
    _ask_questions(form, category)
    if form.errors:
        raise InvalidFields
    content["answers"] |= _answers(form, read_questions(category.questions))
    report = file_report(report_uuid, mark, content, spot, category)
    attach_photos(form, report)
    return report


def find_filed(form_id: uuid.UUID, mark: str) -> tuple[uuid.UUID, Report | None]:
    """The key to file a form under, and the report that it has made already.

    The form's key was made when the page was rendered. The same content again is a replay; other
    content under a used key is another report (the Back button), filed under a key derived from
    both, so that its own replay is known too.
    """
    try:
        return form_id, find_replay(form_id, mark)
    except ReusedId:
        derived = uuid.uuid5(form_id, mark)
        return derived, find_replay(derived, mark)


def _load(form: ReportForm, sign: Sign | None, channel: Channel | None) -> dict[str, Any]:
    values = form.values
    payload = {
        "category": values["category"],
        "sign": sign.code if sign else "",
        "place": read_id(values, "place") or values["place"] or None,
        "position": _position(values),
        "address": values["address"],
        "description": values["description"],
        "language": _language(),
        "contact": {name: values[name] for name in ("name", "email", "phone")},
        "answers": {DANGER: values["answers-danger"] or None},
        "website": values["website"],
        "opened_seconds": _seconds_since(values["opened_at"]),
        "channel": channel or (Channel.QR if sign else Channel.WEB),
    }
    try:
        content: dict[str, Any] = ReportIn().load(payload)
    except ValidationError as error:
        raise InvalidFields(error.messages_dict) from error
    if not content["category"]:
        raise InvalidFields({"category": _("Choose what is wrong.")})
    return content


def _seconds_since(opened_at: str) -> int | None:
    """How long the form was open; None where it does not say, or says what cannot be."""
    now = int(time.time())
    opened = read_whole(opened_at, now)
    return None if opened is None else now - opened


def _language() -> str:
    chosen = request.form.get("language", "")
    return chosen if chosen in LANGUAGES else language()


def _position(values: dict[str, str]) -> dict[str, str | None] | None:
    if not (values["lat"] and values["lon"]):
        return None
    return {
        "lat": values["lat"],
        "lon": values["lon"],
        "accuracy_m": values["accuracy_m"] or None,
    }


def _uuids(name: str) -> list[uuid.UUID]:
    found = (read_uuid(text) for text in request.form.getlist(name)[:MAX_PER_REPORT])
    return [value for value in found if value]


def _demand_danger_answer(form: ReportForm, category: Category) -> None:
    """A dangerous fault goes on only when the emergency panel has been met.

    Raises:
        InvalidFields: the question is unanswered, or the panel has not been confirmed.
    """
    if not category.danger:
        return
    answer = form.values["answers-danger"]
    if category.danger_question and not answer:
        raise InvalidFields({"answers-danger": _("Answer yes or no.")})
    if category.danger_question and answer == "no":
        return
    if not form.values["danger_seen"]:
        life = category.danger == Danger.LIFE
        sentence = (
            _("Confirm that nobody is in danger now.")
            if life
            else _("Confirm that you have read this.")
        )
        raise InvalidFields({"danger_seen": sentence})


def _ask_questions(form: ReportForm, category: Category) -> None:
    """Without a script the questions of a category are asked in a step of their own.

    A condition may show further ones once the first are answered; they make another step.

    Raises:
        InvalidFields: there is something to ask that the sender has not seen.
    """
    if form.asked is None:
        return
    questions = read_questions(category.questions)
    shown = shown_questions(questions, _answers(form, questions))
    if not form.asked.issuperset(question.code for question in shown):
        form.asks = True
        raise InvalidFields


def _answers(form: ReportForm, questions: tuple[Question, ...]) -> dict[str, Any]:
    """What was sent for these questions; the rest belongs to other tiles."""
    return {
        question.code: sent if question.kind is Kind.SEVERAL else sent[0]
        for question in questions
        if (sent := form.answers.get(question.code))
    }


def shown_codes(form: ReportForm) -> set[str]:
    """Which questions of the chosen category the answers so far lead to."""
    category = find_category(form.values["category"])
    questions = read_questions(category.questions) if category else ()
    shown = shown_questions(questions, _answers(form, questions))
    return {question.code for question in shown}


def attach_photos(form: ReportForm, report: Report) -> None:
    """Give a report the photos of its form, and those that waited from a refused try."""
    for photo in list_unclaimed(form.kept_ids):
        photo.report = report
    for prepared in form.photos:
        keep_photo(uuid.uuid4(), prepared, report)


def forget_danger(form: ReportForm) -> None:
    """Another category is to be chosen: what was answered belongs to the one before."""
    form.values |= {"answers-danger": "", "danger_seen": ""}
    form.answers, form.asked = {}, None
    form.errors = {}


def note_errors(form: ReportForm, problem: Problem) -> None:
    """Put a problem's sentences beside the fields they belong to."""
    found: dict[str, str] = {}
    for name, message in _flat(problem.fields):
        found.setdefault(_BESIDE.get(name, name), message)
    otherwise = {} if form.errors or form.asks else {"form": problem.message}
    form.errors = (found or otherwise) | form.errors


def _flat(fields: Any, name: str = "") -> list[tuple[str, str]]:
    """Sentences by innermost field name; a list's first sentence stands for all."""
    if isinstance(fields, dict):
        inner = [_flat(value, _field_name(name, str(key))) for key, value in fields.items()]
        return [pair for pairs in inner for pair in pairs]
    return [(name, str(fields[0] if isinstance(fields, list) else fields))]


def _field_name(outer: str, key: str) -> str:
    if key == "_schema":
        return outer
    return f"{_ANSWER}{key}" if outer == "answers" else key


def keep_form_photos(form: ReportForm) -> list[Photo]:
    """Keep the photos of a refused form for its next try, and tell of those that cannot be read:
    no browser sends a file a second time by itself.
    """
    if form.unreadable_photos:
        form.errors.setdefault("photo", str(UnreadablePhoto.sentence))
    kept = list(list_unclaimed(form.kept_ids))
    kept += [keep_photo(uuid.uuid4(), prepared, None) for prepared in form.photos]
    return kept


def kept_photos_view(photos: list[Photo]) -> list[dict[str, str]]:
    """What the page needs to show the photos that wait."""
    return [
        {
            "id": str(photo.uuid),
            "url": url_for("resident.photo", photo_uuid=photo.uuid, size="thumbnail"),
        }
        for photo in photos
    ]
