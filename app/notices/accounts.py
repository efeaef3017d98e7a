"""Mails to staff about their accounts: a one-time link, and what lets them in now."""

from __future__ import annotations

from functools import partial

from app.database import now, session
from app.languages import DEFAULT_LANGUAGE, as_date_time, lazy_gettext, speaking
from app.languages import gettext as _
from app.notices import mail
from app.notices.letters import Letter, Link, public_url
from app.outbox import Claim, Errand
from app.places.municipality import municipality
from app.staff.links import token_of
from app.staff.models import LinkKind, Staff, StaffLink

CHANGES = {
    "password_changed": lazy_gettext("Your password was changed."),
    "link_used": lazy_gettext("A password was set by the link that was sent to you."),
    "app_added": lazy_gettext("An authenticator app was set up."),
    "app_removed": lazy_gettext("The authenticator app was removed."),
    "passkey_added": lazy_gettext("A passkey was added."),
    "passkey_removed": lazy_gettext("A passkey was removed."),
    "tablet_added": lazy_gettext("You stay signed in on a tablet, behind a PIN."),
}


def send_link(claim: Claim) -> Errand | None:
    """Send a link to its person, unless it has been used or is too old by now."""
    made = session().get(StaffLink, claim.payload["link_id"])
    if made is None or made.ended_at or made.expires_at <= now() or not made.staff.active:
        return None
    with speaking(DEFAULT_LANGUAGE):
        message = mail.compose(_letter(made), made.staff.email, None, claim.name)
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


def tell_of_change(claim: Claim) -> Errand | None:
    """Tell a person that their account has changed, in case it was somebody else."""
    staff = session().get(Staff, claim.payload["staff_id"])
    if staff is None or not staff.active:
        return None
    with speaking(DEFAULT_LANGUAGE):
        letter = _letter_of_change(staff, claim)
        message = mail.compose(letter, staff.email, None, claim.name)
    return Errand(
        run=partial(mail.mailer().send, message, claim.created_at), forget_receiver=lambda: None
    )


def _letter_of_change(staff: Staff, claim: Claim) -> Letter:
    title = _("Your account at %(here)s has changed", here=municipality().name)
    return Letter(
        subject=title,
        title=title,
        paragraphs=[
            str(CHANGES[claim.payload["change"]]),
            _("Was it you? Then you need do nothing."),
            _("Was it not? Choose a new password at once, and tell an administrator."),
        ],
        facts=[(_("When"), as_date_time(claim.created_at)), (_("E-mail"), staff.email)],
        action=Link(_("My account"), public_url("account.page")),
        why=_("You get this because you have an account as staff."),
    )
