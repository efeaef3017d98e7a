"""Which addresses of the web are public, and how long one may take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import urllib3

from app.public_addresses import NotPublic, find_address, open_pool
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


@pytest.mark.parametrize("address", ["64:ff9b::10.0.0.7", "::127.0.0.1", "::1", "fec0::1"])
def test_an_address_that_leads_inside_in_another_guise_is_refused(address):
    with pytest.raises(NotPublic):
        find_address(address, 443, ())


def test_a_public_address_stays_one_where_it_is_translated():
    assert find_address("64:ff9b::8.8.8.8", 443, ()) == "64:ff9b::808:808"
