"""The people of the journeys: each has a browser of their own and speaks in the user's verbs."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PHONE = {"width": 360, "height": 740}
TABLET = {"width": 1180, "height": 820}


class Person:
    """Somebody with a browser that complains about nothing: no console error, no failed request."""

    def __init__(
        self,
        browser: Browser,
        base_url: str,
        screen: dict[str, int],
        *,
        script: bool,
        workers: bool = True,
    ) -> None:
        context = browser.new_context(
            viewport=screen,
            locale="nb-NO",
            java_script_enabled=script,
            base_url=base_url,
            service_workers="allow" if workers else "block",
        )
        self.has_script = script
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_console(self, message) -> None:
        # A form that was refused, and a map whose service nobody reaches here.
        expected = "422" in message.text or "502" in message.text
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def leave(self) -> None:
        self.page.context.close()
        assert not self.complaints, self.complaints


class Resident(Person):
    def scans_the_sign(self, code: str) -> None:
        self.page.goto(f"/S/{code}")
        expect(self.page.locator("form[data-report-form]")).to_be_visible()

    def chooses(self, category: str) -> None:
        tile = self.page.locator(f"input[name=category][value={category}]")
        if not tile.is_visible():
            self.page.locator("details:has(input[name=category]) > summary").click()
        tile.check()

    def describes(self, text: str) -> None:
        self.page.locator("[name=description]").fill(text)

    def adds_photos(self, *files: Path) -> None:
        self.page.locator("input[type=file][name=photo]").set_input_files(list(files))

    def sends(self) -> None:
        self.page.locator("form[data-report-form] button[type=submit]:visible").first.click()

    def reads_the_number(self) -> str:
        number = self.page.locator("[data-report-number]").first
        expect(number).to_be_visible()
        return re.search(r"\d{4}-\d{8}", number.inner_text())[0]

    def follows(self, number: str) -> None:
        self.page.goto(f"/r/{number}")


class Staff(Person):
    def signs_in(self, role: str) -> None:
        self.page.goto("/staff")
        self.page.locator("[name=email]").fill(f"{role}@demo.vof")
        self.page.locator("[name=password]").fill(f"demo-{role}")
        self.page.locator("form:has([name=password]) button").click()
        expect(self.page.locator("[name=password]")).to_have_count(0)

    def opens(self, number: str) -> None:
        self.page.locator(f"main a[href*='{number}']").first.click()
        expect(self.page.locator("main")).to_contain_text(number)


class FrontDesk(Staff):
    def sets_status(self, status: str) -> None:
        self.page.locator(f"form[action$='/status'] [name=status][value={status}]").check()
        self.page.locator("form[action$='/status'] button[type=submit]:not([formaction])").click()

    def assigns(self, unit: str) -> None:
        self.page.locator("[name=unit]").select_option(label=unit)
        self.page.locator("form[action$='/unit'] button[type=submit]").click()


class Crew(Staff):
    def opens(self, number: str) -> None:
        super().opens(number)
        if self.has_script:
            expect(self.page.locator("[data-act]")).to_be_visible()

    def closes_as_fixed(self, text: str, photo: Path, *, release: bool) -> None:
        if self.has_script:
            self._closes_in_the_app(text, photo, release=release)
            return
        self.page.locator("[name=status][value=fixed]").check()
        self.page.locator("[name=public_text]").fill(text)
        self.page.locator("input[type=file][name=photo]").set_input_files(photo)
        if release:
            self.page.locator("[name=release_photo]").check()
        saves = "form[enctype='multipart/form-data'] button[type=submit]:not([formaction])"
        self.page.locator(saves).last.click()
        expect(self.page).to_have_url(re.compile(r"/crew\?done="))

    def _closes_in_the_app(self, text: str, photo: Path, *, release: bool) -> None:
        form = self.page.locator("[data-act]")
        form.locator("[name=step][value=fixed]").check()
        form.locator("#text").fill(text)
        form.locator("[name=photo-after]").set_input_files(photo)
        expect(form.locator(".photo img")).to_be_visible()
        if release:
            form.locator("[name=release]").check()
        form.locator("button.save").click()
        self.page.locator("nav a[href$='#waiting']").click()
        expect(self.page.locator("[data-sent]")).to_have_count(1)
