"""The examples of the guide for integrators do what it says, against the demo."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from app.config import ROOT
from tests.pictures import a_photo

GUIDE = (ROOT / "docs" / "open311.md").read_text("utf-8")
CALLS = re.findall(r"^curl (?:.*\\\n)*.*$", GUIDE, re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_every_example_is_answered_as_the_guide_says(live_server, tmp_path):
    key = live_server.flask("api-key", "create", "--name", "City app").splitlines()[-1]
    (tmp_path / "photo.jpg").write_bytes(a_photo())
    known = {
        "BASE": f"{live_server.url}/open311/v2",
        "KEY": key,
        "SIGN": live_server.ask("SELECT code FROM signs ORDER BY id LIMIT 1")[0][0],
        "NUMBER": "",
    }
    assert len(CALLS) == 7
    for call in CALLS:
        done = subprocess.run(
            ["bash", "-euc", call.replace("curl ", "curl -sS --fail-with-body ", 1)],
            cwd=tmp_path,
            env=known | {"PATH": "/usr/bin:/bin"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{call}\n{done.stdout}{done.stderr}"
        if ".json" in call and "service_code=PA03 " in call:
            known["NUMBER"] = json.loads(done.stdout)[0]["service_request_id"]
    report = live_server.ask(
        "SELECT status FROM reports WHERE number = :number", number=known["NUMBER"]
    )
    assert report[0][0] == "fixed"


def test_every_extension_and_scope_that_there_is_stands_in_the_guide():
    for name in ("read", "create", "update", "wide", "updated_after", "bbox", "page_size"):
        assert f"`{name}`" in GUIDE
