"""The print shop: what 1,000 different A5 signs cost, and whether decoders read every format.

Each way of drawing runs in a cold process of its own, in the same run, since machines differ.
Budget of ours: 3.5 s, 80 MB, 2.5 kB a sign; aim 1.0 s and 1.0 kB.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pypdfium2

from bench.decoders import DECODERS
from bench.table import print_table
from qr_signs import FORMATS, Issuer, Sign, write_pdf
from qr_signs.check import Picture
from qr_signs.formats import Format

SIGNS = 1_000
# A raster of a page takes so long that a hundred must do, times ten.
RASTER_SIGNS = 100
DPI = 100
RIM_MM = 1.5
ISSUER = Issuer("https://vof.example.no", "Stavanger kommune", "51 50 70 90")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

EVERY_MODULE = """
import qr_signs.pdf
qr_signs.pdf.rectangles = lambda modules: [
    (x, y, 1, 1) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark
]
from qr_signs.__main__ import main
main([{signs!r}, "--base-url", "https://vof.example.no", "--out", {out!r}])
"""
# A process's height counts what its parent took when it was forked: the decoders of this one.
LAUNCH = """
import resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - started, usage.ru_maxrss)
"""
RASTER = """
import io
from PIL import Image
from qr_signs.__main__ import read_signs
from qr_signs.symbol import address_of, symbol_png
from pathlib import Path
pages = []
for sign in read_signs(Path({signs!r}))[:{count}]:
    page = Image.new("1", (1748, 2480), 1)
    png = symbol_png(address_of("https://vof.example.no", sign.code), 40)
    page.paste(Image.open(io.BytesIO(png)), (130, 400))
    pages.append(page)
pages[0].save({out!r}, save_all=True, append_images=pages[1:], resolution=300)
"""


def measure() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        _measure_cost(Path(folder))
    _measure_reading()


def some_signs(count: int) -> list[Sign]:
    """Different signs, the same ones each time."""
    rng = random.Random(40)
    return [
        Sign("".join(rng.choices(ALPHABET, k=6)), f"Mosvatnet {at % 40}", f"Ved lekeplassen {at}")
        for at in range(count)
    ]


def _measure_cost(folder: Path) -> None:
    listed = folder / "signs.csv"
    lines = [f"{sign.code},{sign.place},{sign.label}" for sign in some_signs(SIGNS)]
    listed.write_text("\n".join(["code,place,label", *lines]), "utf-8")
    rows = []
    for name, script, count in (
        ("ours", None, SIGNS),
        ("every module a rectangle", EVERY_MODULE, SIGNS),
        ("the page as pixels, 300 dpi", RASTER, RASTER_SIGNS),
    ):
        out = folder / "signs.pdf"
        command = (
            [
                "-m",
                "qr_signs",
                str(listed),
                "--base-url",
                "https://vof.example.no",
                "--out",
                str(out),
            ]
            if script is None
            else ["-c", script.format(signs=str(listed), out=str(out), count=count)]
        )
        seconds, megabytes = min(_run(command) for _ in range(3))
        kilobytes = out.stat().st_size / count / 1000
        rows.append((name, count, f"{seconds:.2f}", f"{megabytes:.0f}", f"{kilobytes:.2f}"))
    print_table("A5 signs, cold process", ("way", "signs", "s", "MB", "kB a sign"), rows)


def _run(command: list[str]) -> tuple[float, float]:
    """Seconds and megabytes at its height of a Python process."""
    told = subprocess.run(
        [sys.executable, "-c", LAUNCH, sys.executable, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = map(float, told.stdout.split())
    return seconds, kilobytes / 1024


def _measure_reading() -> None:
    with ProcessPoolExecutor() as pool:
        counted = dict(zip(FORMATS, pool.map(_read_format, FORMATS), strict=True))
    rows = [
        (name, count["signs"], *(count[decoder] for decoder in DECODERS), count["misread"])
        for name, count in counted.items()
    ]
    heads = ("format", "signs", *DECODERS, "misread")
    print_table(f"Symbols read from pages at {DPI} dpi", heads, rows)


def _read_format(name: str) -> Counter[str]:
    signs = some_signs(SIGNS)
    size = FORMATS[name]
    count: Counter[str] = Counter(signs=len(signs))
    document = pypdfium2.PdfDocument(write_pdf(signs, ISSUER, name))
    for number in range(len(document)):
        bitmap = document[number].render(scale=DPI / 72, grayscale=True)
        page = np.ascontiguousarray(bitmap.to_numpy().squeeze())
        on_page = signs[number * size.per_page : (number + 1) * size.per_page]
        for sign, (left, top) in zip(on_page, size.corners_mm, strict=False):
            _count_readings(count, _cut(page, left, top, size), ISSUER.address(sign))
    document.close()
    return count


def _cut(page: Picture, left: float, top: float, size: Format) -> Picture:
    """A page as it is, or one sign of a sheet with a rim of what lies round it: nobody holds a
    phone flush with the edge, and a cut to the pixel moves what a decoder sees when it scales.
    """
    if not size.is_sheet:
        return page
    px = DPI / 25.4
    first_x, first_y = (max(0, round((edge - RIM_MM) * px)) for edge in (left, top))
    last_x, last_y = (
        round((edge + side + RIM_MM) * px)
        for edge, side in ((left, size.width_mm), (top, size.height_mm))
    )
    return np.ascontiguousarray(page[first_y:last_y, first_x:last_x])


def _count_readings(count: Counter[str], picture: Picture, address: str) -> None:
    for name, decode in DECODERS.items():
        read = decode(picture)
        count[name] += read == address
        count["misread"] += read not in {"", address}
