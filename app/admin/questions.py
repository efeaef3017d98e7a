"""The questions of a category on screen: added, changed, moved, retired and asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.categories import SUBJECT, category_or_404, category_to_change, seen_of
from app.admin.pages import MANAGERS
from app.admin.preview import preview_of_category, preview_of_tile
from app.admin.question_form import (
    BESIDE,
    KINDS,
    MAX_HINT,
    MAX_LABEL,
    MAX_OPTION,
    QuestionForm,
    earlier_choices,
    empty_form,
    facts_of,
    form_of,
    read_entry,
    read_form,
    rearrange,
    tile_of,
)
from app.database import session
from app.languages import in_language
from app.permissions import allow
from app.problems import InvalidFields, NotFound
from app.reports.models import Category
from app.reports.question_changes import (
    Entry,
    ask_again,
    list_asked,
    move_question,
    put_question,
    retire_question,
)
from app.reports.question_list import CHOICES, Kind, UnusableQuestion
from app.reports.staff_forms import attempt

pages = Blueprint("questions", __name__, url_prefix="/admin/categories/<category_code>/questions")

# What the buttons of a form do that save nothing.
SHOW = "show"


@pages.get("")
@allow(*MANAGERS)
def table(category_code: str) -> str:
    """What a category asks, and what it asked before."""
    return _table_page(category_or_404(category_code), {})


@pages.get("/new")
@allow(*MANAGERS)
def new(category_code: str) -> str:
    """An empty form for a question of the kind that `?kind=` names, else a few words."""
    category = category_or_404(category_code)
    return _edit_page(
        category, None, empty_form(_read_kind(request.args.get("kind", Kind.STRING))), {}
    )


@pages.post("/new")
@allow(*MANAGERS)
def add(category_code: str) -> Any:
    """Ask one more question, after the others."""
    form = read_form(_read_kind(request.form.get("kind", "")))
    return _save(category_code, None, form)


@pages.get("/<question_code>")
@allow(*MANAGERS)
def edit(category_code: str, question_code: str) -> str:
    """A question's form."""
    category = category_or_404(category_code)
    return _edit_page(category, question_code, form_of(_asked(category, question_code)), {})


@pages.post("/<question_code>")
@allow(*MANAGERS)
def change(category_code: str, question_code: str) -> Any:
    """Put a question right. Its code and its kind stay: old answers are understood by them."""
    asked = _asked(category_or_404(category_code), question_code)
    return _save(category_code, question_code, read_form(Kind(asked["kind"])))


def _save(category_code: str, code: str | None, form: QuestionForm) -> Any:
    if wanted := request.form.get("do", ""):
        category = category_or_404(category_code)
        if wanted != SHOW:
            rearrange(form, wanted, _no_longer_offered(category, code))
        return _edit_page(category, code, form, {})

    def carry_out() -> BaseResponse:
        category = category_to_change(category_code)
        before = facts_of(_asked(category, code)) if code else {}
        entry = read_entry(form, category.questions, code)
        category.questions = _judged(entry["code"], lambda: put_question(category.questions, entry))
        changes = audit.differences(before, facts_of(entry))
        if not code:
            changes = {name: after for name, (_none, after) in changes.items() if after}
        action = "question_changed" if code else "question_added"
        return _done(action, category, entry["code"], **changes)

    return attempt(
        carry_out,
        lambda errors: _edit_page(category_or_404(category_code), code, form, errors),
    )


@pages.post("/<question_code>/<any(up, down, archive, restore):way>")
@allow(*MANAGERS)
def move(category_code: str, question_code: str, way: str) -> Any:
    """Ask a question earlier or later, no longer, or again."""
    changes: dict[str, tuple[str, Callable[[list[Entry]], list[Entry]]]] = {
        "up": ("question_moved", lambda kept: move_question(kept, question_code, "up")),
        "down": ("question_moved", lambda kept: move_question(kept, question_code, "down")),
        "archive": ("question_retired", lambda kept: retire_question(kept, question_code)),
        "restore": ("question_asked_again", lambda kept: ask_again(kept, question_code)),
    }
    action, work = changes[way]

    def carry_out() -> BaseResponse:
        category = category_to_change(category_code)
        label = in_language(_kept(category, question_code)["label"], "nb")
        changed = _judged(None, lambda: work(category.questions))
        if changed == category.questions:
            return _to_table(category)
        category.questions = changed
        told = {"way": way} if action == "question_moved" else {}
        return _done(action, category, question_code, label_nb=label, **told)

    return attempt(carry_out, lambda errors: _table_page(category_or_404(category_code), errors))


def _judged(code: str | None, change: Callable[[], list[Entry]]) -> list[Entry]:
    """The changed list of questions.

    Raises:
        InvalidFields: the list makes no sense so; the sentence stands beside its field where it is
            about the question with this code.
    """
    try:
        return change()
    except UnusableQuestion as error:
        own = code is not None and error.code == code
        field = BESIDE.get(error.field, error.field) if own else "form"
        raise InvalidFields({field: error.sentence}) from error


def _done(action: str, category: Category, question: str, **details: Any) -> BaseResponse:
    session().flush()
    told = {"category": category.code, "question": question} | details
    audit.record(action, SUBJECT, category.id, **told)
    return _to_table(category)


def _to_table(category: Category) -> BaseResponse:
    return redirect(url_for(".table", category_code=category.code), 303)


def _read_kind(typed: str) -> Kind:
    if typed not in set(Kind):
        raise NotFound
    return Kind(typed)


def _kept(category: Category, code: str) -> Entry:
    """A question that is or was asked.

    Raises:
        NotFound
    """
    for entry in category.questions:
        if entry["code"] == code:
            return entry
    raise NotFound


def _asked(category: Category, code: str) -> Entry:
    """A question that is asked, with the answers it offers.

    Raises:
        NotFound
    """
    _kept(category, code)
    for entry in list_asked(category.questions):
        if entry["code"] == code:
            return entry
    raise NotFound


def _no_longer_offered(category: Category, code: str | None) -> list[dict[str, Any]]:
    options = _kept(category, code).get("options") or [] if code else []
    return [one for one in options if one.get("retired")]


def _table_page(category: Category, errors: dict[str, str]) -> str:
    asked = list_asked(category.questions)
    labels = {one["code"]: in_language(one["label"]) for one in category.questions}
    return render_template(
        "admin/questions.html",
        category={"code": category.code, "name": in_language(category.names)},
        questions=[_line(one, labels) for one in asked],
        retired=[_line(one, labels) for one in category.questions if one.get("retired")],
        kinds=[{"id": key.value, "name": str(name)} for key, name in KINDS.items()],
        preview=preview_of_category(category),
        errors=errors,
        **seen_of(category),
    )


def _line(entry: Entry, labels: dict[str, str]) -> dict[str, Any]:
    condition = entry.get("show_when")
    return {
        "code": entry["code"],
        "label": labels[entry["code"]],
        "kind": str(KINDS[Kind(entry["kind"])]),
        "required": bool(entry.get("required")),
        "after": labels.get(condition["question"]) if condition else None,
        "options": [
            in_language(one["names"])
            for one in entry.get("options") or ()
            if not one.get("retired")
        ],
    }


def _edit_page(
    category: Category, code: str | None, form: QuestionForm, errors: dict[str, str]
) -> str:
    offered = {row["code"] for row in form.rows}
    name = in_language(category.names)
    return render_template(
        "admin/question.html",
        category={"code": category.code, "name": name},
        code=code,
        kind=form.kind.value,
        kind_name=str(KINDS[form.kind]),
        choice=form.kind in CHOICES,
        values=form.shown_values(),
        required=form.required,
        when=form.when,
        rows=len(form.rows),
        gone=[
            {"code": one["code"], "name": in_language(one["names"])}
            for one in _no_longer_offered(category, code)
            if one["code"] not in offered
        ],
        earlier=earlier_choices(category.questions, code),
        limits={"label": MAX_LABEL, "hint": MAX_HINT, "option": MAX_OPTION},
        preview=preview_of_tile(tile_of(form, category.code, name)),
        errors=errors,
        **seen_of(category),
    )
