"""Photos of reports, and what pages need to show them."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import Response, request, url_for
from flask_login import current_user
from werkzeug.http import is_resource_modified

from app.languages import as_date_time
from app.permissions import Role, allow
from app.problems import NotFound
from app.reports import wording
from app.reports.keys import key_fits
from app.reports.models import Photo, Report
from app.reports.pages import pages
from app.reports.photo_store import PHOTO, THUMBNAIL, photo_store
from app.reports.queries import find_photo


def photos_view(report: Report, photos: list[Photo], **arguments: Any) -> list[dict[str, Any]]:
    """What a page needs to show photos of a report."""
    caption = wording.category_name(report)
    return [
        {
            "id": str(photo.uuid),
            "url": url_for("resident.photo", photo_uuid=photo.uuid, size=PHOTO, **arguments),
            "thumb_url": url_for(
                "resident.photo", photo_uuid=photo.uuid, size=THUMBNAIL, **arguments
            ),
            "caption": caption,
            "released": photo.released_at is not None,
            "by_staff": photo.by_staff,
            "moment": photo.moment,
            "added": as_date_time(photo.created_at),
            "width_px": photo.width_px,
            "height_px": photo.height_px,
        }
        for photo in photos
    ]


@pages.get("/photos/<uuid:photo_uuid>/<any(photo, thumbnail):size>")
@allow(anyone=True)
def photo(photo_uuid: uuid.UUID, size: str) -> Response:
    """A photo: for everybody once released, before that for its reporter and staff."""
    found = find_photo(photo_uuid)
    if found is None or not _may_see(found):
        raise NotFound
    # A photo that is taken back is gone at once, so whoever keeps a copy asks each time whether it
    # still stands; the answer has no body as long as it does.
    response = Response(mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"{'public' if found.released_at else 'private'}, no-cache"
    response.set_etag(f"{found.name}-{size}")
    if not is_resource_modified(request.environ, etag=response.get_etag()[0]):
        response.status_code = HTTPStatus.NOT_MODIFIED
        return response
    try:
        response.set_data(photo_store().get(found.name, size))
    except FileNotFoundError as error:
        raise NotFound from error
    return response


def _may_see(found: Photo) -> bool:
    if found.released_at or found.report is None:
        # A photo of a refused form has no report yet; whoever knows its random id sent it.
        return True
    if current_user.is_authenticated and any(
        current_user.has_role(role)
        for role in (Role.FRONT_DESK, Role.CREW, Role.MANAGER, Role.ADMIN)
    ):
        return True
    return key_fits(found.report.uuid, request.args.get("key", ""))
