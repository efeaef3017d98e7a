"""Values as sources state them, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.languages import speaking
from app.statistics.amounts import (
    MAX_COUNT,
    Amount,
    UnusableAmount,
    as_typed,
    in_words,
    read_amount,
)
from app.statistics.measures import Kind

COUNTS = {
    "126261": Amount(126_261),
    "126 261": Amount(126_261),
    "126\u00a0261": Amount(126_261),
    " 0 ": Amount(0),
    "ca. 10 000": Amount(10_000, about=True),
    "Ca 10000": Amount(10_000, about=True),
    "about 10000": Amount(10_000, about=True),
    "om lag 10000": Amount(10_000, about=True),
    "~10000": Amount(10_000, about=True),
    "88-89": Amount(88, 89),
    "10 000 – 12 000": Amount(10_000, 12_000),
    "10 til 12": Amount(10, 12),
}
SHARES = {
    "34": Amount(34),
    "34,5": Amount(34.5),
    "34.5 %": Amount(34.5),
    "100%": Amount(100),
    "0": Amount(0),
    "88–89 %": Amount(88, 89),
    "ca. 88,25–89": Amount(88.25, 89, about=True),
}


@pytest.mark.parametrize("text", COUNTS)
def test_counts_are_read_as_they_are_written(app, text):
    assert read_amount(text, Kind.COUNT) == COUNTS[text]


@pytest.mark.parametrize("text", SHARES)
def test_shares_are_read_as_they_are_written(app, text):
    assert read_amount(text, Kind.PERCENT) == SHARES[text]


NO_COUNTS = "-5, 1.5, 126.261, 1 23, 12 34 567, x, ca., 5–, –5, 5–4, 5–5, 1–2–3, ٣, 1e3, 34 %, inf"


@pytest.mark.parametrize(
    "text", [*NO_COUNTS.split(", "), "126,261", "1" * 13, "1 000 000 000 000", "caravan 5"]
)
def test_what_is_no_count_is_refused(app, text):
    with pytest.raises(UnusableAmount):
        read_amount(text, Kind.COUNT)


@pytest.mark.parametrize("text", ["-1", "100,01", "101", "34,555", "1 0", "x", "%", "90–80", "nan"])
def test_what_is_no_share_is_refused(app, text):
    with pytest.raises(UnusableAmount):
        read_amount(text, Kind.PERCENT)


def test_a_value_is_written_as_its_reader_writes_it(app):
    shown = {
        (Amount(126_261), Kind.COUNT): ("126 261", "126,261"),
        (Amount(10_000, about=True), Kind.COUNT): ("ca. 10 000", "about 10,000"),
        (Amount(88, 89), Kind.PERCENT): ("88–89 %", "88–89 %"),
        (Amount(34.5), Kind.PERCENT): ("34,5 %", "34.5 %"),
    }
    for (amount, kind), (norwegian, english) in shown.items():
        for language, words in {"nb": norwegian, "nn": norwegian, "en": english}.items():
            with speaking(language):
                # Spaces that do not break the line are spaces.
                assert in_words(amount, kind).replace("\u00a0", " ") == words


@given(
    st.sampled_from(Kind),
    st.lists(st.integers(0, MAX_COUNT), min_size=1, max_size=2, unique=True),
    st.booleans(),
)
def test_what_a_form_shows_is_read_as_the_same(whole_app, kind, numbers, about):
    if kind is Kind.PERCENT:
        numbers = list({number % 10_001 / 100 for number in numbers})
    amount = Amount(*sorted(map(float, numbers)), about=about)
    with whole_app.app_context():
        assert read_amount(as_typed(amount), kind) == amount
