"""The print shop: a list of signs in, a file out. It knows no web framework and no database.

`qr_signs.check` and `qr_signs.picture` are imported by those who need them: the decoders and the
renderer they bring take 40 MB.
"""

from qr_signs.formats import FORMATS, Format
from qr_signs.logo import read_logo
from qr_signs.pdf import write_pdf
from qr_signs.sign import DoesNotFit, Issuer, Misread, Sign
from qr_signs.symbol import address_of, symbol_png, symbol_svg

__all__ = [
    "FORMATS",
    "DoesNotFit",
    "Format",
    "Issuer",
    "Misread",
    "Sign",
    "address_of",
    "read_logo",
    "symbol_png",
    "symbol_svg",
    "write_pdf",
]
