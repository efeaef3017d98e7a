"""The states of a report and who may move it from one to the next: one table."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from app.permissions import Role


class Status(StrEnum):
    """Where a report stands; the values are part of the public surface."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    WAITING = "waiting"
    FIXED = "fixed"
    NO_ACTION = "no_action"
    NOT_OURS = "not_ours"
    DUPLICATE = "duplicate"


UNDERWAY = frozenset({Status.IN_PROGRESS, Status.PLANNED, Status.WAITING})
CLOSED = frozenset({Status.FIXED, Status.NO_ACTION, Status.NOT_OURS, Status.DUPLICATE})
OPEN = frozenset(Status) - CLOSED

# The reporter may do two things besides: answer a question, and reopen what was closed lately.
HANDLERS = frozenset({Role.FRONT_DESK, Role.CREW, Role.MANAGER})
REOPENED_WITHIN = timedelta(days=14)

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: UNDERWAY | CLOSED,
    **{status: (UNDERWAY - {status}) | CLOSED for status in UNDERWAY},
    **{status: frozenset({Status.RECEIVED}) for status in CLOSED},
}


def may_become(current: str, wanted: str) -> bool:
    """Whether a report in one state may be set to the other."""
    return Status(wanted) in TRANSITIONS[Status(current)]


def next_states(current: str) -> list[Status]:
    """The states a report can be set to from here, in the order they are defined."""
    return [status for status in Status if status in TRANSITIONS[Status(current)]]
