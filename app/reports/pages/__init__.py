"""The resident's pages: scan, report, follow."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("resident", __name__)

# The modules below hang their routes on the blueprint.
from app.reports.pages import form, photos, place, sign, start, status  # noqa: E402, F401
