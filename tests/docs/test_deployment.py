"""The units and the proxies' settings of the operator's guide are ones that can be used."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.commands import vof
from app.config import ROOT, Settings
from app.reports.pages.form import FORM_WITH_PHOTOS_BYTES

FILES = ROOT / "docs" / "operating"
GUIDE = (ROOT / "docs" / "operating.md").read_text("utf-8")
UNITS = ("vof@.service", "vof-backup@.service", "vof-backup@.timer")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
def test_systemd_takes_the_units(tmp_path):
    """With programs that are there in the place of those of a deployment."""
    for unit in UNITS:
        text = (FILES / unit).read_text("utf-8")
        text = text.replace("/srv/vof/%i/.venv/bin/flask", "/bin/true").replace(
            "/srv/vof/%i", "/tmp"
        )
        (tmp_path / unit.replace("@", "@example")).write_text(text)
    units = [str(tmp_path / unit.replace("@", "@example")) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", *units],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_units_call_commands_that_there_are():
    called = {
        name
        for unit in UNITS
        for name in re.findall(r"wsgi vof (\S+)", (FILES / unit).read_text("utf-8"))
    }
    assert called == {"prepare", "serve", "backup", "restore"}
    assert called <= set(vof.commands)


def test_the_example_holds_settings_that_are_taken():
    lines = (FILES / "example.env").read_text("utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    settings = Settings.from_environment(example | {"SECRET_KEY": "x" * 48})
    assert not settings.demo
    assert settings.trusted_proxies == 1
    assert example["SECRET_KEY"] == "", "nobody's deployment has the key of an example"


def test_the_proxies_let_a_form_with_three_photos_through():
    megabytes = [
        int(re.search(pattern, (FILES / name).read_text("utf-8"))[1])
        for name, pattern in (
            ("nginx.conf", r"body_size (\d+)m;"),
            ("Caddyfile", r"max_size (\d+)MB"),
        )
    ]
    assert min(megabytes) * 1_000_000 > FORM_WITH_PHOTOS_BYTES


def test_no_log_of_the_proxy_keeps_addresses_or_keys():
    [logged] = re.findall(r"log_format vof '(.*)'", (FILES / "nginx.conf").read_text("utf-8"))
    for told in ("remote_addr", "forwarded", "request ", "request_uri", "args", "referer"):
        assert told not in logged


def test_the_guide_names_every_file_beside_it():
    unnamed = [file.name for file in FILES.iterdir() if not _is_named(file)]
    assert not unnamed


def _is_named(file: Path) -> bool:
    return file.name in GUIDE or f"vof*@{file.suffix}" in GUIDE or file.name in UNITS
