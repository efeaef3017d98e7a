"""“Was it fixed?”: what those who told us of a fault, or follow it, say when it is closed as fixed.

The reporter's answer stands on the report until it is closed anew, and a no reopens it; what others
who follow it say is noted for the desk, since one of them may mean another bench.
"""

from __future__ import annotations

from enum import StrEnum

from app.database import session
from app.languages import gettext as _
from app.problems import InvalidFields, NotAskedNow
from app.reports.forms import ReportForm
from app.reports.models import Event, EventKind, Report
from app.reports.operations import enter_state, tell_colleagues
from app.reports.reporter import add_message, event_of, is_written, last_of, may_reopen
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.workflow import Status


class Answer(StrEnum):
    """What somebody says. The values stand in addresses and in the timeline."""

    YES = "yes"
    NO = "no"


class Teller(StrEnum):
    """Who says it, as the timeline keeps it."""

    REPORTER = "reporter"
    FOLLOWER = "follower"


def is_asked(report: Report) -> bool:
    """Whether an answer is of use: it is closed as fixed, and may still be reopened."""
    return report.status == Status.FIXED and may_reopen(report)


def answer_as_reporter(report: Report, form: ReportForm) -> None:
    """Note what the reporter says; a no reopens the report, a yes may become a no later.

    Raises:
        InvalidFields: no answer is chosen, or the words are too many.
        NotAskedNow: the report is not closed as fixed, or has been for too long.
    """
    answer = _read_answer(form)
    closing = last_of(report, frozenset({Status.FIXED}))
    event = event_of(form, EventKind.FIX_ANSWER, [closing, answer])
    event.from_value, event.to_value = Teller.REPORTER.value, answer.value
    if is_written(report, event):
        return
    if report.is_open and answer is Answer.NO and event.internal_text:
        add_message(report, form)
        return
    _demand_asked(report)
    if report.was_fixed is (answer is Answer.YES) and not event.internal_text:
        return
    report.was_fixed = answer is Answer.YES
    report.events.append(event)
    session().flush()
    tell_colleagues(report, event)
    if answer is Answer.NO:
        _reopen(report, form, closing)


def _reopen(report: Report, form: ReportForm, closing: int | None) -> None:
    """The words stand with the answer already."""
    event = event_of(form, EventKind.STATUS, closing)
    event.from_value, event.to_value = report.status, Status.RECEIVED.value
    event.internal_text = ""
    enter_state(report, Status.RECEIVED, event)


def note_follower(report: Report, form: ReportForm, before: Answer | None) -> Answer:
    """Note what somebody else says who follows it; the same again without words changes nothing.

    Args:
        report: what is followed.
        form: the answer, and perhaps words.
        before: what the same person has said since it was closed.

    Raises:
        InvalidFields, NotAskedNow
    """
    answer = _read_answer(form)
    _demand_asked(report)
    text = _read_text(form)
    if answer is before and not text:
        return answer
    event = Event(
        kind=EventKind.FIX_ANSWER.value,
        from_value=Teller.FOLLOWER.value,
        to_value=answer.value,
        internal_text=text,
    )
    report.events.append(event)
    session().flush()
    tell_colleagues(report, event)
    return answer


def _read_answer(form: ReportForm) -> Answer:
    try:
        return Answer(form.values["answer"])
    except ValueError:
        raise InvalidFields({"answer": _("Choose yes or no.")}) from None


def _read_text(form: ReportForm) -> str:
    text = clean(form.values["text"])
    if len(text) > MAX_DESCRIPTION:
        raise InvalidFields({"text": _("Use at most %(most)s characters.", most=MAX_DESCRIPTION)})
    return text


def _demand_asked(report: Report) -> None:
    if not is_asked(report):
        raise NotAskedNow
