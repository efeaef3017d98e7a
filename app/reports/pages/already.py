"""What is open at a place already, shown before somebody reports it once more."""

from __future__ import annotations

import uuid
from typing import Any

from flask import url_for

from app.places.models import Place
from app.reports.models import Channel
from app.reports.pages.place import report_lines
from app.reports.queries import list_to_compare
from app.signs.models import Sign


def already_view(
    sign: Sign | None, place: Place | None, channel: Channel | None = None
) -> dict[str, Any]:
    """The lines to compare a fault with, how many are open in all, and what “Me too” sends."""
    reports, total = list_to_compare(place.id, sign.id if sign else None) if place else ((), 0)
    return {
        "id": str(uuid.uuid4()),
        "channel": channel or (Channel.QR if sign else Channel.WEB),
        "reports": [
            line | {"follow_url": url_for("resident.follow", number=line["number"])}
            for line in report_lines(reports)
        ],
        "total": total,
    }
