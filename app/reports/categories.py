"""What a municipality does with its categories. They are archived, never deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import defer

from app.database import now, session
from app.languages import gettext as _
from app.places.models import PlaceKind
from app.problems import InvalidFields, NotFound
from app.reports.deadlines import local_day
from app.reports.models import (
    UNSORTED_CATEGORY,
    Category,
    Contact,
    ReplyTemplate,
    Report,
    RoutingRule,
)
from app.reports.queries import CATEGORY_FORMS
from app.signs.models import Sign, SignState

_CODE = re.compile(r"[A-Z]{2,4}[0-9]{2,4}")


@dataclass(frozen=True, slots=True)
class Uses:
    """How much names a category."""

    open_reports: int
    rules: int
    templates: int
    signs: int
    kinds: int


def list_all_categories() -> Sequence[Category]:
    """Those in use and the archived ones, in the order of the catalogue; questions come late."""
    late = (defer(column) for column in CATEGORY_FORMS)
    query = select(Category).options(*late).order_by(Category.sort_order, Category.id)
    return session().scalars(query).all()


def find_category_to_change(code: str) -> Category:
    """A category by its code, locked, so that two people's changes come one after the other.

    Raises:
        NotFound
    """
    query = select(Category).where(Category.code == code).with_for_update(of=Category)
    found = session().scalar(query)
    if found is None:
        raise NotFound
    return found


def count_uses(category: Category) -> Uses:
    """What a category is named by, apart from what has been closed or archived."""

    def count(column: Any, *conditions: Any) -> int:
        return session().scalar(select(func.count(column)).where(*conditions)) or 0

    shown_first = session().scalars(select(PlaceKind.first_tiles))
    return Uses(
        open_reports=count(
            Report.id, Report.category_id == category.id, Report.closed_at.is_(None)
        ),
        rules=count(RoutingRule.id, RoutingRule.category_id == category.id),
        templates=count(
            ReplyTemplate.id,
            ReplyTemplate.category_id == category.id,
            ReplyTemplate.archived_at.is_(None),
        ),
        signs=count(
            Sign.id, Sign.category_code == category.code, Sign.state != SignState.RETIRED.value
        ),
        kinds=sum(category.code in codes for codes in shown_first),
    )


def read_new_code(typed: str) -> str:
    """The code of a category that is to be added; archived ones keep theirs.

    Raises:
        InvalidFields: it has another form than codes have, or is taken.
    """
    code = typed.upper()
    if not _CODE.fullmatch(code):
        raise InvalidFields({"code": _("A code is letters and a number, for example PA24.")})
    if session().scalar(select(Category.id).where(Category.code == code)):
        raise InvalidFields(
            {"code": _("The code %(code)s has been used. Codes are never used again.", code=code)}
        )
    return code


def next_code(categories: Sequence[Category], group: str) -> str:
    """A free code that fits those of a group; "" where the group has none to go by."""
    letters = [one.code.rstrip("0123456789") for one in categories if one.place_group == group]
    if not letters:
        return ""
    usual = max(sorted(set(letters)), key=letters.count)
    numbers = [int(one.code[len(usual) :]) for one in categories if _has_letters(one.code, usual)]
    return f"{usual}{max(numbers) + 1:02}"


def _has_letters(code: str, letters: str) -> bool:
    return code.startswith(letters) and code[len(letters) :].isdecimal()


def put_last(category: Category) -> None:
    """Give a category the last place of its group."""
    others = [one for one in list_all_categories() if one is not category]
    of_group = [at for at, one in enumerate(others) if one.place_group == category.place_group]
    others.insert(of_group[-1] + 1 if of_group else len(others), category)
    _number(others)


def move_category(category: Category, way: str) -> bool:
    """Change places with the category in use above or below in its group.

    Returns:
        Whether there was one.
    """
    categories = list(list_all_categories())
    group = [
        one for one in categories if one.place_group == category.place_group and not one.archived_at
    ]
    at = group.index(category) if category in group else len(group)
    to = at + (1 if way == "down" else -1)
    if at == len(group) or not 0 <= to < len(group):
        return False
    one, other = categories.index(category), categories.index(group[to])
    categories[one], categories[other] = categories[other], categories[one]
    _number(categories)
    return True


def _number(categories: Sequence[Category]) -> None:
    for position, category in enumerate(categories):
        category.sort_order = position
    session().flush()


def archive_category(category: Category) -> None:
    """Take a category out of use; what is filed under it stays as it is.

    Raises:
        InvalidFields: reports that nobody has sorted yet need it.
    """
    if category.code == UNSORTED_CATEGORY:
        raise InvalidFields(
            {"form": _("Reports that nobody has sorted yet need this category. It stays.")}
        )
    category.archived_at = category.archived_at or now()
    session().flush()


def restore_category(category: Category) -> None:
    """Put an archived category into use again."""
    category.archived_at = None
    session().flush()


def list_to_shorten(category: Category, days: int) -> list[dict[str, Any]]:
    """The contacts that are to be erased earlier when they are kept this long, with the new day."""
    kept = select(Contact.id, Contact.erase_on, Report.received_at).join(Contact.report)
    rows = session().execute(kept.where(Report.category_id == category.id))
    span = timedelta(days=days)
    return [
        {"id": row.id, "erase_on": day}
        for row in rows
        if (day := local_day(row.received_at) + span) < row.erase_on
    ]


def count_due(shortened: Sequence[dict[str, Any]]) -> int:
    """How many of these are due already, so that the worker erases them within the hour."""
    today: date = local_day(now())
    return sum(one["erase_on"] <= today for one in shortened)


def set_retention(category: Category, days: int) -> int:
    """Keep contact details as many days from now on.

    A shorter time holds for those that are kept already, too. A longer one does not: who reported
    was told on `/privacy` how long we keep their details.

    Returns:
        How many are erased earlier than they would have been.
    """
    shortened = list_to_shorten(category, days) if days < category.retention_days else []
    if shortened:
        session().execute(update(Contact), shortened)
    category.retention_days = days
    session().flush()
    return len(shortened)
