"""Work that begins when the answer has been sent, so that nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Response, after_this_request

log = logging.getLogger(__name__)


def once_answered(work: Callable[[], None]) -> None:
    """Do something after this request's answer is with its reader.

    Args:
        work: may fail without harm, since the worker's sweep or the next asker makes up for it.
    """

    def run() -> None:
        try:
            work()
        except Exception:
            # What was asked for is kept; the worker or the next asker makes up for it.
            log.exception("what was to follow an answer has failed")

    def after(response: Response) -> Response:
        response.call_on_close(run)
        return response

    after_this_request(after)
