"""Sizes in which signs are printed, in millimetres: plates, stickers and sheets of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """How labels lie on a sheet: from its left and top edge, and from one label to the next."""

    width_mm: float
    height_mm: float
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float


@dataclass(frozen=True, slots=True)
class Format:
    """One size of sign, alone on its page or several on a sheet."""

    name: str
    width_mm: float
    height_mm: float
    sheet: Sheet | None = None

    @property
    def is_sheet(self) -> bool:
        """Whether several signs share a page."""
        return self.sheet is not None

    @property
    def page_mm(self) -> tuple[float, float]:
        """Width and height of the page when trimmed."""
        if self.sheet:
            return self.sheet.width_mm, self.sheet.height_mm
        return self.width_mm, self.height_mm

    @property
    def corners_mm(self) -> list[tuple[float, float]]:
        """Left and top of each sign on a page, row by row."""
        if not self.sheet:
            return [(0.0, 0.0)]
        at = self.sheet
        return [
            (at.left_mm + column * at.pitch_x_mm, at.top_mm + row * at.pitch_y_mm)
            for row in range(at.rows)
            for column in range(at.columns)
        ]

    @property
    def per_page(self) -> int:
        """How many signs a page takes."""
        return len(self.corners_mm)


_A4 = (210.0, 297.0)

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("A3", 297, 420),
        Format("A4", 210, 297),
        Format("A5", 148, 210),
        Format("A6", 105, 148),
        Format("sticker100", 100, 100),
        Format("sticker70", 70, 70),
        Format("sheet-a5", 148, 210, Sheet(297, 210, 2, 1, 0.5, 0, 148, 210)),
        Format("sheet-a6", 105, 148, Sheet(*_A4, 2, 2, 0, 0.5, 105, 148)),
        Format("sheet-100", 100, 100, Sheet(*_A4, 2, 2, 5, 46, 100, 105)),
        Format("sheet-70", 70, 70, Sheet(*_A4, 2, 4, 30, 6, 80, 71.5)),
        # The usual sheet of eight self-adhesive labels.
        Format("sheet-99x68", 99.1, 67.7, Sheet(*_A4, 2, 4, 4.65, 13.1, 101.6, 67.7)),
    )
}
