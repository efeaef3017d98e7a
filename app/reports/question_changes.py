"""A category's list of questions, changed one by one.

Nothing is ever taken out of the list: what is no longer asked is marked as retired. So an old form
on a phone still sends its answer, and an old report still shows it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.languages import gettext as _
from app.reports.question_list import UnusableQuestion, read_questions

# More than anybody answers beside a fault.
MOST_QUESTIONS = 20

Entry = dict[str, Any]
"""A question as it stands in the list; see docs/operating.md."""


def list_asked(kept: Iterable[Entry]) -> list[Entry]:
    """The questions that are asked, with the answers that are offered."""
    return [_offered(entry) for entry in kept if not entry.get("retired")]


def _offered(entry: Entry) -> Entry:
    if not entry.get("options"):
        return entry
    return entry | {"options": [one for one in entry["options"] if not one.get("retired")]}


def put_question(kept: Sequence[Entry], entry: Entry) -> list[Entry]:
    """The list with a question changed, or with one more at the end of those that are asked.

    Raises:
        UnusableQuestion: it cannot be asked so, or there are too many.
    """

    def put(asked: list[Entry]) -> list[Entry]:
        codes = [one["code"] for one in asked]
        if entry["code"] not in codes:
            return [*asked, entry]
        return [entry if one["code"] == entry["code"] else one for one in asked]

    return _changed(kept, put)


def retire_question(kept: Sequence[Entry], code: str) -> list[Entry]:
    """The list without asking this any more.

    Raises:
        UnusableQuestion: another question is asked only after an answer to this one.
    """
    return _changed(kept, lambda asked: [one for one in asked if one["code"] != code])


def ask_again(kept: Sequence[Entry], code: str) -> list[Entry]:
    """The list with a retired question at the end of those that are asked.

    Raises:
        UnusableQuestion: there are too many, or what it hangs on is not asked any more.
    """
    retired = [one for one in kept if one["code"] == code and one.get("retired")]
    back = [{key: value for key, value in one.items() if key != "retired"} for one in retired]
    return _changed(kept, lambda asked: asked + [_offered(one) for one in back])


def move_question(kept: Sequence[Entry], code: str, way: str) -> list[Entry]:
    """The list with a question one place further up or down; at the end nothing happens.

    Raises:
        UnusableQuestion: one of two that change places hangs on the other.
    """

    def move(asked: list[Entry]) -> list[Entry]:
        at = next((index for index, one in enumerate(asked) if one["code"] == code), None)
        if at is None:
            return asked
        to = at + (1 if way == "down" else -1)
        if 0 <= to < len(asked):
            asked[at], asked[to] = asked[to], asked[at]
        return asked

    return _changed(kept, move)


def _changed(kept: Sequence[Entry], change: Callable[[list[Entry]], list[Entry]]) -> list[Entry]:
    asked = change(list_asked(kept))
    if len(asked) > MOST_QUESTIONS:
        raise UnusableQuestion(
            _("A category asks at most %(most)s questions.", most=MOST_QUESTIONS)
        )
    read_questions(asked)
    changed = retire_missing(kept, asked)
    read_questions(changed)
    return changed


def retire_missing(
    old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The new list of a category's questions, followed by what it no longer asks, retired.

    Options that a question no longer offers are kept in the same way.

    Raises:
        UnusableQuestion: a question under a known code asks for another kind of answer.
    """
    kept = {question["code"]: question for question in new}
    for question in old:
        code = question["code"]
        if code not in kept:
            kept[code] = question | {"retired": True}
        elif kept[code]["kind"] != question["kind"]:
            raise UnusableQuestion(_("Another kind of question needs another code."), code, "kind")
        elif question.get("options"):
            offered = {option["code"] for option in kept[code].get("options") or ()}
            gone = [o | {"retired": True} for o in question["options"] if o["code"] not in offered]
            kept[code] = kept[code] | {"options": kept[code]["options"] + gone}
    return list(kept.values())
