"""Hearing of a report: by e-mail without any script, and by push on a phone that can."""

from __future__ import annotations

import json
import re
import time
from email import message_from_bytes, policy
from uuid import uuid4

import pytest

from tests.conftest import a_report
from tests.journeys.people import PHONE
from tests.phone import AT_WORK, wait_until
from tests.push_service import Browser as Keys

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo server")]

# No push service of a browser maker can be reached from a test: this is what one would answer.
PUSH_SERVICE = """
(() => {
  let held = null;
  const subscription = {
    endpoint: 'https://fcm.googleapis.com/fcm/send/of-the-test',
    options: { applicationServerKey: null },
    toJSON: () => ({ endpoint: subscription.endpoint, keys: KEYS }),
    unsubscribe: async () => true,
  };
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async (options) => {
    subscription.options.applicationServerKey = options.applicationServerKey.buffer;
    held = subscription;
    return held;
  };
  Notification.requestPermission = async () => ANSWER;
  Object.defineProperty(Notification, 'permission', { get: () => 'default' });
})();
"""


@pytest.fixture
def number(demo_server):
    _, content = demo_server.request("PUT", f"/api/v1/reports/{uuid4()}", a_report())
    return json.loads(content)["number"]


@pytest.fixture
def visit(browser, demo_server, number):
    """Opens the report's page in a context of its own."""
    contexts = []

    def open_page(*, answer="granted", **options):
        context = browser.new_context(
            viewport=PHONE, locale="en-GB", base_url=demo_server.url, **options
        )
        contexts.append(context)
        keys = json.dumps(Keys().keys)
        script = PUSH_SERVICE.replace("KEYS", keys).replace("ANSWER", json.dumps(answer))
        context.add_init_script(script)
        page = context.new_page()
        page.goto(f"/r/{number}?lang=en")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_phone_is_told_and_told_no_more(visit, number):
    page = visit()
    button = page.get_by_role("button", name="Tell me on this phone")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as put:
        button.click()
    assert put.value.status == 201
    said = page.locator("[data-island=push] [role=status]")
    said.get_by_text("We will tell you here when something happens.").wait_for()
    page.reload()
    stop = page.get_by_role("button", name="Stop telling me on this phone")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as delete:
        stop.click()
    assert delete.value.status == 204
    button.wait_for()


def test_who_does_not_allow_it_is_told_where_to_change_that(visit):
    page = visit(answer="denied")
    page.get_by_role("button", name="Tell me on this phone").click()
    page.get_by_text("This phone does not let us.").wait_for()


def test_without_network_the_button_stays_and_says_so(visit):
    page = visit()
    wait_until(page, AT_WORK)
    page.context.set_offline(True)
    page.get_by_role("button", name="Tell me on this phone").click()
    page.get_by_text("That did not work.").wait_for()
    assert page.get_by_role("button", name="Tell me on this phone").is_visible()


def test_an_e_mail_is_asked_for_confirmed_and_stopped_without_any_script(
    visit, demo_server, number
):
    page = visit(java_script_enabled=False)
    assert page.get_by_role("button", name="Tell me on this phone").count() == 0
    page.get_by_label("Your e-mail address").fill("ola@example.org")
    page.get_by_role("button", name="Tell me by e-mail").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Check your e-mail"
    page.goto(link_in_mail(demo_server, number))
    page.get_by_role("button", name="Yes, send me e-mails").click()
    assert "Thank you" in page.get_by_role("heading", level=1).inner_text()
    page.goto(link_in_mail(demo_server, number))
    page.get_by_role("button", name="Stop these e-mails").click()
    assert "no more e-mails" in page.get_by_role("heading", level=1).inner_text()


def link_in_mail(server, number):
    """The link in the mail about this report; the worker sends it within seconds."""
    give_up_at = time.monotonic() + 20
    while time.monotonic() < give_up_at:
        for file in (server.folder / "mail").glob("*.eml"):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            if number in message["Subject"]:
                text = message.get_body(("plain",)).get_content()
                return re.search(r"/notices/\S+", text)[0]
        time.sleep(0.1)
    raise AssertionError("no mail has come")
