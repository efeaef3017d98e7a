"""How often signs are scanned: a number a day, without anything about who scanned."""

from __future__ import annotations

import re

from sqlalchemy import update

from app.database import now, session
from app.languages import OSLO
from app.signs.models import Sign, SignScans

# Those that fetch a page for a preview or an index say so; most others run no script anyway.
_BOT = re.compile(
    r"bot\b|bot-|crawl|spider|slurp|preview|facebookexternalhit|monitor|curl|wget", re.IGNORECASE
)


def is_bot(user_agent: str) -> bool:
    """Whether a browser's name is that of a machine which reads pages by itself."""
    return not user_agent or bool(_BOT.search(user_agent))


def count_scan(sign: Sign) -> None:
    """One more on this day, in Norwegian time.

    Two first scans of a day at once meet in the key, and the later request runs again.
    """
    day = now().astimezone(OSLO).date()
    counted = session().execute(
        update(SignScans)
        .where(SignScans.sign_id == sign.id, SignScans.day == day)
        .values(count=SignScans.count + 1)
        .returning(SignScans.count)
        .execution_options(synchronize_session=False)
    )
    if counted.first() is None:
        session().add(SignScans(sign_id=sign.id, day=day, count=1))
        session().flush()
