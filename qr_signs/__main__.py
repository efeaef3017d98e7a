"""Print signs without the register: `python -m qr_signs SIGNS.csv --base-url … --out FILE.pdf`."""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from qr_signs.formats import FORMATS
from qr_signs.pdf import write_pdf
from qr_signs.sign import DoesNotFit, Issuer, Misread, Sign
from qr_signs.texts import LANGUAGES

COLUMNS = ("code", "place", "label")
UNUSABLE = 2
MOST_COPIES = 100
_CODE = re.compile(r"[0-9A-Za-z]{1,12}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when the file is written, 2 with a sentence when it is not."""
    wanted = _parser().parse_args(arguments)
    try:
        signs = read_signs(wanted.signs)
        _write(wanted.out, _print(wanted, signs))
    except (DoesNotFit, Misread, OSError, UnicodeDecodeError, csv.Error) as error:
        print(f"qr_signs: {error}", file=sys.stderr)
        return UNUSABLE
    print(f"{len(signs)} signs in {wanted.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m qr_signs", description=__doc__)
    parser.add_argument(
        "signs", type=Path, metavar="SIGNS.csv", help="columns code,place,label and perhaps mask"
    )
    parser.add_argument(
        "--base-url", required=True, help="where the signs lead, e.g. https://vof.example.no"
    )
    parser.add_argument(
        "--format", default="A5", choices=list(FORMATS), help="size; A5 if not said"
    )
    parser.add_argument(
        "--out", required=True, type=Path, help="FILE.pdf; FILE.svg or FILE.png for one sign"
    )
    parser.add_argument("--check", action="store_true", help="read every symbol back first")
    parser.add_argument("--bleed", action="store_true", help="3 mm of bleed and crop marks")
    parser.add_argument("--copies", type=int, default=1, help="of each sign")
    parser.add_argument("--dpi", type=int, default=300, help="of a PNG, 50 to 600")
    parser.add_argument("--municipality", default="", help="its name")
    parser.add_argument("--phone", default="", help="of the front desk")
    parser.add_argument("--colour", default="#1E2B3C", help="of the band, e.g. #1E2B3C")
    parser.add_argument("--logo", type=Path, help="a drawing in one colour, as SVG")
    parser.add_argument(
        "--languages", default="nb nn en", help="in this order, out of nb, nn and en"
    )
    return parser


def read_signs(file: Path) -> list[Sign]:
    """The signs of a CSV file.

    Raises:
        DoesNotFit: the line that cannot be used, and why.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or [])]
        if missing:
            raise DoesNotFit(f"{file}: the column {missing[0]!r} is missing.")
        signs = [_read(row, f"{file}, line {rows.line_num}") for row in rows]
    if not signs:
        raise DoesNotFit(f"{file}: there is no sign in it.")
    return signs


def _read(row: dict[str, str | None], where: str) -> Sign:
    code = (row["code"] or "").strip()
    if not _CODE.fullmatch(code):
        raise DoesNotFit(f"{where}: {code!r} is no code of 1 to 12 letters and digits.")
    mask = (row.get("mask") or "").strip()
    if mask and mask not in set("01234567"):
        raise DoesNotFit(f"{where}: the mask is a number from 0 to 7, not {mask!r}.")
    return Sign(code, row["place"] or "", row["label"] or "", int(mask) if mask else None)


def _print(wanted: argparse.Namespace, signs: list[Sign]) -> bytes:
    issuer = _issuer(wanted)
    suffix = wanted.out.suffix.lower()
    if suffix not in {".pdf", ".svg", ".png"}:
        raise DoesNotFit(f"{wanted.out}: the file is a .pdf, .svg or .png.")
    if not 1 <= wanted.copies <= MOST_COPIES:
        raise DoesNotFit(f"From 1 to {MOST_COPIES} copies can be printed.")
    if suffix != ".pdf" and len(signs) != 1:
        raise DoesNotFit(
            f"{wanted.out}: a {suffix[1:]} holds one sign, not {len(signs)}; take a PDF."
        )
    how = {"bleed": wanted.bleed, "copies": wanted.copies}
    if wanted.check:
        from qr_signs.check import write_checked_pdf

        pdf, signs = write_checked_pdf(signs, issuer, wanted.format, **how)
    else:
        pdf = write_pdf(signs, issuer, wanted.format, **how)
    return pdf if suffix == ".pdf" else _picture(wanted, signs[0], issuer)


def _picture(wanted: argparse.Namespace, sign: Sign, issuer: Issuer) -> bytes:
    from qr_signs.picture import write_png, write_svg

    if wanted.out.suffix.lower() == ".svg":
        return write_svg(sign, issuer, wanted.format)
    return write_png(sign, issuer, wanted.format, dpi=wanted.dpi)


def _issuer(wanted: argparse.Namespace) -> Issuer:
    parts = urlsplit(wanted.base_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise DoesNotFit(f"{wanted.base_url!r} is no address such as https://vof.example.no.")
    languages = tuple(wanted.languages.replace(",", " ").split())
    if not languages or not set(languages) <= set(LANGUAGES):
        raise DoesNotFit(f"The languages of signs are {', '.join(LANGUAGES)}.")
    return Issuer(
        base_url=wanted.base_url,
        municipality=wanted.municipality,
        phone=wanted.phone,
        colour=wanted.colour,
        logo_svg=wanted.logo.read_text("utf-8") if wanted.logo else "",
        languages=languages,
    )


def _write(out: Path, content: bytes) -> None:
    """Whole or not at all: a file cut short must not reach the print shop."""
    handle, name = tempfile.mkstemp(dir=out.parent, suffix=out.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink()
        raise


if __name__ == "__main__":
    sys.exit(main())
