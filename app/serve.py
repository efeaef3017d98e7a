"""The production server: gunicorn with a few worker processes, and the background worker beside it.

Everything started here ends with the server, also when the server is killed.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker
from werkzeug.serving import make_ssl_devcert

from app.config import VAR, Settings
from app.database import db
from app.demo.load import demo_password, example_signs
from app.jobs import run_worker
from app.permissions import Role
from app.statistics import facts

log = logging.getLogger(__name__)

PROCESSES = 2
THREADS = 4
# A photo on a bad link takes its time; the largest may need this long.
REQUEST_TIMEOUT_S = 120
STOP_TIMEOUT_S = 10

PR_SET_PDEATHSIG = 1


class Worker(ThreadWorker):
    """A process that answers, in threads that wait for nobody who has not asked yet.

    gunicorn lets a thread wait five seconds for the first byte of a connection. Browsers open some
    in advance: eight of them held up everybody for five seconds, and 32 for 15.
    """

    def handle(self, conn: TConn) -> Any:
        """Answer a connection, or give it back until something comes by it."""
        if not (conn.initialized or conn.data_ready):
            if not conn.wait_for_data(0):
                return _DEFER
            conn.data_ready = True
        return super().handle(conn)


class _Server(BaseApplication):
    """gunicorn around an application that is already made."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def serve(app: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    settings: Settings = app.extensions["settings"]
    _print_addresses(settings)
    # Connections must not be shared with the processes that are forked from here.
    db.session.remove()
    db.engine.dispose()
    # What is loaded by now stays for good. Looking through it for garbage took 150 ms now and then,
    # in the middle of somebody's request.
    gc.collect()
    gc.freeze()
    # At the end it is, or libraries complain that somebody holds on to their objects.
    atexit.register(gc.unfreeze)
    worker = _start_worker(app)
    options: dict[str, Any] = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": PROCESSES,
        "worker_class": Worker,
        "threads": THREADS,
        "timeout": REQUEST_TIMEOUT_S,
        "graceful_timeout": STOP_TIMEOUT_S,
        "keepalive": 5,
        # Other systems ask after some hundred reports by their numbers.
        "limit_request_line": 8190,
        "control_socket_disable": True,
        "post_worker_init": lambda _worker: facts.read_ahead(app),
        "on_exit": lambda _server: _stop(worker),
    }
    if settings.https:
        options["certfile"], options["keyfile"] = _self_signed(settings.host)
    _Server(app, options).run()


def _start_worker(app: Flask) -> int:
    """The background worker in a process of its own; returns its id.

    Forked, since to import everything once more costs a second and 60 MB.
    """
    worker = os.fork()
    if worker:
        return worker
    try:
        _end_with_parent()
        with app.app_context():
            run_worker()
    except Exception:
        log.exception("the background worker has ended")
    finally:
        # Nothing that the parent has set up for its own end is run here.
        os._exit(1)


def _end_with_parent() -> None:
    """On Linux the kernel ends the worker when the server is killed without a chance to tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(worker: int) -> None:
    # It may have ended by itself.
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGTERM)
        if not _has_ended(worker, time.monotonic() + STOP_TIMEOUT_S):
            os.kill(worker, signal.SIGKILL)


def _has_ended(worker: int, until: float) -> bool:
    while time.monotonic() < until:
        try:
            if os.waitpid(worker, os.WNOHANG)[0]:
                return True
        except ChildProcessError:
            # gunicorn waits for whatever child of it ends.
            return True
        time.sleep(0.02)
    return False


def _self_signed(host: str) -> tuple[str, str]:
    """A certificate for trying on a phone, made once and kept."""
    base = VAR / "self-signed"
    files = (f"{base}.crt", f"{base}.key")
    if not all(Path(file).exists() for file in files):
        VAR.mkdir(exist_ok=True)
        make_ssl_devcert(str(base), host=host)
        Path(files[1]).chmod(0o600)
    return files


def _print_addresses(settings: Settings) -> None:
    url = settings.public_url
    lines = [f"VOF is at {url}"]
    if settings.demo:
        lines += [
            f"  sign in {what}: {url}/s/{sign.code}" for what, sign in example_signs().items()
        ]
        lines.append(f"  staff: {url}/sign-in")
        lines += [f"    {role}@demo.vof  password {demo_password(role)}" for role in Role]
    print("\n".join(lines), flush=True)
