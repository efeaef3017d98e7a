"""The crew's tablet as a thing: shared, locked, full, with a camera and a map app."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from qr_signs.picture import write_png
from qr_signs.sign import Issuer, Sign
from tests.conftest import SQLITE
from tests.faults import BadLink
from tests.journeys.worklist import closings, file_reports
from tests.phone import wait_until, wait_until_quiet
from tests.pictures import encoded
from tests.server import Server
from tests.tablet import PIN, Tablet

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("live_server", [SQLITE], indirect=True),
]

COLLEAGUE, COLLEAGUE_PIN = "Demo Leder", "830516"
GPX = {"gpx": "http://www.topografix.com/GPX/1/1"}
FRAMES = 10
# Chromium remembers for minutes how much room there was, so a quota that shrinks refuses no write.
NO_ROOM = """
() => {
  window.put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
}
"""

# Answers that are on their way until `arrive` is told; those to writing come at once.
SLOW = """
  const ask = window.fetch;
  window.late = 0;
  window.fetch = async (address, options) => {
    const answer = await ask(address, options);
    if (options?.method || !address.startsWith('/api/v1/crew/%s?')) return answer;
    window.late += 1;
    await new Promise((arrived) => { addEventListener('arrive', arrived, { once: true }); });
    return answer;
  };
"""


@pytest.fixture
def tablet(playwright: Playwright, link: BadLink, tmp_path: Path) -> Iterator[Tablet]:
    held = Tablet(playwright, tmp_path / "profile", link.url)
    yield held
    held.is_closed()


def test_after_the_fifth_wrong_pin_the_tablet_says_how_to_go_on(tablet):
    tablet.signs_in()
    tablet.sets_pin()
    tablet.locks()
    for left in (4, 3, 2, 1):
        tablet.page.locator("#pin").fill("111222")
        expect(tablet.page.locator("#pin-error")).to_contain_text(f"{left} forsøk igjen")
        expect(tablet.page.locator("#pin")).to_be_focused()
    tablet.page.locator("#pin").fill("111222")
    ended = tablet.page.get_by_role("alert").filter(has_text="virker ikke lenger")
    expect(ended).to_be_visible()
    expect(tablet.page.locator("h1")).to_be_focused()
    expect(tablet.page.locator("#pin")).to_have_count(0)
    expect(tablet.page.get_by_role("link", name="Logg inn med passord")).to_be_visible()


def test_what_waits_is_handed_over_to_a_colleague_who_sends_it(live_server, link, tablet):
    [number] = file_reports(live_server, 1)
    tablet.signs_in("manager@demo.vof", "demo-manager")
    tablet.sets_pin(COLLEAGUE_PIN)
    with tablet.page.expect_response(re.compile("/tablet/lock")):
        tablet.locks()
    tablet.signs_in()
    tablet.sets_pin()
    link.offline = True
    tablet.closes_report(number, "Byttet før jeg dro hjem")
    tablet.opens("/crew#me")
    signing_out = tablet.page.locator("button.danger")
    signing_out.click()
    expect(signing_out).to_be_disabled()
    expect(tablet.page.locator(":focus")).to_contain_text("er ikke sendt")
    tablet.page.get_by_role("button", name=f"Gi til {COLLEAGUE}").click()
    expect(tablet.page.locator(".said-now")).to_contain_text(f"Gitt til {COLLEAGUE}")
    expect(signing_out).to_be_focused()
    wait_until_quiet(tablet.page)
    link.offline = False
    signing_out.click()
    expect(tablet.page.locator("main.lock")).to_be_visible()
    assert closings(live_server, [number]) == {number: []}
    tablet.page.get_by_label(COLLEAGUE).check()
    tablet.unlocks(COLLEAGUE_PIN)
    tablet.sends()
    assert closings(live_server, [number]) == {number: ["Byttet før jeg dro hjem"]}
    [[sender, words]] = live_server.ask(f"""
        SELECT staff.name, internal_text FROM events JOIN staff ON staff.id = staff_id
        JOIN reports ON reports.id = report_id
        WHERE number = '{number}' AND to_value = 'fixed'
    """)
    assert sender == COLLEAGUE
    assert "Demo Park og natur" in words


def test_what_was_refused_is_put_right_with_the_reason_before_ones_eyes(live_server, tablet):
    number, other = file_reports(live_server, 2)
    tablet.signs_in()
    tablet.fills_in(number, "Samme benk", step="duplicate")
    page = tablet.page
    page.locator("#duplicate").fill("2026-99999999")
    page.locator("[data-act] button.save").click()
    expect(page.get_by_role("link", name="Se på det")).to_be_visible()
    tablet.opens("/crew#me")
    page.locator("button.danger").click()
    leaving = page.locator("section").filter(has=page.locator("button.danger"))
    expect(leaving.get_by_role("button", name="Send nå")).to_have_count(0)
    leaving.get_by_role("link", name="Se på det").click()
    line = page.locator("[data-waiting]")
    line.get_by_role("button", name="Endre").click()
    expect(page.locator(":focus")).to_contain_text("Ingen melding har dette nummeret")
    expect(line.locator(".said")).to_have_count(0)
    offered = line.locator("datalist option").evaluate_all("all => all.map(({value}) => value)")
    assert other in offered
    line.get_by_role("button", name="Avbryt").click()
    expect(line.get_by_role("button", name="Endre")).to_be_focused()
    line.get_by_role("button", name="Endre").click()
    field = line.locator("input[list]")
    field.fill("")
    line.get_by_role("button", name="Send på nytt").click()
    expect(field).to_be_focused()
    field.fill(other)
    line.get_by_role("button", name="Send på nytt").click()
    expect(page.locator("[data-sent]")).to_have_count(1)
    expect(page.locator("h1")).to_be_focused()


def test_a_locked_tablet_sends_what_waits_before_the_server_is_told_of_the_lock(
    live_server, link, tablet, phone_photo
):
    [number] = file_reports(live_server, 1)
    tablet.signs_in()
    tablet.sets_pin()
    link.offline = True
    tablet.closes_report(number, "Byttet før pausen", phone_photo)
    tablet.locks()
    link.offline = False
    with tablet.page.expect_response(re.compile("/tablet/lock")):
        tablet.page.evaluate("dispatchEvent(new Event('online'))")
    assert closings(live_server, [number]) == {number: ["Byttet før pausen"]}
    assert tablet.queue() == []
    expect(tablet.page.locator("main.lock")).to_be_visible()
    asked = "fetch('/api/v1/crew/worklist').then(({ status }) => status)"
    assert tablet.page.evaluate(asked) == 401


def test_without_network_a_pin_opens_the_tablet_five_wrong_ones_shut_it(link, tablet):
    tablet.signs_in()
    tablet.sets_pin()
    link.offline = True
    tablet.locks()
    page = tablet.page
    page.locator("#pin").fill("111222")
    expect(page.locator("#pin-error")).to_contain_text("4 forsøk igjen")
    tablet.unlocks()
    expect(page.locator("[data-pin], button.danger").first).to_be_visible()
    tablet.locks()
    for left in (4, 3, 2, 1):
        page.locator("#pin").fill("111222")
        words = f"{left} forsøk igjen"
        expect(page.locator("#pin-error")).to_contain_text(words)
    page.locator("#pin").fill("111222")
    expect(page.locator("#pin-error")).to_contain_text("trenger nett")
    # The right one comes too late, also after the browser was closed.
    tablet.is_closed()
    tablet.opens("/crew")
    tablet.page.locator("#pin").fill(PIN)
    expect(tablet.page.locator("#pin-error")).to_contain_text("trenger nett")
    link.offline = False
    tablet.unlocks()
    expect(tablet.page.locator(".card").first).to_be_visible()


def test_what_is_not_saved_yet_survives_the_end_of_the_page_and_ends_with_the_sign_in(
    live_server, link, tablet, phone_photo
):
    first, second = file_reports(live_server, 2)
    tablet.signs_in()
    link.offline = True
    tablet.fills_in(first, "Halvveis", phone_photo)
    tablet.keeps_a_draft()
    tablet.is_killed()
    tablet.opens(f"/crew/reports/{second}")
    expect(tablet.page.locator("#text")).to_have_value("")
    tablet.opens(f"/crew/reports/{first}")
    form = tablet.page.locator("[data-act]")
    expect(form.locator("#text")).to_have_value("Halvveis")
    expect(form.locator(".photo img")).to_have_count(1)
    form.locator("button.save").click()
    expect(tablet.page.locator(".said-now")).not_to_be_empty()
    link.offline = False
    tablet.signs_in()
    tablet.sends()
    assert closings(live_server, [first]) == {first: ["Halvveis"]}
    tablet.opens(f"/crew/reports/{first}")
    expect(form.locator("#text")).to_have_value("")

    tablet.fills_in(second, "Aldri lagret", phone_photo)
    tablet.keeps_a_draft()
    tablet.opens("/crew#me")
    tablet.page.locator("button.danger").click()
    tablet.page.locator("button.danger").click()
    expect(tablet.page.locator("main.lock")).to_be_visible()
    assert tablet.keeps() == {"kept": 0, "people": 0, "actions": 0, "photos": 0}


# Each picture takes until `go_on` is told; none that is called broken can be read.
SHRINKING = """
() => {
  const make = window.createImageBitmap;
  window.under_way = 0;
  window.createImageBitmap = async (file, ...rest) => {
    if (file.name.startsWith('broken')) throw new DOMException('unreadable', 'InvalidStateError');
    window.under_way++;
    await new Promise((done) => { addEventListener('go_on', done, { once: true }); });
    return make(file, ...rest);
  };
  const read = File.prototype.arrayBuffer;
  File.prototype.arrayBuffer = function () {
    return this.name.startsWith('broken') ? Promise.reject(new DOMException('-')) : read.call(this);
  };
}
"""


def test_nothing_is_saved_before_its_photos_are_made_small_nor_waits_for_one_that_cannot_be_read(
    live_server, tablet, phone_photo, tmp_path
):
    [number] = file_reports(live_server, 1)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    tablet.signs_in()
    tablet.opens(f"/crew/reports/{number}")
    tablet.page.evaluate(SHRINKING)
    form = tablet.page.locator("[data-act]")
    save = form.locator("button.save")
    form.locator("[name=photo-before]").set_input_files(phone_photo)
    form.locator("[name=photo-after]").set_input_files(phone_photo)
    for made in (1, 2):
        expect(save).to_be_disabled()
        wait_until(tablet.page, f"() => window.under_way === {made}")
        tablet.page.evaluate("dispatchEvent(new Event('go_on'))")
        expect(form.locator(".photo img")).to_have_count(made)
    expect(save).to_be_enabled()
    form.locator("[name=photo-after]").set_input_files(broken)
    expect(form.get_by_role("alert")).to_contain_text("kunne ikke leses")
    expect(save).to_be_enabled()


def test_a_new_fault_that_is_not_saved_yet_survives_too(live_server, link, tablet, phone_photo):
    tablet.signs_in()
    link.offline = True
    tablet.fills_in_fault("Ved fontenen", phone_photo)
    tablet.keeps_a_draft()
    tablet.is_killed()
    tablet.opens("/crew#new")
    form = tablet.page.locator("[data-new]")
    expect(form).to_contain_text("Byparken")
    expect(form.locator("#description")).to_have_value("Ved fontenen")
    expect(form.locator(".photo img")).to_have_count(1)
    form.locator("button.save").click()
    expect(tablet.page.locator(".said-now")).not_to_be_empty()
    link.offline = False
    tablet.signs_in()
    tablet.sends()
    found = live_server.ask("""
        SELECT places.name, count(photos.id) FROM reports
        JOIN places ON places.id = place_id LEFT JOIN photos ON photos.report_id = reports.id
        WHERE description = 'Ved fontenen' GROUP BY reports.id, places.name
    """)
    assert [tuple(row) for row in found] == [("Byparken", 1)]
    tablet.opens("/crew#new")
    expect(form.locator("#description")).to_have_value("")
    assert tablet.keeps()["photos"] == 0


@pytest.mark.parametrize("late", ["worklist", "ground", "tablet"])
def test_what_arrives_after_the_sign_out_brings_nobody_back(tablet, late):
    tablet.signs_in()
    tablet.sets_pin()
    tablet.context.add_init_script(SLOW % late)
    tablet.opens("/crew#me")
    page = tablet.page
    if late == "tablet":
        page.get_by_role("button", name="Lås nå").click()
        tablet.unlocks()
    wait_until(page, "() => window.late > 0")
    page.locator("button.danger").click()
    page.locator("button.danger").click()
    expect(page.locator("main.lock")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('arrive'))")
    page.wait_for_timeout(500)
    expect(page.locator("main.lock")).to_be_visible()
    expect(page.locator("main.lock")).not_to_contain_text("Demo Park")
    assert tablet.keeps() == {"kept": 0, "people": 0, "actions": 0, "photos": 0}


def test_a_tablet_that_is_nearly_full_says_so(live_server, link, tablet, phone_photo):
    [number] = file_reports(live_server, 1)
    # Else Chromium tells each site that ten gigabytes are left.
    tablet.flags.append("--disable-features=PredictableReportedQuota,StaticStorageQuota")
    tablet.signs_in()
    session = tablet.context.new_cdp_session(tablet.page)
    warning = tablet.page.get_by_text("Nettbrettet er nesten fullt")
    expect(warning).to_have_count(0)
    used = tablet.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    quota = {"origin": link.url, "quotaSize": used + 20_000_000}
    session.send("Storage.overrideQuotaForOrigin", quota)
    tablet.opens("/crew")
    expect(warning).to_be_visible()
    tablet.fills_in(number, "Byttet", phone_photo)
    tablet.page.evaluate(NO_ROOM)
    tablet.page.locator("[data-act] button.save").click()
    expect(tablet.page.locator("[data-act] button.save")).to_be_enabled()
    assert tablet.queue() == []
    session.send("Storage.overrideQuotaForOrigin", {"origin": link.url})
    tablet.page.evaluate("() => { IDBObjectStore.prototype.put = put; }")
    tablet.page.locator("[data-act] button.save").click()
    expect(tablet.page.locator(".said-now")).not_to_be_empty()
    tablet.sends()
    expect(warning).to_have_count(0)
    assert closings(live_server, [number]) == {number: ["Byttet"]}


def two_signs(server: Server) -> list[str]:
    """The codes of two signs in different parks."""
    rows = server.ask("""
        SELECT min(signs.code) FROM signs JOIN places ON places.id = place_id
        JOIN place_kinds ON place_kinds.id = kind_id
        WHERE place_kinds.code = 'park' GROUP BY place_id ORDER BY 1 LIMIT 2
    """)
    return [code for [code] in rows]


def file_at(server: Server, code: str) -> str:
    content = {"category": "PA03", "sign": code, "description": "Planke"}
    status, answer = server.request("PUT", f"/api/v1/reports/{uuid4()}", content)
    assert status == 201, answer
    return json.loads(answer)["number"]


def test_a_round_is_handed_to_the_map_app_as_a_file_and_each_stop_as_a_link(live_server, tablet):
    numbers = {file_at(live_server, code) for code in two_signs(live_server)}
    tablet.signs_in()
    page = tablet.page
    for number in numbers:
        page.locator("[type=search]").fill(number)
        page.locator(f"[data-number='{number}'] [type=checkbox]").check()
    page.locator(".round-bar a").click()
    halts = page.locator(".halt")
    expect(halts).to_have_count(2)
    links = [one.get_attribute("href") for one in halts.locator("a.button").all()]
    spots = [re.match(r"geo:(-?[\d.]+),(-?[\d.]+)\?q=", link).groups() for link in links]
    assert len(set(spots)) == 2
    with page.expect_download() as download:
        page.get_by_role("button", name="Åpne runden i en kartapp").click()
    assert download.value.suggested_filename == "vof.gpx"
    stops = ET.parse(download.value.path()).findall(".//gpx:rtept", GPX)
    assert [(stop.get("lat"), stop.get("lon")) for stop in stops] == spots
    names = [stop.find("gpx:name", GPX).text for stop in stops]
    assert names == halts.locator(".card-text p").all_inner_texts()


def test_the_address_of_a_place_shows_what_is_open_there_alone(live_server, link, tablet):
    here, elsewhere = (file_at(live_server, code) for code in two_signs(live_server))
    [[place, name]] = live_server.ask(
        "SELECT places.id, places.name FROM reports JOIN places ON places.id = place_id "
        f"WHERE number = '{here}'"
    )
    tablet.signs_in()
    link.offline = True
    page = tablet.page
    tablet.opens(f"/crew?place={place}")
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(f"[data-number='{here}']")).to_be_visible()
    expect(page.locator(f"[data-number='{elsewhere}']")).to_have_count(0)
    places = page.locator(".card-text h3 + p").all_inner_texts()
    assert all(words.startswith(name) for words in places)
    page.locator(".back a").click()
    expect(page.locator("[type=search]")).to_be_visible()
    expect(page).to_have_url(re.compile("/crew$"))


def film_of(sign: Sign, server: Server, file: Path) -> Path:
    """What a camera sees that is held before a printed sign: a film of one picture."""
    issuer = Issuer(server.url, "Stavanger kommune", "51 50 70 90")
    printed = Image.open(io.BytesIO(write_png(sign, issuer, "sticker100", dpi=100)))
    picture = Image.new("RGB", (640, 480), "#667766")
    picture.paste(printed.resize((400, 400)), (120, 40))
    file.write_bytes(encoded(picture, "JPEG", quality=85) * FRAMES)
    return file


def test_the_camera_reads_a_sign_and_shows_what_is_open_there(live_server, link, tablet, tmp_path):
    [code, _other] = two_signs(live_server)
    number = file_at(live_server, code)
    film = film_of(Sign(code, "Parken", "Ved porten"), live_server, tmp_path / "film.mjpeg")
    tablet.flags += [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    tablet.signs_in()
    link.offline = True
    tablet.opens("/crew#scan")
    expect(tablet.page.locator(f"[data-number='{number}']")).to_be_visible()
    expect(tablet.page.locator("main h2")).to_contain_text(code)
