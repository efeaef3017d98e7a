"""A mail that answers one of ours goes onto its report."""

from __future__ import annotations

import uuid
from dataclasses import replace

from app.database import session
from app.languages import gettext as _
from app.mailbox.matching import Answered, Writer
from app.mailbox.models import Outcome
from app.mailbox.newcomers import add_system_note, rest_and_left_out, split_text
from app.mailbox.pictures import Sorted
from app.mailbox.reading import IncomingMail
from app.reports.forms import ReportForm, attach_photos
from app.reports.models import Event, EventKind, Report
from app.reports.operations import enter_state
from app.reports.photos import PreparedPhoto
from app.reports.reporter import add_message, answer_question, photos_left
from app.reports.schemas import MAX_DESCRIPTION
from app.reports.workflow import Status

# Makes an event's id out of a mail's mark.
_OF_ANSWERS = uuid.UUID("0d3f4a3e-5d55-4b38-8c0e-1f6f0f6b9f77")


def enter_answer(answered: Answered, mark: str, mail: IncomingMail, pictures: Sorted) -> Outcome:
    """Write a mail into the timeline of its report.

    The reporter's words are as if written on their page: they answer what was asked. What others
    write, and what comes to a report that is closed, is a note for colleagues; a report is never
    reopened by a mail, since "thank you" is what most of them say.
    """
    report, writer = answered.report, answered.writer
    pictures = _as_many_as_fit(pictures, report, writer)
    has_words = mail.text or pictures.photos
    if writer is Writer.REPORTER and report.is_open and has_words:
        _enter_as_reporter(report, mark, mail, pictures)
        return Outcome.ANSWER
    return _enter_as_note(answered, mark, mail, pictures)


def _as_many_as_fit(pictures: Sorted, report: Report, writer: Writer) -> Sorted:
    """The photos that the report may still hold; others' photos would pass for the reporter's."""
    most = photos_left(report) if writer in {Writer.REPORTER, Writer.READER} else 0
    over = len(pictures.photos) - max(most, 0)
    if over <= 0:
        return pictures
    sentence = (
        _("Photos for which the report has no room: %(count)s", count=over)
        if writer in {Writer.REPORTER, Writer.READER}
        else _("Photos of somebody who is not the reporter: %(count)s", count=over)
    )
    photos = pictures.photos[: len(pictures.photos) - over]
    return replace(pictures, photos=photos, left_out=[sentence, *pictures.left_out])


def _enter_as_reporter(report: Report, mark: str, mail: IncomingMail, pictures: Sorted) -> None:
    text, rest = split_text(mail.text, MAX_DESCRIPTION)
    form = _form(mark, text, pictures.photos)
    if report.status == Status.WAITING:
        form.values["text"] = text or _("See the photos.")
        answer_question(report, form)
    else:
        add_message(report, form)
    add_system_note(report, rest_and_left_out(rest, pictures.left_out))
    session().flush()


def _form(mark: str, text: str, photos: list[PreparedPhoto]) -> ReportForm:
    return ReportForm(id=uuid.uuid5(_OF_ANSWERS, mark), values={"text": text}, photos=photos)


def _enter_as_note(answered: Answered, mark: str, mail: IncomingMail, pictures: Sorted) -> Outcome:
    asked = answered.report
    report = asked.merged_into or asked
    text, rest = split_text(mail.text or mail.whole_text, MAX_DESCRIPTION)
    said = [f"{_who_wrote(answered, mail)}\n\n{text}".strip()]
    if pictures.photos:
        _add_photos(asked, mark, pictures.photos)
        said.append(_("Photos added to the report: %(count)s", count=len(pictures.photos)))
    said += rest_and_left_out(rest, pictures.left_out)
    note = "\n\n".join(said)
    if answered.writer is Writer.READER and asked.status == Status.WAITING and mail.text:
        _end_waiting(asked, note)
        return Outcome.NOTE
    add_system_note(report, [note])
    session().flush()
    return Outcome.NOTE if report.is_open else Outcome.AFTER_CLOSING


def _add_photos(report: Report, mark: str, photos: list[PreparedPhoto]) -> None:
    attach_photos(_form(mark, "", photos), report)


def _end_waiting(report: Report, note: str) -> None:
    """Whoever holds the question that went to the reporter has answered it."""
    event = Event(
        kind=EventKind.STATUS.value,
        from_value=report.status,
        to_value=Status.IN_PROGRESS.value,
        internal_text=note,
    )
    enter_state(report, Status.IN_PROGRESS, event)


def _who_wrote(answered: Answered, mail: IncomingMail) -> str:
    name = mail.sender_name
    match answered.writer:
        case Writer.REPORTER:
            if answered.report.merged_into:
                number = answered.report.number
                return _("The reporter of %(number)s wrote by e-mail:", number=number)
            return _("The reporter wrote by e-mail:")
        case Writer.FOLLOWER:
            # The address stands with who follows, and goes when they do.
            who = name or _("somebody")
            return _("%(who)s, who follows the report, wrote by e-mail:", who=who)
    address = mail.sender or _("an unknown address")
    who = f"{name} <{address}>" if name else address
    if answered.writer is Writer.READER:
        return _("An answer to our mail to the reporter came from %(who)s:", who=who)
    return _("%(who)s wrote by e-mail:", who=who)
