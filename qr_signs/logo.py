"""A municipality's mark: the shapes of an SVG file, drawn in one colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from fontTools.misc import etree
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import SVGPath

from qr_signs.sign import DoesNotFit

MOST_BYTES = 50_000


@dataclass(frozen=True)
class Logo:
    """The shapes of a mark and the box they fill, in units of the file."""

    shapes: RecordingPen
    box: tuple[float, float, float, float]

    @property
    def ratio(self) -> float:
        """Width for a height of one."""
        left, top, right, bottom = self.box
        return (right - left) / (bottom - top)


@lru_cache(maxsize=8)
def read_logo(svg: str) -> Logo | None:
    """The shapes of an SVG; None for an empty text.

    Raises:
        DoesNotFit: it has no shapes that can be drawn.
    """
    if not svg.strip():
        return None
    if len(svg) > MOST_BYTES:
        raise DoesNotFit(f"The logo is larger than {MOST_BYTES} bytes.")
    if "<!" in svg.replace("<!--", ""):
        # A document type can define entities that unfold to gigabytes.
        raise DoesNotFit("The logo must have no document type.")
    pen = RecordingPen()
    try:
        SVGPath.fromstring(svg.encode()).draw(pen)
    except (etree.ParseError, ValueError, TypeError, IndexError, KeyError) as error:
        raise DoesNotFit("The logo is no SVG drawing that can be read.") from error
    bounds = ControlBoundsPen(None)
    pen.replay(bounds)
    left, top, right, bottom = bounds.bounds or (0, 0, 0, 0)
    if right <= left or bottom <= top:
        raise DoesNotFit("The logo has no shapes: save it with its texts turned into paths.")
    return Logo(pen, (left, top, right, bottom))
