"""A crew's tablet, which keeps what it knows while its browser is closed or killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, expect

from tests.journeys.people import TABLET
from tests.phone import wait_until
from tests.profile import ProfileBrowser

PIN = "274961"
# The app without network: its shell with every file it names, the worklist and what changes rarely.
IS_READY = r"""
async () => {
  const shell = await caches.match('/crew/shell?lang=nb', {ignoreVary: true});
  if (!shell || document.querySelectorAll('[data-link=online]').length === 0) return false;
  const files = (await shell.text()).match(/\/static\/[\w.-]+/g);
  const kept = files.map((file) => caches.match(file, {ignoreVary: true}));
  const rows = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('vof-crew');
    opening.onsuccess = () => {
      const all = opening.result.transaction('kept').objectStore('kept').count();
      all.onsuccess = () => { resolve(all.result); opening.result.close(); };
    };
    opening.onerror = reject;
  });
  return rows > 1 && (await Promise.all(kept)).every(Boolean);
}
"""
QUEUE = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('vof-crew');
  opening.onsuccess = () => {
    const rows = opening.result.transaction('actions').objectStore('actions').getAll();
    rows.onsuccess = () => { resolve(rows.result); opening.result.close(); };
  };
  opening.onerror = reject;
})
"""

KEPT = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('vof-crew');
  opening.onsuccess = async () => {
    const names = ['kept', 'people', 'actions', 'photos'];
    const work = opening.result.transaction(names);
    const count = (name) => new Promise((done) => {
      work.objectStore(name).count().onsuccess = ({ target }) => done([name, target.result]);
    });
    resolve(Object.fromEntries(await Promise.all(names.map(count))));
    opening.result.close();
  };
  opening.onerror = reject;
})
"""

DRAFT = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('vof-crew');
  opening.onsuccess = () => {
    const rows = opening.result.transaction('kept').objectStore('kept').getAll();
    rows.onsuccess = () => {
      const drafts = rows.result.filter(({ id }) => id.startsWith('draft:'));
      const isKept = ({ filled, photos }) => (filled.text || filled.description) && photos.length;
      resolve(drafts.some(({ content }) => isKept(content)));
      opening.result.close();
    };
  };
  opening.onerror = reject;
})
"""


class Tablet(ProfileBrowser):
    """Somebody of the crew with a tablet in their hands."""

    def __init__(
        self, playwright: Playwright, profile: Path, url: str, screen: dict[str, int] = TABLET
    ) -> None:
        super().__init__(playwright, profile, url, screen)

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def signs_in(self, email: str = "crew@demo.vof", password: str = "demo-crew") -> None:
        """Sign in, and let the tablet keep all it needs."""
        account = {"email": email, "password": password}
        answer = self.context.request.post("/sign-in", form=account, headers={"Origin": self._url})
        assert answer.ok
        self.opens("/crew")
        wait_until(self.page, IS_READY)

    def sets_pin(self, pin: str = PIN) -> None:
        """Stay signed in on this tablet, behind a PIN."""
        self.opens("/crew#me")
        form = self.page.locator("[data-pin]")
        form.locator("#tablet-name").fill("Bil 3")
        form.locator("#new-pin").fill(pin)
        form.locator("button.main").click()
        expect(form).to_have_count(0)

    def locks(self) -> None:
        self.opens("/crew#me")
        self.page.get_by_role("button", name="Lås nå").click()
        expect(self.page.locator("main.lock")).to_be_visible()

    def unlocks(self, pin: str = PIN) -> None:
        self.page.locator("#pin").fill(pin)
        expect(self.page.locator("#pin")).to_have_count(0)

    def opens(self, address: str) -> None:
        """Load an address, also where only what follows its # differs."""
        self.page.goto("about:blank")
        self.page.goto(address)
        expect(self.page.locator("html.crew main h1")).to_be_visible()

    def fills_in(
        self, number: str, text: str, photo: Path | None = None, step: str = "fixed"
    ) -> None:
        """Open a report and say what was done, without saving it."""
        self.opens(f"/crew/reports/{number}")
        form = self.page.locator("[data-act]")
        form.locator(f"[name=step][value={step}]").check()
        form.locator("#text").fill(text)
        if photo:
            form.locator("[name=photo-after]").set_input_files(photo)
            expect(form.locator(".photo img")).to_have_count(1)

    def fills_in_fault(self, description: str, photo: Path) -> None:
        """Say that something is wrong in Byparken, without saving it."""
        self.opens("/crew#new")
        form = self.page.locator("[data-new]")
        form.locator("#place").fill("Byparken")
        form.locator(".offers button").first.click()
        form.locator("#category-words").fill("VE03")
        form.locator("[name=category][value=VE03]").check()
        form.locator("#description").fill(description)
        form.locator("[name=photo-fault]").set_input_files(photo)
        expect(form.locator(".photo img")).to_have_count(1)

    def keeps_a_draft(self) -> None:
        """Wait until words and a photo that are not saved lie on the disk."""
        wait_until(self.page, DRAFT)

    def closes_report(self, number: str, text: str, photo: Path | None = None) -> None:
        self.fills_in(number, text, photo)
        self.page.locator("[data-act] button.save").click()
        expect(self.page.locator(".said-now")).not_to_be_empty()

    def queue(self) -> list[dict[str, Any]]:
        """What waits on the tablet."""
        found: list[dict[str, Any]] = self.page.evaluate(QUEUE)
        return found

    def keeps(self) -> dict[str, int]:
        """How many rows of each sort the tablet still has."""
        found: dict[str, int] = self.page.evaluate(KEPT)
        return found

    def sends(self) -> None:
        """Tell the app that there is network again, and wait until nothing waits."""
        self.page.evaluate("dispatchEvent(new Event('online'))")
        wait_until(self.page, f"async () => (await ({QUEUE})()).length === 0")
