"""What the figures are asked for."""

from __future__ import annotations

from datetime import date

import pytest

from app.statistics.selection import Selection


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-01-01", "2026-11-29"), ("2025-01-01", "2025-11-29")),
        (("2026-03-01", "2026-03-31"), ("2025-03-01", "2025-03-31")),
        (("2025-01-01", "2025-02-28"), ("2024-01-01", "2024-02-29")),
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2024-02-01", "2024-02-28"), ("2023-02-01", "2023-02-28")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
    ],
    ids=" to ".join,
)
def test_a_month_is_compared_with_the_whole_of_the_one_a_year_earlier(period, before):
    compared = Selection(*map(date.fromisoformat, period)).before
    assert (compared.since, compared.until) == tuple(map(date.fromisoformat, before))
