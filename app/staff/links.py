"""One-time links: whoever has one may set one person's password, once and for a while.

The token is derived from the row and the server's secret key, so neither the database nor the
outbox holds it.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from app import outbox
from app.database import now, session
from app.problems import NoSuchLink
from app.staff.models import LinkKind, Staff, StaffLink

LASTS = {
    # People begin a job, or are away when they are invited.
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.PASSWORD: timedelta(hours=1),
    LinkKind.RECOVERY: timedelta(hours=24),
}


def make_link(staff: Staff, kind: LinkKind) -> StaffLink:
    """A new link; earlier ones of this person end."""
    end_links(staff)
    made = StaffLink(staff=staff, kind=kind.value, expires_at=now() + LASTS[kind])
    session().add(made)
    session().flush()
    return made


def send_link(made: StaffLink) -> None:
    """Have the link sent to the person's address."""
    outbox.put("staff_link", link_id=made.id)


def end_links(staff: Staff) -> None:
    """Put all links of this person out of use."""
    open_ones = StaffLink.staff_id == staff.id, StaffLink.ended_at.is_(None)
    session().execute(update(StaffLink).where(*open_ones).values(ended_at=now()))


def path_of(made: StaffLink) -> str:
    """The path of the page that the link leads to."""
    return url_for("signing_in.link", link_token=token_of(made))


def token_of(made: StaffLink) -> str:
    """What stands in the link."""
    return str(_serializer().dumps(made.uuid.hex))


def find_link(token: str, *, for_change: bool = False) -> StaffLink:
    """The link that this token opens, as long as it may be used.

    Raises:
        NoSuchLink: it never was one, is used, too old, or its person's account is closed.
    """
    try:
        known = uuid.UUID(_serializer().loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        raise NoSuchLink from None
    query = select(StaffLink).where(StaffLink.uuid == known)
    if for_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None or found.ended_at or found.expires_at <= now() or not found.staff.active:
        raise NoSuchLink
    return found


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="staff-link")
