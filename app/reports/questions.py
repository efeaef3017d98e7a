"""Answers to the questions of a category: judged, and put in words.

It knows no form, so that the API, the form and Open311 all ask and judge alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale

from app.database import now
from app.languages import day_in_words, in_language
from app.languages import gettext as _
from app.problems import InvalidFields
from app.reports.deadlines import local_day
from app.reports.models import Report
from app.reports.question_list import CHOICES, DANGER, Kind, Question, read_questions
from app.reports.schemas import clean

MAX_STRING = 200
MAX_TEXT = 2_000
MAX_NUMBER = 1e12
# A fault has neither begun before this nor is it asked for beyond.
MAX_YEARS_BACK = 100
MAX_YEARS_AHEAD = 10

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_NORWEGIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class _BadAnswer(Exception):
    """Why an answer is refused, in a sentence."""


def accept_answers(
    questions: Iterable[Question], given: Mapping[str, Any], *, demanded: bool = True
) -> dict[str, Any]:
    """The answers as they are kept: judged one by one, those to hidden questions left out.

    Args:
        questions: of the report's category.
        given: raw answers by code; None, "" and an empty list are no answer.
        demanded: whether a question that needs an answer gets one; a caller may not know.

    Raises:
        InvalidFields: sentences under `answers`, by the code of the question.
    """
    kept: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    open_codes = set(given)
    for question in questions:
        open_codes.discard(question.code)
        if not question.is_shown(kept):
            continue
        try:
            answer = _judge(question, given.get(question.code))
        except _BadAnswer as refused:
            if not question.retired and (demanded or given.get(question.code)):
                errors[question.code] = [str(refused)]
            continue
        if answer is not None:
            kept[question.code] = answer
    for code in sorted(open_codes):
        errors[code] = [_("There is no question “%(code)s”.", code=code)]
    if errors:
        raise InvalidFields({"answers": errors})
    return kept


def _judge(question: Question, raw: Any) -> Any:
    """The answer in the form it is kept in; None where none was given."""
    text = clean(raw) if isinstance(raw, str) else raw
    if text is None or text in ("", []):
        if question.required and not question.retired:
            raise _BadAnswer(_missing(question))
        return None
    return _JUDGES[question.kind](question, text)


def _missing(question: Question) -> str:
    if question.kind is Kind.ONE:
        return _("Choose an answer.")
    if question.kind is Kind.SEVERAL:
        return _("Choose at least one answer.")
    return _("Write an answer.")


def _judge_words(question: Question, given: Any) -> str:
    if not isinstance(given, str):
        raise _BadAnswer(_("Answer in words."))
    most = MAX_TEXT if question.kind is Kind.TEXT else MAX_STRING
    words = given if question.kind is Kind.TEXT else " ".join(given.split())
    if len(words) > most:
        raise _BadAnswer(_("Use at most %(most)s characters.", most=most))
    return words


def _judge_number(question: Question, given: Any) -> int | float:
    number = _number(given)
    low, high = question.minimum, question.maximum
    if number is None or not math.isfinite(number) or abs(number) > MAX_NUMBER:
        raise _BadAnswer(_("Answer with a number."))
    if low is not None and number < low:
        raise _BadAnswer(_("Answer with %(least)s or more.", least=_number_in_words(low)))
    if high is not None and number > high:
        raise _BadAnswer(_("Answer with %(most)s or less.", most=_number_in_words(high)))
    return int(number) if number == int(number) else number


def _number(given: Any) -> float | None:
    if isinstance(given, int | float) and not isinstance(given, bool):
        # A whole number too large for a float is too large for us.
        return float(given) if abs(given) <= MAX_NUMBER else None
    if not isinstance(given, str) or len(given) > MAX_STRING:
        return None
    digits = "".join(given.split())
    return float(digits.replace(",", ".")) if _NUMBER.fullmatch(digits) else None


def _judge_date(_question: Question, given: Any) -> str:
    day = _date(given) if isinstance(given, str) else None
    if day is None:
        raise _BadAnswer(_("Answer with a date, for example 24.12.2026."))
    today = local_day(now())
    if not (
        today - timedelta(days=365 * MAX_YEARS_BACK)
        <= day
        <= today + timedelta(days=365 * MAX_YEARS_AHEAD)
    ):
        raise _BadAnswer(_("This date cannot be right."))
    return day.isoformat()


def _date(text: str) -> date | None:
    """A date as date fields send it (ISO), or as people write it where there is no such field."""
    written = _NORWEGIAN_DATE.fullmatch(text)
    try:
        if written:
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def _judge_one(question: Question, given: Any) -> str:
    if not isinstance(given, str) or given not in {option.code for option in question.options}:
        raise _BadAnswer(_("Choose one of the answers."))
    return given


def _judge_several(question: Question, given: Any) -> list[str]:
    codes = [option.code for option in question.options]
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        raise _BadAnswer(_("Choose among the answers."))
    if not set(given) <= set(codes):
        raise _BadAnswer(_("Choose among the answers."))
    return [code for code in codes if code in given]


_JUDGES = {
    Kind.STRING: _judge_words,
    Kind.TEXT: _judge_words,
    Kind.NUMBER: _judge_number,
    Kind.DATE: _judge_date,
    Kind.ONE: _judge_one,
    Kind.SEVERAL: _judge_several,
}


def shown_questions(
    questions: Iterable[Question], given: Mapping[str, Any]
) -> tuple[Question, ...]:
    """The questions to ask of somebody who gave these raw answers so far."""
    shown: list[Question] = []
    known: dict[str, Any] = {}
    for question in questions:
        if not question.retired and question.is_shown(known):
            shown.append(question)
            known[question.code] = given.get(question.code)
    return tuple(shown)


def answers_in_words(report: Report) -> list[tuple[str, str]]:
    """What was answered: the question and the answer in the reader's language, in the order asked.

    An answer to a question of the category a report had before is shown under its code.
    """
    questions = {question.code: question for question in read_questions(report.category.questions)}
    lines = [
        (in_language(question.label), _in_words(question, report.answers[code]))
        for code, question in questions.items()
        if code in report.answers
    ]
    others = report.answers.keys() - questions.keys() - {DANGER}
    return lines + [(code, _plainly(report.answers[code])) for code in sorted(others)]


def _in_words(question: Question, answer: Any) -> str:
    if question.kind in CHOICES:
        names = {option.code: in_language(option.names) for option in question.options}
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(names.get(code, str(code)) for code in chosen)
    if question.kind is Kind.DATE and isinstance(answer, str):
        return day_in_words(date.fromisoformat(answer), with_year=True)
    if question.kind is Kind.NUMBER:
        return _number_in_words(answer)
    return str(answer)


def _plainly(answer: Any) -> str:
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _number_in_words(number: float) -> str:
    return str(format_decimal(number, locale=str(get_locale())))
