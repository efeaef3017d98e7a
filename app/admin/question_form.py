"""The form of one question: read, rearranged, judged, and filled in again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from app.admin.translated import clean_line, read_texts, typed_texts, values_of_texts
from app.arguments import read_whole
from app.languages import gettext as _
from app.languages import in_language, language, lazy_gettext
from app.problems import InvalidFields
from app.reports.question_changes import Entry, list_asked
from app.reports.question_list import CHOICES, Kind
from app.reports.questions import MAX_NUMBER
from app.reports.tiles import Tile, TileQuestion

MAX_LABEL = 160
MAX_HINT = 400
MAX_OPTION = 80
MOST_OPTIONS = 30
FIRST_ROWS = 3
MAX_CODE = 40

KINDS = {
    Kind.STRING: lazy_gettext("A few words"),
    Kind.TEXT: lazy_gettext("Several lines of text"),
    Kind.NUMBER: lazy_gettext("A number"),
    Kind.DATE: lazy_gettext("A date"),
    Kind.ONE: lazy_gettext("One of several answers"),
    Kind.SEVERAL: lazy_gettext("Any number of several answers"),
}
# Where the sentence of a rule stands that belongs to no single field.
BESIDE = {"label": "label_nb", "hint": "hint_nb", "options": "option0_nb", "show_when": "when"}


@dataclass(slots=True)
class QuestionForm:
    """One filled-in form. `rows` are the answers to choose from, each with the `code` it has kept,
    "" for a new one; `when` holds answers to earlier questions as `question:answer`.
    """

    kind: Kind
    values: dict[str, str]
    required: bool = False
    when: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)

    def shown_values(self) -> dict[str, str]:
        """Everything that was typed, by the name of its field."""
        shown = dict(self.values)
        for at, row in enumerate(self.rows):
            shown |= {f"option{at}_{key}": text for key, text in row.items()}
        return shown


def empty_form(kind: Kind) -> QuestionForm:
    """A new question's form."""
    rows: list[dict[str, str]] = [{"code": ""} for _row in range(FIRST_ROWS)]
    return QuestionForm(kind, {}, rows=rows if kind in CHOICES else [])


def form_of(entry: Entry) -> QuestionForm:
    """A question's form as it is opened."""
    values = values_of_texts("label", entry["label"]) | values_of_texts("hint", entry.get("hint"))
    for name in ("min", "max"):
        limit = entry.get(name)
        values[name] = "" if limit is None else f"{limit:g}".replace(".", ",")
    condition = entry.get("show_when")
    equals = condition["equals"] if condition else []
    equals = [equals] if isinstance(equals, str) else equals
    return QuestionForm(
        Kind(entry["kind"]),
        values,
        required=bool(entry.get("required")),
        when=[f"{condition['question']}:{code}" for code in equals] if condition else [],
        rows=[_row(one) for one in entry.get("options") or ()],
    )


def _row(option: Mapping[str, Any]) -> dict[str, str]:
    return {"code": option["code"], **option["names"]}


def read_form(kind: Kind) -> QuestionForm:
    """What was typed."""
    plain = {name: clean_line(request.form.get(name, "")) for name in ("code", "min", "max")}
    form = QuestionForm(
        kind,
        plain | typed_texts("label", "hint"),
        required="required" in request.form,
        when=request.form.getlist("when"),
    )
    if kind in CHOICES:
        count = read_whole(clean_line(request.form.get("rows", ""))) or 0
        form.rows = [_typed_row(f"option{at}") for at in range(min(count, MOST_OPTIONS))]
    return form


def _typed_row(prefix: str) -> dict[str, str]:
    texts = typed_texts(prefix)
    row = {name.rpartition("_")[2]: text for name, text in texts.items()}
    return row | {"code": clean_line(request.form.get(f"{prefix}_code", ""))}


def rearrange(form: QuestionForm, wanted: str, gone: Sequence[Mapping[str, Any]]) -> None:
    """Give the answers another order, one more row, or one that was offered before.

    Args:
        form: is changed.
        wanted: `more`, or `up`, `down` or `drop` and the row's index, or `back` and a code.
        gone: the answers that the question offered before.
    """
    deed, _dash, of_what = wanted.partition("-")
    rows = form.rows
    if deed == "more" and len(rows) < MOST_OPTIONS:
        rows.append({"code": ""})
    if deed == "back":
        rows.extend(_row(one) for one in gone if one["code"] == of_what)
    at = read_whole(of_what)
    if at is None or at >= len(rows):
        return
    if deed == "drop":
        del rows[at]
    elif deed in {"up", "down"}:
        to = min(max(at + (1 if deed == "down" else -1), 0), len(rows) - 1)
        rows[at], rows[to] = rows[to], rows[at]


def read_entry(form: QuestionForm, kept: Sequence[Entry], code: str | None) -> Entry:
    """The question as it stands in a category's list.

    Args:
        form: as it was sent.
        kept: the list.
        code: the question's; None for a new one.

    Raises:
        InvalidFields: with all that is wrong, apart from what the list as a whole demands.
    """
    errors: dict[str, str] = {}
    label = read_texts(form.values, "label", errors, most=MAX_LABEL)
    hint = read_texts(form.values, "hint", errors, most=MAX_HINT, needed=False)
    entry: Entry = {"code": "", "kind": form.kind.value, "label": label}
    entry["code"] = code or _new_code(form, kept, errors)
    if hint:
        entry["hint"] = hint
    if form.kind in CHOICES:
        own = [one for one in kept if one["code"] == code]
        old = [option for one in own for option in one.get("options") or ()]
        entry["options"] = _options(form, old, errors)
    if form.kind is Kind.NUMBER:
        limits = {name: _limit(form.values, name, errors) for name in ("min", "max")}
        entry |= {name: limit for name, limit in limits.items() if limit is not None}
    if form.required:
        entry["required"] = True
    if condition := _condition(form.when, errors):
        entry["show_when"] = condition
    if errors:
        raise InvalidFields(errors)
    return entry


def _new_code(form: QuestionForm, kept: Sequence[Entry], errors: dict[str, str]) -> str:
    """The code that was typed, or one made of the English text; no question has it or had it."""
    # An address below the category's is called so.
    taken = {"new"} | {one["code"] for one in kept}
    typed = form.values["code"]
    if typed in taken:
        errors["code"] = _("This code has been used in this category. Choose another one.")
    return typed or _made_of(form.values["label_en"], "question", taken)


def _made_of(text: str, otherwise: str, taken: Iterable[str]) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
    begin = words[: MAX_CODE - 3].strip("_") if words[:1].isalpha() else ""
    begin = begin if begin not in {"", "danger"} else otherwise
    numbered = (f"{begin}_{number}" for number in range(2, len(set(taken)) + 3))
    return next(code for code in (begin, *numbered) if code not in taken)


def _options(
    form: QuestionForm, old: Sequence[Mapping[str, Any]], errors: dict[str, str]
) -> list[dict[str, Any]]:
    """The answers to choose from; a new row that is empty is none."""
    known = {one["code"] for one in old}
    taken = set(known)
    found = []
    for at, row in enumerate(form.rows):
        code = row["code"] if row["code"] in known else ""
        typed = {f"option{at}_{key}": text for key, text in row.items()}
        names = read_texts(typed, f"option{at}", errors, most=MAX_OPTION, needed=bool(code))
        if names is None:
            continue
        code = code or _made_of(names.get("en", ""), "answer", taken)
        taken.add(code)
        found.append({"code": code, "names": names})
    return found


def _limit(values: Mapping[str, str], name: str, errors: dict[str, str]) -> float | None:
    text = values[name].replace(" ", "").replace(",", ".")
    if not text:
        return None
    number = float(text) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text) else None
    if number is None or abs(number) > MAX_NUMBER:
        errors[name] = _("Write a number.")
        return None
    return int(number) if number == int(number) else number


def _condition(chosen: Sequence[str], errors: dict[str, str]) -> dict[str, Any] | None:
    pairs = [one.partition(":") for one in chosen]
    questions = {question for question, _colon, _code in pairs}
    if len(questions) > 1:
        errors["when"] = _("Choose answers to one question only.")
    if not questions:
        return None
    return {"question": questions.pop(), "equals": [code for _question, _colon, code in pairs]}


def earlier_choices(kept: Sequence[Entry], code: str | None) -> list[dict[str, Any]]:
    """The questions that this one may hang on, with their answers."""
    asked = list_asked(kept)
    codes = [one["code"] for one in asked]
    before = asked[: codes.index(code)] if code in codes else asked
    return [
        {
            "label": in_language(one["label"]),
            "options": [
                {"id": f"{one['code']}:{option['code']}", "name": in_language(option["names"])}
                for option in one["options"]
            ],
        }
        for one in before
        if one["kind"] in CHOICES
    ]


def facts_of(entry: Entry) -> dict[str, Any]:
    """A question as the log tells it."""
    options = entry.get("options") or []
    codes = dict.fromkeys(code for one in options for code in one["names"])
    condition = entry.get("show_when")
    equals = condition["equals"] if condition else []
    equals = [equals] if isinstance(equals, str) else equals
    return {
        **values_of_texts("label", entry["label"]),
        **values_of_texts("hint", entry.get("hint")),
        **{
            f"answers_{code}": "; ".join(one["names"].get(code, "–") for one in options)
            for code in codes
        },
        "required": bool(entry.get("required")),
        "min": entry.get("min"),
        "max": entry.get("max"),
        "show_when": f"{condition['question']} = {', '.join(equals)}" if condition else None,
    }


def tile_of(form: QuestionForm, category_code: str, category_name: str) -> Tile:
    """The question as residents would see it if it were kept now, however little is typed."""
    offered = [
        (str(at), _shown(row, "", "…")) for at, row in enumerate(form.rows) if any(row.values())
    ]
    question = TileQuestion(
        code="preview",
        name="answers-preview",
        kind=form.kind,
        label=_shown(form.values, "label_", "…"),
        hint=_shown(form.values, "hint_", "") or None,
        options=offered,
        required=form.required,
        minimum=None,
        maximum=None,
        when=None,
        equals="",
    )
    return Tile(category_code, category_name, None, None, None, [question])


def _shown(texts: Mapping[str, str], prefix: str, otherwise: str) -> str:
    return next(
        (text for code in (language(), "nb") if (text := texts.get(f"{prefix}{code}"))), otherwise
    )
