"""The QR symbol of a sign: what it says, its modules, and two ways to draw them.

Level H and a quiet zone of four modules; no logo. The address is in upper case but for its scheme,
which lets the symbol use the dense alphanumeric mode for nearly all of it. Scanners are known that
show an upper-case "HTTPS" as dead text, so that part stays lower.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from qr_signs.false_finders import Modules, has_false_finder

QUIET_ZONE_MODULES = 4
# Version 1 has no alignment pattern and fails at an angle.
SMALLEST_VERSION = 2
PNG_MODULE_PX = 24
# Tried in this order where none has been chosen: of 600 codes 0 and 1 misled a decoder least, but 0
# and 4 do worse when disturbed.
USUAL_MASKS = (1, 3, 6, 5, 7, 0, 4, 2)

Step = tuple[int, int]


def address_of(base_url: str, code: str) -> str:
    """The address in the symbol: `https://VOF.EXAMPLE.NO/S/7KQ3M8`.

    Args:
        base_url: scheme and host of the deployment, without a path.
        code: the code of the sign.
    """
    parts = urlsplit(base_url)
    return f"{parts.scheme.lower()}://{parts.netloc.upper()}/S/{code.upper()}"


def modules_of(address: str, mask: int | None = None) -> Modules:
    """The symbol's modules, dark ones true, without the quiet zone.

    Args:
        address: what it says.
        mask: 0 to 7; where none is given, the first of the usual ones without a false finder.
    """
    if mask is not None:
        return _masked(address, mask)
    tried = (_masked(address, usual) for usual in USUAL_MASKS)
    clear = (modules for modules in tried if not has_false_finder(modules))
    return next(clear, None) or _masked(address, USUAL_MASKS[0])


def _masked(address: str, mask: int) -> Modules:
    scheme, separator, rest = address.partition("://")
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_H, border=0, mask_pattern=mask)
    symbol.add_data(QRData(scheme.encode(), mode=MODE_8BIT_BYTE))
    symbol.add_data(QRData(f"{separator}{rest}".encode(), mode=MODE_ALPHA_NUM))
    symbol.version = max(SMALLEST_VERSION, symbol.best_fit())
    symbol.make(fit=False)
    modules: Modules = symbol.get_matrix()
    return modules


def symbol_svg(address: str, mask: int | None = None) -> bytes:
    """The symbol as one outline in module units on white: no seams between modules."""
    modules = modules_of(address, mask)
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    path = outline_path(modules, QUIET_ZONE_MODULES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img">'
        f"<title>{address}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


def rectangles(modules: Modules) -> list[tuple[int, int, int, int]]:
    """The dark modules as few rectangles (x, y, width, height) in modules, for a single fill."""
    found: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*modules, [False] * len(modules)]):
        runs = set(_runs(row))
        for run in [run for run in growing if run not in runs]:
            top = growing.pop(run)
            found.append((run[0], top, run[1], y - top))
        for run in runs:
            growing.setdefault(run, y)
    return sorted(found)


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each unbroken run of dark modules begins, and how long it is."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        if not dark and start is not None:
            yield start, x - start
            start = None


def outline_path(modules: Modules, offset: int = 0) -> str:
    """The edge of the dark modules as one SVG path of closed lines: a plotter cuts each once.

    Holes run the other way round, so either fill rule leaves them open.
    """
    turns = _edges(modules)
    parts = []
    while turns:
        start = point = min(turns)
        direction = (1, 0)
        corners: list[Step] = []
        while True:
            direction = _turn(turns, point, direction, corners)
            point = (point[0] + direction[0], point[1] + direction[1])
            if point == start:
                break
        parts.append(_line(corners, offset))
    return "".join(parts)


def _edges(modules: Modules) -> dict[Step, list[Step]]:
    """From each grid point, the directions of the edges that begin there, dark on their right."""
    size = len(modules)

    def dark(x: int, y: int) -> bool:
        return 0 <= x < size and 0 <= y < size and modules[y][x]

    edges: dict[Step, list[Step]] = {}
    for y in range(size):
        for x in range(size):
            if not dark(x, y):
                continue
            for beside, corner, direction in (
                ((x, y - 1), (x, y), (1, 0)),
                ((x + 1, y), (x + 1, y), (0, 1)),
                ((x, y + 1), (x + 1, y + 1), (-1, 0)),
                ((x - 1, y), (x, y + 1), (0, -1)),
            ):
                if not dark(*beside):
                    edges.setdefault(corner, []).append(direction)
    return edges


def _turn(edges: dict[Step, list[Step]], point: Step, before: Step, corners: list[Step]) -> Step:
    """Take the next edge; where two modules touch at a corner, stay with the one we came along."""
    x, y = before
    right, left = (-y, x), (y, -x)
    ahead = edges[point]
    taken = next(one for one in (right, before, left) if one in ahead)
    ahead.remove(taken)
    if not ahead:
        del edges[point]
    if taken != before or not corners:
        corners.append(point)
    return taken


def _line(corners: list[Step], offset: int) -> str:
    (x, y), *rest = corners
    parts = [f"M{x + offset} {y + offset}"]
    for new_x, new_y in rest:
        parts.append(f"h{new_x - x}" if new_x != x else f"v{new_y - y}")
        x, y = new_x, new_y
    return "".join(parts) + "z"


def symbol_png(address: str, module_px: int = PNG_MODULE_PX, mask: int | None = None) -> bytes:
    """The symbol as a black-and-white PNG, `module_px` pixels a module."""
    modules = modules_of(address, mask)
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + QUIET_ZONE_MODULES, y + QUIET_ZONE_MODULES), 0)
    out = io.BytesIO()
    image.resize((side * module_px, side * module_px), Image.Resampling.NEAREST).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()
