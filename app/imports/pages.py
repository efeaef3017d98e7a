"""The steps of an import: choose a file, see row by row what it would do, agree to exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.attempts import attempt
from app.bodies import uploaded_file
from app.imports.files import UnusableFile, pack, unpack
from app.imports.plans import Action, Plan, PlannedRow
from app.problems import InvalidFields

Planned = TypeVar("Planned", bound=PlannedRow)


@dataclass(frozen=True, slots=True)
class Import(Generic[Planned]):
    """An import of one sort of things.

    `plan` reads a file of at most `most_bytes` and may raise UnusableFile; its second argument says
    that the plan is carried out next. `choose_page` renders the form with errors by field.
    `preview_page` renders what a plan would do, and a form that sends back `content` and `mark`;
    `out_of_date` says that the register has changed since it was shown before. `done` is the
    endpoint to go to in the end, told how many were `added` and `changed`.
    """

    most_bytes: int
    plan: Callable[[bytes, bool], Plan[Planned]]
    carry_out: Callable[[Plan[Planned]], None]
    choose_page: Callable[[dict[str, str]], str]
    preview_page: Callable[..., str]
    done: str

    def preview(self) -> Any:
        """Show what a file would change; nothing is kept."""
        return attempt(lambda: self._shown(uploaded_file(self.most_bytes)), self.choose_page)

    def confirm(self) -> Any:
        """Do what was shown, if that is still what the file would change."""
        return attempt(self._carried_out, self.choose_page)

    def _shown(self, content: bytes, *, out_of_date: bool = False) -> BaseResponse:
        plan = self._plan(content, for_change=False)
        waiting = {"content": pack(content), "mark": plan.mark, "out_of_date": out_of_date}
        return make_response(self.preview_page(plan, **waiting))

    def _carried_out(self) -> BaseResponse:
        content = unpack(request.form.get("content", ""), self.most_bytes)
        plan = self._plan(content, for_change=True)
        if plan.mark != request.form.get("mark"):
            return self._shown(content, out_of_date=True)
        self.carry_out(plan)
        counts = plan.counts
        done: dict[str, Any] = {"added": counts[Action.ADD], "changed": counts[Action.CHANGE]}
        return redirect(url_for(self.done, **done), 303)

    def _plan(self, content: bytes, *, for_change: bool) -> Plan[Planned]:
        try:
            return self.plan(content, for_change)
        except UnusableFile as error:
            raise InvalidFields({"file": str(error)}) from error
