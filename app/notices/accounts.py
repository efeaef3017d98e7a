"""Mails to staff about their accounts: the one-time link that lets them set a password."""

from __future__ import annotations

from functools import partial

from app.database import now, session
from app.languages import DEFAULT_LANGUAGE, as_date_time, speaking
from app.languages import gettext as _
from app.notices import mail
from app.notices.letters import Letter, Link, public_url
from app.outbox import Claim, Errand
from app.places.municipality import municipality
from app.staff.links import token_of
from app.staff.models import LinkKind, StaffLink


def send_link(claim: Claim) -> Errand | None:
    """Send a link to its person, unless it has been used or is too old by now."""
    made = session().get(StaffLink, claim.payload["link_id"])
    if made is None or made.ended_at or made.expires_at <= now() or not made.staff.active:
        return None
    with speaking(DEFAULT_LANGUAGE):
        message = mail.compose(_letter(made), made.staff.email, None, claim.id)
    return Errand(
        run=partial(mail.mailer().send, message, claim.created_at), forget_receiver=lambda: None
    )


def _letter(made: StaffLink) -> Letter:
    invited = made.kind == LinkKind.INVITATION
    here = municipality().name
    title = _("You have an account at %(here)s", here=here) if invited else _("A new password")
    asked = _(
        "Somebody has asked for a new password for your account. Was it not you? Then do nothing."
    )
    return Letter(
        subject=title,
        title=title,
        paragraphs=[
            _("Choose a password, and you can sign in to the register of reports.")
            if invited
            else asked
            if made.kind == LinkKind.PASSWORD
            else _("An administrator lets you set a new password and start afresh."),
            _("The link works once, until %(when)s.", when=as_date_time(made.expires_at)),
        ],
        facts=[(_("E-mail"), made.staff.email)],
        action=Link(
            _("Choose a password"), public_url("signing_in.link", link_token=token_of(made))
        ),
        why=_("You get this because you have an account as staff."),
    )
