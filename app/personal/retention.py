"""What is kept how long: one rule for each kind of thing, carried out hourly and by the operator.

`docs/data-protection.md` tells the same to people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app import audit
from app.mailbox import operations as mails
from app.notices import housekeeping as notices
from app.reports import housekeeping as reports
from app.staff import tablets


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that goes when its time is up.

    `count_due` tells how many are due by the code of their category, or under "" where categories
    play no part. `carry_out` removes some hundreds at most and tells how many; it is called again
    until there are none. `minute` is when in the hour the worker does it.
    """

    name: str
    minute: int
    count_due: Callable[[], Mapping[str, int]]
    carry_out: Callable[[], int]

    def run(self) -> int:
        """Remove what is due, and write into the log how much it was."""
        count = self.carry_out()
        if count:
            audit.record("retention", "deployment", what=self.name, count=count)
        return count


RULES = (
    Rule("contact details", 41, reports.count_due_contacts, reports.erase_contacts),
    Rule("subscriptions", 44, notices.count_ended, notices.end_subscriptions),
    Rule("received mails", 54, mails.count_old_mails, mails.forget_old_mails),
    Rule("messages given up", 47, notices.count_dead_due, notices.forget_dead_messages),
    Rule("lines of the log", 51, audit.count_old_entries, audit.forget_old_entries),
    Rule("stays on tablets", 57, tablets.count_old_stays, tablets.forget_old_stays),
    Rule("photos of no report", 17, reports.count_unclaimed, reports.sweep_photos),
)
