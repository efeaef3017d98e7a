"""Privacy and accessibility in plain language, with the figures this municipality has set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, render_template

from app.languages import in_language, ngettext
from app.permissions import allow
from app.reports.housekeeping import UNCLAIMED_KEPT
from app.reports.models import Category
from app.reports.queries import list_categories

DAYS_A_YEAR = 365
HOUR_S = 3600

pages = Blueprint("about", __name__)


@pages.get("/privacy")
@allow(anyone=True)
def privacy() -> str:
    """What is kept of whoever reports, who sees it, and for how long."""
    hours = int(UNCLAIMED_KEPT.total_seconds()) // HOUR_S
    return render_template(
        "about/privacy.html", unsent_photos_hours=hours, **_retention(list_categories())
    )


def _retention(categories: Sequence[Category]) -> dict[str, Any]:
    """How long contact details are kept: the usual time, and the categories that differ from it."""
    counts = Counter(category.retention_days for category in categories)
    if not counts:
        return {"usually_kept": None, "kept_otherwise": []}
    usual = counts.most_common(1)[0][0]
    return {
        "usually_kept": _in_words(usual),
        "kept_otherwise": [
            {"name": in_language(category.names), "time": _in_words(category.retention_days)}
            for category in categories
            if category.retention_days != usual
        ],
    }


def _in_words(days: int) -> str:
    years, rest = divmod(days, DAYS_A_YEAR)
    if years and not rest:
        return str(ngettext("%(num)s year", "%(num)s years", years))
    return str(ngettext("%(num)s day", "%(num)s days", days))


@pages.get("/accessibility")
@allow(anyone=True)
def accessibility() -> str:
    """How well everybody can use these pages, and whom to tell where somebody cannot."""
    return render_template("about/accessibility.html")


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)
