"""The code printed on a sign: five random Crockford base32 characters and one check character.

The check character makes a weighted sum over the field GF(32) zero. The weights are six different
powers of a generator, so no single wrong character and no swap of any two characters can pass
(proved over all cases in the tests). Signs are bolted to walls: alphabet, field and weights are
frozen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import combinations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6

_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# What people type for characters that the alphabet leaves out because they look alike.
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = str.maketrans("", "", "- \t\u00a0\u2010\u2011\u2013\u2212")

# x^5 + x^2 + 1 is primitive: the powers of x run through all 31 non-zero elements.
_POLYNOMIAL = 0b100101
_FIELD_BITS = 5


class MalformedCode(ValueError):
    """Not six characters of the alphabet, however kindly read."""


def multiply(a: int, b: int) -> int:
    """The product of two elements of GF(32)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a >> _FIELD_BITS:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def _powers_of_x(count: int) -> list[int]:
    powers = [1]
    while len(powers) < count:
        powers.append(multiply(powers[-1], 2))
    return powers


# The check character comes last and has weight 1, so it is simply the sum of the others.
WEIGHTS = tuple(reversed(_powers_of_x(LENGTH)))


def new_code() -> str:
    """A random code; the register refuses the rare one it has already given out."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1)))


def with_check(payload: str) -> str:
    """The full code for five characters of the alphabet."""
    total = 0
    for character, weight in zip(payload, WEIGHTS, strict=False):
        total ^= multiply(_VALUE[character], weight)
    return payload + ALPHABET[total]


def read_code(typed: str) -> str:
    """What a person typed, as a code of the register's form; its check is not yet tried.

    Raises:
        MalformedCode: it cannot be one, so there is no need to look it up.
    """
    code = typed.upper().translate(_SEPARATORS).translate(_LOOK_ALIKES)
    if len(code) != LENGTH or not set(code) <= _VALUE.keys():
        raise MalformedCode(typed)
    return code


def check_fits(code: str) -> bool:
    """Whether the check character belongs to the other five."""
    return with_check(code[:-1]) == code


def neighbours(code: str) -> list[str]:
    """The codes one slip away from a code that does not check: a wrong character, or two swapped.

    At most 6 + 15: for each position one character makes the sum fit.
    """
    return sorted({*_one_changed(code), *_two_swapped(code)})


def _one_changed(code: str) -> Iterator[str]:
    for position in range(LENGTH):
        for character in ALPHABET:
            candidate = code[:position] + character + code[position + 1 :]
            if candidate != code and check_fits(candidate):
                yield candidate


def _two_swapped(code: str) -> Iterator[str]:
    for first, second in combinations(range(LENGTH), 2):
        letters = list(code)
        letters[first], letters[second] = letters[second], letters[first]
        candidate = "".join(letters)
        if candidate != code and check_fits(candidate):
            yield candidate
