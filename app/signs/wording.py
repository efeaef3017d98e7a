"""The life of a sign in words."""

from app.languages import lazy_gettext
from app.signs.models import SignState

STATE_NAMES = {
    SignState.ORDERED: lazy_gettext("Ordered"),
    SignState.PRINTED: lazy_gettext("Printed"),
    SignState.MOUNTED: lazy_gettext("Mounted"),
    SignState.MISSING: lazy_gettext("Missing"),
    SignState.RETIRED: lazy_gettext("Taken down"),
}
