"""How long an address of the web may take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import urllib3

from app.public_addresses import open_pool
from tests.certificates import localhost_certificate

DROP_S = 0.05
HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 40 + b"\r\n\r\n"


def drip(listening, context):
    """Answer one call, a byte at a time."""
    caller, _address = listening.accept()
    with (
        contextlib.suppress(OSError),
        context.wrap_socket(caller, server_side=True) if context else caller as connection,
    ):
        connection.recv(10_000)
        for byte in HEAD:
            connection.sendall(bytes([byte]))
            threading.Event().wait(DROP_S)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_lets_the_head_of_an_answer_drip_is_not_waited_for(tmp_path, monkeypatch, scheme):
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with socket.create_server(("localhost", 0)) as listening:
        host = f"localhost:{listening.getsockname()[1]}"
        args = (listening, context if scheme == "https" else None)
        threading.Thread(target=drip, args=args, daemon=True).start()
        timeout = urllib3.Timeout(connect=5, read=DROP_S * 4)
        began = time.monotonic()
        with (
            open_pool(urlsplit(f"{scheme}://{host}/"), (host,), timeout) as pool,
            pytest.raises(urllib3.exceptions.ReadTimeoutError),
        ):
            pool.request("POST", "/", body=b"x", redirect=False, preload_content=False)
    assert time.monotonic() - began < DROP_S * len(HEAD) / 2
