"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a title and columns as wide as their widest entry."""
    cells = [list(heads), *([_text(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    print(f"\n{title}")
    for row in cells:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


def _text(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
