"""The files of a mail: which become photos, and what is said of the others.

Touches no database, since decoding takes its time.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.languages import gettext as _
from app.mailbox.reading import File
from app.problems import UnreadablePhoto
from app.reports.photos import MAX_BYTES, MAX_PER_REPORT, PreparedPhoto, prepare_photo

# The logo below a signature, the mark of a social medium, the dot that tells that a mail was read.
SMALLEST_PIXELS = 150 * 150
# Decoding costs up to a second each; whoever sends more than this has sent enough.
MOST_TRIED = 12
MOST_NAMED = 30

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
KB = 1024


@dataclass(frozen=True, slots=True)
class Sorted:
    """The photos of a mail, and in words what could not be kept."""

    photos: list[PreparedPhoto]
    left_out: list[str]


def sort_files(files: tuple[File, ...], most: int = MAX_PER_REPORT) -> Sorted:
    """Make photos of a mail's pictures, as many as a report may still hold."""
    photos: list[PreparedPhoto] = []
    left_out: list[str] = []
    tried = 0
    for file in files:
        if not _looks_like_a_picture(file):
            left_out.append(_("%(name)s: not a picture", name=_name(file)))
        elif len(photos) >= most or tried >= MOST_TRIED:
            left_out.append(_("%(name)s: one photo too many", name=_name(file)))
        else:
            tried += 1
            reason = _add(photos, file)
            if reason:
                left_out.append(reason)
    if len(left_out) > MOST_NAMED:
        more = _("and %(count)s more", count=len(left_out) - MOST_NAMED)
        left_out = [*left_out[:MOST_NAMED], more]
    return Sorted(photos, left_out)


def _add(photos: list[PreparedPhoto], file: File) -> str:
    """Add a picture to the photos, or say why not."""
    if len(file.content) > MAX_BYTES:
        return _("%(name)s: larger than 15 MB", name=_name(file))
    try:
        prepared = prepare_photo(file.content)
    except UnreadablePhoto:
        return _("%(name)s: a picture that cannot be read", name=_name(file))
    if prepared.width_px * prepared.height_px < SMALLEST_PIXELS:
        return _("%(name)s: a very small picture, likely a logo", name=_name(file))
    if any(known.fingerprint == prepared.fingerprint for known in photos):
        return _("%(name)s: the same photo again", name=_name(file))
    photos.append(prepared)
    return ""


def _looks_like_a_picture(file: File) -> bool:
    return file.kind.startswith("image/") or file.name.lower().endswith(_ENDINGS)


def _name(file: File) -> str:
    """The file's name and size, or its kind where it has no name."""
    size = len(file.content) / KB
    written = f"{size / KB:.1f} MB" if size > KB else f"{size:.0f} kB"
    return f"{file.name or file.kind} ({written})" if file.content else file.name or file.kind
