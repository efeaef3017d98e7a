"""A certificate for localhost, and the server's side of TLS with it."""

from __future__ import annotations

import ssl
from pathlib import Path

from werkzeug.serving import make_ssl_devcert


def localhost_certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """The file that clients must be told to trust, and the context of a server."""
    certificate, key = make_ssl_devcert(str(folder / "localhost"), host="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
