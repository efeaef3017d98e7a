"""How reports stand that were handed over: each target is asked every ten minutes.

Asking is a message like others, so that one that fails waits longer each time and is seen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import and_, exists, or_, select

from app import outbox
from app.database import now, session
from app.open311 import states
from app.open311.client import Endpoint
from app.open311.handing_over import endpoint_of, find_reference, reference_of
from app.outbox import LEASE, Claim, Errand, MessageState, OutboxMessage, Undeliverable
from app.reports.models import Report
from app.reports.operations import add_note, change_status
from app.reports.queries import find_report_by_id
from app.reports.schemas import MAX_DESCRIPTION, clean
from app.reports.workflow import Status, may_become
from app.targets import HandedOver, Target, TargetKind

log = logging.getLogger(__name__)

KIND = "fetch_states"
MOST_AT_ONCE = 50
# What nobody has closed in a year is not asked about any more.
ASKED_FOR = timedelta(days=365)
# What is not known to have arrived is looked for among all that is new there, which costs more.
LOOKED_FOR = timedelta(days=7)
# A target that refuses to tell is asked again no sooner; how it said no stands in the outbox.
AFTER_REFUSAL = timedelta(days=1)


@dataclass(slots=True)
class Question:
    """One report at a target, apart from the database."""

    row_id: int
    foreign_id: str
    token: str
    reference: str
    tried_at: datetime


@dataclass(slots=True)
class Answers:
    """Rows a target was asked about, and what it told: ids by row, and records by id."""

    asked: set[int] = field(default_factory=set)
    ids: dict[int, str] = field(default_factory=dict)
    records: dict[str, dict[str, str]] = field(default_factory=dict)


def ask_targets() -> int:
    """Have each target asked that has open reports of ours; for the worker.

    Returns:
        How many will be.
    """
    query = select(Target.id).where(Target.kind == TargetKind.OPEN311.value, Target.active)
    lately = or_(
        OutboxMessage.state == MessageState.WAITING.value,
        OutboxMessage.created_at > now() - AFTER_REFUSAL,
    )
    messages = select(OutboxMessage.payload).where(OutboxMessage.kind == KIND, lately)
    asked = {payload["target_id"] for payload in session().scalars(messages)}
    ids = [one for one in session().scalars(query) if one not in asked and _list_open(one)]
    for target_id in ids:
        outbox.put(KIND, target_id=target_id)
    return len(ids)


def _list_open(target_id: int) -> list[tuple[HandedOver, Report]]:
    """What lies at a target and is open with us; what was asked about longest ago comes first."""
    tried_at = HandedOver.tried_at
    given_up = exists().where(
        OutboxMessage.id == HandedOver.outbox_id, OutboxMessage.state == MessageState.DEAD.value
    )
    # One whose answer has not come may still be on its way.
    unsure = and_(tried_at.between(now() - LOOKED_FOR, now() - LEASE), ~given_up)
    query = (
        select(HandedOver, Report)
        .join(Report, Report.id == HandedOver.report_id)
        .where(
            HandedOver.target_id == target_id,
            or_(HandedOver.sent_at.is_not(None), unsure),
            tried_at > now() - ASKED_FOR,
            Report.closed_at.is_(None),
        )
        .order_by(HandedOver.checked_at.is_not(None), HandedOver.checked_at, HandedOver.id)
    )
    return [(row.HandedOver, row.Report) for row in session().execute(query.limit(MOST_AT_ONCE))]


def fetch(claim: Claim) -> Errand | None:
    """Ask one target how the reports stand that it has of us."""
    target = session().get(Target, claim.payload["target_id"])
    if target is None or not target.active:
        return None
    questions = [
        Question(
            row.id,
            row.foreign_id,
            row.token,
            reference_of(report),
            row.tried_at,
        )
        for row, report in _list_open(target.id)
        if row.tried_at
    ]
    endpoint, answers = endpoint_of(target), Answers()
    run = partial(_ask, endpoint, questions, answers)
    write_down = partial(_write_down, answers)
    return Errand(run=run, forget_receiver=lambda: None, write_down=write_down)


def _ask(endpoint: Endpoint, questions: list[Question], answers: Answers) -> None:
    refusal: Undeliverable | None = None
    for one in questions:
        answers.asked.add(one.row_id)
        try:
            found = one.foreign_id or _find_id(endpoint, one)
        except Undeliverable as error:
            log.warning("%s is not known where it was sent: %s", one.reference, error)
            refusal, found = error, ""
        if found:
            answers.ids[one.row_id] = found
    if not answers.ids:
        if refusal:
            raise refusal
        return
    for record in endpoint.find(list(answers.ids.values())):
        answers.records[record.get("service_request_id", "")] = record


def _find_id(endpoint: Endpoint, one: Question) -> str:
    """What the target calls a report that it took without saying so, or behind a token."""
    if one.token:
        return endpoint.id_of(one.token)
    known = find_reference(endpoint, one.tried_at, one.reference) or {}
    return known.get("service_request_id", "")


def _write_down(answers: Answers) -> None:
    for row_id in answers.asked:
        row = session().get(HandedOver, row_id)
        if row is None:
            continue
        row.checked_at = now()
        if row_id not in answers.ids:
            continue
        row.foreign_id = answers.ids[row_id][:120]
        row.sent_at = row.sent_at or now()
        report = find_report_by_id(row.report_id)
        record = answers.records.get(row.foreign_id)
        if report is not None and record is not None:
            _follow(row, report, record)
    session().flush()


def _follow(row: HandedOver, report: Report, record: dict[str, str]) -> None:
    """Bring our report to where theirs stands, if that has changed, with what they answered."""
    word, notes = _word(record), clean(record.get("status_notes", ""))[:MAX_DESCRIPTION]
    said_anew = notes if notes != row.foreign_notes else ""
    moved = word != row.foreign_status
    row.foreign_status, row.foreign_notes = word, notes
    wanted = states.WANTED.get(word)
    said_by = row.target.name
    if not row.target.fits(report):
        # We have taken it back: what they say of it is for us to know, and closes nothing.
        if said_anew or (moved and wanted):
            add_note(report, None, internal_text=f"{said_by}: {word}. {said_anew}".strip())
        return
    if moved and wanted and wanted != report.status and may_become(report.status, wanted):
        change_status(report, wanted, None, public_text=said_anew, internal_text=said_by)
    elif said_anew:
        add_note(report, None, public_text=said_anew, internal_text=said_by)


_IN_DETAIL = {"REJECTED": "no_further_action", "IN_PROCESS": "in_progress"}


def _word(record: dict[str, str]) -> str:
    """Their state in FixMyStreet's words, as finely as they tell it."""
    word = record.get("status", "").lower().replace(" ", "_")[:40]
    detailed = _IN_DETAIL.get(record.get("detailed_status", "").upper())
    if detailed and (states.WANTED.get(detailed) is Status.NO_ACTION) is (word == "closed"):
        return detailed
    return word
