"""Categories as services, and their questions as attributes."""

from __future__ import annotations

from typing import Any

from app.languages import gettext as _
from app.languages import in_language
from app.open311.formats import Listing, Record
from app.problems import NoSuchService
from app.reports.models import Category
from app.reports.question_list import CHOICES, DANGER, Kind, Question, read_questions
from app.reports.wording import GROUP_NAMES

DATATYPES = {
    Kind.STRING: "string",
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.DATE: "datetime",
    Kind.ONE: "singlevaluelist",
    Kind.SEVERAL: "multivaluelist",
}


def services(categories: list[Category], *, at_once: bool) -> Listing:
    """The list of services.

    Args:
        categories: those in use.
        at_once: whether the caller's requests get their number at once, or a token before it.
    """
    return Listing("service", [_service(one, at_once=at_once) for one in categories])


def _service(category: Category, *, at_once: bool) -> Record:
    name, group = in_language(category.names), group_name(category)
    return {
        "service_code": category.code,
        "service_name": name,
        "description": f"{name}. {group}.",
        "metadata": bool(attributes_of(category)),
        "type": "realtime" if at_once else "batch",
        "keywords": ",".join(word.replace(",", " ") for word in category.synonyms) or category.code,
        "group": group,
    }


def group_name(category: Category) -> str:
    """What a category is about, in words."""
    return str(GROUP_NAMES.get(category.place_group, category.place_group))


def definition(category: Category) -> Record:
    """A service with the attributes that it asks for.

    Raises:
        NoSuchService: it is not offered any more.
    """
    if category.archived_at:
        raise NoSuchService
    attributes = [
        entry | {"order": order} for order, entry in enumerate(attributes_of(category), start=1)
    ]
    return {
        "service_code": category.code,
        "attributes": Listing("attribute", [_in_order(one) for one in attributes]),
    }


_FIELDS = ("variable", "code", "datatype", "required", "datatype_description", "order")


def _in_order(entry: dict[str, Any]) -> Record:
    names = [*_FIELDS, "description", *(["values"] if "values" in entry else [])]
    return {name: entry[name] for name in names}


def attributes_of(category: Category) -> list[dict[str, Any]]:
    """What is asked, without its order."""
    asked = [_danger(category)] if category.danger_question else []
    questions = read_questions(category.questions)
    return asked + [_attribute(one, questions) for one in questions if not one.retired]


def _danger(category: Category) -> dict[str, Any]:
    answers = [{"key": "yes", "name": _("Yes")}, {"key": "no", "name": _("No")}]
    return {
        "variable": True,
        "code": DANGER,
        "datatype": DATATYPES[Kind.ONE],
        "required": False,
        "datatype_description": _("Choose one of the answers."),
        "description": in_language(category.danger_question or {}),
        "values": Listing("value", answers),
    }


def _attribute(question: Question, all_of_them: tuple[Question, ...]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "variable": True,
        "code": question.code,
        "datatype": DATATYPES[question.kind],
        # One that is asked after certain answers alone is demanded then, and not of everybody.
        "required": question.required and question.show_when is None,
        "datatype_description": _explained(question, all_of_them),
        "description": in_language(question.label),
    }
    if question.kind in CHOICES:
        offered = [
            {"key": option.code, "name": in_language(option.names)}
            for option in question.options
            if not option.retired
        ]
        entry["values"] = Listing("value", offered)
    return entry


def _explained(question: Question, all_of_them: tuple[Question, ...]) -> str:
    """How to answer: the help text, the limits, and after which answers it is asked."""
    parts = [in_language(question.hint)] if question.hint else []
    if question.kind is Kind.DATE:
        parts.append(_("A date, for example 2026-12-24."))
    if question.minimum is not None:
        parts.append(_("At least %(least)s.", least=f"{question.minimum:g}"))
    if question.maximum is not None:
        parts.append(_("At most %(most)s.", most=f"{question.maximum:g}"))
    if question.show_when is not None:
        asked = {one.code: one for one in all_of_them}[question.show_when.question]
        names = {option.code: in_language(option.names) for option in asked.options}
        answers = ", ".join(names[code] for code in question.show_when.options)
        label = in_language(asked.label)
        parts.append(_("Asked after “%(question)s”: %(answers)s.", question=label, answers=answers))
    return " ".join(parts)
