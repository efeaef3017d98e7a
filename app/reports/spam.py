"""What looks like spam is held for a person to look at. It is received and numbered, never dropped.

There is no riddle to solve. A report without much text carries nothing that a sender of spam wants
to get across, so two taps in two seconds are fine; what is judged is the trap field, links, a text
that nobody types so fast, and a crowd of reports at one sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import current_app

from app.database import now
from app.reports.models import Channel
from app.reports.queries import count_latest_at
from app.signs.models import Sign

# What a form tells of how it was filled in. A report sent again is the same report however long its
# form was open meanwhile, so these are no part of its fingerprint.
TRACES = ("website", "opened_seconds")

MOST_LINKS = 2
MIN_SECONDS = 3
# More than the fastest typist manages in that time, also by voice.
QUICK_CHARACTERS = 200

# Thirty pupils in front of one sign, four reports each.
CROWD = 120
CROWD_WITHIN = timedelta(minutes=10)

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class HeldReason(StrEnum):
    """Why a report waits for a person."""

    TRAP = "trap"
    LINKS = "links"
    TOO_FAST = "too_fast"
    CROWD = "crowd"
    NEW_SYSTEM = "new_system"


def without_traces(content: Mapping[str, Any]) -> dict[str, Any]:
    """A report's content as it counts for telling a repeated request from another one."""
    return {name: value for name, value in content.items() if name not in TRACES}


def reason_to_hold(content: Mapping[str, Any], sign: Sign | None) -> HeldReason | None:
    """Why a new report should wait for a person to look at it; None for nearly all.

    Of another system it is known whether it is trusted, so nothing is guessed.
    """
    if content["channel"] == Channel.OPEN311.value:
        return None if content["trusted"] else HeldReason.NEW_SYSTEM
    if content["website"]:
        return HeldReason.TRAP
    text = f"{content['description']} {content['address']} {content['answers']}"
    links = len(_LINK.findall(text))
    if links > MOST_LINKS:
        return HeldReason.LINKS
    if _is_too_fast(content, links):
        return HeldReason.TOO_FAST
    if sign is not None and _is_crowded(sign):
        return HeldReason.CROWD
    return None


def _is_too_fast(content: Mapping[str, Any], links: int) -> bool:
    seconds = content["opened_seconds"]
    if seconds is None or seconds >= MIN_SECONDS:
        return False
    return links > 0 or len(content["description"]) > QUICK_CHARACTERS


def _is_crowded(sign: Sign) -> bool:
    # A load test on this machine switches this off together with the limits per address.
    if not current_app.config["RATELIMIT_ENABLED"]:
        return False
    return count_latest_at(sign, since=now() - CROWD_WITHIN, most=CROWD) >= CROWD
