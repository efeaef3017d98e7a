"""Importing places: a file is shown row by row first, and kept only when that is agreed to."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user

from app.arguments import read_id
from app.imports.pages import Import
from app.imports.plans import Action
from app.keepers.place_log import in_words
from app.keepers.places import kind_options, pages
from app.keepers.signs import SIGN_KEEPERS
from app.languages import gettext as _
from app.languages import in_language
from app.permissions import MB, allow
from app.places.csv_rows import COLUMNS
from app.places.imports import PlacePlan, Planned, carry_out, plan_import, read_places
from app.places.models import PlaceKind
from app.places.queries import list_kinds
from app.places.wording import FIELD_NAMES

MOST_BYTES = 5 * MB
# A page with more rows than these is no longer read; each group is counted in full.
MOST_SHOWN = 300


@pages.get("/import")
@allow(*SIGN_KEEPERS)
def choose_file() -> str:
    """Choose a file."""
    return _choose_page({})


@pages.post("/import")
@allow(*SIGN_KEEPERS, max_bytes=MOST_BYTES + 1 * MB)
def preview() -> Any:
    """Show what a file would change; nothing is kept."""
    return PLACES.preview()


@pages.post("/import/confirm")
@allow(*SIGN_KEEPERS, max_bytes=2 * MOST_BYTES)
def confirm() -> Any:
    """Do what was shown, if that is still what the file would change."""
    return PLACES.confirm()


def _choose_page(errors: dict[str, str]) -> str:
    return render_template(
        "places/import.html",
        errors=errors,
        kinds=kind_options(list_kinds()),
        kind=read_id(request.form, "kind"),
        columns=[
            {"name": name, "meaning": str(FIELD_NAMES.get(name, FIELD_NAMES["point"]))}
            for name in dict.fromkeys(COLUMNS.values())
        ],
        most_mb=MOST_BYTES // MB,
    )


def _plan(content: bytes, for_change: bool) -> PlacePlan:
    return plan_import(read_places(content), _chosen_kind(), for_change=for_change)


def _chosen_kind() -> PlaceKind | None:
    chosen = read_id(request.form, "kind")
    return next((kind for kind in list_kinds() if kind.id == chosen), None)


def _preview_page(plan: PlacePlan, **waiting: Any) -> str:
    kinds = {kind.code: in_language(kind.names) for kind in list_kinds()}
    groups = {action: [one for one in plan.rows if one.action is action] for action in Action}
    return render_template(
        "places/import_preview.html",
        added=[_row_view(one, kinds) for one in groups[Action.ADD][:MOST_SHOWN]],
        changed=[_row_view(one, kinds) for one in groups[Action.CHANGE][:MOST_SHOWN]],
        refused=plan.refused[:MOST_SHOWN],
        skipped=[row for row in plan.unused if row.by_design][:MOST_SHOWN],
        counts={
            "added": len(groups[Action.ADD]),
            "changed": len(groups[Action.CHANGE]),
            "left": len(groups[Action.LEAVE]),
            "refused": len(plan.refused),
            "skipped": len(plan.unused) - len(plan.refused),
        },
        most_shown=MOST_SHOWN,
        kind=read_id(request.form, "kind"),
        **waiting,
    )


def _row_view(one: Planned, kinds: dict[str, str]) -> dict[str, Any]:
    changes = [
        {
            "name": str(FIELD_NAMES[name]),
            "before": in_words(name, before, kinds),
            "after": in_words(name, after, kinds) or _("removed"),
        }
        for name, (before, after) in one.changes.items()
        if name not in {"name", "external_id"} or one.action is Action.CHANGE
    ]
    return {
        "line": one.row.line,
        "external_id": one.row.external_id,
        "name": one.row.name,
        "url": url_for(".edit", place_id=one.place.id) if one.place else None,
        "changes": changes,
        "notes": one.notes,
    }


PLACES = Import(
    MOST_BYTES,
    _plan,
    carry_out=lambda plan: carry_out(plan, current_user),
    choose_page=_choose_page,
    preview_page=_preview_page,
    done=".register",
)
