"""Mails about reports that are late: to the unit's lead, else its mailbox, else the managers."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import outbox
from app.database import session
from app.languages import DEFAULT_LANGUAGE, as_date, ngettext, speaking
from app.languages import gettext as _
from app.notices import mail
from app.notices.letters import Letter, Link
from app.outbox import Claim, Errand
from app.permissions import Role
from app.places.models import Unit
from app.reports import wording
from app.reports.models import Report
from app.staff.models import RoleRow, Staff

# The mail names as many as can be read at a glance; the rest stand in the register.
MOST_NAMED = 15


def spread_late_reports(claim: Claim) -> None:
    """One mail to each who should know."""
    unit = session().get(Unit, claim.payload["unit_id"])
    if unit is None:
        return
    about: dict[str, Any] = {"unit_id": unit.id, "report_ids": claim.payload["report_ids"]}
    if unit.lead is not None and unit.lead.active:
        outbox.put("late_reports_mail", staff_id=unit.lead.id, **about)
    elif unit.email:
        outbox.put("late_reports_mail", staff_id=None, **about)
    else:
        managers = Staff.roles.any(RoleRow.name == Role.MANAGER.value)
        query = select(Staff.id).where(Staff.active, managers).order_by(Staff.id)
        for staff_id in session().scalars(query):
            outbox.put("late_reports_mail", staff_id=staff_id, **about)


def send_late_reports(claim: Claim) -> Errand | None:
    """Tell one of them which reports of the unit are late, as they stand now."""
    unit = session().get(Unit, claim.payload["unit_id"])
    address = _address(claim, unit)
    query = (
        select(Report)
        .where(Report.id.in_(claim.payload["report_ids"]), Report.closed_at.is_(None))
        .options(joinedload(Report.category), joinedload(Report.place))
        .order_by(Report.due_at, Report.id)
    )
    late = session().scalars(query).all()
    if unit is None or not address or not late:
        return None
    with speaking(DEFAULT_LANGUAGE):
        message = mail.compose(_letter(unit, late), address, None, claim.name)
    return Errand(
        run=partial(mail.mailer().send, message, claim.created_at), forget_receiver=lambda: None
    )


def _address(claim: Claim, unit: Unit | None) -> str:
    if claim.payload["staff_id"] is None:
        return unit.email if unit else ""
    staff = session().get(Staff, claim.payload["staff_id"])
    return staff.email if staff and staff.active else ""


def _letter(unit: Unit, late: Any) -> Letter:
    title = ngettext(
        "%(num)s report is late at %(unit)s",
        "%(num)s reports are late at %(unit)s",
        len(late),
        unit=unit.name,
    )
    public_url = current_app.config["PUBLIC_URL"]
    return Letter(
        subject=title,
        title=title,
        paragraphs=[_("These have passed their deadline since the last mail like this one.")],
        facts=[(report.number, _line(report)) for report in late[:MOST_NAMED]],
        action=Link(_("See all that is late"), f"{public_url}/desk?unit={unit.id}&deadline=late"),
        why=_("You get this because you answer for the unit's deadlines."),
    )


def _line(report: Report) -> str:
    where = report.place.name if report.place else report.address
    due = _("was due %(day)s", day=as_date(report.due_at))
    return ", ".join(filter(None, [wording.category_name(report), where, due]))
