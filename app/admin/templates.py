"""Reply templates on screen: listed by category, added, changed, moved, archived, tried."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.log import lines as log_lines
from app.admin.pages import MANAGERS
from app.admin.template_form import choices, read_template, typed_values, values_of
from app.arguments import read_id
from app.database import now, session
from app.languages import LANGUAGES, STAFF_LANGUAGES, in_language
from app.languages import gettext as _
from app.permissions import allow
from app.problems import NotFound
from app.reports.models import Category, ReplyTemplate
from app.reports.queries import find_category, find_newest_report
from app.reports.staff_forms import attempt
from app.reports.wording import fill_in

pages = Blueprint("templates", __name__, url_prefix="/admin/templates")

SUBJECT = "reply_template"
TEMPLATE = "/<id:template_id>"
TRY = "show"
EXAMPLE = {"number": "2026-12345678", "place": "Byparken"}


@pages.get("")
@allow(*MANAGERS)
def table() -> str:
    """All templates, those for every report first, then by category."""
    return _table_page({})


@pages.get("/new")
@allow(*MANAGERS)
def new() -> str:
    """An empty form, for the category that `?category=` names."""
    category = find_category(request.args.get("category", ""))
    return _edit_page(None, {"category": category.code if category else ""}, {})


@pages.post("/new")
@allow(*MANAGERS)
def add() -> Any:
    """One more template, the last of its category."""
    typed = typed_values()
    if request.form.get("do") == TRY:
        return _edit_page(None, typed, {})

    def carry_out() -> BaseResponse:
        template = ReplyTemplate(**read_template(typed, None))
        session().add(template)
        session().flush()
        _number([one for one in _list(template.category_id) if one is not template] + [template])
        return _done("template_added", template, "new", **_told(template))

    return attempt(carry_out, lambda errors: _edit_page(None, typed, errors))


@pages.get(TEMPLATE)
@allow(*MANAGERS)
def edit(template_id: int) -> str:
    """A template's form, with its texts as they would be sent."""
    template = _find(template_id)
    return _edit_page(template, values_of(template), {})


@pages.post(TEMPLATE)
@allow(*MANAGERS)
def change(template_id: int) -> Any:
    """Put a template right."""
    typed = typed_values()
    if request.form.get("do") == TRY:
        return _edit_page(_find(template_id), typed, {})

    def carry_out() -> BaseResponse:
        template = _find_to_change(template_id)
        columns = read_template(typed, template)
        before, group = values_of(template), template.category_id
        for name, value in columns.items():
            setattr(template, name, value)
        session().flush()
        session().expire(template, ["category"])
        if template.category_id != group:
            others = [one for one in _list(template.category_id) if one is not template]
            _number([*others, template])
        changes = audit.differences(before, values_of(template))
        return _done("template_changed", template, "changed", template=template.name, **changes)

    return attempt(carry_out, lambda errors: _edit_page(_find(template_id), typed, errors))


@pages.post(f"{TEMPLATE}/<any(up, down, archive, restore):way>")
@allow(*MANAGERS)
def move(template_id: int, way: str) -> Any:
    """Move a template among those of its category, take it out of use or put it back."""

    def carry_out() -> BaseResponse:
        template = _find_to_change(template_id)
        if way in {"up", "down"}:
            if _move(template, way):
                _record("template_moved", template, template=template.name, way=way)
            return redirect(url_for(".table"), 303)
        template.archived_at = now() if way == "archive" else None
        action = "template_archived" if way == "archive" else "template_restored"
        saved = "archived" if way == "archive" else "restored"
        return _done(action, template, saved, template=template.name)

    return attempt(carry_out, _table_page)


def _move(template: ReplyTemplate, way: str) -> bool:
    group = [one for one in _list(template.category_id) if not one.archived_at]
    at = group.index(template) if template in group else len(group)
    to = at + (1 if way == "down" else -1)
    if at == len(group) or not 0 <= to < len(group):
        return False
    group[at], group[to] = group[to], group[at]
    _number(group)
    return True


def _number(templates: Sequence[ReplyTemplate]) -> None:
    for position, template in enumerate(templates):
        template.sort_order = position
    session().flush()


def _list(category_id: int | None) -> Sequence[ReplyTemplate]:
    """The templates of a category, or those for every report, in their order."""
    query = select(ReplyTemplate).where(ReplyTemplate.category_id.is_not_distinct_from(category_id))
    return session().scalars(query.order_by(ReplyTemplate.sort_order, ReplyTemplate.id)).all()


def _find(template_id: int) -> ReplyTemplate:
    found = session().get(ReplyTemplate, template_id)
    if found is None:
        raise NotFound
    return found


def _find_to_change(template_id: int) -> ReplyTemplate:
    """A template, locked, as the person who changes it has seen it.

    Raises:
        NotFound
        SettingsChanged: somebody else was here since the form was opened.
    """
    query = select(ReplyTemplate).where(ReplyTemplate.id == template_id)
    found = session().scalar(query.with_for_update(of=ReplyTemplate))
    if found is None:
        raise NotFound
    audit.demand_seen(SUBJECT, read_id(request.form, "seen"), found.id)
    return found


def _told(template: ReplyTemplate) -> dict[str, Any]:
    values = values_of(template)
    return {"template": values.pop("name")} | {key: text for key, text in values.items() if text}


def _record(action: str, changed: ReplyTemplate, **details: Any) -> None:
    audit.record(action, SUBJECT, changed.id, **details)


def _done(action: str, changed: ReplyTemplate, saved: str, **details: Any) -> BaseResponse:
    session().flush()
    _record(action, changed, **details)
    return redirect(url_for(".edit", template_id=changed.id, saved=saved), 303)


def _table_page(errors: dict[str, str]) -> str:
    query = (
        select(ReplyTemplate)
        .outerjoin(ReplyTemplate.category)
        .options(joinedload(ReplyTemplate.category))
        .order_by(
            Category.id.is_not(None),
            Category.sort_order,
            Category.id,
            ReplyTemplate.sort_order,
            ReplyTemplate.id,
        )
    )
    every = session().scalars(query).all()
    used = [one for one in every if not one.archived_at]
    return render_template(
        "admin/templates.html",
        groups=[
            _group(category, list(templates))
            for category, templates in groupby(used, lambda one: one.category)
        ],
        archived=[_row(one) for one in every if one.archived_at],
        errors=errors,
        seen=audit.last_id(SUBJECT),
    )


def _group(category: Category | None, templates: Sequence[ReplyTemplate]) -> dict[str, Any]:
    return {
        "code": category.code if category else "",
        "name": in_language(category.names) if category else _("For every report"),
        "archived": bool(category and category.archived_at),
        "rows": [_row(one) for one in templates],
    }


def _row(template: ReplyTemplate) -> dict[str, Any]:
    return {"id": template.id, "name": template.name, "text": in_language(template.texts)}


def _edit_page(
    template: ReplyTemplate | None, typed: dict[str, str], errors: dict[str, str]
) -> str:
    seen = read_id(request.form, "seen") if request.method == "POST" else None
    posted = template is not None and request.method == "POST"
    missed = audit.list_unseen(SUBJECT, seen, template.id) if template and posted else []
    return render_template(
        "admin/template.html",
        template=_view(template) if template else None,
        values=typed,
        errors=errors,
        examples=_examples(typed),
        saved=request.args.get("saved", ""),
        seen=audit.last_id(SUBJECT, template.id) if template else 0,
        missed=log_lines(missed),
        **choices(template),
    )


def _view(template: ReplyTemplate) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "archived": template.archived_at is not None,
    }


def _examples(typed: dict[str, str]) -> dict[str, Any]:
    """The texts as they would read in the newest report they are for, or in a made-up one."""
    category = find_category(typed.get("category", ""))
    report = find_newest_report(category.id if category else None)
    number, place = EXAMPLE["number"], EXAMPLE["place"]
    if report is not None:
        number = report.number
        place = report.place.name if report.place else report.address
    return {
        "number": number if report else None,
        "texts": [
            {"code": code, "language": LANGUAGES[code], "text": fill_in(text, number, place)}
            for code in STAFF_LANGUAGES
            if (text := typed.get(f"text_{code}"))
        ],
    }
