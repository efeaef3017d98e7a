"""Figures for the operator's monitoring, in the format of Prometheus: how work piles up.

Each is asked of the database when somebody asks for it, so that it is the same from every process.
"""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, func, select

from app.database import now, session
from app.dead_letters import count_messages, longest_overdue
from app.open311.keys import find_key
from app.permissions import allow
from app.problems import NotAllowed
from app.reports.models import Report

pages = Blueprint("metrics", __name__)

_OPEN = Report.closed_at.is_(None)


@pages.get("/metrics")
@allow(anyone=True)
def metrics() -> Response:
    """For this machine, and for whoever shows the key of another system as a bearer.

    Raises:
        NotAllowed
    """
    if not (_is_this_machine() or _has_key()):
        raise NotAllowed
    registry = CollectorRegistry()
    _tell_reports(registry)
    _tell_outbox(registry)
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_this_machine() -> bool:
    # Behind a proxy on this machine that the settings do not name, everybody has its address.
    if request.remote_addr is None or "X-Forwarded-For" in request.headers:
        return False
    return ip_address(request.remote_addr).is_loopback


def _has_key() -> bool:
    shown = request.authorization
    return bool(shown and shown.type == "bearer" and shown.token and find_key(shown.token))


def _tell_reports(registry: CollectorRegistry) -> None:
    is_late = _OPEN & Report.waiting_since.is_(None) & (Report.due_at < now())
    for name, meaning, condition in (
        ("vof_reports_open", "Reports that are not closed.", _OPEN),
        ("vof_reports_overdue", "Open reports past their deadline.", is_late),
        ("vof_reports_held", "Reports held as suspected spam.", Report.held_at.is_not(None)),
    ):
        Gauge(name, meaning, registry=registry).set(_count(condition))


def _count(condition: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count()).select_from(Report).where(condition)) or 0


def _tell_outbox(registry: CollectorRegistry) -> None:
    waiting = Gauge(
        "vof_outbox_messages",
        "Messages in the outbox: waiting to be sent, or given up (dead).",
        ["state", "kind"],
        registry=registry,
    )
    for (state, kind), number in count_messages().items():
        waiting.labels(state.value, kind).set(number)
    since = longest_overdue()
    Gauge(
        "vof_outbox_overdue_seconds",
        "How long the message has waited that has been due longest.",
        registry=registry,
    ).set((now() - since).total_seconds() if since else 0)
