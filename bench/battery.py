"""A battery of simulated photographs: our symbols against the usual ones, three decoders.

Every symbol is printed equally wide and meets the same photographs (`bench.disturbances`). The
figure is the mean share read over photographs and decoders. It ranks designs and says nothing about
a park: no phone, no print and no weather took part.

Bars of ours: 4 points ahead of the same address as the `qrcode` library draws it, 15 ahead of the
usual design, and no sign more than 3 below the mean of all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.constants import ERROR_CORRECT_M

from bench.decoders import DECODERS
from bench.disturbances import FAMILIES, INK, PAPER, PLATE_PX, SYMBOL_PX, Grey, photographs, take
from bench.table import print_table
from qr_signs import address_of
from qr_signs.masks import best_mask
from qr_signs.symbol import modules_of

SIGNS = 16
PHOTOGRAPHS = 24
SEED = 20261124
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HOST = "https://vof.example.no"
LOGO_PART = 0.25
AHEAD_OF_DEFAULT, AHEAD_OF_USUAL, WORST_BELOW_MEAN = 4.0, 15.0, 3.0

# Design, sign, family, decoder: shares read, in points.
Rates = NDArray[np.float64]


def measure() -> None:
    """Print what each decoder read of each design under each disturbance, and the three bars."""
    codes = some_codes(SIGNS)
    with ProcessPoolExecutor() as pool:
        plates = [list(pool.map(draw, codes)) for draw in DESIGNS.values()]
        counted = list(pool.map(_count_family, FAMILIES, repeat(plates), repeat(codes)))
    rates = np.stack([read for read, _misread in counted], axis=2) * 100 / PHOTOGRAPHS
    _print_rates(rates)
    _print_bars(rates, sum(misread for _read, misread in counted))


def some_codes(count: int) -> list[str]:
    """Different codes, the same ones each time."""
    rng = random.Random(SEED)
    return ["".join(rng.choices(ALPHABET, k=6)) for _ in range(count)]


def ours(code: str) -> Grey:
    """As the register prints it."""
    address = address_of(HOST, code)
    return print_plate(modules_of(address, best_mask(address)))


def library_default(code: str) -> Grey:
    """The same address as somebody types it into `qrcode`."""
    return print_plate(_drawn_by_library(_typed(code)))


def usual_design(code: str) -> Grey:
    """A long address with a query, level M, the municipality's mark in the middle."""
    plate = print_plate(_drawn_by_library(f"{HOST}/report?location={code}&lang=nb"))
    half, middle = round(SYMBOL_PX * LOGO_PART / 2), PLATE_PX // 2
    logo = plate[middle - half : middle + half, middle - half : middle + half]
    logo[:] = PAPER
    cv2.circle(logo, (half, half), round(half * 0.8), INK, -1)
    return plate


def _typed(code: str) -> str:
    return f"{HOST}/s/{code}"


def _drawn_by_library(address: str) -> list[list[bool]]:
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(address)
    symbol.make()
    return symbol.get_matrix()


def print_plate(modules: list[list[bool]]) -> Grey:
    """A symbol on its white plate, equally wide whatever its modules."""
    printed = np.where(np.array(modules), INK, PAPER).astype(np.uint8)
    scale = -(-SYMBOL_PX // len(modules)) * 4
    large = np.kron(printed, np.ones((scale, scale), np.uint8))
    edge = (PLATE_PX - SYMBOL_PX) // 2
    symbol = cv2.resize(large, (SYMBOL_PX, SYMBOL_PX), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(symbol, *[edge] * 4, cv2.BORDER_CONSTANT, value=PAPER)


DESIGNS: dict[str, Callable[[str], Grey]] = {
    "ours": ours,
    "qrcode's defaults": library_default,
    "long address, M, logo": usual_design,
}
ADDRESSES: tuple[Callable[[str], str], ...] = (
    lambda code: address_of(HOST, code),
    _typed,
    lambda code: f"{HOST}/report?location={code}&lang=nb",
)


def _count_family(
    family: str, plates: Sequence[Sequence[Grey]], codes: Sequence[str]
) -> tuple[NDArray[np.int64], int]:
    """How often each symbol was read by each decoder, and how often one read something else."""
    cv2.setNumThreads(1)
    read = np.zeros((len(plates), len(codes), len(DECODERS)), int)
    misread = 0
    for photograph in photographs(family, PHOTOGRAPHS, SEED):
        for design, of_design in enumerate(plates):
            for sign, plate in enumerate(of_design):
                address = ADDRESSES[design](codes[sign])
                seen = take(photograph, plate)
                said = [decode(seen) for decode in DECODERS.values()]
                read[design, sign] += [text == address for text in said]
                misread += sum(text not in {"", address} for text in said)
    return read, misread


def _print_rates(rates: Rates) -> None:
    heads = ("disturbance", "decoder", *DESIGNS)
    by_decoder = rates.mean(axis=1)
    rows: list[tuple[object, ...]] = [
        (family, decoder, *map(float, by_decoder[:, at, column]))
        for at, family in enumerate(FAMILIES)
        for column, decoder in enumerate(DECODERS)
    ]
    rows += [
        ("all", decoder, *map(float, by_decoder[:, :, column].mean(axis=1)))
        for column, decoder in enumerate(DECODERS)
    ]
    rows.append(("all", "all", *map(float, rates.mean(axis=(1, 2, 3)))))
    print_table(
        f"Share read, %: {SIGNS} signs, {PHOTOGRAPHS} photographs of each disturbance", heads, rows
    )


def _print_bars(rates: Rates, misread: int) -> None:
    signs = rates.mean(axis=(2, 3))
    mean, default, usual = signs.mean(axis=1)
    worst = mean - signs[0].min()
    rows = [
        (what, f"{figure:.1f}", f"{sign} {bar:g}", "pass" if holds else "MISSED")
        for what, figure, sign, bar, holds in (
            (
                "ahead of qrcode's defaults",
                mean - default,
                "≥",
                AHEAD_OF_DEFAULT,
                mean - default >= AHEAD_OF_DEFAULT,
            ),
            (
                "ahead of the usual design",
                mean - usual,
                "≥",
                AHEAD_OF_USUAL,
                mean - usual >= AHEAD_OF_USUAL,
            ),
            ("worst sign below the mean", worst, "≤", WORST_BELOW_MEAN, worst <= WORST_BELOW_MEAN),
            ("misread", misread, "≤", 0, misread == 0),
        )
    ]
    print_table("Bars, in points", ("what", "measured", "bar", ""), rows)
