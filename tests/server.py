"""The production server as its users start it, on a database of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.cluster import free_port

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60


class Server:
    """`flask vof serve` in a process group of its own; `start` and `kill` as often as needed."""

    def __init__(self, database_url: str, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.database_url = database_url
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PHOTO_STORE": (folder / "photos").as_uri(),
            "SMTP_URL": (folder / "mail").as_uri(),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "DEMO": "1",
            "RATE_LIMITS": "off",
            "TILE_CACHE": str(folder / "tiles"),
            # Port 1 is reserved and nobody listens there: no test asks a service outside.
            "TILE_URL": "http://127.0.0.1:1/{z}/{y}/{x}.png",
            "ADDRESS_URL": "http://127.0.0.1:1/",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self, *sample_data: str) -> None:
        """Migrate, load the demo, and add sample data where options for it are given."""
        self.flask("prepare")
        if sample_data:
            self.flask("sample-data", *sample_data)

    def flask(self, *arguments: str) -> str:
        """Run an operator's command on this server's database; returns what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "vof", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def ask(self, query: str, **values: object) -> list[Any]:
        """The rows of a query on this server's database."""
        engine = create_engine(self.database_url)
        with engine.connect() as connection:
            rows = connection.execute(text(query), values).all()
        engine.dispose()
        return list(rows)

    def start(self) -> None:
        """Start and wait until it answers."""
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "vof", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if self.request("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"no server:\n{self.log()}")

    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C and a service manager do."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def kill(self) -> None:
        """End every process of it at once, without a chance to finish anything."""
        if self.process is not None:
            # It may have ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request on a connection of its own; JSON for a dict, raw for bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        all_headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body)
            all_headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, all_headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
