"""After the report and instead of it: me too, the key's link, a class at a sign, and a robot."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.conftest import a_report
from tests.phone import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def codes(live_server):
    return re.findall(r": \S+/s/(\w{6})", live_server.log())


@pytest.fixture
def known(live_server, codes):
    """A bench that somebody has reported at the first sign; its number and key."""
    import json  # noqa: PLC0415

    body = a_report(sign=codes[0], channel="qr", contact={"email": "kari@example.org"})
    _, answer = live_server.request("PUT", f"/api/v1/reports/{uuid4()}", body)
    return json.loads(answer)


def test_me_too_is_one_tap_beside_what_is_known(resident, known, codes, script):
    resident.scans_the_sign(codes[0])
    if script:
        resident.chooses("PA03")
        known_here = resident.page.locator(".match")
        expect(known_here).to_contain_text(re.compile("siden"))
        known_here.locator(f"[data-number='{known['number']}']").click()
        expect(known_here.locator("[role=status]")).to_contain_text("Takk")
        # The same phone is not asked a second time.
        resident.scans_the_sign(codes[0])
        resident.chooses("PA03")
        known_again = known_here.locator(f"[data-number='{known['number']}']")
        expect(known_again).to_have_attribute("aria-disabled", "true")
    else:
        resident.page.locator("[data-island=already] > summary").click()
        resident.page.locator(f"[data-number='{known['number']}']").click()
        expect(resident.page).to_have_url(re.compile("followed=1"))
    expect_followers(resident, known, 1)


@pytest.mark.parametrize("script", [True], ids=["with script"])
def test_me_too_without_network_is_kept_and_sent_later(resident, known, codes):
    page = resident.page
    resident.scans_the_sign(codes[0])
    resident.chooses("PA03")
    button = page.locator(f".match [data-number='{known['number']}']")
    expect(button).to_be_visible()
    page.context.set_offline(True)
    button.click()
    expect(page.locator(".match [role=status]")).to_contain_text("nett")
    page.context.set_offline(False)
    expect(page.locator(".match [role=status]")).to_contain_text("Takk")
    # The browser complains of the network that was not there.
    resident.complaints.clear()
    expect_followers(resident, known, 1)


def expect_followers(resident, known, count):
    """The phone sends in its own time, so the page is asked until it says so."""
    for _ in range(20):
        resident.follows(known["number"])
        if f"{count} " in resident.page.locator("h1 + p").inner_text():
            return
        resident.page.wait_for_timeout(250)
    raise AssertionError(resident.page.locator("h1 + p").inner_text())


def test_the_key_link_adds_reopens_and_forgets(resident, front_desk, known, phone_photo):
    page = resident.page
    address = f"/r/{known['number']}?key={known['key']}"
    front_desk.signs_in("front_desk")

    page.goto(address)
    page.locator("details:has([name=text]) > summary").click()
    page.locator("[name=text]").fill("Den er verre nå.")
    page.locator("input[type=file][name=photo]").set_input_files(phone_photo)
    page.locator("form[action*='/message'] button[type=submit]").click()
    expect(page.locator(".timeline")).to_contain_text("Den er verre nå.")
    expect(page.locator("main .photos img")).to_have_count(1)

    desk_page = f"/desk/reports/{known['number']}"
    front_desk.page.goto(desk_page)
    front_desk.page.locator("#status-public_text").fill("Hvilken benk er det?")
    front_desk.sets_status("waiting")
    page.goto(address)
    expect(page.locator(".ds-alert")).to_contain_text("Hvilken benk er det?")
    page.locator("[name=text]").fill("Den ved porten.")
    page.locator("form[action*='/answer'] button[type=submit]").click()
    expect(page.locator(".ds-tag").first).to_have_text("Under arbeid")

    front_desk.page.goto(desk_page)
    expect(front_desk.page.locator(".timeline")).to_contain_text("Den ved porten.")
    front_desk.sets_status("fixed")
    page.goto(address)
    page.locator("[name=text]").fill("Den er løs igjen.")
    page.locator("form[action*='/fixed'] button[value=no]").click()
    expect(page.locator(".ds-tag").first).to_have_text("Mottatt")

    page.locator("details:has([name=confirm]) > summary").click()
    page.locator("[name=confirm]").check()
    page.locator("form[action*='/erase-contact'] button[type=submit]").click()
    expect(page.locator("[name=confirm]")).to_have_count(0)
    front_desk.page.goto(desk_page)
    expect(front_desk.page.locator("main")).not_to_contain_text("kari@example.org")


def test_what_is_folded_out_stands_still_at_once(resident, known):
    page = resident.page
    page.goto(f"/r/{known['number']}?key={known['key']}")
    page.locator("details:has([name=confirm]) > summary").click()
    button = page.locator("form[action*='/erase-contact'] button[type=submit]")
    # As a tap on it or the tab key does.
    button.focus()
    before = button.bounding_box()
    page.wait_for_timeout(500)
    assert button.bounding_box() == before


@pytest.mark.parametrize("script", [True], ids=["with script"])
def test_a_photo_that_is_still_being_drawn_moves_no_button(resident, known, phone_photo):
    page = resident.page
    page.add_init_script("""
        const draw = window.createImageBitmap;
        const may = new Promise((drawn) => { addEventListener('draw', drawn); });
        window.createImageBitmap = (...asked) => may.then(() => draw(...asked));
    """)
    page.goto(f"/r/{known['number']}?key={known['key']}")
    page.locator("details:has([name=text]) > summary").click()
    page.locator("input[type=file][name=photo]").set_input_files(phone_photo)
    button = page.locator("form[action*='/message'] button[type=submit]")
    expect(page.locator(".photos canvas")).to_be_attached()
    before = button.bounding_box()
    page.wait_for_timeout(500)
    page.evaluate("dispatchEvent(new Event('draw'))")
    # An empty one is 300 by 150.
    wait_until(page, "() => document.querySelector('.photos canvas')?.height >= 288")
    assert button.bounding_box() == before


def test_a_class_at_one_sign_is_not_taken_for_a_robot(live_server, front_desk, codes):
    def pupil(n):
        form = f"id={uuid4()}&category=PA04&description=Nr+{n}&opened_at=1700000000&website="
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return live_server.request("POST", f"/s/{codes[0]}", form.encode(), headers)[0]

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(pupil, range(30))) == [303] * 30
    front_desk.signs_in("front_desk")
    front_desk.page.goto("/desk?status=held")
    expect(front_desk.page.locator("tbody tr")).to_have_count(0)


def test_a_robot_is_held_and_the_desk_decides(resident, front_desk, codes):
    page = resident.page
    resident.scans_the_sign(codes[0])
    resident.chooses("PA14")
    # As a robot fills in every field it finds, seen or not.
    page.locator("#website").fill("https://pills.example", force=True)
    resident.sends()
    number = resident.reads_the_number()
    resident.page.goto(f"/s/{codes[0]}")
    expect(page.locator(f"[data-number='{number}']")).to_have_count(0)

    front_desk.signs_in("front_desk")
    front_desk.page.goto("/desk?status=held")
    front_desk.opens(number)
    front_desk.page.locator("form[action*='/release'] button").click()
    expect(front_desk.page.locator("form[action*='/release']")).to_have_count(0)
    page.goto(f"/s/{codes[0]}")
    expect(page.locator(f"[data-number='{number}']")).to_have_count(1)
