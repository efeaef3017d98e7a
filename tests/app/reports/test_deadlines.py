"""Deadlines in Norwegian working days."""

from datetime import UTC, date, datetime

import pytest

from app.reports.deadlines import (
    add_working_days,
    after_pause,
    due_at,
    is_working_day,
    local_day,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 5, 15), True),
        (date(2026, 5, 16), False),  # Saturday
        (date(2027, 5, 17), False),  # Constitution Day, a Monday
        (date(2026, 4, 2), False),  # Maundy Thursday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 5, 1), False),
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),
    ],
)
def test_weekends_and_public_holidays_are_no_working_days(day, works):
    assert is_working_day(day) == works


def test_a_deadline_over_easter_leaves_the_holidays_out():
    wednesday_before = date(2026, 4, 1)
    assert add_working_days(wednesday_before, 1) == date(2026, 4, 7)
    assert add_working_days(wednesday_before, 3) == date(2026, 4, 9)


def test_days_between_and_days_added_agree():
    start = date(2026, 3, 20)
    for count in range(30):
        assert working_days_between(start, add_working_days(start, count)) == count


def test_a_deadline_ends_with_the_norwegian_day():
    received = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert due_at(received, "P3") == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)


def test_late_in_the_evening_it_is_already_tomorrow_in_norway():
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert local_day(late) == date(2026, 7, 2)
    assert due_at(late, "P1") == datetime(2026, 7, 3, 21, 59, 59, tzinfo=UTC)


def test_waiting_for_the_reporter_moves_the_deadline_by_the_days_waited():
    due = due_at(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "P3")
    asked, answered = (
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
    )
    assert local_day(after_pause(due, asked, answered)) == date(2026, 12, 2)


def test_an_answer_on_the_same_day_moves_nothing():
    due = due_at(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "P2")
    asked, answered = (
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    )
    assert after_pause(due, asked, answered) == due
