"""Every screen there is: its address, who sees it, and what is done to bring it about.

The checks of accessibility and Lighthouse go through this list, so a new page is one line here.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Page
from sqlalchemy import select

from app import create_app
from app.database import db
from app.mailbox.models import Way
from app.mailbox.operations import take_mail
from app.notices.keys import notice_token
from app.notices.models import Subscription
from tests.conftest import settings_for
from tests.mails import a_mail, many_parts
from tests.pictures import a_photo
from tests.server import Server

DANGER_ALWAYS, DANGER_ASKED = "PA09", "PA01"
PLAIN, ASKS = "PA03", "IH04"
READY_S = 90
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as one of its readers sees it; `{…}` in the address stands for a word of the town."""

    name: str
    address: str
    role: str | None = None
    do: Callable[[Page], None] | None = None
    status: int = 200
    # Search engines may list it; Lighthouse then looks at its description too.
    indexed: bool = False


def choose(category: str) -> Callable[[Page], None]:
    """Tap a tile, opening the rest of them where it is not among the first."""

    def do(page: Page) -> None:
        tile = page.locator(f"input[name=category][value={category}]")
        if not tile.is_visible():
            page.locator("details:has(input[name=category]) > summary").click()
        tile.check()

    return do


def open_everything(page: Page) -> None:
    """Unfold each part of a page that can be unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def send_natively(selector: str) -> Callable[[Page], None]:
    """Send a form past its script, so that the server's own answer is seen."""

    def do(page: Page) -> None:
        page.locator("[name=email]").evaluate_all("all => all.forEach(one => one.value = 'x')")
        with page.expect_navigation():
            page.locator(selector).first.evaluate(
                "form => HTMLFormElement.prototype.submit.call(form)"
            )

    return do


def press(form: str) -> Callable[[Page], None]:
    """Press the button of a form."""

    def do(page: Page) -> None:
        with page.expect_navigation():
            page.locator(f"{form} button").first.click()

    return do


def look_up(who: str) -> Callable[[Page], None]:
    """Look a person up at `/admin/person`."""

    def do(page: Page) -> None:
        page.locator("[name=who]").fill(who)
        with page.expect_navigation():
            page.locator("main form button").first.click()


def look_at_figures(page: Page) -> None:
    """Choose a file of figures: one is new, one changed, one refused, one without a value."""
    lines = [
        "year;measure;value;source",
        "2013;phone_calls;130000;Kilde",
        "2017;emails;9865;Stavanger annual report 2017, table 9.47",
        "2017;phone;1;Kilde",
        "2017;e_forms;;Kilde",
    ]
    content = "\n".join(lines).encode()
    page.locator("#file").set_input_files(
        [{"name": "tall.csv", "mimeType": "text/csv", "buffer": content}]
    )
    with page.expect_navigation():
        page.locator("main form button").click()


def see_pins(page: Page) -> None:
    """Wait until the map of the register has its pins."""
    page.locator(".map-mark, .map-cluster").first.wait_for()


def open_map(page: Page) -> None:
    """Open the map of places where there is something to show on it."""
    button = page.locator("[data-island=figures-map] [data-toggle]")
    if button.count():
        button.click()
        page.locator(".map-cluster").first.wait_for()


def see_the_app(page: Page) -> None:
    """Wait until the crew's app has taken the page over, and has heard from the server."""
    page.locator("html.crew [data-link=online]").wait_for()


def see_keys(page: Page) -> None:
    """Open the list of single keys."""
    page.locator("[data-open-keys]").click()


def in_bulk(action: str, *, status: str = "") -> Callable[[Page], None]:
    """Choose all on the page of the register, and go as far as the preview where a status is."""

    def do(page: Page) -> None:
        page.locator("[name=scope]").select_option("page")
        with page.expect_navigation():
            page.locator(f"button[name=action][value={action}]").click()
        if status:
            page.locator(f"[name=status][value={status}]").check()
            with page.expect_navigation():
                page.locator("[name=step]").click()

    return do


REPORT_FORM = "form[data-report-form]"

PUBLIC = [
    Screen("start", "/", indexed=True),
    Screen("start, everything open", "/", do=open_everything),
    Screen("start, unknown code", "/?code=00000"),
    Screen("sign in a park", "/s/{park}", indexed=True),
    Screen("sign in a hall", "/s/{hall}", indexed=True),
    Screen("sign, category chosen", "/s/{park}", do=choose(PLAIN)),
    Screen("sign, everything open", "/s/{park}", do=open_everything),
    Screen("sign, danger", "/s/{park}", do=choose(DANGER_ALWAYS)),
    Screen("sign, question of danger", "/s/{park}", do=choose(DANGER_ASKED)),
    Screen("sign, refused", "/s/{park}", do=send_natively(REPORT_FORM)),
    Screen("report without a sign", "/report", indexed=True),
    Screen("report without a sign, refused", "/report", do=send_natively(REPORT_FORM)),
    Screen("report at a place", "/report?place={place}", indexed=True),
    Screen("place", "/places/{place}", indexed=True),
    Screen("status, received", "/r/{received}"),
    Screen("status, waiting", "/r/{waiting}"),
    Screen("status, fixed", "/r/{fixed}"),
    Screen("receipt", "/r/{received}?key={received_key}&sent=1"),
    Screen("reporter's page, received", "/r/{received}?key={received_key}"),
    Screen("reporter's page, waiting", "/r/{waiting}?key={waiting_key}"),
    Screen("reporter's page, fixed", "/r/{fixed}?key={fixed_key}"),
    Screen("sign, questions of a category", "/s/{hall}", do=choose(ASKS)),
    Screen("form without network", "/offline"),
    Screen("form without network, category chosen", "/offline", do=choose(PLAIN)),
    Screen("my reports", "/mine"),
    Screen("privacy", "/privacy", indexed=True),
    Screen("accessibility", "/accessibility", indexed=True),
    Screen("open data", "/open/data", do=open_everything, indexed=True),
    Screen("follow by e-mail", "/r/{received}/subscriptions"),
    Screen("follow by e-mail, refused", "/r/{received}/subscriptions", do=press("main form")),
    Screen("follow by e-mail, asked for", "/r/{received}/subscriptions?sent=1"),
    Screen("was it fixed?", "/notices/{fixed_token}/fixed?answer=no"),
    Screen("was it fixed? Yes", "/r/{fixed}?key={fixed_key}&answer=yes"),
    Screen("wrong with the sign", "/s/{park}/sign"),
    Screen("notices", "/notices/{token}"),
    Screen("notices, no more?", "/notices/{token}/unsubscribe"),
    Screen("notices, confirmed", "/notices/{token}", do=press("form[action*=confirm]")),
    Screen("kiosk", "/kiosk"),
    Screen("kiosk, search", "/kiosk?q=park"),
    Screen("kiosk, search in vain", "/kiosk?q=zzz"),
    Screen("kiosk, form", "/kiosk/report?place={place}"),
    Screen("kiosk, form without a place", "/kiosk/report"),
    Screen("kiosk, refused", "/kiosk/report", do=send_natively(REPORT_FORM)),
    Screen("kiosk, done", "/kiosk/done/{kiosk}"),
    Screen("unknown page", "/nothing", status=404),
    Screen("unknown sign", "/s/000000", status=404),
    Screen("figures for everybody", "/open", indexed=True),
    Screen("places in figures for everybody", "/open/places", do=open_map),
    Screen("sign-in", "/sign-in"),
    Screen("sign-in with a passkey", "/sign-in/passkey"),
    Screen("forgotten password", "/sign-in/forgotten"),
    Screen("forgotten password, refused", "/sign-in/forgotten", do=press("main form")),
    Screen("forgotten password, asked for", "/sign-in/forgotten?sent=1"),
    Screen("link to a new password", "/sign-in/link/{link}"),
]

STAFF = [
    Screen("my account", "/staff/account", role="crew"),
    Screen("authenticator app", "/staff/account/app", role="crew"),
    Screen("new passkey", "/staff/account/passkeys", role="crew"),
    Screen("is it still you", "/staff/confirm", role="crew"),
    Screen("people", "/admin/people", role="admin"),
    Screen("somebody invited", "/admin/people/new", role="admin"),
    Screen("account of a person", "/admin/people/{person}", role="admin"),
    Screen("roles that need a second factor", "/admin/second-factor", role="admin"),
    Screen("log", "/admin/log", role="admin"),
    Screen("settings", "/admin", role="manager"),
    Screen("webhooks", "/admin/webhooks", role="admin"),
    Screen("keys of other systems", "/admin/api-keys", role="admin"),
    Screen("key refused", "/admin/api-keys", role="admin", do=press("main form")),
    Screen("key to change", "/admin/api-keys/1", role="admin"),
    Screen("systems that get reports", "/admin/targets", role="admin"),
    Screen("system to change", "/admin/targets/1", role="admin"),
    Screen("units", "/admin/units", role="manager"),
    Screen("unit to edit", "/admin/units/1", role="manager"),
    Screen("owners outside", "/admin/owners", role="manager"),
    Screen("owner to edit", "/admin/owners/1", role="manager"),
    Screen("annual reports", "/statistics/annual", role="manager"),
    Screen("annual report", "/statistics/annual/{year}", role="manager"),
    Screen("figures from elsewhere", "/statistics/service", role="manager"),
    Screen("new figure", "/statistics/service/new", role="manager"),
    Screen("figure refused", "/statistics/service/new", role="manager", do=press("main form")),
    Screen("figure to change", "/statistics/service/1", role="manager"),
    Screen("import of figures", "/statistics/service/import", role="manager"),
    Screen(
        "import of figures, preview",
        "/statistics/service/import",
        role="manager",
        do=look_at_figures,
    ),
    Screen("duty phones", "/admin/duty-phones?at=2026-11-28T03:00", role="manager"),
    Screen("municipality", "/admin/municipality", role="admin", do=open_everything),
    Screen("logo and colour", "/admin/municipality/look", role="admin"),
    Screen("boundary", "/admin/municipality/boundary", role="admin"),
    Screen("outbox", "/admin/outbox", role="admin"),
    Screen("received mails", "/admin/mailbox", role="front_desk"),
    Screen("outbox, waiting", "/admin/outbox?state=waiting", role="admin"),
    Screen(
        "routing", "/admin/routing?category=PA03&place=Byparken&at=2026-11-24T12:00", role="manager"
    ),
    Screen("categories", "/admin/categories", role="manager"),
    Screen("new category", "/admin/categories/new", role="manager", do=open_everything),
    Screen("category", "/admin/categories/PA01", role="manager", do=open_everything),
    Screen("questions", "/admin/categories/VE03/questions", role="manager"),
    Screen("question", "/admin/categories/VE03/questions/what", role="manager", do=open_everything),
    Screen("question on a condition", "/admin/categories/VE03/questions/how_many", role="manager"),
    Screen("reply templates", "/admin/templates", role="manager"),
    Screen("reply template", "/admin/templates/1", role="manager"),
    Screen("register", "/desk", role="front_desk"),
    Screen("register, filtered", "/desk?status=open&q=park", role="front_desk", do=open_everything),
    Screen("register, list and map", "/desk?view=both", role="front_desk", do=see_pins),
    Screen("register, keys", "/desk", role="front_desk", do=see_keys),
    Screen("bulk, assign", "/desk", role="front_desk", do=in_bulk("assign")),
    Screen("bulk, preview", "/desk", role="front_desk", do=in_bulk("close", status="fixed")),
    Screen("saved filters", "/desk/filters", role="front_desk"),
    Screen("today", "/desk/today", role="front_desk"),
    Screen("new report at the desk", "/desk/new", role="front_desk"),
    Screen("report at the desk", "/desk/reports/{received}", role="front_desk"),
    Screen("delete who reported", "/desk/reports/{received}/erase", role="front_desk"),
    Screen("personal words", "/desk/reports/{received}/texts", role="front_desk"),
    Screen("one person", "/admin/person", role="manager"),
    Screen("one person, refused", "/admin/person", role="manager", do=look_up("Kari")),
    Screen("one person, found", "/admin/person", role="manager", do=look_up("kari@example.org")),
    Screen("where a report is", "/desk/reports/{received}/where?q=park", role="front_desk"),
    Screen(
        "black out a photo",
        "/desk/reports/{received}/photos/{received_photo}/black-out"
        "?left=10&top=10&width=20&height=20",
        role="front_desk",
        do=open_everything,
    ),
    Screen(
        "black out a photo, for good?",
        "/desk/reports/{received}/photos/{received_photo}/black-out"
        "?left=10&top=10&width=20&height=20&look=1",
        role="front_desk",
    ),
    Screen(
        "delete a photo",
        "/desk/reports/{received}/photos/{received_photo}/delete",
        role="front_desk",
    ),
    Screen("figures", "/statistics", role="manager", do=open_everything),
    Screen("places in figures", "/statistics/places", role="manager", do=open_map),
    Screen("times in figures", "/statistics/times", role="manager"),
    Screen("screen on the wall", "/statistics/wall", role="crew", do=open_everything),
    Screen("worklist", "/crew", role="crew", do=see_the_app),
    Screen("place on the tablet", "/crew?place={place}", role="crew", do=see_the_app),
    Screen("worklist, plain", "/crew?plain&by=place", role="crew"),
    Screen("one place of the worklist", "/crew?plain&place={place}", role="crew"),
    Screen("report on the tablet", "/crew/reports/{received}", role="crew", do=see_the_app),
    Screen("report, plain", "/crew/reports/{received}?plain", role="crew", do=open_everything),
    # Another query each time, since another # alone would load nothing.
    Screen("new fault on the tablet", "/crew?1#new", role="crew", do=see_the_app),
    Screen("scan on the tablet", "/crew?2#scan", role="crew", do=see_the_app),
    Screen("what waits on the tablet", "/crew?3#waiting", role="crew", do=see_the_app),
    Screen("me on the tablet", "/crew?4#me", role="crew", do=see_the_app),
    Screen("register of signs", "/signs", role="sign_keeper"),
    Screen("one sign", "/signs/{park}", role="sign_keeper"),
    Screen("sign with the keeper's bar", "/s/{park}", role="sign_keeper"),
    Screen("new signs, which place", "/signs/new?q=park", role="sign_keeper"),
    Screen("new signs", "/signs/new?place={place}", role="sign_keeper", do=open_everything),
    Screen("sign to edit", "/signs/{park}/edit", role="sign_keeper"),
    Screen(
        "print order form",
        "/signs/orders/new?place={place}",
        role="sign_keeper",
        do=open_everything,
    ),
    Screen("print order", "/signs/orders/{order}", role="sign_keeper"),
    Screen("print orders", "/signs/orders", role="sign_keeper"),
    Screen("signs to look at", "/signs/health", role="sign_keeper"),
    Screen("round", "/signs/round", role="sign_keeper"),
    Screen("register of places", "/places", role="sign_keeper"),
    Screen("place to edit", "/places/{place}/edit", role="sign_keeper", do=open_everything),
    Screen("merge, which place", "/places/{place}/merge", role="sign_keeper"),
    Screen("import of places", "/places/import", role="sign_keeper"),
    Screen("description of the API", "/api/docs", role="admin"),
]

SCREENS = PUBLIC + STAFF


def furnish(server: Server) -> dict[str, str]:
    """File reports in the states that the screens show; returns the words of the addresses."""
    signs = dict(re.findall(r"a (park|sports hall): \S+/s/(\w{6})", server.log()))
    words = {"park": signs["park"], "hall": signs["sports hall"]}
    desk = {"Cookie": session_of(server, "front_desk"), "Origin": server.url}
    for status in ("received", "waiting", "fixed"):
        report = _file(server, words["park"])
        words |= {status: report["number"], f"{status}_key": report["key"]}
        words[f"{status}_photo"] = report["photo"]
        if status != "received":
            form = {"status": status, "public_text": "Hvilken benk er det?"}
            address = f"/desk/reports/{report['number']}/status"
            _demand(303, server.request("POST", address, urllib.parse.urlencode(form), desk | FORM))
    _fill_lines(server, words["received"])
    page = _demand(200, server.request("GET", f"/r/{words['received']}"))
    words["place"] = re.search(r"/places/(\d+)", page.decode())[1]
    words["kiosk"] = _file(server, words["park"], channel="kiosk")["number"]
    words["year"] = words["received"][:4]
    words["token"] = _subscribe(server, words["received"])
    words["fixed_token"] = _token(server, words["fixed"])
    words["order"] = _order(server, words["park"])
    _receive_mails(server)
    made = server.flask("staff", "reset", "manager@demo.vof")
    words["link"] = re.search(r"/sign-in/link/(\S+)", made)[1]
    server.flask("api-key", "create", "--name", "City app")
    _hand_over(server)
    [[words["person"]]] = server.ask("SELECT id FROM staff WHERE email = 'manager@demo.vof'")
    return words


def _fill_lines(server: Server, number: str) -> None:
    """Give lists a mark that is a sentence, and a place whose words cannot be broken."""
    follower = f"/api/v1/reports/by-number/{number}/followers/{uuid4()}"
    _demand(201, server.request("PUT", follower, {"channel": "qr"}))
    link = {"category": PLAIN, "address": f"https://example.org/{'kart' * 40}", "channel": "web"}
    _demand(201, server.request("PUT", f"/api/v1/reports/{uuid4()}", link))


def _receive_mails(server: Server) -> None:
    """One that becomes a report, one that is ignored, and one that a person must look at."""
    app = create_app(settings_for(server.database_url, server.folder))
    with app.app_context():
        for mail in (a_mail(), a_mail(subject="Nyheter", Precedence="bulk"), many_parts(300)):
            assert take_mail(mail, len(mail), Way.IMAP)
        db.session.remove()
        db.engine.dispose()


def _hand_over(server: Server) -> None:
    """Have the reports of one category handed over to a system that is away."""
    form = {"name": "Fylket", "gets": "c1", "kind": "email", "address": "a@example.org"}
    admin = {"Cookie": session_of(server, "admin"), "Origin": server.url}
    added = urllib.parse.urlencode(form)
    _demand(303, server.request("POST", "/admin/targets", added, admin | FORM))


def _order(server: Server, sign: str) -> str:
    """Have a sign printed; returns the number of the finished order."""
    keeper = {"Cookie": session_of(server, "sign_keeper"), "Origin": server.url}
    form = {"id": uuid4(), "signs": sign, "format": "A6", "languages": "nb nn en"}
    form |= {"copies": 1, "file": "pdf", "dpi": 300}
    placed = urllib.parse.urlencode(form)
    _demand(303, server.request("POST", "/signs/orders", placed, keeper | FORM))
    listed = _demand(200, server.request("GET", "/signs/orders", None, keeper)).decode()
    number = re.search(r"/signs/orders/(\d+)", listed)[1]
    give_up_at = time.monotonic() + READY_S
    while f"/signs/orders/{number}/file" not in listed:
        assert time.monotonic() < give_up_at, listed
        time.sleep(0.2)
        listed = _demand(200, server.request("GET", "/signs/orders", None, keeper)).decode()
    return number


def _subscribe(server: Server, number: str) -> str:
    """Ask for e-mails; returns the token in the links of the mail that asks for a yes."""
    form = urllib.parse.urlencode({"email": "ola@example.org"})
    origin = {"Origin": server.url}
    _demand(303, server.request("POST", f"/r/{number}/subscriptions", form, FORM | origin))
    return _token(server, number)


def _token(server: Server, number: str) -> str:
    """What stands in the links of a mail about a report."""
    app = create_app(settings_for(server.database_url, server.folder))
    with app.app_context():
        about = Subscription.report.has(number=number)
        newest = select(Subscription).where(about).order_by(Subscription.id.desc())
        give_up_at = time.monotonic() + READY_S
        # A reporter's subscription is entered by the worker.
        while (found := db.session.scalars(newest).first()) is None:
            assert time.monotonic() < give_up_at, f"nobody follows {number}"
            db.session.rollback()
            time.sleep(0.2)
        token = notice_token(found.uuid)
        db.session.remove()
        db.engine.dispose()
    return token


def _file(server: Server, sign: str, channel: str = "qr") -> dict[str, str]:
    report = {
        "category": PLAIN,
        "sign": sign,
        "description": "En planke er brukket.\n\nVed porten.",
        "contact": {"name": "Kari", "email": "kari@example.org", "phone": "51 00 00 00"},
        "channel": channel,
    }
    address = f"/api/v1/reports/{uuid4()}"
    answer = json.loads(_demand(201, server.request("PUT", address, report)))
    key = {"Authorization": f"Bearer {answer['key']}", "Content-Type": "image/jpeg"}
    photo = str(uuid4())
    _demand(201, server.request("PUT", f"{address}/photos/{photo}", a_photo(), key))
    return answer | {"photo": photo}


def session_of(server: Server, role: str) -> str:
    account = urllib.parse.urlencode({"email": f"{role}@demo.vof", "password": f"demo-{role}"})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", "/sign-in", account, FORM | {"Origin": server.url})
    cookie = connection.getresponse().headers["Set-Cookie"].partition(";")[0]
    connection.close()
    return cookie


def _demand(status: int, answer: tuple[int, bytes]) -> bytes:
    assert answer[0] == status, answer
    return answer[1]
