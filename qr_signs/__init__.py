"""The print shop: a sign in, a file out. It knows no web framework and no database."""

from qr_signs.symbol import address_of, symbol_png, symbol_svg

__all__ = ["address_of", "symbol_png", "symbol_svg"]
