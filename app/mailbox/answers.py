"""A mail that answers one of ours goes onto its report."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import func, select

from app.database import session
from app.languages import gettext as _
from app.mailbox.matching import Answered
from app.mailbox.models import Outcome
from app.mailbox.pictures import Sorted
from app.mailbox.reading import IncomingMail
from app.mailbox.written import Writer, Written, left_out_of, rest_of, split_text
from app.places.models import Owner
from app.reports.forms import ReportForm, attach_photos
from app.reports.models import Event, EventKind, Report
from app.reports.operations import enter_state
from app.reports.photos import PreparedPhoto
from app.reports.reporter import add_message, answer_question, photos_left
from app.reports.schemas import MAX_DESCRIPTION
from app.reports.workflow import Status
from app.targets import Target

# Makes an event's id out of a mail's mark.
_OF_ANSWERS = uuid.UUID("0d3f4a3e-5d55-4b38-8c0e-1f6f0f6b9f77")


def enter_answer(answered: Answered, mark: str, mail: IncomingMail, pictures: Sorted) -> Outcome:
    """Write a mail into the timeline of its report.

    The reporter's words are as if written on their page: they answer what was asked. What others
    write is a note for colleagues. A report is never reopened by a mail, since "thank you" is what
    most of them say.
    """
    report, writer = answered.report, answered.writer
    pictures = _as_many_as_fit(pictures, report, writer)
    has_words = mail.text or pictures.photos
    written = Written(mark, writer, mail.sender)
    if writer is Writer.REPORTER and report.is_open and has_words:
        _enter_as_reporter(report, written, mail, pictures)
        return Outcome.ANSWER
    return _enter_beside(report, written, mail, pictures)


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


def _enter_as_reporter(
    report: Report, written: Written, mail: IncomingMail, pictures: Sorted
) -> None:
    text, rest = split_text(mail.text, MAX_DESCRIPTION)
    form = _form(written.mark, text, pictures.photos)
    if report.status == Status.WAITING:
        form.values["text"] = text or _("See the photos.")
        answer_question(report, form)
    else:
        add_message(report, form)
    written.add_message(report, rest_of(rest))
    written.add_note(report, left_out_of(pictures.left_out))
    session().flush()


def _form(mark: str, text: str, photos: list[PreparedPhoto]) -> ReportForm:
    return ReportForm(id=uuid.uuid5(_OF_ANSWERS, mark), values={"text": text}, photos=photos)


def _enter_beside(asked: Report, written: Written, mail: IncomingMail, pictures: Sorted) -> Outcome:
    """What ends no pause by itself: others' words, and the reporter's where nobody waits for them.

    The reporter's stay on the reporter's own report also where that is a duplicate.
    """
    kept = asked.merged_into or asked
    text, rest = split_text(mail.text or mail.whole_text, MAX_DESCRIPTION)
    words, beside = [*([text] if text else []), *rest_of(rest)], left_out_of(pictures.left_out)
    if pictures.photos:
        attach_photos(_form(written.mark, "", pictures.photos), asked)
        beside.insert(0, _("Photos added to the report: %(count)s", count=len(pictures.photos)))
    if written.writer is Writer.REPORTER:
        written.add_message(asked, words)
        written.add_note(kept, [*_points_to(asked, kept), *beside])
    else:
        written.add_note(kept, [_who_wrote(written), *words, *beside])
    if written.writer is Writer.READER and asked.status == Status.WAITING and mail.text:
        _end_waiting(asked)
        return Outcome.NOTE
    session().flush()
    return Outcome.NOTE if kept.is_open else Outcome.AFTER_CLOSING


def _points_to(asked: Report, kept: Report) -> list[str]:
    if asked is kept:
        return []
    said = _("The reporter of %(number)s wrote by e-mail. It stands there.", number=asked.number)
    return [said]


def _end_waiting(report: Report) -> None:
    """Whoever holds the question that went to the reporter has answered it."""
    event = Event(
        kind=EventKind.STATUS.value,
        from_value=report.status,
        to_value=Status.IN_PROGRESS.value,
    )
    enter_state(report, Status.IN_PROGRESS, event)


def _who_wrote(written: Written) -> str:
    match written.writer:
        case Writer.READER:
            return _("An answer to our mail to the reporter came from another address:")
        case Writer.FOLLOWER:
            return _("Somebody who follows the report wrote by e-mail:")
    who = _known_at_work(written.sender)
    if who:
        return _("%(who)s wrote by e-mail:", who=who)
    return _("Somebody who is not the reporter wrote by e-mail:")


def _known_at_work(sender: str) -> str | None:
    """The owner or the system that reports are sent on to at this address."""
    owner = select(Owner.name).where(func.lower(Owner.email) == sender).limit(1)
    target = select(Target.name).where(func.lower(Target.address) == sender).limit(1)
    return (session().scalar(owner) or session().scalar(target)) if sender else None
