"""The life of a sign in words."""

from __future__ import annotations

from app.languages import gettext as _
from app.languages import lazy_gettext
from app.signs.faults import FAULT_NAMES
from app.signs.models import OrderState, SignEvent, SignEventKind, SignFault, SignState

STATE_NAMES = {
    SignState.ORDERED: lazy_gettext("Ordered"),
    SignState.PRINTED: lazy_gettext("Printed"),
    SignState.MOUNTED: lazy_gettext("Mounted"),
    SignState.MISSING: lazy_gettext("Missing"),
    SignState.RETIRED: lazy_gettext("Taken down"),
}
EVENT_NAMES = {
    SignEventKind.ORDERED: lazy_gettext("Ordered"),
    SignEventKind.PRINTED: lazy_gettext("Printed"),
    SignEventKind.MOUNTED: lazy_gettext("Mounted"),
    SignEventKind.CHECKED: lazy_gettext("Checked and found in order"),
    SignEventKind.DAMAGED: lazy_gettext("Found damaged"),
    SignEventKind.MISSING: lazy_gettext("Found missing"),
    SignEventKind.RETIRED: lazy_gettext("Taken down"),
    SignEventKind.TAMPERED: lazy_gettext("A resident says that something is wrong with the sign"),
    SignEventKind.CLEARED: lazy_gettext("Seen to"),
}
ORDER_STATE_NAMES = {
    OrderState.WAITING: lazy_gettext("Waiting"),
    OrderState.PRINTING: lazy_gettext("Being made"),
    OrderState.READY: lazy_gettext("Ready"),
    OrderState.FAILED: lazy_gettext("Failed"),
    OrderState.CANCELLED: lazy_gettext("Stopped"),
}
_FIELD_NAMES = {
    "label": lazy_gettext("Where the sign hangs"),
    "place": lazy_gettext("Place"),
    "category_code": lazy_gettext("Usual category"),
    "position": lazy_gettext("Position"),
}


def event_title(event: SignEvent) -> str:
    """A line of a sign's log."""
    if event.kind == SignEventKind.REPLACED:
        return _("To be replaced by %(code)s", code=event.to_value)
    if event.kind == SignEventKind.EDITED:
        return _(
            "%(field)s: from %(before)s to %(after)s",
            field=str(_FIELD_NAMES[event.text]),
            before=event.from_value or "–",
            after=event.to_value or "–",
        )
    if event.kind == SignEventKind.ORDERED and event.from_value:
        return _("Ordered in place of %(code)s", code=event.from_value)
    if event.kind == SignEventKind.RETIRED and event.to_value:
        return _("Taken down, replaced by %(code)s", code=event.to_value)
    if event.kind == SignEventKind.TAMPERED and event.to_value:
        fault = FAULT_NAMES[SignFault(event.to_value)]
        return _("A resident says: %(what)s", what=str(fault))
    return str(EVENT_NAMES[SignEventKind(event.kind)])
