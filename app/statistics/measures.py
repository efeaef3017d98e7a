"""What can be counted outside the register of reports, and what each count is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from flask_babel import LazyString

from app.languages import STAFF_LANGUAGES, speaking
from app.languages import lazy_gettext as _
from app.words import plain


class Kind(StrEnum):
    """How the values of a measure are written."""

    COUNT = "count"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted; `code` is how files and the database call it, and stays."""

    code: str
    title: LazyString
    kind: Kind = Kind.COUNT

    @property
    def name(self) -> str:
        """What people call it, in the language spoken."""
        return str(self.title)


# In the order in which people see them.
MEASURES = {
    one.code: one
    for one in (
        Measure("phone_calls", _("Phone calls")),
        Measure("phone_answered_percent", _("Share of phone calls answered"), Kind.PERCENT),
        Measure("emails", _("E-mails")),
        Measure("counter_visits", _("Visits to the counter")),
        Measure("facebook_questions", _("Questions on Facebook")),
        Measure("social_media_questions", _("Questions in social media")),
        Measure("e_forms", _("Electronic forms")),
        Measure("web_visits", _("Visits to the website")),
        Measure("web_unique_visitors", _("Unique visitors to the website")),
        Measure("web_page_views", _("Page views of the website")),
        Measure("careers_page_views", _("Page views of vacancies")),
        Measure("messages_total", _("Messages in all")),
        Measure("vof_messages", _("Messages through VOF")),
        Measure("messages_registered_by_front_desk", _("Messages entered by the front desk")),
        Measure("vof_share_percent", _("VOF share"), Kind.PERCENT),
    )
}
_ORDER = {code: number for number, code in enumerate(MEASURES)}


def place_in_order(code: str) -> int:
    """Where a measure stands among the others."""
    return _ORDER[code]


@cache
def codes_by_word() -> dict[str, str]:
    """Codes by what a file may call the measure: its code, or its name in a language of staff."""
    words = {plain(code): code for code in MEASURES}
    for language in STAFF_LANGUAGES:
        with speaking(language):
            words |= {plain(one.name): one.code for one in MEASURES.values()}
    return words
