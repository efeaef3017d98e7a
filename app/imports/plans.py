"""What an import would do: shown to a person first, and done only as it was shown."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from app.imports.files import Unused


class Action(StrEnum):
    """What an import does with a row."""

    ADD = "add"
    CHANGE = "change"
    LEAVE = "leave"


class PlannedRow(Protocol):
    """What becomes of a row; `told` says it in JSON."""

    @property
    def action(self) -> Action:
        """What is done with it."""

    @property
    def told(self) -> Any:
        """Line, action, and what would be different."""


Planned = TypeVar("Planned", bound=PlannedRow)


@dataclass(slots=True)
class Plan(Generic[Planned]):
    """What an import would do, row by row, and which rows it would leave out."""

    rows: list[Planned] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Action]:
        """How many rows meet with each action."""
        return Counter(row.action for row in self.rows)

    @property
    def refused(self) -> list[Unused]:
        """The rows that somebody may want but that cannot be used."""
        return [row for row in self.unused if not row.by_design]

    @property
    def mark(self) -> str:
        """Tells this plan from any other: what was agreed to is what is done."""
        told = [[row.told for row in self.rows], [row.line for row in self.refused]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()
