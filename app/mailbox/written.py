"""What a mail leaves in a report's timeline, marked so that who wrote it can have it erased."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.languages import gettext as _
from app.mailbox.queries import sender_mark
from app.reports.models import Event, EventKind, Report

# Makes an event's id out of a mail's mark.
_OF_PARTS = uuid.UUID("c1b8b1a0-7d0e-4c57-9a86-3d0f1a6e52b4")
# What stands beside the description; more than this is no fault report.
MAX_REST = 20_000


class Writer(StrEnum):
    """Who wrote, as far as the address tells.

    `READER` holds a mail that we sent to the reporter and writes from another address.
    """

    REPORTER = "reporter"
    READER = "reader"
    FOLLOWER = "follower"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Written:
    """A mail whose words go into a timeline: its mark, who wrote it, and from which address."""

    mark: str
    writer: Writer
    sender: str

    def add_message(self, report: Report, paragraphs: Sequence[str]) -> None:
        """Write down the reporter's words, which the reporter reads too; none are none."""
        if paragraphs:
            event = Event(uuid=self._id("words"), kind=EventKind.MESSAGE.value)
            event.internal_text = "\n\n".join(paragraphs)
            report.events.append(event)

    def add_note(self, report: Report, paragraphs: Sequence[str]) -> None:
        """Write a note for colleagues; an empty one is none.

        Neither name nor address of the writer stands in it, since a contact's details are shown
        only to who asks for them: a mark is enough to find it again when its writer asks.
        """
        if paragraphs:
            event = Event(uuid=self._id("note"), kind=EventKind.NOTE.value)
            event.from_value = self.writer.value
            event.to_value = sender_mark(self.sender) if self.sender else None
            event.internal_text = "\n\n".join(paragraphs)
            report.events.append(event)

    def _id(self, part: str) -> uuid.UUID:
        return uuid.uuid5(_OF_PARTS, f"{self.mark} {part}")


def split_text(text: str, most: int) -> tuple[str, str]:
    """What fits, cut between two words, and the rest."""
    if len(text) <= most:
        return text, ""
    cut = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most))
    cut = cut if cut > most // 2 else most - 1
    return text[:cut].rstrip() + "…", text[cut:].lstrip()


def rest_of(rest: str) -> list[str]:
    """Paragraphs of what had no room in the report."""
    if not rest:
        return []
    shown, over = split_text(rest, MAX_REST)
    said = [_("The rest of the mail:") + f"\n{shown}"]
    return [*said, _("%(count)s more characters were left out.", count=len(over))] if over else said


def left_out_of(left_out: Sequence[str]) -> list[str]:
    """A paragraph on what came along and was not kept."""
    if not left_out:
        return []
    return [_("What came with the mail and was not kept:") + "\n" + "\n".join(left_out)]
