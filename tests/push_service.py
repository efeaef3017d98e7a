"""A push service on loopback, with the browser's side of the encryption."""

from __future__ import annotations

import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.notices.keys import as_base64url


class Browser:
    """What a browser keeps for itself, and what it tells of it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": as_base64url(public), "auth": as_base64url(self._secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        text = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._secret, version="aes128gcm"
        )
        read: dict[str, Any] = json.loads(text)
        return read


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: Message
    body: bytes


class PushService:
    """Keeps what it gets; answers with `status`, and with `location` where one is set."""

    def __init__(self, port: int) -> None:
        self.host = f"localhost:{port}"
        self.received: list[Received] = []
        self.status = 201
        self.location = ""

    def endpoint(self, name: str = "phone") -> str:
        return f"https://{self.host}/send/{name}"


@contextmanager
def running_push_service(context: ssl.SSLContext) -> Iterator[PushService]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.received.append(Received(self.path, self.headers, body))
            self.send_response(service.status)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = PushService(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
