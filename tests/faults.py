"""A bad link: a proxy on this machine that loses, delays and falsifies answers as it is told."""

from __future__ import annotations

import contextlib
import http.client
import random
import threading
from collections import Counter, deque
from collections.abc import Iterator
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOGIN_PAGE = b"<!doctype html><title>Gjestenett</title><form><input name=email></form>"
TOO_LARGE_PAGE = b"<html><h1>413 Request Entity Too Large</h1></html>"
TIMEOUT_S = 30
_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Fault(StrEnum):
    """What happens to one upload."""

    UNREACHABLE = "the connection breaks before anything arrives"
    LOST_ANSWER = "the server keeps it and its answer is lost"
    HALF_ANSWER = "the server keeps it and half of its answer arrives"
    BROKEN = "500"
    GATEWAY = "502 from something in between"
    BUSY = "503 with Retry-After"
    TOO_LARGE = "413 from something in between"
    LOGIN = "a sign-in page with 200"
    REDIRECT = "a redirect to a sign-in page"


class BadLink:
    """Passes requests on to a server. An upload takes the next of `faults`, and when those are used
    up one by chance as often as `fault_rate` says.
    """

    def __init__(self, server_port: int, seed: int = 0) -> None:
        self.offline = False
        self.fault_rate = 0.0
        self.faults: deque[Fault] = deque()
        self.uploads: list[tuple[str, int | None]] = []
        self.met: Counter[Fault] = Counter()
        self._chance = random.Random(seed)
        self._server_port = server_port
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._proxy.daemon_threads = True
        self.port: int = self._proxy.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[BadLink]:
        thread = threading.Thread(target=self._proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._proxy.shutdown()
            self._proxy.server_close()
            thread.join(TIMEOUT_S)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        link = self

        class Handler(BaseHTTPRequestHandler):
            # A browser repeats by itself what broke on a connection that it had used before, and
            # the fault would be none; so each request has a connection of its own.
            protocol_version = "HTTP/1.0"

            def handle_one_request(self) -> None:
                # A browser that is killed or leaves does not wait for its answers.
                with contextlib.suppress(ConnectionError):
                    super().handle_one_request()

            def do_GET(self) -> None:
                link.take(self, None)

            def do_POST(self) -> None:
                link.take(self, None)

            def do_DELETE(self) -> None:
                link.take(self, None)

            def do_PUT(self) -> None:
                link.take(self, link.next_fault())

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler

    def next_fault(self) -> Fault | None:
        fault = None
        if self.faults:
            fault = self.faults.popleft()
        elif self._chance.random() < self.fault_rate:
            fault = self._chance.choice(list(Fault))
        if fault and not self.offline:
            self.met[fault] += 1
        return fault

    def take(self, request: BaseHTTPRequestHandler, fault: Fault | None) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if self.offline or fault is Fault.UNREACHABLE:
            request.close_connection = True
            return
        answers = {
            Fault.BROKEN: (500, "text/html", b"<h1>500</h1>", {}),
            Fault.GATEWAY: (502, "text/html", b"<h1>502</h1>", {}),
            Fault.BUSY: (503, "application/json", b'{"code":"busy","message":"-"}', RETRY_AFTER),
            Fault.TOO_LARGE: (413, "text/html", TOO_LARGE_PAGE, {}),
            Fault.LOGIN: (200, "text/html", LOGIN_PAGE, {}),
            Fault.REDIRECT: (302, "text/html", b"", {"Location": "/mine"}),
        }
        if fault in answers:
            status, kind, content, more = answers[fault]
            _answer(request, status, [("Content-Type", kind), *more.items()], content)
            return
        try:
            status, headers, content = self._ask_server(request, body)
        except (OSError, http.client.HTTPException):
            self._note(request, None)
            request.close_connection = True
            return
        self._note(request, status)
        if fault is Fault.LOST_ANSWER:
            request.close_connection = True
        elif fault is Fault.HALF_ANSWER:
            _answer(request, status, headers, content, only=len(content) // 2)
        else:
            _answer(request, status, headers, content)

    def _note(self, request: BaseHTTPRequestHandler, status: int | None) -> None:
        if request.command == "PUT":
            self.uploads.append((request.path.partition("?")[0], status))

    def _ask_server(
        self, request: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        server = http.client.HTTPConnection("127.0.0.1", self._server_port, timeout=TIMEOUT_S)
        try:
            server.request(request.command, request.path, body or None, dict(request.headers))
            answer = server.getresponse()
            # A header may come twice, as that of a cookie does.
            headers = [one for one in answer.getheaders() if one[0].lower() not in _PASSED_ON]
            return answer.status, headers, answer.read()
        finally:
            server.close()


RETRY_AFTER = {"Retry-After": "1"}


def _answer(
    request: BaseHTTPRequestHandler,
    status: int,
    headers: list[tuple[str, str]],
    content: bytes,
    *,
    only: int | None = None,
) -> None:
    request.send_response(status)
    for name, value in headers:
        if name.lower() not in {"date", "server"}:
            request.send_header(name, value)
    if status not in {204, 304}:
        request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content[:only])
    if only is not None:
        request.close_connection = True
