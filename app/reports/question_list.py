"""The questions a category asks, as they stand in its list: reading them, and the rules they keep.

A question that is no longer asked is retired and not removed: an old form on a phone still sends
its answer, and old reports still show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.languages import DEFAULT_LANGUAGE, in_language
from app.languages import gettext as _

# Asked by the emergency gate and not by a category's list.
DANGER = "danger"

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Kind(StrEnum):
    """What sort of answer a question takes."""

    STRING = "string"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ONE = "one"
    SEVERAL = "several"


CHOICES = {Kind.ONE, Kind.SEVERAL}


class UnusableQuestion(ValueError):
    """A question that cannot be asked as it is written, and why, in a sentence.

    `code` says which question it is and `field` what of it, where that is known.
    """

    def __init__(self, sentence: str, code: str | None = None, field: str = "form") -> None:
        super().__init__(f"{code}: {sentence}" if code else sentence)
        self.sentence, self.code, self.field = sentence, code, field


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    code: str
    names: dict[str, str]
    retired: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only when an earlier question was answered with one of these options."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a category asks it."""

    code: str
    kind: Kind
    label: dict[str, str]
    hint: dict[str, str] | None
    options: tuple[Option, ...]
    required: bool
    minimum: float | None
    maximum: float | None
    show_when: Condition | None
    retired: bool

    def is_shown(self, answers: Mapping[str, Any]) -> bool:
        """Whether the question is asked of somebody who gave these answers so far."""
        if self.show_when is None:
            return True
        given = answers.get(self.show_when.question)
        chosen = given if isinstance(given, list) else [given]
        return any(option in self.show_when.options for option in chosen)


def read_questions(written: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """A category's questions as its JSON list says them.

    Raises:
        UnusableQuestion: something is missing, unknown or asks for what is not there.
    """
    questions: dict[str, Question] = {}
    for entry in written:
        try:
            question = _read(entry)
        except (KeyError, TypeError, AttributeError) as error:
            raise UnusableQuestion(f"{entry!r}: {error!r}") from error
        if question.code in questions:
            raise UnusableQuestion(
                _("There is a question with this code already."), question.code, "code"
            )
        _demand_sense(question)
        _demand_choices(question)
        _demand_earlier_choice(question, questions)
        questions[question.code] = question
    return tuple(questions.values())


def _read(entry: Mapping[str, Any]) -> Question:
    code, kind = entry["code"], entry["kind"]
    if kind not in set(Kind):
        raise UnusableQuestion(_("There is no such kind of question."), code, "kind")
    options = tuple(
        Option(
            option["code"],
            _names(option["names"], code, "options"),
            bool(option.get("retired")),
        )
        for option in entry.get("options") or ()
    )
    hint = entry.get("hint")
    return Question(
        code=code,
        kind=Kind(kind),
        label=_names(entry["label"], code, "label"),
        hint=_names(hint, code, "hint") if hint else None,
        options=options,
        required=bool(entry.get("required")),
        minimum=_limit(entry.get("min")),
        maximum=_limit(entry.get("max")),
        show_when=_condition(entry.get("show_when")),
        retired=bool(entry.get("retired")),
    )


def _names(names: Mapping[str, str], code: str, field: str) -> dict[str, str]:
    if not names[DEFAULT_LANGUAGE]:
        raise UnusableQuestion(_("Write it in bokmål."), code, field)
    return dict(names)


def _limit(value: Any) -> float | None:
    return None if value is None else float(value)


def _condition(written: Mapping[str, Any] | None) -> Condition | None:
    if written is None:
        return None
    equals = written["equals"]
    return Condition(written["question"], (equals,) if isinstance(equals, str) else tuple(equals))


def _demand_sense(question: Question) -> None:
    if question.code == DANGER or not _CODE.fullmatch(question.code):
        raise UnusableQuestion(
            _("Use small letters, digits and _ for the code, a letter first."),
            question.code,
            "code",
        )
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low > high:
        raise UnusableQuestion(_("The least must not be above the most."), question.code, "max")


def _demand_choices(question: Question) -> None:
    codes = [option.code for option in question.options]
    if not all(_CODE.fullmatch(code) for code in codes) or len(set(codes)) != len(codes):
        raise UnusableQuestion(
            _("Each answer needs a code of its own, in small letters."), question.code, "options"
        )
    if question.kind not in CHOICES and codes:
        raise UnusableQuestion(
            _("Only a choice has answers to choose from."), question.code, "options"
        )
    if question.kind in CHOICES and all(option.retired for option in question.options):
        raise UnusableQuestion(
            _("Write at least one answer to choose from."), question.code, "options"
        )


def _demand_earlier_choice(question: Question, earlier: Mapping[str, Question]) -> None:
    condition = question.show_when
    if condition is None:
        return
    asked = earlier.get(condition.question)
    known = {option.code for option in asked.options} if asked else set()
    if not condition.options or not known.issuperset(condition.options):
        raise UnusableQuestion(
            _(
                "“%(question)s” is asked after certain answers to another question. That question "
                "and its answers must come before it.",
                question=in_language(question.label),
            ),
            question.code,
            "show_when",
        )
