"""What is printed: a sign, and who it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from qr_signs.symbol import address_of

# Luminance contrast of text on signs (TEK17 § 12-18), against white.
LEAST_CONTRAST = 0.8
_HEX_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class DoesNotFit(ValueError):
    """What is asked for cannot be printed; the message says why in a sentence."""


class Misread(Exception):
    """A symbol does not say what it should: the file must not be printed."""

    def __init__(self, code: str, page: int, read: str) -> None:
        said = f"it says {read}" if read else "it cannot be read"
        super().__init__(f"The symbol of {code} on page {page} is not right: {said}.")
        self.code, self.page, self.read = code, page, read


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. Without a `mask` (0–7) the symbol takes the usual one."""

    code: str
    place: str
    label: str
    mask: int | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who the signs come from.

    Args:
        base_url: scheme and host the symbol leads to.
        municipality: its name as it stands on the sign.
        phone: of the front desk.
        colour: `#rrggbb` of the band that carries white text.
        logo_svg: a drawing in one colour, drawn in white on the band; empty for none.
        languages: in which the sign speaks, the first one largest.

    Raises:
        DoesNotFit: the colour is none, or too light for white text.
    """

    base_url: str
    municipality: str
    phone: str
    colour: str = "#1E2B3C"
    logo_svg: str = ""
    languages: tuple[str, ...] = ("nb", "nn", "en")

    def __post_init__(self) -> None:
        if not _HEX_COLOUR.fullmatch(self.colour):
            raise DoesNotFit(f"{self.colour!r} is no colour such as #1E2B3C.")
        if 1 - luminance(self.rgb) < LEAST_CONTRAST:
            raise DoesNotFit(
                f"White text cannot be read well on {self.colour}: choose a darker one."
            )

    @property
    def domain(self) -> str:
        """The bare domain, as people read it."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The colour, each part from 0 to 1."""
        red, green, blue = (int(self.colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return red, green, blue

    def address(self, sign: Sign) -> str:
        """What the symbol of a sign says."""
        return address_of(self.base_url, sign.code)


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance of an sRGB colour, 0 black to 1 white (WCAG 2.1)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in rgb
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
