"""A report goes to the system it belongs to, once.

Before it is sent anew after a try whose answer never came, the target is asked whether it has it:
our own address stands in the description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select

from app import audit
from app.config import Settings
from app.database import now, session
from app.geo import position_of
from app.languages import DEFAULT_LANGUAGE, in_language, speaking
from app.languages import gettext as _
from app.notices import forwarding, hooks
from app.notices.letters import public_url
from app.open311.client import Endpoint, Field
from app.open311.media import media_url
from app.outbox import LEASE, Claim, Errand
from app.reports.models import Channel, Event, EventKind, Report
from app.reports.operations import add_note
from app.reports.photo_store import PHOTO, photo_store
from app.reports.question_list import DANGER
from app.reports.schemas import MAX_DESCRIPTION
from app.targets import HandedOver, Target, TargetKind, find_handed_over

# A target's clock may be behind ours.
CLOCK_SLACK = timedelta(hours=1)
# By which way something of ours may come back that we had sent on.
_FROM_SYSTEMS = {Channel.OPEN311.value, Channel.EMAIL.value}


class AnotherIsOnIt(Exception):
    """Another message sends the same report there right now; this one looks again later."""


@dataclass(slots=True)
class Outcome:
    """What a target answered, and whether it was told who reported."""

    with_contact: bool
    foreign_id: str = ""
    token: str = ""
    sent: bool = False


def send(claim: Claim) -> Errand | None:
    """Hand a report over, unless the target has it, or it is not theirs any more."""
    report = session().get(Report, claim.payload["report_id"])
    target = session().get(Target, claim.payload["target_id"])
    if report is None or target is None or not _is_theirs(report, target):
        return None
    row = find_handed_over(report.id, target.id)
    if row is None:
        if not report.is_open or _has_come_back(report, target):
            return None
        row = _begin(report, target, claim)
    if row.sent_at:
        return None
    tried_at = row.tried_at
    if tried_at and row.outbox_id != claim.id and now() - tried_at < LEASE:
        raise AnotherIsOnIt(f"message {row.outbox_id}")
    row.tried_at, row.outbox_id = tried_at or now(), claim.id
    session().flush()
    outcome = Outcome(target.with_contact and report.contact is not None)
    with speaking(DEFAULT_LANGUAGE):
        run = _WAYS[TargetKind(target.kind)](claim, report, target, outcome, tried_at)
    write_down = partial(_write_down, row.id, outcome)
    return Errand(run=run, forget_receiver=lambda: None, write_down=write_down)


def _is_theirs(report: Report, target: Target) -> bool:
    return target.active and target.fits(report) and not report.held_at


def _has_come_back(report: Report, target: Target) -> bool:
    """Whether another system sent us what we had sent on; its timeline then says why it stays."""
    if report.channel not in _FROM_SYSTEMS:
        return False
    address = re.escape(f"{current_app.config['PUBLIC_URL']}/r/")
    ours = re.findall(rf"{address}([\d-]+)", report.description)
    sent_on = select(HandedOver.id).join(Report).where(Report.number.in_(ours))
    if session().scalar(sent_on.limit(1)) is None:
        return False
    with speaking(DEFAULT_LANGUAGE):
        why = _("Not sent to %(name)s: it is about a report that was sent on.", name=target.name)
    add_note(report, None, internal_text=why)
    return True


def _begin(report: Report, target: Target, claim: Claim) -> HandedOver:
    row = HandedOver(report_id=report.id, target_id=target.id, outbox_id=claim.id)
    session().add(row)
    session().flush()
    return row


def _write_down(row_id: int, outcome: Outcome) -> None:
    row = session().get(HandedOver, row_id)
    if row is None or not outcome.sent:
        return
    row.sent_at = now()
    row.foreign_id, row.token = outcome.foreign_id, outcome.token
    told = [_("There it is %(number)s.", number=outcome.foreign_id)] if outcome.foreign_id else []
    if outcome.with_contact:
        told.append(_("With the reporter's contact details."))
        name = row.target.name
        audit.record_for(None, "contact_forwarded", "report", row.report_id, owner=name)
    session().add(
        Event(
            report_id=row.report_id,
            kind=EventKind.FORWARDED.value,
            to_value=row.target.name,
            internal_text=" ".join(told),
        )
    )


def endpoint_of(target: Target) -> Endpoint:
    """A target's GeoReport."""
    settings: Settings = current_app.extensions["settings"]
    return Endpoint(target.address, target.secret, target.jurisdiction, settings.webhook_hosts)


def reference_of(report: Report) -> str:
    """By what a report of ours is known anywhere."""
    return public_url("resident.status", number=report.number)


def _open311(
    _claim: Claim, report: Report, target: Target, outcome: Outcome, tried_at: datetime | None
) -> Callable[[], None]:
    endpoint, reference = endpoint_of(target), reference_of(report)
    fields = _fields(report, target)
    names = [photo.name for photo in report.photos] if target.sends_files else []

    def run() -> None:
        known = tried_at and find_reference(endpoint, tried_at, reference)
        if not known:
            files = [photo_store().get(name, PHOTO) for name in names]
            known = endpoint.post(fields, files, reference)
        outcome.foreign_id = known.get("service_request_id", "")[:120]
        outcome.token = known.get("token", "")[:120]
        outcome.sent = True

    return run


def find_reference(endpoint: Endpoint, tried_at: datetime, reference: str) -> dict[str, str] | None:
    """The request at a target that is a report of ours, first sent then; None where none is."""
    for one in endpoint.list_since(tried_at - CLOCK_SLACK):
        if reference in one.get("description", ""):
            return one
    return None


def _fields(report: Report, target: Target) -> list[Field]:
    codes = target.service_codes
    code = codes.get(report.category.code) or codes.get("*") or report.category.code
    position = position_of(report.point)
    place = report.address or (report.place.name if report.place else "")
    fields: list[Field] = [("service_code", code), ("description", _description(report))]
    if position:
        fields += [("lat", repr(position.lat)), ("long", repr(position.lon))]
    if place:
        fields.append(("address_string", place))
    fields += _contact(report) if target.with_contact else []
    if not target.sends_files:
        fields += [("media_url", media_url(photo)) for photo in report.photos]
    return fields + _attributes(report)


def _description(report: Report) -> str:
    """The text, where it is, and our own address to know it by, which is never cut off."""
    spot = report.sign.label if report.sign else ""
    head = "\n".join(filter(None, [report.description, spot]))
    tail = f"\n\n{reference_of(report)}"
    return head[: MAX_DESCRIPTION - len(tail)] + tail


def _contact(report: Report) -> list[Field]:
    if report.contact is None:
        return []
    first, _space, last = report.contact.name.partition(" ")
    named = {
        "first_name": first,
        "last_name": last,
        "email": report.contact.email,
        "phone": report.contact.phone,
    }
    return [(name, value) for name, value in named.items() if value]


def _attributes(report: Report) -> list[Field]:
    """The answers under the codes of our questions."""
    fields: list[Field] = []
    for code, answer in report.answers.items():
        if isinstance(answer, list):
            fields += [(f"attribute[{code}][]", one) for one in answer]
        elif code == DANGER:
            fields.append((f"attribute[{code}]", "yes" if answer else "no"))
        else:
            fields.append((f"attribute[{code}]", str(answer)))
    return fields


def _email(
    claim: Claim, report: Report, target: Target, outcome: Outcome, _tried_at: datetime | None
) -> Callable[[], None]:
    post = forwarding.prepare(claim, report, target.address, with_contact=target.with_contact)

    def run() -> None:
        post()
        outcome.sent = True

    return run


def _webhook(
    claim: Claim, report: Report, target: Target, outcome: Outcome, _tried_at: datetime | None
) -> Callable[[], None]:
    content = _content(claim, report, target)
    body = json.dumps(content, ensure_ascii=False).encode()
    url, secret, key, kind = target.address, target.secret, claim.key, content["kind"]

    def run() -> None:
        hooks.post(url, body, hooks.headers_of(secret, body, key, kind))
        outcome.sent = True

    return run


def _content(claim: Claim, report: Report, target: Target) -> dict[str, Any]:
    position = position_of(report.point)
    return {
        "id": claim.key,
        "kind": "report.handed_over",
        "report": {
            "number": report.number,
            "url": reference_of(report),
            "category": report.category.code,
            "category_name": in_language(report.category.names),
            "place": report.place.name if report.place else None,
            "sign": report.sign.code if report.sign else None,
            "lat": position.lat if position else None,
            "lon": position.lon if position else None,
            "address": report.address,
            "description": report.description,
            "answers": report.answers,
            "photos": [media_url(photo) for photo in report.photos],
            "received_at": report.received_at.isoformat(),
            "contact": dict(_contact(report)) if target.with_contact else None,
        },
    }


_WAYS = {
    TargetKind.OPEN311: _open311,
    TargetKind.EMAIL: _email,
    TargetKind.WEBHOOK: _webhook,
}
