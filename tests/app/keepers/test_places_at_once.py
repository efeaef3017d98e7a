"""Two keepers, or one who taps twice, at the same moment on a running server."""

from __future__ import annotations

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

# A server of their own takes longer than both tests; one process starts it for both.
pytestmark = pytest.mark.xdist_group("places at once")
AS_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def cookie_of(server, role):
    """The session of a demo account."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    account = {"email": f"{role}@demo.vof", "password": f"demo-{role}"}
    connection.request("POST", "/sign-in", urlencode(account), AS_FORM)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["Set-Cookie"].partition(";")[0]


def test_a_file_confirmed_several_times_at_once_is_imported_once(live_server):
    keeper = {"Cookie": cookie_of(live_server, "sign_keeper"), "Origin": live_server.url}
    file = "id;navn;type\n" + "".join(f"d{n};Dobbelpark {n};Park\n" for n in range(200))
    head = 'Content-Disposition: form-data; name="file"; filename="steder.csv"'
    body = f"--b\r\n{head}\r\n\r\n{file}\r\n--b--\r\n"
    upload = keeper | {"Content-Type": "multipart/form-data; boundary=b"}
    _, page = live_server.request("POST", "/places/import", body, upload)
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.decode())[1]
        for name in ("content", "mark", "kind")
    }
    agreed = urlencode(fields)

    def confirm(_n):
        return live_server.request("POST", "/places/import/confirm", agreed, keeper | AS_FORM)[0]

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(confirm, range(4)))
    assert answers == [200, 200, 200, 303], "the others are shown that nothing is left to import"


def test_of_several_who_save_at_once_one_is_kept_and_all_others_are_told(live_server):
    keepers = [
        {"Cookie": cookie_of(live_server, role), "Origin": live_server.url}
        for role in ("sign_keeper", "manager", "admin")
    ]
    _, listed = live_server.request("GET", "/places?q=byparken", None, keepers[0])
    address = re.search(r"/places/\d+/edit", listed.decode())[0]
    _, page = live_server.request("GET", address, None, keepers[0])
    fields = {
        name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.decode())[1]
        for name in ("version", "name", "lat", "lon")
    }
    fields["kind"] = re.search(r'value="(\d+)" selected', page.decode())[1]

    def save(number):
        form = urlencode(fields | {"contact": f"Vaktmester {fields['version']}-{number}"})
        return live_server.request("POST", address, form, keepers[number % 3] | AS_FORM)[0]

    for version in range(int(fields["version"]), int(fields["version"]) + 5):
        fields["version"] = str(version)
        with ThreadPoolExecutor(6) as threads:
            answers = sorted(threads.map(save, range(6)))
        assert answers == [303] + [409] * 5
