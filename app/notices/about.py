"""What messages in the outbox are about, for whoever looks after it; receivers are masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.database import Base, session
from app.languages import gettext as _
from app.notices.models import Subscription, Way
from app.outbox import OutboxMessage
from app.places.models import Owner, Unit
from app.reports.models import Event, Report
from app.signs.models import SignEvent
from app.staff.models import Staff
from app.targets import Target

# These tell of a line in a sign's log, the others of one in a report's timeline.
ABOUT_SIGNS = frozenset({"sign_tampered", "sign_tampered_mail"})


@dataclass(frozen=True, slots=True)
class About:
    """A report's number or a sign's code, a unit, and to whom, as far as anybody need know it."""

    number: str | None = None
    code: str | None = None
    unit: str | None = None
    receiver: str | None = None


def tell_about(messages: Sequence[OutboxMessage]) -> dict[int, About]:
    """What each message is about, in as many statements whatever their number."""
    subscriptions = _rows(Subscription, messages, "subscription_id")
    others = [one for one in messages if one.kind not in ABOUT_SIGNS]
    events = _rows(Event, others, "event_id")
    numbers = _numbers(messages, subscriptions, events)
    signs = _rows(SignEvent, [one for one in messages if one.kind in ABOUT_SIGNS], "event_id")
    units = _rows(Unit, messages, "unit_id")
    staff = _rows(Staff, messages, "staff_id")
    owners = _rows(Owner, messages, "owner_id")
    systems = _rows(Target, messages, "target_id")

    def about(message: OutboxMessage) -> About:
        ids = message.payload
        subscription = subscriptions.get(ids.get("subscription_id"))
        event = events.get(ids.get("event_id")) if message.kind not in ABOUT_SIGNS else None
        line = signs.get(ids.get("event_id")) if message.kind in ABOUT_SIGNS else None
        unit = units.get(ids.get("unit_id"))
        found = About(
            number=numbers.get(_report_id(ids, subscription, event)),
            code=line.sign.code if line else None,
            unit=unit.name if unit else None,
        )
        if subscription is not None:
            return replace(found, receiver=receiver_of(subscription))
        named = (
            staff.get(ids.get("staff_id"))
            or owners.get(ids.get("owner_id"))
            or systems.get(ids.get("target_id"))
        )
        return replace(found, receiver=named.name if named else None)

    return {message.id: about(message) for message in messages}


def receiver_of(subscription: Subscription) -> str:
    """Who gets a notice, without giving the address away."""
    if subscription.way == Way.PUSH:
        return _("A browser")
    return masked(subscription.address)


def masked(address: str) -> str:
    """Enough for its owner to know it by."""
    if address.startswith("+"):
        return f"{address[:3]} ••• •• {address[-3:]}"
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def _rows(model: type[Base], messages: Iterable[OutboxMessage], name: str) -> dict[Any, Any]:
    ids = {one.payload.get(name) for one in messages} - {None}
    if not ids:
        return {}
    identity: Any = model.__mapper__.primary_key[0]
    found: Iterable[Any] = session().scalars(select(model).where(identity.in_(ids))).unique()
    return {one.id: one for one in found}


def _numbers(
    messages: Iterable[OutboxMessage], subscriptions: dict[Any, Any], events: dict[Any, Any]
) -> dict[Any, str]:
    ids = {one.payload.get("report_id") for one in messages} - {None}
    ids |= {one.report_id for one in (*subscriptions.values(), *events.values())}
    rows = session().execute(select(Report.id, Report.number).where(Report.id.in_(ids)))
    return {row.id: row.number for row in rows}


def _report_id(ids: dict[str, Any], subscription: Any, event: Any) -> Any:
    """The event's report comes first: who follows a duplicate hears of the report that is kept."""
    if event is not None:
        return event.report_id
    return subscription.report_id if subscription is not None else ids.get("report_id")
