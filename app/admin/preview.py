"""A category or one of its questions as residents see it, in the language they read."""

from __future__ import annotations

from flask import render_template, request
from markupsafe import Markup

from app.languages import LANGUAGES, language, speaking
from app.reports.models import Category
from app.reports.tiles import Tile, tile_from


def preview_of_category(category: Category) -> Markup:
    """Its tile with its questions, in the language that `?preview=` asks for."""
    asked = request.args.get("preview", "")
    code = asked if asked in LANGUAGES else language()
    with speaking(code):
        return _preview(tile_from(category), code)


def preview_of_tile(tile: Tile) -> Markup:
    """A tile that is not kept yet, in the reader's language."""
    return _preview(tile, language())


def _preview(tile: Tile, code: str) -> Markup:
    return Markup(  # noqa: S704 - what Jinja has rendered is escaped already
        render_template(
            "admin/preview.html",
            asked={"category": tile},
            values={"category": tile.code},
            form={"asks": False, "answers": {}, "shown": {one.code for one in tile.questions}},
            errors={},
            code=code,
        )
    )
