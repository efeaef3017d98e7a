"""Other people's clients of GeoReport, and the guide's own examples, against a running server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from civicbot.http import HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
from georeport import GeoReport

from app.config import ROOT
from tests.pictures import a_photo

GUIDE = (ROOT / "docs" / "open311.md").read_text("utf-8")
CALLS = re.findall(r"^curl (?:.*\\\n)*.*$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="module")
def server(live_server):
    key = live_server.flask("api-key", "create", "--name", "Client").splitlines()[-1]
    return f"{live_server.url}/open311/v2", key


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads(live_server, server, form):
    base, key = server
    filed = Filing(base, key).file(description="Fra en annen klient")
    client = GeoReport(base, api_key=key, output_format=form)
    services = client.get_service_list()
    assert {"PA03", "VE03"} <= {one["service_code"] for one in services}
    definition = client.get_service_definition("VE03")
    assert definition["service_code"] == "VE03"
    found = client.get_service_request(filed)
    assert found["service_request_id"] == filed
    assert found["status"] == "open"
    listed = client.get_service_requests(status="open", service_code="PA03,PA05")
    assert filed in {one["service_request_id"] for one in listed}
    both = client.get_service_requests(service_request_id=f"{filed},{Filing(base, key).file()}")
    assert len(both) == 2


class Filing:
    """The other client, which files as well."""

    def __init__(self, base: str, key: str, **more: str) -> None:
        endpoint = Endpoint("vof", "VOF", base, write=True)
        transport = HttpTransport(rate_limiter=RateLimiter(0))
        self.client = Open311Client(endpoint, transport, **more)
        self.key = key

    def file(self, code: str = "PA03", **more):
        prepared = self.client.create_request(
            code,
            dry_run=False,
            confirm="SEND",
            api_key=self.key,
            validate_remote=True,
            lat=58.97,
            lng=5.73,
            **more,
        )
        (told,) = prepared.response
        return told["service_request_id"]


def test_civicbot_reads_and_files(server):
    base, key = server
    bot = Filing(base, key, jurisdiction_id="1103")
    number = bot.file(
        "VE03",
        attributes={"what": "dark", "how_many": "3"},
        description="Lampene er mørke",
        email="kari@example.org",
    )
    client = bot.client
    found = client.get_request(number)
    assert found["service_request_id"] == number
    assert found["description"] != "Lampene er mørke", "it reads without its key"
    assert client.get_service_definition("VE03")["attributes"][1]["code"] == "what"
    listed = client.list_requests(service_code="VE03", status="open", page_size=5)
    assert number in {one["service_request_id"] for one in listed}
    assert client.list_requests(service_request_ids=[number])[0]["service_code"] == "VE03"


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
