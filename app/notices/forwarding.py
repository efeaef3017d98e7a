"""The mail that takes a report to whom it belongs, with its photos."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app

from app.database import session
from app.geo import position_of
from app.languages import DEFAULT_LANGUAGE, as_date_time, speaking
from app.languages import gettext as _
from app.notices import mail
from app.notices.keys import ReplyTo
from app.notices.letters import Letter, Link
from app.outbox import Claim, Errand
from app.places.models import Owner
from app.places.municipality import municipality
from app.reports import wording
from app.reports.models import Report
from app.reports.photo_store import PHOTO, photo_store
from app.reports.questions import answers_in_words


def send_forwarded(claim: Claim) -> Errand | None:
    """Send a report on; what was erased meanwhile does not go along."""
    report = session().get(Report, claim.payload["report_id"])
    owner = session().get(Owner, claim.payload["owner_id"])
    if report is None or owner is None or not owner.email:
        return None
    run = prepare(claim, report, owner.email, with_contact=claim.payload["with_contact"])
    return Errand(run=run, forget_receiver=lambda: None)


def prepare(claim: Claim, report: Report, to: str, *, with_contact: bool) -> Callable[[], None]:
    """The mail with a report and its photos, to be sent outside of any transaction."""
    with speaking(DEFAULT_LANGUAGE):
        letter = _letter(report, with_contact=with_contact)
        about = ReplyTo(report.id, report.uuid, to_reporter=False)
        message = mail.compose(letter, to, None, claim.name, about)
    report_number = report.number
    names = [photo.name for photo in report.photos]

    def run() -> None:
        for number, name in enumerate(names, 1):
            message.add_attachment(
                photo_store().get(name, PHOTO),
                maintype="image",
                subtype="jpeg",
                filename=f"{report_number}-{number}.jpg",
            )
        mail.mailer().send(message, claim.created_at)

    return run


def _letter(report: Report, *, with_contact: bool) -> Letter:
    here = municipality().name
    return Letter(
        subject=_("%(here)s sends on report %(number)s", here=here, number=report.number),
        title=_("A fault that belongs to you"),
        paragraphs=[_("Somebody told us of this, and we think that it is for you to put right.")],
        quote=report.description,
        facts=[*_where(report), *answers_in_words(report), *_contact(report, with_contact)],
        action=Link(_("See the report"), f"{current_app.config['PUBLIC_URL']}/r/{report.number}"),
        why=_("You get this because the report is about something that you own."),
    )


def _where(report: Report) -> list[tuple[str, str]]:
    position = position_of(report.point)
    facts = [
        (_("Number"), report.number),
        (_("What"), wording.category_name(report)),
        (_("Place"), report.place.name if report.place else ""),
        (_("Sign"), report.sign.label if report.sign else ""),
        (_("Address"), report.address),
        (_("Position"), f"{position.lat:.5f}, {position.lon:.5f}" if position else ""),
        (_("Received"), as_date_time(report.received_at)),
    ]
    return [(name, text) for name, text in facts if text]


def _contact(report: Report, with_contact: bool) -> list[tuple[str, str]]:
    if not with_contact or report.contact is None:
        return []
    contact = report.contact
    facts = [(_("Name"), contact.name), (_("Phone"), contact.phone), (_("E-mail"), contact.email)]
    return [(name, text) for name, text in facts if text]
