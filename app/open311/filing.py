"""A POST to requests: read, judged by the rules of our own form, filed as a report."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from marshmallow import ValidationError

from app.database import session
from app.languages import OSLO, language, ngettext
from app.languages import gettext as _
from app.open311.arguments import read_all, read_position, read_text, required
from app.open311.media import fetch_later, read_photos
from app.open311.models import ApiKey, KeyedReport
from app.problems import InvalidFields, NoSuchService, Problem
from app.reports.filing import file_report, find_replay, find_spot
from app.reports.keys import fingerprint
from app.reports.models import Category, Channel, Report
from app.reports.photos import MAX_PER_REPORT, keep_photo
from app.reports.queries import find_category
from app.reports.question_list import DANGER, Kind, Question, read_questions
from app.reports.schemas import ReportIn, clean
from app.reports.wording import deadline_sentence

MAX_VALUES = 40

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](\[\d*\])?")
_REPEATED = uuid.UUID("5d0c6a50-5a0e-4d0b-9a53-6ad3b8c3a1f2")
# What our form calls a thing, and what GeoReport does.
_NAMES = {
    "category": "service_code",
    "sign": "address_id",
    "position": "lat",
    "lon": "long",
    "address": "address_string",
    "name": "first_name",
}


@dataclass(frozen=True, slots=True)
class Filed:
    """A new report, and what its sender should know."""

    report: Report
    notice: str


def file_request(key: ApiKey) -> Filed:
    """File what this request says.

    Raises:
        InvalidFields: an argument is missing or cannot be; named as GeoReport names it.
        NoSuchService: there is no such category.
        ReusedId: the same `Idempotency-Key` came with something else.
    """
    photos, dropped = read_photos()
    category = _category()
    content = _content(key, category)
    report_uuid = _report_uuid(key)
    mark = fingerprint([str(report_uuid), content])
    if known := find_replay(report_uuid, mark):
        return Filed(known, _notice(known, dropped))
    try:
        spot = find_spot(content)
        report = file_report(report_uuid, mark, content, spot, category)
    except Problem as problem:
        raise _in_their_words(problem) from problem
    session().add(KeyedReport(report_id=report.id, key_id=key.id))
    for prepared in photos:
        keep_photo(uuid.uuid4(), prepared, report)
    dropped += fetch_later(report, MAX_PER_REPORT - len(photos))
    session().flush()
    return Filed(report, _notice(report, dropped))


def _report_uuid(key: ApiKey) -> uuid.UUID:
    """One of its own, or the same for a request that comes again and says so."""
    mark = request.headers.get("Idempotency-Key", "")
    return uuid.uuid5(_REPEATED, f"{key.id} {mark}") if mark else uuid.uuid4()


def _category() -> Category:
    code = read_text("service_code")
    if not code:
        raise InvalidFields({"service_code": required("service_code")})
    category = find_category(code) if len(code) <= MAX_VALUES else None
    if category is None or category.archived_at:
        raise NoSuchService({"service_code": NoSuchService.sentence})
    return category


def _content(key: ApiKey, category: Category) -> dict[str, Any]:
    """What `file_report` takes."""
    position = read_position()
    typed = {
        "sign": _sign(),
        "position": {"lat": position.lat, "lon": position.lon} if position else None,
        "address": read_text("address_string"),
    }
    if not any(typed.values()):
        told = _("Say where: lat and long, address_string, or the code of a sign as address_id.")
        raise InvalidFields({"address_string": f"{required('address_string')}. {told}"})
    payload = typed | {
        "category": category.code,
        "description": read_description(),
        "contact": _contact(),
        "language": language(),
        "answers": _answers(category),
    }
    try:
        content: dict[str, Any] = ReportIn().load(payload)
    except ValidationError as error:
        raise _in_their_words(InvalidFields(error.messages_dict)) from error
    return content | {"channel": Channel.OPEN311.value, "trusted": key.trusted}


def _sign() -> str:
    """The sign's code, which CitySDK calls a service object."""
    return read_text("address_id") or read_text("service_object_id")


def read_description() -> str:
    """Line breaks and blanks as they were sent."""
    return next((text for text in read_all("description") if text.strip()), "")


def _contact() -> dict[str, str]:
    names = (read_text("first_name"), read_text("last_name"))
    return {
        "name": " ".join(filter(None, names)),
        "email": read_text("email"),
        "phone": read_text("phone"),
    }


def _answers(category: Category) -> dict[str, Any]:
    """The attributes of the service; what else was sent belongs to other systems."""
    sent = read_attributes()
    answers = {
        question.code: _raw(question, sent[question.code])
        for question in read_questions(category.questions)
        if sent.get(question.code)
    }
    if sent.get(DANGER):
        answers[DANGER] = sent[DANGER][0]
    return answers


def read_attributes() -> dict[str, list[str]]:
    """The values of each attribute, however its name is written; empty ones are none."""
    found: dict[str, list[str]] = {}
    for source in (request.args, request.form):
        for name, value in source.items(multi=True):
            written = _ATTRIBUTE.fullmatch(name)
            if written and value.strip():
                found.setdefault(written[1], []).append(value.strip())
    return {code: values[:MAX_VALUES] for code, values in found.items()}


def _raw(question: Question, values: list[str]) -> Any:
    if question.kind is Kind.SEVERAL:
        # Some send the chosen keys of a list as one text.
        known = {option.code for option in question.options}
        apart = [part.strip() for value in values for part in _parts(value, known)]
        return [part for part in apart if part]
    return _day(values[0]) if question.kind is Kind.DATE else values[0]


def _day(value: str) -> str:
    """A date is asked for; clients of GeoReport send an instant, and some the midnight of UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = moment.astimezone(OSLO) if moment.tzinfo else moment
    return local.date().isoformat()


def _parts(value: str, known: set[str]) -> list[str]:
    return [value] if value in known else value.split(",")


def _in_their_words(problem: Problem) -> Problem:
    """The same failure, its fields named as GeoReport names them."""
    sent = read_attributes()
    answers = problem.fields.get("answers")
    if isinstance(answers, dict):
        for code in answers.keys() - sent.keys():
            answers[code] = f"{required(code)}. {answers[code][0]}"
    problem.fields = dict(_flat(problem.fields))
    return problem


def _flat(fields: Mapping[str, Any], name: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in fields.items():
        inner = name if key == "_schema" else _NAMES.get(key, key)
        pairs += _flat(value, inner) if isinstance(value, dict) else [(inner, value)]
    return pairs


def _notice(report: Report, dropped: int) -> str:
    """What happens now, for the sender to pass on."""
    sentences = [deadline_sentence(report)]
    if report.held_at:
        sentences = [_("One of us looks at this report first. Then it gets its number.")]
    if dropped:
        sentences.append(
            ngettext(
                "One photo could not be taken.",
                "%(num)s photos could not be taken.",
                dropped,
            )
        )
    return " ".join(clean(one) for one in sentences if one)
