"""The figures, compared with a slow and obvious recomputation from reports and timelines."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
from sqlalchemy import select

from app.database import db, now
from app.languages import OSLO
from app.reports.fixed import answer_as_reporter, note_follower
from app.reports.forms import empty_form
from app.reports.models import Category, Event, Report
from app.reports.operations import change_status, merge_report, recategorise
from app.reports.workflow import Status
from app.staff.models import Staff
from app.statistics import counting
from app.statistics.selection import Selection, of_year

YEARS = (2024, 2025, 2026)
KEYS = {
    "category": lambda report: report.category_id,
    "unit": lambda report: report.unit_id,
    "channel": lambda report: report.channel,
    "place": lambda report: report.place_id,
}


def day_of(report):
    return report.received_at.astimezone(OSLO).date()


def days_between(report, moment):
    whole_seconds = int(moment.timestamp()) - int(report.received_at.timestamp())
    return Fraction(whole_seconds, 86_400)


def in_tenths(days):
    return floor(10 * days + Fraction(1, 2)) / 10


def first_answer(report):
    answers = [
        event.at
        for event in report.events
        if event.public_text or (event.kind == "status" and event.to_value != "received")
    ]
    return min(answers, default=None)


def was_reopened(report):
    closed = {"fixed", "no_action", "not_ours", "duplicate"}
    return any(event.kind == "status" and event.from_value in closed for event in report.events)


def has_said(report, answer):
    return any(
        (event.kind, event.from_value, event.to_value) == ("fix_answer", "reporter", answer)
        for event in report.events
    )


def middle_and_ninetieth(values):
    """The shortest time within which half of them, and nine of ten, were done."""
    in_order = sorted(values)
    found = [
        next((one for nth, one in enumerate(in_order, 1) if nth * 10 >= tenths * len(values)), None)
        for tenths in (5, 9)
    ]
    return tuple(None if one is None else in_tenths(one) for one in found)


def recount(reports, earlier, moment):
    """What `counting` says of a group, worked out one report at a time."""
    work = [report for report in reports if report.status != "duplicate"]
    done = [report for report in work if report.closed_at]
    answered = [report for report in work if first_answer(report)]
    late = [
        report
        for report in reports
        if not report.closed_at and not report.waiting_since and report.due_at < moment
    ]
    return {
        "messages": len(reports),
        "earlier": len(earlier),
        "self_service": sum(report.channel in {"qr", "web", "kiosk"} for report in reports),
        "open": sum(report.closed_at is None for report in reports),
        "overdue": len(late),
        "closed": sum(report.closed_at is not None for report in reports),
        "duplicates": len(reports) - len(work),
        "handled": len(done),
        "in_time": sum(report.closed_at <= report.due_at for report in done),
        "reopened": sum(was_reopened(report) for report in reports),
        "said_fixed": sum(has_said(report, "yes") for report in reports),
        "said_not_fixed": sum(has_said(report, "no") for report in reports),
        "answers": middle_and_ninetieth(
            [days_between(report, first_answer(report)) for report in answered]
        ),
        "closings": middle_and_ninetieth(
            [days_between(report, report.closed_at) for report in done]
        ),
    }


def as_told(counts, times):
    told = {name: getattr(counts, name) for name in recount([], [], now()) if hasattr(counts, name)}
    return told | {
        "answers": times.answers,
        "closings": times.closings,
    }


def recount_by(key, wanted):
    shown = [one for one in db.session.scalars(select(Report)) if one.held_at is None]
    chosen = [one for one in shown if wanted.since <= day_of(one) <= wanted.until]
    before = wanted.before
    earlier = [one for one in shown if before.since <= day_of(one) <= before.until]
    found = {}
    for value in {key(one) for one in [*chosen, *earlier]}:
        found[value] = recount(
            [one for one in chosen if key(one) == value],
            [one for one in earlier if key(one) == value],
            now(),
        )
    return found


def counted_by(name, wanted):
    times = counting.take_times_by(name, wanted)
    return {
        one.key: as_told(one, times.get(one.key, counting.Times()))
        for one in counting.count_by(name, wanted)
    }


@pytest.mark.parametrize("name", KEYS)
def test_each_figure_is_what_a_recount_finds(many, name):
    for year in YEARS:
        assert counted_by(name, of_year(year)) == recount_by(KEYS[name], of_year(year))


def test_a_period_of_several_years_is_compared_with_itself_a_year_earlier(many):
    wanted = Selection(date(2025, 3, 1), date(2026, 6, 30))
    assert counted_by("channel", wanted) == recount_by(KEYS["channel"], wanted)


def test_a_selection_as_a_whole_is_what_a_recount_finds(many):
    for wanted in (of_year(2025), Selection(date(2025, 3, 10), date(2026, 6, 20))):
        told = as_told(counting.count(wanted), counting.take_times(wanted))
        assert told == recount_by(lambda _one: 0, wanted)[0]


def test_filters_leave_what_a_recount_leaves(many):
    unit = db.session.scalars(select(Report.unit_id)).first()
    wanted = Selection(date(2024, 1, 1), date(2026, 12, 31), unit=unit, channel="phone")
    kept = [
        one
        for one in db.session.scalars(select(Report))
        if one.unit_id == unit and one.channel == "phone" and one.held_at is None
    ]
    assert counting.count(wanted).messages == len(kept) > 0


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2025, 12, 31, 22, 59, 59, 700_000, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 23, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2025, 6, 30, 21, 59, 59, tzinfo=UTC), date(2025, 6, 30)),
        (datetime(2025, 6, 30, 22, tzinfo=UTC), date(2025, 7, 1)),
        # The clocks go forward on 30 March and back on 26 October.
        (datetime(2025, 3, 29, 22, 59, tzinfo=UTC), date(2025, 3, 29)),
        (datetime(2025, 3, 30, 21, 59, tzinfo=UTC), date(2025, 3, 30)),
        (datetime(2025, 10, 25, 21, 59, tzinfo=UTC), date(2025, 10, 25)),
        (datetime(2025, 10, 26, 22, 59, tzinfo=UTC), date(2025, 10, 26)),
        (datetime(2025, 10, 26, 23, tzinfo=UTC), date(2025, 10, 27)),
    ],
)
def test_a_day_begins_at_midnight_in_norway(entered, instant, day):
    entered(instant)
    assert counting.count(Selection(day, day)).messages == 1
    assert (
        counting.count(Selection(day, day)).messages
        == recount_by(lambda _one: 0, Selection(day, day))[0]["messages"]
    )


def test_what_changes_is_counted_as_it_is_now(app, entered):
    staff = db.session.scalars(select(Staff)).unique().first()
    report, other = entered(), entered()
    wanted = of_year(2025)
    assert counted_by("category", wanted) == recount_by(KEYS["category"], wanted)

    category = db.session.scalars(select(Category).where(Category.code == "PA05")).one()
    recategorise(report, category, staff)
    db.session.flush()
    assert counted_by("category", wanted) == recount_by(KEYS["category"], wanted)

    change_status(report, Status.FIXED, staff, public_text="Byttet.")
    db.session.flush()
    assert counted_by("unit", wanted) == recount_by(KEYS["unit"], wanted)

    change_status(report, Status.RECEIVED, staff)
    db.session.flush()
    whole = counting.count(wanted)
    assert (whole.reopened, whole.open, whole.closed) == (1, 2, 0)
    assert counted_by("unit", wanted) == recount_by(KEYS["unit"], wanted)

    merge_report(other, report, staff)
    db.session.flush()
    whole = counting.count(wanted)
    assert (whole.messages, whole.duplicates, whole.handled) == (2, 1, 0)
    assert counted_by("unit", wanted) == recount_by(KEYS["unit"], wanted)

    change_status(other, Status.RECEIVED, staff)
    db.session.flush()
    assert counting.count(wanted).duplicates == 0
    assert counted_by("unit", wanted) == recount_by(KEYS["unit"], wanted)


def test_a_no_is_counted_also_when_it_is_put_right_in_the_end(entered):
    staff = db.session.scalars(select(Staff)).unique().first()
    report, other = entered(), entered()
    for answer in ("no", "yes"):
        change_status(report, Status.FIXED, staff)
        answer_as_reporter(report, empty_form(answer=answer, text=""))
    change_status(other, Status.FIXED, staff)
    note_follower(other, empty_form(answer="no", text=""), None)
    db.session.flush()
    for told in (counting.count(of_year(2025)), *counting.count_by("month", of_year(2025))):
        assert (told.said_fixed, told.said_not_fixed) == (1, 1)
    assert counted_by("unit", of_year(2025)) == recount_by(KEYS["unit"], of_year(2025))


def test_a_held_report_counts_once_it_is_released(entered):
    report = entered(held_at=now())
    assert counting.count(of_year(2025)).messages == 0
    report.held_at = None
    report.events.append(Event(kind="released"))
    db.session.commit()
    assert counting.count(of_year(2025)).messages == 1


def test_a_question_that_is_answered_reopens_nothing(entered):
    report = entered(status="received")
    report.events.append(Event(kind="status", from_value="waiting", to_value="received"))
    db.session.commit()
    assert counting.count(of_year(2025)).reopened == 0


def test_an_hour_is_an_hour_when_the_clocks_change(entered):
    begun = datetime(2025, 10, 25, 22, tzinfo=UTC)
    entered(begun, status="fixed", closed_at=begun + timedelta(hours=24))
    assert counting.take_times(of_year(2025)).closings.median == 1.0


def test_the_vof_share_by_year_is_what_a_recount_finds(many):
    told = counting.count_by_year_and_channel(of_year(2026))
    shown = [one for one in db.session.scalars(select(Report)) if one.held_at is None]
    years = {day_of(one).year for one in shown}
    assert told == {
        year: Counter(one.channel for one in shown if day_of(one).year == year) for year in years
    }


def test_times_of_a_few_are_told_to_nobody_but_staff(entered):
    closed = datetime(2025, 6, 3, 10, tzinfo=UTC)
    for _nth in range(4):
        entered(status="fixed", closed_at=closed)
    few = Selection(date(2025, 1, 1), date(2025, 12, 31), least=5)
    assert counting.take_times(few).closings.median is None
    entered(status="fixed", closed_at=closed)
    assert counting.take_times(few).closings.median == 1.0
