"""A real S3 server (SeaweedFS) on loopback with one bucket, gone when done with."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import s3fs

from tests.cluster import free_port

BUCKET = "vof"
START_TIMEOUT_S = 40


@contextmanager
def running_bucket() -> Iterator[str]:
    """Start the server; yields its address."""
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    grpc = {f"{name}.port.grpc": free_port() for name in ports}
    options = [f"-{name}.port={port}" for name, port in ports.items()]
    options += [f"-{name}={port}" for name, port in grpc.items()]
    with tempfile.TemporaryDirectory(prefix="vof-bucket-") as folder:
        log = (Path(folder) / "log").open("w")
        command = ["weed", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        # It would otherwise report to its makers, and open two more ports.
        quiet = ["-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        limits = ["-filer", "-s3", "-volume.max=2", "-master.volumeSizeLimitMB=64"]
        process = subprocess.Popen([*command, *quiet, *limits, *options], stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{ports['s3']}"
            _make_bucket(address)
            yield address
        finally:
            # Nothing of it is kept, and asked politely it takes half a minute.
            process.kill()
            process.wait()
            log.close()


def _make_bucket(address: str) -> None:
    _wait_for(address)
    files = s3fs.S3FileSystem(endpoint_url=address)
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            files.mkdir(BUCKET)
            files.pipe_file(f"{BUCKET}/ready", b"ready")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


def _wait_for(address: str) -> None:
    """Until somebody listens there."""
    port = int(address.rpartition(":")[2])
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
