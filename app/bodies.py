"""Request bodies: read before any database work, limited per route, never left half-read.

A slow upload must not hold the database's write lock, so the body is read first. A body over the
limit is read and thrown away, so that its sender sees 413 and not a broken connection.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from typing import IO, Any

from flask import Flask, current_app, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest as UnreadableBody
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from app.database import SAFE_METHODS
from app.languages import gettext as _
from app.permissions import FORM_BYTES, MB
from app.problems import BadJson, InvalidFields, TooLarge

DISCARD_BYTES = 64 * MB
CHUNK_BYTES = 64 * 1024


class StrictJson(DefaultJSONProvider):
    """JSON as the standard has it: no NaN or Infinity, and no nesting that exhausts the stack."""

    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON text.

        Raises:
            BadJson: it is none.
        """
        try:
            return json.loads(s, parse_constant=_refuse_constant, **kwargs)
        except (ValueError, RecursionError) as error:
            raise BadJson from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _DiscardTheRest:
    """WSGI middleware: whatever the application left unread is read before the answer goes out."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # Some servers hand over the bare socket; this stream ends where the body does.
        stream = environ["wsgi.input"] = get_input_stream(environ)
        answer: Iterable[bytes] = self._application(environ, start_response)
        _discard(stream)
        return answer


def _discard(stream: IO[bytes]) -> None:
    left = DISCARD_BYTES
    # A sender who has gone will not read the answer either.
    with contextlib.suppress(ClientDisconnected):
        while left > 0 and (chunk := stream.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)


def init_app(app: Flask) -> None:
    """Limit and read every body first of all."""
    # The class too: Flask-Security builds its own provider upon it.
    app.json_provider_class = StrictJson
    app.json = StrictJson(app)
    app.wsgi_app = _DiscardTheRest(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(_read_body)


def _read_body() -> None:
    if request.method in SAFE_METHODS:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    limit: int = getattr(view, "max_bytes", FORM_BYTES)
    if (request.content_length or 0) > limit:
        raise TooLarge
    # A long text is no worse than a file of the same size.
    request.max_content_length = request.max_form_memory_size = limit
    try:
        request.get_data(cache=True, parse_form_data=True)
    except UnicodeDecodeError as error:
        raise UnreadableBody from error
    if _is_cut_off():
        raise TooLarge


def _is_cut_off() -> bool:
    """Whether a body of unsaid length went on past the limit: Werkzeug stops there in silence."""
    if request.content_length is not None or not request.environ.get("wsgi.input_terminated"):
        return False
    return bool(request.environ["wsgi.input"].read(1))


def uploaded_file(most_bytes: int) -> bytes:
    """The content of a form's one file, its field `file`.

    Raises:
        InvalidFields: none was chosen, or it is too large.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidFields({"file": _("Choose a file.")})
    file.stream.seek(0)
    content = file.stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        sentence = _("A file may be at most %(most)s MB.", most=most_bytes // MB)
        raise InvalidFields({"file": sentence})
    return content
