"""The code of a sign survives being typed, and its check catches what typing does to it."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.signs.codes import (
    ALPHABET,
    LENGTH,
    WEIGHTS,
    MalformedCode,
    check_fits,
    multiply,
    neighbours,
    new_code,
    read_code,
    with_check,
)

payloads = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
ELEMENTS = range(32)


def weighted_sum(code: str) -> int:
    """The definition, written once more and plainly."""
    total = 0
    for character, weight in zip(code, WEIGHTS, strict=True):
        total ^= multiply(ALPHABET.index(character), weight)
    return total


@given(payloads)
def test_a_code_checks_exactly_when_its_weighted_sum_is_zero(payload):
    assert weighted_sum(with_check(payload)) == 0
    for character in ALPHABET:
        code = payload + character
        assert check_fits(code) == (weighted_sum(code) == 0)


def test_multiplication_is_that_of_a_field():
    for a in ELEMENTS:
        assert multiply(a, 1) == a
        for b in ELEMENTS:
            assert multiply(a, b) == multiply(b, a)
            assert (multiply(a, b) == 0) == (a == 0 or b == 0)
            for c in ELEMENTS:
                assert multiply(a, b ^ c) == multiply(a, b) ^ multiply(a, c)


def test_every_single_error_changes_the_sum():
    """By linearity the change of the sum is weight × (old + new), whatever the other characters."""
    for weight in WEIGHTS:
        for old in ELEMENTS:
            for new in ELEMENTS:
                assert (multiply(weight, old ^ new) == 0) == (old == new)


def test_every_swap_of_two_characters_changes_the_sum():
    """A swap of x and y changes the sum by (weight + other weight) × (x + y)."""
    for one, other in combinations(WEIGHTS, 2):
        for x in ELEMENTS:
            for y in ELEMENTS:
                change = multiply(one, x ^ y) ^ multiply(other, x ^ y)
                assert (change == 0) == (x == y)


@given(payloads, st.data())
def test_a_mistyped_code_is_never_taken_for_another(payload, data):
    code = with_check(payload)
    position = data.draw(st.integers(0, LENGTH - 1))
    character = data.draw(st.sampled_from(ALPHABET))
    typed = code[:position] + character + code[position + 1 :]
    assert check_fits(typed) == (typed == code)


@given(payloads, st.data())
def test_the_right_code_is_among_the_neighbours_of_a_slip(payload, data):
    code = with_check(payload)
    first, second = data.draw(st.sampled_from(list(combinations(range(LENGTH), 2))))
    letters = list(code)
    letters[first], letters[second] = letters[second], letters[first]
    swapped = "".join(letters)
    if swapped != code:
        assert code in neighbours(swapped)
    wrong_check = code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % 32]
    assert code in neighbours(wrong_check)
    assert len(neighbours(wrong_check)) <= 21


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7kq3m8", "7KQ3M8"),
        ("7KQ-3M8", "7KQ3M8"),
        (" 7 K Q 3 M 8 ", "7KQ3M8"),
        ("7kq–3m8", "7KQ3M8"),
        ("oOilLI", "001111"),
    ],
)
def test_a_code_is_read_kindly(typed, meant):
    assert read_code(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "7KQ3M", "7KQ3M88", "7KQ3MU", "7KQ3M*", "ÆØÅÆØÅ", "7KQ3M\x00"]
)
def test_what_cannot_be_a_code_is_refused(typed):
    with pytest.raises(MalformedCode):
        read_code(typed)


def test_new_codes_are_random_and_check():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(check_fits(code) for code in codes)


def test_alphabet_and_check_are_frozen():
    frozen = {
        "00000": "000000",
        "7KQ3M": "7KQ3M" + with_check("7KQ3M")[-1],
        "ZZZZZ": with_check("ZZZZZ"),
    }
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    assert WEIGHTS == (5, 16, 8, 4, 2, 1), (
        "Signs are bolted to walls. With another check character none of them can be read."
    )
    assert {payload: with_check(payload) for payload in frozen} == frozen
