"""Categories on screen: listed, added, changed, moved, archived, shown as residents see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.category_form import (
    DANGERS,
    choices,
    facts_of,
    priority_name,
    read_category,
    typed_values,
    values_of,
)
from app.admin.log import lines as log_lines
from app.admin.pages import MANAGERS
from app.admin.preview import preview_of_category
from app.arguments import read_id, read_line
from app.database import session
from app.languages import gettext as _
from app.languages import in_language, ngettext
from app.permissions import allow
from app.problems import InvalidFields, NotFound
from app.reports.categories import (
    archive_category,
    count_due,
    count_uses,
    find_category_to_change,
    list_all_categories,
    list_to_shorten,
    move_category,
    next_code,
    put_last,
    read_new_code,
    restore_category,
    set_retention,
)
from app.reports.deadlines import WORKING_DAYS
from app.reports.models import UNSORTED_CATEGORY, Category, Danger
from app.reports.queries import find_category
from app.reports.question_changes import list_asked
from app.reports.staff_forms import attempt
from app.reports.wording import GROUP_NAMES
from app.words import plain

pages = Blueprint("categories", __name__, url_prefix="/admin/categories")

SUBJECT = "category"
USUAL_RETENTION_DAYS = 365
CONFIRM = "confirm_erasing"


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """All categories by group, or those that a search finds."""
    return _table_page({})


@pages.get("/new")
@allow(*MANAGERS)
def new() -> str:
    """An empty form."""
    group = request.args.get("group", "")
    group = group if group in GROUP_NAMES else next(iter(GROUP_NAMES))
    days = str(USUAL_RETENTION_DAYS)
    code = next_code(list_all_categories(), group)
    empty = {"group": group, "code": code, "priority": "P3", "retention_days": days}
    return _edit_page(None, empty, {})


@pages.post("/new")
@allow(*MANAGERS)
def add() -> Any:
    """One more category, the last of its group."""
    typed = typed_values()

    def carry_out() -> BaseResponse:
        errors: dict[str, str] = {}
        code, columns = "", {}
        try:
            code = read_new_code(typed["code"])
        except InvalidFields as problem:
            errors |= problem.fields
        try:
            columns = read_category(typed, None)
        except InvalidFields as problem:
            errors |= problem.fields
        if errors:
            raise InvalidFields(errors)
        category = Category(code=code, **columns)
        session().add(category)
        session().flush()
        put_last(category)
        told = {name: value for name, value in facts_of(category).items() if value}
        return _done("category_added", category, "new", **told)

    return attempt(carry_out, lambda errors: _edit_page(None, typed, errors))


@pages.get("/<category_code>")
@allow(*MANAGERS)
def edit(category_code: str) -> str:
    """A category's form."""
    category = category_or_404(category_code)
    return _edit_page(category, values_of(category), {})


@pages.post("/<category_code>")
@allow(*MANAGERS)
def change(category_code: str) -> Any:
    """Put a category right."""
    typed = typed_values()

    def carry_out() -> BaseResponse:
        category = category_to_change(category_code)
        columns = read_category(typed, category)
        _demand_confirmed(category, columns["retention_days"])
        before = facts_of(category)
        changes: dict[str, Any] = {}
        if shortened := set_retention(category, columns.pop("retention_days")):
            changes["erased_earlier"] = shortened
        regrouped = columns["place_group"] != category.place_group
        for name, value in columns.items():
            setattr(category, name, value)
        session().flush()
        if regrouped:
            put_last(category)
        changes = audit.differences(before, facts_of(category)) | changes
        return _done("category_changed", category, "changed", **changes)

    return attempt(
        carry_out, lambda errors: _edit_page(category_or_404(category_code), typed, errors)
    )


def _demand_confirmed(category: Category, days: int) -> None:
    """What is erased cannot be brought back, so it is asked about."""
    if days >= category.retention_days or CONFIRM in request.form:
        return
    due = count_due(list_to_shorten(category, days))
    if due:
        sentence = ngettext(
            "The contact details of %(num)s report are older than this and are erased within the "
            "hour. Tick the box if you mean it.",
            "The contact details of %(num)s reports are older than this and are erased within the "
            "hour. Tick the box if you mean it.",
            due,
        )
        raise InvalidFields({CONFIRM: sentence})


@pages.post("/<category_code>/<any(up, down, archive, restore):way>")
@allow(*MANAGERS)
def move(category_code: str, way: str) -> Any:
    """Move a category among those of its group, take it out of use or put it back."""

    def carry_out() -> BaseResponse:
        category = category_to_change(category_code)
        if way in {"up", "down"}:
            if not move_category(category, way):
                return redirect(url_for(".table", _anchor=category.code), 303)
            audit.record("category_moved", SUBJECT, category.id, category=category.code, way=way)
            return redirect(url_for(".table", _anchor=category.code), 303)
        if way == "archive":
            archive_category(category)
            return _done("category_archived", category, "archived")
        restore_category(category)
        return _done("category_restored", category, "restored")

    return attempt(carry_out, lambda errors: _after_move(category_code, way, errors))


def _after_move(category_code: str, way: str, errors: dict[str, str]) -> str:
    if way in {"up", "down"}:
        return _table_page(errors)
    category = category_or_404(category_code)
    return _edit_page(category, values_of(category), errors)


def category_or_404(code: str) -> Category:
    """A category by its code.

    Raises:
        NotFound
    """
    found = find_category(code)
    if found is None:
        raise NotFound
    return found


def category_to_change(code: str) -> Category:
    """A category, locked, as the person who changes it has seen it.

    Raises:
        NotFound
        SettingsChanged: somebody else was here since the form was opened.
    """
    found = find_category_to_change(code)
    audit.demand_seen(SUBJECT, read_id(request.form, "seen"), found.id)
    return found


def seen_of(category: Category) -> dict[str, Any]:
    """What a form of this category has seen, and what others have done since the sent one was."""
    missed = []
    if request.method == "POST":
        missed = log_lines(audit.list_unseen(SUBJECT, read_id(request.form, "seen"), category.id))
    return {"seen": audit.last_id(SUBJECT, category.id), "missed": missed}


def _done(action: str, category: Category, saved: str, **details: Any) -> BaseResponse:
    audit.record(action, SUBJECT, category.id, category=category.code, **details)
    return redirect(url_for(".edit", category_code=category.code, saved=saved), 303)


def _edit_page(category: Category | None, typed: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "admin/category.html",
        category=_view(category) if category else None,
        values=typed | {CONFIRM: request.form.get(CONFIRM, "")},
        errors=errors,
        saved=request.args.get("saved", ""),
        preview=preview_of_category(category) if category else None,
        **(seen_of(category) if category else {}),
        **choices(category),
    )


def _view(category: Category) -> dict[str, Any]:
    return {
        "code": category.code,
        "name": in_language(category.names),
        "archived": category.archived_at is not None,
        "fixed": category.code == UNSORTED_CATEGORY,
        "questions": len(list_asked(category.questions)),
        "uses": _uses(category),
        "id": category.id,
    }


def _uses(category: Category) -> list[str]:
    """What names the category, and so goes on doing so when it is archived."""
    uses = count_uses(category)
    told = (
        (
            uses.open_reports,
            ngettext("%(num)s open report", "%(num)s open reports", uses.open_reports),
        ),
        (
            uses.rules,
            ngettext(
                "%(num)s line of the routing table",
                "%(num)s lines of the routing table",
                uses.rules,
            ),
        ),
        (
            uses.templates,
            ngettext("%(num)s reply template", "%(num)s reply templates", uses.templates),
        ),
        (uses.signs, ngettext("%(num)s sign", "%(num)s signs", uses.signs)),
        (uses.kinds, ngettext("%(num)s kind of place", "%(num)s kinds of place", uses.kinds)),
    )
    return [words for count, words in told if count]


def _table_page(errors: dict[str, str]) -> str:
    wanted = read_line(request.args, "q")
    every = (
        session()
        .scalars(
            select(Category)
            .options(joinedload(Category.unit))
            .order_by(Category.sort_order, Category.id)
        )
        .all()
    )
    found = [one for one in every if _fits(one, plain(wanted))]
    return render_template(
        "admin/categories.html",
        groups=_groups([one for one in found if not one.archived_at]),
        archived=[_row(one) for one in found if one.archived_at],
        search=wanted,
        errors=errors,
        seen=audit.last_id(SUBJECT),
    )


def _fits(category: Category, wanted: str) -> bool:
    texts = [category.code, *category.names.values(), *category.synonyms]
    return any(wanted in plain(text) for text in texts)


def _groups(categories: Sequence[Category]) -> list[dict[str, Any]]:
    """By heading, with what belongs to no group of its own at the end."""
    groups = [
        {"id": key, "name": str(name), "rows": _rows_of(categories, key)}
        for key, name in GROUP_NAMES.items()
    ]
    others = [_row(one) for one in categories if one.place_group not in GROUP_NAMES]
    groups.append({"id": "", "name": _("Without a group"), "rows": others})
    return [group for group in groups if group["rows"]]


def _rows_of(categories: Sequence[Category], group: str) -> list[dict[str, Any]]:
    return [_row(one) for one in categories if one.place_group == group]


def _row(category: Category) -> dict[str, Any]:
    days = category.days_for(category.priority)
    return {
        "code": category.code,
        "name": in_language(category.names),
        "unit": category.unit.name,
        "unit_archived": category.unit.archived_at is not None,
        "deadline": priority_name(
            category.priority, WORKING_DAYS[category.priority] if days is None else days
        ),
        "danger": str(DANGERS[Danger(category.danger)]) if category.danger else None,
        "questions": len(list_asked(category.questions)),
    }
