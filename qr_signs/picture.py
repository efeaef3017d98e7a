"""A sign as a picture for screens, and as a drawing for the sign shop's plotter."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import pypdfium2
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen

from qr_signs import texts
from qr_signs.layout import Ink, Mark, lay_out_furniture, lay_out_sign
from qr_signs.pdf import find_format, write_pdf
from qr_signs.sign import DoesNotFit, Issuer, Sign
from qr_signs.symbol import QUIET_ZONE_MODULES, modules_of, outline_path
from qr_signs.typeface import typeface

POINTS_AN_INCH = 72
LEAST_DPI, MOST_DPI = 50, 600


def write_png(sign: Sign, issuer: Issuer, format_name: str, *, dpi: int = 300) -> bytes:
    """One sign as a picture, drawn from its PDF.

    Raises:
        DoesNotFit: there is no such format, it is a sheet, or the resolution is out of reach.
    """
    _refuse_sheet(format_name)
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise DoesNotFit(f"A picture has from {LEAST_DPI} to {MOST_DPI} dots per inch.")
    document = pypdfium2.PdfDocument(write_pdf([sign], issuer, format_name))
    try:
        image = document[0].render(scale=dpi / POINTS_AN_INCH).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


def write_svg(sign: Sign, issuer: Issuer, format_name: str) -> bytes:
    """One sign as a drawing in millimetres: texts as outlines, the symbol as one outline.

    Raises:
        DoesNotFit: there is no such format, or it is a sheet.
    """
    _refuse_sheet(format_name)
    size = find_format(format_name)
    furniture = lay_out_furniture(issuer, size)
    width, height = size.width_mm, size.height_mm
    inks = {Ink.BAND: issuer.colour.lower(), Ink.WHITE: "#fff", Ink.BLACK: "#000"}
    parts = [f'<path fill="#fff" d="M0 0h{width:g}v{height:g}H0z"/>']
    parts += [
        f'<path fill="{inks[box.ink]}"'
        f' d="M{box.x:.3f} {box.y:.3f}h{box.width:.3f}v{box.height:.3f}h{-box.width:.3f}z"/>'
        for box in furniture.boxes
    ]
    if furniture.mark:
        parts.append(f'<path fill="#fff" d="{_mark_path(furniture.mark)}"/>')
    for line in (*furniture.texts, *lay_out_sign(sign, issuer, size)):
        outline = typeface(line.font).outline(line.content, line.size, line.x, line.y)
        parts.append(f'<path fill="{inks[line.ink]}" d="{outline}"/>')
    address = issuer.address(sign)
    modules = modules_of(address, sign.mask)
    module = furniture.panel.side / (len(modules) + 2 * QUIET_ZONE_MODULES)
    parts.append(
        f'<path id="symbol" transform="translate({furniture.panel.x:g} {furniture.panel.y:g})'
        f' scale({module:.6f})" d="{outline_path(modules, QUIET_ZONE_MODULES)}"/>'
    )
    title = texts.SYMBOL[issuer.languages[0]].format(address=address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="0 0 {width:g} {height:g}" role="img"><title>{escape(title)}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    ).encode()


def _refuse_sheet(format_name: str) -> None:
    if find_format(format_name).is_sheet:
        raise DoesNotFit("A sheet of labels can only be a PDF; choose the size of one sign.")


def _mark_path(mark: Mark) -> str:
    left, top, _right, bottom = mark.logo.box
    scale = mark.height / (bottom - top)
    pen = SVGPathPen(None)
    fitted = (scale, 0, 0, scale, mark.x - left * scale, mark.y - top * scale)
    mark.logo.shapes.replay(TransformPen(pen, fitted))
    commands: str = pen.getCommands()
    return commands
