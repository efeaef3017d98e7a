"""“Is it still you?”: before somebody changes what lets them in, or another person in."""

from __future__ import annotations

import re
import time

from flask import abort, redirect, request, url_for
from flask import session as cookie

FRESH_S = 15 * 60
# Where Flask-Security notes when this session's person was last asked.
ASKED_AT = "fs_paa"
# What opened it was a PIN of six digits, which is not enough to change what lets one in.
BY_PIN = "by_pin"
_BACK = re.compile(r"/(staff|admin|crew)(/[a-z0-9-]+)*")


def demand_fresh(back: str | None = None) -> None:
    """Go on only if the person has shown lately who they are, else ask them.

    Args:
        back: the page to be at afterwards, where this request's address is none.
    """
    if not is_fresh():
        abort(redirect(url_for("account.confirm", next=back or request.path), 303))


def is_fresh() -> bool:
    """Whether the person has shown lately who they are, by more than a PIN."""
    age_s = time.time() - cookie.get(ASKED_AT, 0)
    # Whoever has opened a form has as long again to fill it in.
    is_lately = 0 <= age_s <= (FRESH_S if request.method == "GET" else 2 * FRESH_S)
    return is_lately and BY_PIN not in cookie


def note_shown() -> None:
    """This session's person has shown who they are just now."""
    cookie[ASKED_AT] = time.time()
    cookie.pop(BY_PIN, None)


def page_to_go_back_to() -> str:
    """Where the person was on the way to; their account where that is nowhere of ours."""
    wanted = request.args.get("next", "")
    return wanted if _BACK.fullmatch(wanted) else url_for("account.page")
