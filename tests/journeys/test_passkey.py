"""A passkey from the first to the second use, with a browser that has an authenticator inside."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "kari@example.org", "a good long password"
# It is there, unlocked by its person, and remembers whose it is.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser: Browser, demo_server) -> Page:
    account = ("--name", "Kari", "--role", "front_desk", "--password", PASSWORD)
    demo_server.flask("staff", "create", EMAIL, *account)
    # Browsers bind a passkey to a name, not to a number.
    named = demo_server.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=named, locale="nb-NO")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


def test_a_passkey_is_made_and_then_signs_in_alone_and_after_the_password(page):
    give_password(page)
    page.goto("/staff/account")
    page.get_by_role("link", name="Legg til en passnøkkel").click()
    page.get_by_label("Hva kaller du den?").fill("Telefonen")
    page.get_by_role("button", name="Lag passnøkkelen").click()
    expect(page.get_by_role("heading", name="Gjenopprettingskodene dine")).to_be_visible()
    expect(page.locator(".codes code")).to_have_count(10)
    page.get_by_role("link", name="Jeg har tatt vare på dem").click()
    expect(page.get_by_text("Telefonen", exact=True)).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Logg inn med passnøkkel").click()
    expect(page).to_have_url(re.compile("/desk"))

    sign_out(page)
    give_password(page)
    page.get_by_role("button", name="Bruk passnøkkelen din").click()
    expect(page).to_have_url(re.compile("/desk"))


def give_password(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-post").fill(EMAIL)
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn", exact=True).click()
    expect(page.get_by_label("Passord")).to_have_count(0)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Logg ut", exact=True).click()
    expect(page).to_have_url(re.compile("/sign-in"))
