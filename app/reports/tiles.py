"""Which categories a form offers, and in what order: what fits the kind of place comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.languages import in_language
from app.places.models import PlaceKind
from app.reports.models import UNSORTED_CATEGORY, Category
from app.reports.queries import find_category, list_categories
from app.reports.question_list import Question, read_questions
from app.reports.wording import GROUP_NAMES

MOST_FIRST = 8

# Offered first where no place is known: one of each common sort.
_FIRST_ANYWHERE = ["PA05", "PA04", "VE01", "VE03", "PA14", "PA01", "PA15", "VE02"]


@dataclass(frozen=True, slots=True)
class TileQuestion:
    """One question of a category as the form asks it.

    `name` is the field's, and `equals` holds codes parted by spaces.
    """

    code: str
    name: str
    kind: str
    label: str
    hint: str | None
    options: list[tuple[str, str]]
    required: bool
    minimum: float | None
    maximum: float | None
    when: str | None
    equals: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One category as the form shows it."""

    code: str
    name: str
    danger: str | None
    gate: str | None
    question: str | None
    questions: list[TileQuestion]


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Categories under one heading; none where the kind of place makes it plain."""

    name: str | None
    categories: list[Tile]


def tiles_for(
    kind: PlaceKind | None, in_use: Iterable[Category] | None = None
) -> tuple[list[Tile], list[TileGroup]]:
    """The tiles shown at once and, by group, those behind “More”.

    Every category of the kind's group is offered, and always the one for what does not fit.
    """
    offered = list_categories() if in_use is None else in_use
    categories = {category.code: category for category in offered}
    first_codes = kind.first_tiles[:MOST_FIRST] if kind else _FIRST_ANYWHERE
    first = [categories[code] for code in first_codes if code in categories]
    rest = [category for category in categories.values() if category not in first]
    if kind:
        groups = [TileGroup(None, _tiles(_fitting(rest, kind.category_group)))]
    else:
        groups = [
            TileGroup(str(name), _tiles(c for c in rest if c.place_group == group))
            for group, name in GROUP_NAMES.items()
        ]
        groups.append(TileGroup(None, _tiles(c for c in rest if c.code == UNSORTED_CATEGORY)))
    return _tiles(first), [group for group in groups if group.categories]


def tile_of(code: str) -> Tile | None:
    """The tile of one category, whether it is offered where the form stands or not."""
    category = find_category(code)
    return tile_from(category) if category else None


def _fitting(categories: Iterable[Category], group: str) -> list[Category]:
    return [c for c in categories if c.place_group == group or c.code == UNSORTED_CATEGORY]


def _tiles(categories: Iterable[Category]) -> list[Tile]:
    return [tile_from(category) for category in categories]


def tile_from(category: Category) -> Tile:
    """The tile of a category that was found already."""
    question = category.danger_question
    gate = None if not category.danger else "question" if question else "always"
    return Tile(
        code=category.code,
        name=in_language(category.names),
        danger=category.danger,
        gate=gate,
        question=in_language(question) if question else None,
        questions=[_question(one) for one in read_questions(category.questions) if not one.retired],
    )


def _question(question: Question) -> TileQuestion:
    condition = question.show_when
    return TileQuestion(
        code=question.code,
        name=f"answers-{question.code}",
        kind=question.kind,
        label=in_language(question.label),
        hint=in_language(question.hint) if question.hint else None,
        options=[
            (option.code, in_language(option.names))
            for option in question.options
            if not option.retired
        ],
        required=question.required,
        minimum=question.minimum,
        maximum=question.maximum,
        when=condition.question if condition else None,
        equals=" ".join(condition.options) if condition else "",
    )
