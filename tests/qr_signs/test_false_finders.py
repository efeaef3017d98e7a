"""Data that looks like a fourth finder pattern is not printed."""

from __future__ import annotations

import random

import pytest

from app.signs.codes import ALPHABET
from qr_signs import address_of
from qr_signs.false_finders import has_false_finder
from qr_signs.masks import MASKS
from qr_signs.symbol import USUAL_MASKS, modules_of

# Codes and masks that OpenCV could not read from a clean page.
UNREAD = [("KWQ80Y", 1), ("YNDQXS", 1), ("0407A6", 0), ("0EXB2H", 3), ("9GW3V3", 3), ("GXM6HX", 4)]


def address(code):
    return address_of("https://vof.example.no", code)


def random_addresses(count):
    rng = random.Random(12)
    return [address("".join(rng.choices(ALPHABET, k=6))) for _ in range(count)]


@pytest.mark.parametrize(("code", "mask"), UNREAD)
def test_a_symbol_that_a_decoder_cannot_find_has_one(code, mask):
    assert has_false_finder(modules_of(address(code), mask))


def test_turned_by_a_quarter_it_is_found_too():
    modules = modules_of(address("KWQ80Y"), 1)
    assert has_false_finder([list(row) for row in zip(*modules, strict=True)])


def test_the_three_finders_themselves_are_none():
    """Nor is a symbol always thought to have one."""
    free = [
        [mask for mask in MASKS if not has_false_finder(modules_of(one, mask))]
        for one in random_addresses(20)
    ]
    assert all(free)


def test_the_usual_symbol_has_none_and_is_the_first_without():
    for one in [*random_addresses(60), *(address(code) for code, _mask in UNREAD)]:
        tried = [modules_of(one, mask) for mask in USUAL_MASKS]
        assert modules_of(one) == next(each for each in tried if not has_false_finder(each))
