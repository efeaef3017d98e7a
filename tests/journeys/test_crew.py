"""The crew's tablet: it works in a cellar, and never loses a closing."""

from __future__ import annotations

import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from app.reports.photo_store import PHOTO, PhotoStore
from tests.conftest import SQLITE
from tests.faults import BadLink
from tests.journeys.screens import FORM, session_of
from tests.journeys.worklist import closings, file_reports
from tests.pictures import a_photo
from tests.server import Server
from tests.tablet import Tablet

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]

# The unit of the demo's crew.
UNIT = "Park og natur"


@pytest.fixture
def tablet(playwright: Playwright, link: BadLink, tmp_path: Path) -> Iterator[Tablet]:
    held = Tablet(playwright, tmp_path / "profile", link.url)
    yield held
    held.is_closed()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "etter.jpg"
    file.write_bytes(a_photo(size=(2000, 1500)))
    return file


def photos_of_work(server: Server, numbers: list[str]) -> dict[str, list[tuple[int, int]]]:
    """How large the kept photos of the crew are, opened to their last byte."""
    found: dict[str, list[tuple[int, int]]] = {number: [] for number in numbers}
    rows = server.ask("""
        SELECT number, name FROM photos JOIN reports ON reports.id = report_id WHERE by_staff
    """)
    store = PhotoStore((server.folder / "photos").as_uri())
    for number, name in rows:
        picture = Image.open(io.BytesIO(store.get(name, PHOTO)))
        picture.load()
        if number in found:
            found[number].append(picture.size)
    return found


def test_ten_reports_handled_in_a_cellar_arrive_once_each_with_their_photos(
    live_server, link, tablet, photo
):
    numbers = file_reports(live_server, 10)
    tablet.signs_in()
    tablet.sets_pin()
    link.offline = True
    for number in numbers:
        tablet.closes_report(number, f"Byttet {number}", photo)
    assert len(tablet.queue()) == 10
    tablet.is_closed()

    tablet.opens("/crew#waiting")
    expect(tablet.page.locator("[data-waiting]")).to_have_count(10)
    assert closings(live_server, numbers) == {number: [] for number in numbers}
    link.offline = False
    # The session of a browser ends with it; what the tablet keeps does not.
    tablet.opens("/crew#me")
    tablet.unlocks()
    tablet.opens("/crew#waiting")
    tablet.sends()
    assert closings(live_server, numbers) == {number: [f"Byttet {number}"] for number in numbers}
    assert photos_of_work(live_server, numbers) == {number: [(1280, 960)] for number in numbers}
    expect(tablet.page.locator("[data-sent]")).to_have_count(10)


def change_at_the_desk(server: Server, number: str, status: str, text: str) -> None:
    """Have the front desk set a report to another state."""
    desk = {"Cookie": session_of(server, "front_desk"), "Origin": server.url} | FORM
    form = urllib.parse.urlencode({"status": status, "public_text": text})
    answer = server.request("POST", f"/desk/reports/{number}/status", form, desk)
    assert answer[0] == 303, answer


def test_a_closing_that_no_longer_fits_is_shown_beside_what_happened(live_server, link, tablet):
    [number] = file_reports(live_server, 1)
    tablet.signs_in()
    link.offline = True
    tablet.closes_report(number, "Byttet i kjelleren")
    change_at_the_desk(live_server, number, "planned", "Vi kommer tirsdag.")
    link.offline = False
    tablet.opens("/crew#waiting")
    beside = tablet.page.locator("[data-conflict]")
    expect(beside).to_contain_text("Byttet i kjelleren")
    expect(beside).to_contain_text("Vi kommer tirsdag.")
    assert closings(live_server, [number]) == {number: []}
    beside.locator("button.main").click()
    expect(tablet.page.locator("[data-sent]")).to_have_count(1)
    assert closings(live_server, [number]) == {number: ["Byttet i kjelleren"]}


def test_a_tablet_that_is_signed_out_from_afar_forgets_all_but_what_waits(
    live_server, link, tablet
):
    [number] = file_reports(live_server, 1)
    tablet.signs_in()
    tablet.sets_pin()
    link.offline = True
    tablet.closes_report(number, "Venter")
    [[stay]] = live_server.ask("SELECT max(id) FROM tablet_sessions")
    office = {"Cookie": session_of(live_server, "crew"), "Origin": live_server.url} | FORM
    address = f"/staff/account/tablets/{stay}/end"
    assert live_server.request("POST", address, "", office)[0] == 303
    link.offline = False
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    expect(tablet.page.locator("main.lock")).to_contain_text("slettet")
    assert tablet.keeps() == {"kept": 0, "people": 0, "actions": 1, "photos": 0}
    tablet.signs_in()
    tablet.sends()
    assert closings(live_server, [number]) == {number: ["Venter"]}


# Puts a picture into the tablet's cache, asks for it, and tells whether it is still kept.
ASKED_FOR = """
async (address) => {
  await navigator.serviceWorker.ready;
  const cache = await caches.open('crew-person-0');
  await cache.put(address, new Response('x', { headers: { 'Content-Type': 'image/jpeg' } }));
  const { status } = await fetch(address);
  return [status, await (await cache.match(address))?.text()];
}
"""


def test_an_answer_without_a_picture_takes_none_from_the_tablet(tablet):
    tablet.signs_in()
    # The worker answers a page from its second visit on.
    tablet.opens("/crew")
    unknown = f"/photos/{uuid4()}/thumbnail"
    assert tablet.page.evaluate(ASKED_FOR, unknown) == [404, "x"]


# Asks the worker to renew the shell again and again, and looks each time whether one is kept.
RENEWED = """
async () => {
  const worker = (await navigator.serviceWorker.ready).active;
  let missing = 0;
  for (let nth = 0; nth < 300; nth++) {
    if (nth % 10 === 0) worker.postMessage({ lang: 'nb' });
    if (!(await caches.match('/crew/shell?lang=nb', { ignoreVary: true }))) missing++;
  }
  return missing;
}
"""


def test_the_title_names_the_unit_whose_list_it_is(tablet):
    tablet.signs_in()
    expect(tablet.page).to_have_title(re.compile(UNIT))


def test_the_shell_stays_kept_while_a_newer_one_takes_its_place(tablet):
    tablet.signs_in()
    assert tablet.page.evaluate(RENEWED) == 0


def test_a_fault_found_in_a_cellar_is_registered_later(live_server, link, tablet, photo):
    tablet.signs_in()
    link.offline = True
    tablet.fills_in_fault("Funnet i kjelleren", photo)
    form = tablet.page.locator("[data-new]")
    form.locator("[name=answer-what]").first.check()
    form.locator("button.save").click()
    expect(tablet.page.locator(".said-now")).not_to_be_empty()
    link.offline = False
    tablet.sends()
    found = live_server.ask("""
        SELECT channel, count(photos.id) FROM reports
        LEFT JOIN photos ON photos.report_id = reports.id
        WHERE description = 'Funnet i kjelleren' GROUP BY reports.id, channel
    """)
    assert [tuple(row) for row in found] == [("staff", 1)]
    answers = live_server.ask(
        "SELECT answers FROM reports WHERE description = 'Funnet i kjelleren'"
    )
    assert "what" in json.loads(answers[0][0])


def test_a_fault_outside_the_municipality_is_put_right_where_it_was_refused(
    live_server, link, tablet, photo
):
    tablet.signs_in()
    tablet.context.grant_permissions(["geolocation"], origin=link.url)
    tablet.context.set_geolocation({"latitude": 60.39, "longitude": 5.32})
    tablet.fills_in_fault("Utenfor", photo)
    form = tablet.page.locator("[data-new]")
    form.get_by_role("button", name="Et annet sted").click()
    form.get_by_role("button", name="Der jeg er nå").click()
    form.locator("button.save").click()
    tablet.page.get_by_text("Se på det").click()
    line = tablet.page.locator("[data-waiting]")
    line.get_by_role("button", name="Endre").click()
    line.get_by_role("button", name="Et annet sted").click()
    line.locator("button.main").click()
    expect(line.locator("[aria-invalid=true]")).to_be_visible()
    line.locator("[type=search]").fill("Byparken")
    line.locator(".offers button").first.click()
    line.locator("button.main").click()
    tablet.sends()
    found = live_server.ask("""
        SELECT places.name, count(photos.id) FROM reports
        JOIN places ON places.id = place_id LEFT JOIN photos ON photos.report_id = reports.id
        WHERE description = 'Utenfor' GROUP BY reports.id, places.name
    """)
    assert [tuple(row) for row in found] == [("Byparken", 1)]


def test_a_step_that_was_refused_is_put_right_beside_the_ordinary_form(live_server, tablet):
    [number] = file_reports(live_server, 1)
    tablet.signs_in()
    tablet.fills_in(number, "Meldt før", step="duplicate")
    tablet.page.locator("#duplicate").fill("2020-00000000")
    tablet.page.locator("[data-act] button.save").click()
    expect(tablet.page.locator(".said-now")).not_to_be_empty()
    tablet.opens(f"/crew/reports/{number}")
    line = tablet.page.locator("[data-waiting]")
    line.get_by_role("button", name="Endre").click()
    expect(tablet.page.locator("[data-act]")).to_be_visible()
    ids = tablet.page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(ids) == len(set(ids))
    line.locator("[id$='-duplicate']").fill("")
    line.locator("button.main").click()
    expect(line.locator("[aria-invalid=true]")).to_be_visible()
    line.locator("[name=step][value=not_ours]").check()
    expect(line.locator("select[id$='-owner']")).to_be_visible()
    line.locator("button.main").click()
    tablet.sends()
    [[status]] = live_server.ask(f"SELECT status FROM reports WHERE number = '{number}'")
    assert status == "not_ours"


def test_a_dangerous_fault_says_whom_to_call(tablet):
    tablet.signs_in()
    tablet.opens("/crew#new")
    form = tablet.page.locator("[data-new]")
    form.locator("#category-words").fill("PA01")
    form.locator("[name=category][value=PA01]").check()
    expect(form).not_to_contain_text("113")
    form.locator("[name=answer-danger][value=yes]").check()
    expect(form).to_contain_text("113")
