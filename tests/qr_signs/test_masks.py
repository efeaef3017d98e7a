"""The mask a sign is printed with is one that decoders read, and always the same."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from app.config import ROOT
from app.signs.codes import ALPHABET
from qr_signs import address_of
from qr_signs.check import read_with_opencv
from qr_signs.masks import CLEAR_MODULE_PX, MASKS, best_mask, draw

# Found among 500 random codes with each mask: OpenCV cannot read this one when it is clear.
STUMBLES = ("9GW3V3", 3)


def address(code):
    return address_of("https://vof.example.no", code)


def random_codes(count):
    rng = random.Random(11)
    return ["".join(rng.choices(ALPHABET, k=6)) for _ in range(count)]


def test_a_mask_that_a_decoder_stumbles_over_is_not_taken():
    code, mask = STUMBLES
    assert read_with_opencv(draw(address(code), mask, CLEAR_MODULE_PX)) == ""
    assert best_mask(address(code)) != mask


@pytest.mark.parametrize("code", random_codes(4))
def test_the_mask_is_one_of_eight_and_is_read(code):
    mask = best_mask(address(code))
    assert mask in MASKS
    assert read_with_opencv(draw(address(code), mask, CLEAR_MODULE_PX)) == address(code)


def test_the_same_address_gets_the_same_mask_in_any_process():
    codes = random_codes(3)
    script = (
        "import sys; from qr_signs.masks import best_mask;"
        "print(*[best_mask(one) for one in sys.argv[1:]])"
    )
    there = subprocess.run(
        [sys.executable, "-c", script, *map(address, codes)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [int(mask) for mask in there.stdout.split()] == [best_mask(address(c)) for c in codes]


def test_not_every_sign_gets_the_same_mask():
    assert len({best_mask(address(code)) for code in random_codes(8)}) > 1
