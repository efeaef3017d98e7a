"""Names as they are looked for and as the Norwegian alphabet orders them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.spelling import SORT_CHARACTERS, search_text, sort_name
from app.words import plain

names = st.text(max_size=300)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ålgård", "algard"),
        ("ALGARD", "algard"),
        ("Sørmarka  turområde", "sormarka turomrade"),
        ("Æresporten", "aeresporten"),
        ("Café", "cafe"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("A\u030algård", "algard"),
    ],
)
def test_a_name_is_found_without_its_marks(typed, found):
    assert plain(typed) == found


def test_a_list_is_in_the_order_of_the_norwegian_alphabet():
    listed = ["Bane 2", "Bane 10", "Zoo", "Ærestad", "Østre", "Ødegård", "Åkra"]
    wanted = ["Bane 2", "Bane 10", "Zoo", "Ærestad", "Ødegård", "Østre", "Åkra"]
    assert sorted(listed, key=sort_name) == wanted
    assert sorted(wanted, key=lambda name: sort_name(name).encode()) == wanted


@given(names)
def test_a_plain_name_is_plain_already(name):
    assert plain(plain(name)) == plain(name)


@given(names, names)
def test_name_and_district_stay_apart(name, district):
    assert search_text(name, district).count("\n") == 1
    assert search_text(name, district).split("\n")[0] == plain(name)


@given(names)
def test_what_is_sorted_by_fits_its_column(name):
    assert len(sort_name(name)) <= SORT_CHARACTERS
