"""Our states in the words of others: GeoReport, CitySDK, FixMyStreet, and back."""

from __future__ import annotations

from app.reports.workflow import CLOSED, Status

OPEN_WORD, CLOSED_WORD = "open", "closed"

# CitySDK's, for `extended_attributes`.
DETAILED = {
    Status.RECEIVED: "RECEIVED",
    Status.IN_PROGRESS: "IN_PROCESS",
    Status.PLANNED: "IN_PROCESS",
    Status.WAITING: "IN_PROCESS",
    Status.FIXED: "PROCESSED",
    Status.NO_ACTION: "REJECTED",
    Status.NOT_OURS: "REJECTED",
    Status.DUPLICATE: "REJECTED",
}

# FixMyStreet's, for updates.
UPDATE_WORDS = {
    Status.RECEIVED: "open",
    Status.IN_PROGRESS: "in_progress",
    Status.PLANNED: "planned",
    Status.WAITING: "investigating",
    Status.FIXED: "fixed",
    Status.NO_ACTION: "no_further_action",
    Status.NOT_OURS: "not_councils_responsibility",
    Status.DUPLICATE: "duplicate",
}

# What an update may say, and the state it leads to; None leaves the state alone.
WANTED: dict[str, Status | None] = {
    "open": None,
    "unchanged": None,
    "for_triage": None,
    "internal_referral": None,
    "reopen": Status.RECEIVED,
    "investigating": Status.IN_PROGRESS,
    "in_progress": Status.IN_PROGRESS,
    "planned": Status.PLANNED,
    "action_scheduled": Status.PLANNED,
    "fixed": Status.FIXED,
    "closed": Status.FIXED,
    "duplicate": Status.DUPLICATE,
    "no_further_action": Status.NO_ACTION,
    "cancelled": Status.NO_ACTION,
    "not_councils_responsibility": Status.NOT_OURS,
}


def core_word(status: str) -> str:
    """All that GeoReport knows of a state."""
    return CLOSED_WORD if status in CLOSED else OPEN_WORD
