"""A private PostGIS cluster for tests and measurements: made in a second, gone when done with.

It uses the system's PostgreSQL programs, listens on loopback only and keeps nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

POSTGRES_PROGRAMS = Path("/usr/lib/postgresql")


class Cluster:
    """A running cluster; `url(name)` is the address of a database in it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://vof@127.0.0.1:{self._port}/{name}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """An empty database with PostGIS, or a copy of another; returns its address."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            source = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{source}')
        if template is None:
            with psycopg.connect(self._dsn(name), autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
        return self.url(name)

    def _dsn(self, name: str) -> str:
        return f"postgresql://vof@127.0.0.1:{self._port}/{name}"


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster and stop it afterwards.

    Args:
        durable: keep fsync on and more in memory, as the operator's guide says, for measurements;
            tests need no power-cut safety.
    """
    programs = max(POSTGRES_PROGRAMS.iterdir(), key=lambda path: int(path.name)) / "bin"
    folder = Path(tempfile.mkdtemp(prefix="vof-postgis-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # initdb refuses to run as root.
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    initdb = [programs / "initdb", "-D", "cluster", "-U", "vof", "-A", "trust", "-E", "UTF8"]
    run([*as_user, *initdb, "--locale=C.UTF-8", "--no-sync"])
    port = free_port()
    manner = "-c fsync=on -c shared_buffers=1GB" if durable else "-c fsync=off"
    options = f"-p {port} -h 127.0.0.1 -k {folder} {manner}"
    pg_ctl = [*as_user, programs / "pg_ctl", "-D", "cluster"]
    run([*pg_ctl, "-w", "-o", options, "-l", "log", "start"])
    try:
        yield Cluster(port)
    finally:
        run([*pg_ctl, "-m", "immediate", "stop"])
        shutil.rmtree(folder)


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
