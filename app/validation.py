"""Marshmallow's sentences, named here so that they are in our catalogue and get translated.

`app.problems` looks every sentence of a refused field up in the catalogue.
"""

from app.languages import lazy_gettext

SENTENCES = [
    lazy_gettext("Missing data for required field."),
    lazy_gettext("Field may not be null."),
    lazy_gettext("Invalid value."),
    lazy_gettext("Invalid type."),
    lazy_gettext("Invalid input type."),
    lazy_gettext("Unknown field."),
    lazy_gettext("Not a valid string."),
    lazy_gettext("Not a valid number."),
    lazy_gettext("Not a valid integer."),
    lazy_gettext("Not a valid mapping type."),
    lazy_gettext("Not a valid datetime."),
    lazy_gettext("Not a valid aware datetime."),
    lazy_gettext("Special numeric values (nan or infinity) are not permitted."),
    lazy_gettext("Number too large."),
]
