"""A form that is refused comes back with what was typed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response as BaseResponse

from app.database import start_over
from app.problems import NoSuchReport, Problem


def attempt(
    change: Callable[[], BaseResponse], show_again: Callable[[dict[str, str]], str]
) -> BaseResponse | tuple[str, int]:
    """Carry out a change, or show its form again with the reason and everything typed.

    Args:
        change: does the work and says where to go.
        show_again: renders the page with sentences by field name; "form" for the whole.
    """
    try:
        return change()
    except NoSuchReport:
        raise
    except Problem as problem:
        start_over()
        errors: dict[str, Any] = problem.fields or {"form": problem.message}
        return show_again(
            {name: str(sentence) for name, sentence in errors.items()}
        ), problem.status
