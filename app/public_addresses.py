"""Where a connection to a named host may go: to public addresses, unless an operator named it.

The name is looked up once, each address it has is judged, and the caller connects to the one that
was judged, so that a name whose address changes in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection
from urllib.parse import SplitResult

import urllib3

PORTS = {"https": 443, "http": 80}


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
        raise NotPublic("the name has no address") from None
    addresses = [str(one[4][0]) for one in found]
    if f"{host}:{port}" in inside:
        return addresses[0]
    if not all(_is_public(one) for one in addresses):
        raise NotPublic("the address is not public")
    return addresses[0]


def _is_public(address: str) -> bool:
    read = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(read, "ipv4_mapped", None) or read
    return bool(mapped.is_global and not mapped.is_multicast)


def open_pool(
    parts: SplitResult, inside: Collection[str], timeout: urllib3.Timeout
) -> urllib3.HTTPConnectionPool:
    """Connections to the host of an address of the web, whatever its name leads to later.

    Raises:
        NotPublic
    """
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = find_address(host, port, inside)
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=timeout,
        retries=False,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=ssl.create_default_context(),
    )


def target_of(parts: SplitResult) -> str:
    """What follows the host in a request."""
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
