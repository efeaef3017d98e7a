"""Photos of requests: sent along, named by their address, and shown for a day to who may see them.

A photo that is named is fetched by the worker, from hosts that the operator allows and no others.
"""

from __future__ import annotations

import hmac
import time
import uuid
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3
from flask import current_app, request, url_for
from werkzeug.datastructures import FileStorage

from app import outbox
from app.config import Settings
from app.database import session
from app.notices.keys import as_base64url
from app.open311.arguments import read_all
from app.outbox import Claim, Errand, Undeliverable
from app.problems import UnreadablePhoto
from app.public_addresses import NotPublic, open_pool, target_of
from app.reports.models import Photo, Report
from app.reports.photos import (
    MAX_BYTES,
    MAX_PER_REPORT,
    PreparedPhoto,
    keep_photo,
    prepare_aside,
    prepare_photo,
)
from app.reports.queries import find_photo, find_report_by_id

KIND = "open311_photo"
ONE_HOUR_S = 3600
# An address is good for a day; the same one is told for an hour, so that it can be kept.
SHOWN_HOURS = 24
MAX_URL_CHARACTERS = 2_000
TIMEOUT = urllib3.Timeout(connect=5, read=10)
GIVE_UP_AFTER_S = 30.0
_MARK_BYTES = 16
# As many seconds as fit into eight bytes.
MAX_UNTIL = 2**63 - 1


class PhotoNotFetched(Exception):
    """The photo could not be had this time; it is tried again."""


def media_url(photo: Photo) -> str:
    """An address that shows a photo to whoever has it, for a day."""
    until = (int(time.time()) // ONE_HOUR_S + 1 + SHOWN_HOURS) * ONE_HOUR_S
    path = url_for(
        "open311.photo", photo_uuid=photo.uuid, until=until, mark=mark_of(photo.uuid, until)
    )
    return f"{current_app.config['PUBLIC_URL']}{path}"


def mark_of(photo_uuid: uuid.UUID, until: int) -> str:
    """What nobody can guess of such an address."""
    secret = f"open311-photo:{current_app.config['SECRET_KEY']}".encode()
    message = photo_uuid.bytes + until.to_bytes(8, "big")
    return as_base64url(hmac.digest(secret, message, "sha256")[:_MARK_BYTES])


def find_shown(photo_uuid: uuid.UUID, until: int, mark: str) -> Photo | None:
    """The photo of such an address; None where it is made up, or its day is over."""
    if not time.time() <= until <= MAX_UNTIL:
        return None
    fits = hmac.compare_digest(mark_of(photo_uuid, until).encode(), mark.encode())
    return find_photo(photo_uuid) if fits else None


def read_photos() -> tuple[list[PreparedPhoto], int]:
    """The photos of this request's body, whatever their parts are called.

    Returns:
        As many as a report can have, and how many more there were or could not be read.
    """
    files = [file for _name, file in request.files.items(multi=True) if file.filename]
    prepared: list[PreparedPhoto] = []
    dropped = 0
    for file in files:
        photo = _prepared(file) if len(prepared) < MAX_PER_REPORT else None
        if photo is None:
            dropped += 1
        else:
            prepared.append(photo)
    return prepared, dropped


def _prepared(file: FileStorage) -> PreparedPhoto | None:
    # A request that met its twin is run again, and has read the file to its end the first time.
    file.stream.seek(0)
    content = file.stream.read()
    if len(content) > MAX_BYTES:
        return None
    try:
        return prepare_aside(content)
    except UnreadablePhoto:
        return None


def fetch_later(report: Report, room: int, *, by_staff: bool = False) -> int:
    """Have the photos that this request names fetched for a report that was flushed.

    Args:
        report: whose they will be.
        room: how many it can still have.
        by_staff: whether they are of the work, and not the reporter's.

    Returns:
        How many were named that will not be fetched.
    """
    urls = list(dict.fromkeys(url.strip() for url in read_all("media_url") if url.strip()))
    allowed = [url for url in urls if is_allowed(url)][: max(room, 0)]
    for url in allowed:
        outbox.put(KIND, report_id=report.id, url=url, by_staff=by_staff)
    return len(urls) - len(allowed)


def is_allowed(url: str) -> bool:
    """Whether an address is at a host that photos are fetched from."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if not url.isascii() or "@" in parts.netloc or len(url) > MAX_URL_CHARACTERS or not host:
        return False
    if any(ord(character) <= ord(" ") for character in url):
        return False
    hosts = _hosts()
    if parts.scheme in {"http", "https"} and f"{host}:{port}" in hosts:
        return True
    return parts.scheme == "https" and port is None and any(_fits(host, one) for one in hosts)


def _fits(host: str, named: str) -> bool:
    if named.startswith("*."):
        return host.endswith(named[1:])
    return host == named


def _hosts() -> tuple[str, ...]:
    settings: Settings = current_app.extensions["settings"]
    return settings.open311_media_hosts


def fetch_photo(claim: Claim) -> Errand | None:
    """Fetch one photo for its report, unless that has it already or is gone."""
    report = find_report_by_id(claim.payload["report_id"])
    if report is None:
        return None
    url = claim.payload["url"]
    photo_uuid = uuid.uuid5(report.uuid, url)
    if find_photo(photo_uuid) is not None:
        return None
    fetched: list[PreparedPhoto] = []

    def run() -> None:
        try:
            fetched.append(prepare_photo(_fetch(url)))
        except UnreadablePhoto:
            raise Undeliverable("it is no photo that we can read") from None

    by_staff = claim.payload.get("by_staff", False)
    write_down = partial(_keep, report.id, photo_uuid, fetched, by_staff=by_staff)
    return Errand(run=run, forget_receiver=lambda: None, write_down=write_down)


def _keep(
    report_id: int, photo_uuid: uuid.UUID, fetched: list[PreparedPhoto], *, by_staff: bool
) -> None:
    report = find_report_by_id(report_id)
    if report is not None and fetched:
        keep_photo(photo_uuid, fetched[0], report, by_staff=by_staff)
        session().flush()


def _fetch(url: str) -> bytes:
    """What lies at an address.

    Raises:
        Undeliverable: it may not be asked any more, or there is nothing.
        PhotoNotFetched: it did not come this time.
    """
    if not is_allowed(url):
        raise Undeliverable("the host is not in OPEN311_MEDIA_HOSTS")
    parts = urlsplit(url)
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    try:
        with open_pool(parts, _hosts(), TIMEOUT) as pool:
            headers = {"Host": parts.netloc, "User-Agent": "VOF", "Accept": "image/*"}
            answer = pool.request(
                "GET", target_of(parts), headers=headers, redirect=False, preload_content=False
            )
            try:
                return _body(answer, give_up_at)
            finally:
                answer.close()
    except (NotPublic, urllib3.exceptions.HTTPError, OSError) as error:
        raise PhotoNotFetched(f"{type(error).__name__}: {error}") from None


def _body(answer: urllib3.BaseHTTPResponse, give_up_at: float) -> bytes:
    """The body, read as it arrives: a drop every second would pass the socket's own timeout."""
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Undeliverable(f"answered {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise PhotoNotFetched(f"answered {answer.status}")
    body = bytearray()
    while piece := answer.read1(decode_content=False):
        body += piece
        if len(body) > MAX_BYTES:
            raise Undeliverable(f"more than {MAX_BYTES} bytes")
        if time.monotonic() > give_up_at:
            raise PhotoNotFetched("too slow")
    return bytes(body)
