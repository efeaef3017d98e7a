"""The chapter as a PDF for print: tagged, with its typeface in it, and with nothing fetched."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from flask import render_template
from PIL import ImageFile
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.statistics.annual import Chapter
from app.statistics.charts import draw
from app.statistics.table import table_view
from qr_signs.typeface import BOLD, REGULAR

# WeasyPrint has Pillow take half a picture for a whole one, in all of the process: a photo that was
# cut off on its way would be kept as it is.
ImageFile.LOAD_TRUNCATED_IMAGES = False

PDF = "application/pdf"
# Addresses of what the page itself brings along.
_SCHEME = "chapter:"


class _OwnParts(URLFetcher):
    """Hands out the charts and the typeface, and refuses everything else."""

    def __init__(self, parts: dict[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols=())
        self._parts = parts

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url not in self._parts:
            raise FatalURLFetchingError(url)
        content, kind = self._parts[url]
        return URLFetcherResponse(url, content, {"Content-Type": kind})


def as_pdf(chapter: Chapter) -> bytes:
    """The chapter in the language of the request, on A4."""
    parts = {_SCHEME + name: (_typeface(name), "font/ttf") for name in (REGULAR, BOLD)}
    for table in _tables(chapter):
        if table.chart:
            parts[f"{_SCHEME}{table.code}.svg"] = (draw(table), "image/svg+xml")
    html = render_template(
        "statistics/annual_print.html",
        chapter=chapter,
        tables={table.code: table_view(table) for table in _tables(chapter)},
        scheme=_SCHEME,
    )
    page = HTML(string=html, url_fetcher=_OwnParts(parts), base_url=_SCHEME)
    content: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _tables(chapter: Chapter) -> list[Any]:
    return [table for section in chapter.sections for table in section.tables]


def _typeface(name: str) -> bytes:
    return (files("font_lato") / "files" / f"{name}.ttf").read_bytes()
