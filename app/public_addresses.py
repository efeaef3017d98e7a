"""Where a connection to a named host may go: to public addresses, unless an operator named it.

The name is looked up once, each address it has is judged, and the caller connects to the one that
was judged, so that a name whose address changes in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

PORTS = {"https": 443, "http": 80}

# An address of these leads to the one of IPv4 that it ends with: mapped, translated (RFC 6052), and
# the compatible ones of old.
_CARRIERS = [ipaddress.IPv6Network(f"{head}/96") for head in ("::ffff:0:0", "64:ff9b::", "::")]


NO_ADDRESS, PRIVATE = "the name has no address", "the address is not public"


class NotPublic(Exception):
    """The name has no address, or one that is not public; the text says which."""


def find_address(host: str, port: int, inside: Collection[str]) -> str:
    """The address to connect to.

    Args:
        host: a name, or an address.
        port: which.
        inside: `host:port` of what may lie inside our network.

    Raises:
        NotPublic
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPublic(NO_ADDRESS) from None
    addresses = [str(one[4][0]) for one in found]
    if f"{host}:{port}" in inside:
        return addresses[0]
    if not all(_is_public(one) for one in addresses):
        raise NotPublic(PRIVATE)
    return addresses[0]


def _is_public(address: str) -> bool:
    read = ipaddress.ip_address(address.partition("%")[0])
    if any(read in one for one in _CARRIERS):
        read = ipaddress.ip_address(read.packed[-4:])
    is_site_local = isinstance(read, ipaddress.IPv6Address) and read.is_site_local
    return read.is_global and not read.is_multicast and not is_site_local


@contextmanager
def _head_in_time(connection: HTTPConnection) -> Iterator[None]:
    """Give up on an answer whose head is not whole within the timeout, which every caller gives.

    The socket counts anew for each piece: a drop every second held the worker, and all mail, up.
    """
    is_late = Event()

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    clock = Timer(connection.timeout or 0, cut)
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
        if is_late.is_set():
            raise TimeoutError


class _Plain(HTTPConnection):
    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        with _head_in_time(self):
            return super().getresponse()


class _Encrypted(HTTPSConnection):
    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        with _head_in_time(self):
            return super().getresponse()


def open_pool(
    parts: SplitResult, inside: Collection[str], timeout: urllib3.Timeout
) -> urllib3.HTTPConnectionPool:
    """Connections to the host of an address of the web, whatever its name leads to later.

    Args:
        parts: the address.
        inside: `host:port` of what may lie inside our network.
        timeout: its part for reading is also how long the head of the answer may take.

    Raises:
        NotPublic
    """
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = find_address(host, port, inside)
    if parts.scheme == "http":
        plain = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
        plain.ConnectionCls = _Plain
        return plain
    encrypted = urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=timeout,
        retries=False,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=ssl.create_default_context(),
    )
    encrypted.ConnectionCls = _Encrypted
    return encrypted


def target_of(parts: SplitResult) -> str:
    """What follows the host in a request."""
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
