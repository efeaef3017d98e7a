"""What residents can say is wrong with a sign, in words."""

from app.languages import lazy_gettext
from app.signs.models import SignFault

FAULT_NAMES = {
    SignFault.COVERED: lazy_gettext("Something is pasted over the sign"),
    SignFault.ELSEWHERE: lazy_gettext("The code leads somewhere else"),
    SignFault.UNREADABLE: lazy_gettext("The sign is damaged or hard to read"),
    SignFault.MISPLACED: lazy_gettext("The sign hangs in the wrong place"),
}
