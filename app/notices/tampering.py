"""Mails to the sign keepers: a resident says that something is wrong with a sign."""

from __future__ import annotations

from functools import partial

from flask import current_app
from sqlalchemy import select

from app import outbox
from app.database import session
from app.languages import DEFAULT_LANGUAGE, as_date_time, speaking
from app.languages import gettext as _
from app.notices import mail
from app.notices.letters import Letter, Link
from app.outbox import Claim, Errand
from app.permissions import Role
from app.signs.models import SignEvent
from app.signs.wording import event_title
from app.staff.models import RoleRow, Staff, staff_roles


def spread_tampering(claim: Claim) -> None:
    """One mail to each sign keeper."""
    if session().get(SignEvent, claim.payload["event_id"]) is None:
        return
    keepers = (
        select(Staff.id)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(RoleRow, RoleRow.id == staff_roles.c.role_id)
        .where(RoleRow.name == Role.SIGN_KEEPER.value, Staff.active)
        .order_by(Staff.id)
    )
    for staff_id in session().scalars(keepers):
        outbox.put("sign_tampered_mail", staff_id=staff_id, event_id=claim.payload["event_id"])


def send_tampering(claim: Claim) -> Errand | None:
    """Tell one sign keeper what a resident says of a sign."""
    staff = session().get(Staff, claim.payload["staff_id"])
    event = session().get(SignEvent, claim.payload["event_id"])
    if staff is None or not staff.active or event is None:
        return None
    with speaking(DEFAULT_LANGUAGE):
        message = mail.compose(_letter(event), staff.email, None, claim.name)
    return Errand(
        run=partial(mail.mailer().send, message, claim.created_at), forget_receiver=lambda: None
    )


def _letter(event: SignEvent) -> Letter:
    sign = event.sign
    return Letter(
        subject=_("Sign %(code)s: something is wrong", code=sign.code),
        title=_("A resident says that something is wrong with a sign"),
        paragraphs=[event_title(event)],
        quote=event.text,
        facts=[
            (_("Sign"), sign.code),
            (_("Place"), sign.place.name),
            (_("Where the sign hangs"), sign.label),
            (_("When"), as_date_time(event.at)),
        ],
        action=Link(_("Look at the sign"), f"{current_app.config['PUBLIC_URL']}/signs/{sign.code}"),
        why=_("You get this because you look after the signs."),
    )
