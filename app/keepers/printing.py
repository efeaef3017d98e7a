"""The worker's side of a print order: masks chosen, file made, every symbol read back, handed out.

Each step that is told to the database is a transaction of its own, so that the page that waits
sees it and a cancelled order stops.
"""

from __future__ import annotations

import hashlib
import io
import logging
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app

from app.database import db, session
from app.languages import gettext as _
from app.places.municipality import municipality
from app.reports.photo_store import photo_store
from app.signs.operations import mark_printed
from app.signs.orders import (
    Finished,
    claim_next,
    fail_order,
    find_order,
    finish_order,
    list_signs_of_order,
    note_progress,
)
from qr_signs import DoesNotFit, Issuer, Misread, address_of
from qr_signs import Sign as PrintedSign
from qr_signs.check import write_checked_pdf
from qr_signs.masks import best_mask
from qr_signs.picture import write_png

log = logging.getLogger(__name__)

TOLD_EVERY_S = 0.5
# A fixed time in the archive, so that the same order gives the same bytes.
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)
FILE_TYPES = {"pdf": "application/pdf", "zip": "application/zip", "png": "image/png"}


class Cancelled(Exception):
    """Somebody has stopped the order."""


class Progress:
    """Counts steps and tells the database twice a second.

    Raises:
        Cancelled: from `step`, once the order has been stopped.
    """

    def __init__(self, order_id: int, total: int) -> None:
        self._order_id = order_id
        self._total = total
        self._done = 0
        self._told_at = 0.0
        self.tell()

    def step(self, _done: int = 0) -> None:
        """One more sign has been seen to."""
        self._done += 1
        if time.monotonic() - self._told_at > TOLD_EVERY_S:
            self.tell()

    def tell(self) -> None:
        """Write down how far we are."""
        self._told_at = time.monotonic()
        going_on = note_progress(self._order_id, min(self._done, self._total), self._total)
        db.session.commit()
        if not going_on:
            raise Cancelled


def print_waiting_orders() -> int:
    """Print whatever waits, one order after the other; for the worker.

    Returns:
        How many orders were taken up.
    """
    taken = 0
    while True:
        order_id = claim_next()
        db.session.commit()
        if order_id is None:
            return taken
        _print(order_id)
        taken += 1


def _print(order_id: int) -> None:
    try:
        _make(order_id)
    except Cancelled:
        log.info("print order %d was cancelled", order_id)
    except Misread as error:
        log.exception("print order %d was misread", order_id)
        _fail(order_id, _("The code of sign %(code)s could not be read back.", code=error.code))
    except DoesNotFit as error:
        log.exception("print order %d does not fit", order_id)
        _fail(order_id, _("The signs cannot be drawn: %(reason)s", reason=str(error)))
    except Exception:
        # Whatever it is concerns this order alone; who ordered it is told that it failed.
        log.exception("print order %d failed", order_id)
        _fail(order_id, _("Something went wrong in the print shop. Order the same again."))


def _fail(order_id: int, reason: str) -> None:
    session().rollback()
    fail_order(order_id, reason)
    session().commit()


@dataclass(frozen=True, slots=True)
class Job:
    """An order as plain values: nothing is asked of the database while signs are drawn, since on
    SQLite whoever has asked keeps all others from writing until the next commit.
    """

    order_id: int
    format: str
    options: dict[str, Any]
    signs: list[PrintedSign]
    issuer: Issuer


def _make(order_id: int) -> None:
    job = _load(order_id)
    unmasked = [sign for sign in job.signs if sign.mask is None]
    copies = 1 if job.options["file"] == "png" else job.options["copies"]
    progress = Progress(order_id, len(unmasked) + 2 * len(job.signs) * copies)
    masks = _choose_masks(unmasked, progress)
    signs = [replace(sign, mask=masks.get(sign.code, sign.mask)) for sign in job.signs]
    content, suffix, drawn = _write(replace(job, signs=signs), progress)
    digest = hashlib.sha256(content).hexdigest()
    name = f"prints/{digest}.{suffix}"
    photo_store().put_file(name, content)
    masks |= {sign.code: sign.mask for sign in drawn if sign.mask is not None}
    _finish(order_id, Finished(name, len(content), digest), masks)


def _load(order_id: int) -> Job:
    order = find_order(order_id)
    assert order is not None, "it was claimed a moment ago"
    signs = [
        PrintedSign(sign.code, sign.place.name, sign.label, sign.mask)
        for sign in list_signs_of_order(order)
    ]
    issuer = issuer_for(order.options["languages"].split())
    job = Job(order_id, order.format, order.options, signs, issuer)
    db.session.commit()
    return job


def _choose_masks(signs: Sequence[PrintedSign], progress: Progress) -> dict[str, int]:
    """The mask a sign is first printed with stays its mask: all its plates look alike."""
    base_url = current_app.config["PUBLIC_URL"]
    masks = {}
    for sign in signs:
        masks[sign.code] = best_mask(address_of(base_url, sign.code))
        progress.step()
    return masks


def _finish(order_id: int, finished: Finished, masks: dict[str, int]) -> None:
    """Hand the file out, unless somebody has stopped the order at the last moment."""
    if finish_order(order_id, finished):
        order = find_order(order_id)
        assert order is not None, "it was finished a moment ago"
        for sign in list_signs_of_order(order):
            sign.mask = masks.get(sign.code, sign.mask)
            mark_printed(sign, order.staff)
    session().commit()


def _write(job: Job, progress: Progress) -> tuple[bytes, str, list[PrintedSign]]:
    """The file, what it is, and the signs with the masks they are drawn with."""
    if job.options["file"] == "png":
        return _write_pictures(job, progress.step)
    how = {"bleed": job.options["bleed"], "copies": job.options["copies"]}
    pdf, drawn = write_checked_pdf(job.signs, job.issuer, job.format, progress=progress.step, **how)
    return pdf, "pdf", drawn


def _write_pictures(job: Job, step: Callable[[int], None]) -> tuple[bytes, str, list[PrintedSign]]:
    """A picture a sign, in an archive where there are several; each is drawn from a checked PDF."""
    archive = io.BytesIO()
    all_drawn: list[PrintedSign] = []
    with zipfile.ZipFile(archive, "w") as file:
        for number, sign in enumerate(job.signs):
            step(number)
            _pdf, drawn = write_checked_pdf([sign], job.issuer, job.format)
            all_drawn += drawn
            picture = write_png(drawn[0], job.issuer, job.format, dpi=job.options["dpi"])
            if len(job.signs) == 1:
                return picture, "png", all_drawn
            file.writestr(zipfile.ZipInfo(f"{sign.code}.png", ARCHIVE_TIME), picture)
            step(number)
    return archive.getvalue(), "zip", all_drawn


def issuer_for(languages: Sequence[str]) -> Issuer:
    """Who stands on the signs, in these languages."""
    here = municipality()
    return Issuer(
        base_url=current_app.config["PUBLIC_URL"],
        municipality=here.name,
        phone=here.front_desk_phone,
        colour=here.sign_colour,
        logo_svg=here.logo_svg,
        languages=tuple(languages),
    )
