"""The QR symbol of a sign: what it says, its modules, and two ways to draw them.

Level H and a quiet zone of four modules; no logo. The address is in upper case but for its scheme,
which lets the symbol use the dense alphanumeric mode for nearly all of it. Scanners are known that
show an upper-case "HTTPS" as dead text, so that part stays lower.
"""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

QUIET_ZONE_MODULES = 4
# Version 1 has no alignment pattern and fails at an angle.
SMALLEST_VERSION = 2
PNG_MODULE_PX = 24

Modules = list[list[bool]]


def address_of(base_url: str, code: str) -> str:
    """The address in the symbol: `https://VOF.EXAMPLE.NO/S/7KQ3M8`.

    Args:
        base_url: scheme and host of the deployment, without a path.
        code: the code of the sign.
    """
    parts = urlsplit(base_url)
    return f"{parts.scheme.lower()}://{parts.netloc.upper()}/S/{code.upper()}"


def modules_of(address: str) -> Modules:
    """The symbol's modules, dark ones true, without the quiet zone."""
    scheme, separator, rest = address.partition("://")
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_H, border=0)
    symbol.add_data(QRData(scheme.encode(), mode=MODE_8BIT_BYTE))
    symbol.add_data(QRData(f"{separator}{rest}".encode(), mode=MODE_ALPHA_NUM))
    symbol.version = max(SMALLEST_VERSION, symbol.best_fit())
    symbol.make(fit=False)
    modules: Modules = symbol.get_matrix()
    return modules


def symbol_svg(address: str) -> bytes:
    """The symbol as one path in module units on white, so that no seams show between modules."""
    modules = modules_of(address)
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    path = "".join(_runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img">'
        f"<title>{address}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>\n'
    ).encode()


def _runs(modules: Modules) -> list[str]:
    """Each unbroken run of dark modules in a row as a closed part of the path."""
    parts = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            left, top, width = start + QUIET_ZONE_MODULES, y + QUIET_ZONE_MODULES, x - start
            parts.append(f"M{left} {top}h{width}v1h-{width}z")
    return parts


def symbol_png(address: str, module_px: int = PNG_MODULE_PX) -> bytes:
    """The symbol as a black-and-white PNG, `module_px` pixels a module."""
    modules = modules_of(address)
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
