"""What stands in an address or in a form, read so that nothing can break a page."""

from __future__ import annotations

import sys

import pytest

from app.arguments import read_id, read_whole
from app.database import MAX_ID


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("007", 7), (str(MAX_ID), MAX_ID)]
)
def test_a_whole_number_is_read(text, number):
    assert read_whole(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " 7", "-1", "1.0", "1e3", "²", "٣", "seven", str(MAX_ID + 1), "9" * 5_000],
    ids=lambda text: repr(text[:12]),
)
def test_what_no_row_could_have_is_no_number(text):
    assert read_whole(text) is None
    assert read_id({"place": text}, "place") is None


def test_no_row_has_the_number_nought():
    assert read_id({"place": "0"}, "place") is None


def test_the_most_is_who_asks_s_to_say():
    assert read_whole("31", 31) == 31
    assert read_whole("32", 31) is None
    assert read_whole(str(sys.maxsize), sys.maxsize) == sys.maxsize


@pytest.mark.parametrize(
    "number",
    ["0", str(MAX_ID + 1), "9" * 5_000, "seven"],
    ids=["0", "2^31", "5,000 digits", "word"],
)
def test_an_address_with_an_impossible_id_is_no_page(client, number):
    assert client.get(f"/places/{number}").status_code == 404
