"""Every page of the house in every language: it opens, it is well made, and its title is its own.

The client inspects each page (`tests/html.py`); here all of them are visited, with reports filed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta

import pytest
from flask import url_for

from app.database import db, now
from app.languages import DEFAULT_LANGUAGE, LANGUAGES, STAFF_LANGUAGES
from app.permissions import Role, allow, allowed_roles
from app.places.models import Unit
from app.reports.keys import report_key
from app.reports.models import Report
from app.signs.codes import check_fits
from tests.app.conftest import token_of_a_link, token_of_a_mail, values_of_the_register
from tests.conftest import FROM_HERE, InspectingClient
from tests.html import BadPage, inspect_page
from tests.pictures import a_photo

# What answers with something else than a page, and what only leads on.
NO_PAGES = {
    "annual.chart",
    "annual.docx",
    "annual.file",
    "annual.pdf",
    "api-docs.openapi_json",
    "api.get_open_reports",
    "api.get_report",
    "deeds.photo",
    "desk.blacked_out",
    "desk.live",
    "desk.live_report",
    "desk.nearby",
    "desk.points",
    "health.alive",
    "intake.open_there",
    "intake.spots",
    "keepers_places.photo",
    "keepers_places.points",
    "crew.manifest",
    "crew.worker",
    "health.ready",
    "maps.tile",
    "metrics.metrics",
    "notices.open_sms",
    "offline.directory_answer",
    "offline.form_texts",
    "offline.icon_picture",
    "offline.manifest",
    "offline.worker",
    "open_catalog.catalog",
    "open_data.download",
    "open_features.collection",
    "open_features.collections",
    "open_features.conformance",
    "open_features.definition",
    "open_features.item",
    "open_features.items",
    "open_features.landing",
    "open_features.schema",
    "open.chart",
    "open.file",
    "orders.file",
    "resident.photo",
    "security.verify",
    "signing_in.code",
    "service_figures.file",
    "service_figures.template",
    "signs.png",
    "signs.svg",
    "spots.spots",
    "staff.home",
    "statistics.chart",
    "statistics.file",
    "statistics.wall_figures",
}
# A page for anyone is visited signed out, and once signed in.
ANYBODY = (None, Role.MANAGER)
STATES = ("received", "in_progress", "waiting", "fixed", "duplicate")


@pytest.fixture
def report(app, client, park_sign, filed) -> Report:
    """A report with a photo and a contact, among others of every sort."""
    for state in STATES:
        one = filed(sign=park_sign.code, answers={"danger": "yes"}, category="PA01")
        one.status, one.closed_at = state, None if state in STATES[:3] else now()
        one.waiting_since = now() if state == "waiting" else None
    overdue = filed(address="ved brua", category=None)
    overdue.due_at = now() - timedelta(days=3)
    whole = filed(
        sign=park_sign.code,
        contact={"name": "Kari <Nordmann>", "email": "kari@example.org", "phone": "51 00 00 00"},
        description="<b>Knust</b> & farlig\n\nVed porten.",
    )
    park = db.session.query(Unit).filter_by(name="Park og natur").one()
    overdue.unit_id = park.id
    db.session.commit()
    headers = {"Authorization": f"Bearer {report_key(whole.uuid)}"}
    photo = client.put(
        f"/api/v1/reports/{whole.uuid}/photos/{whole.uuid}", data=a_photo(), headers=headers
    )
    assert photo.status_code == 201
    return db.session.get(Report, whole.id)


def is_no_page(endpoint):
    """Whether it is answered with something else; other systems get documents."""
    return endpoint in NO_PAGES or endpoint.startswith(("open311.", "api-crew."))


def addresses(app, values):
    """The address of every page there is, by endpoint, and who may open it."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and not is_no_page(rule.endpoint):
                filled = {name: values[name] for name in rule.arguments}
                yield url_for(rule.endpoint, **filled), allowed_roles(app, rule.endpoint)


def further(report, park_sign, hall_sign):
    """Pages that an address alone does not tell of."""
    receipt = f"/r/{report.number}?key={report_key(report.uuid)}"
    return [
        "/?code=00000",
        f"/report?place={park_sign.place_id}",
        f"/s/{hall_sign.code}",
        receipt,
        f"{receipt}&sent=1&unreadable=2",
        "/nothing",
        f"/s/{park_sign.code[:5]}{'0' if park_sign.code[5] != '0' else '1'}",
        f"/s/{park_sign.code}?lang=xx",
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_opens_well_made_in_every_language(
    app, clients, report, park_sign, hall_sign, code
):
    values = values_of_the_register(park_sign) | {
        "number": report.number,
        "code": park_sign.code,
        "place_id": park_sign.place_id,
        "photo_uuid": report.photos[0].uuid,
        "link_token": token_of_a_link(),
        "passkey_id": 1,
        "token": token_of_a_mail(report),
    }
    titles = defaultdict(set)
    pages = list(addresses(app, values))
    assert len(pages) > 10
    anyone = further(report, park_sign, hall_sign)
    for page, roles in [*pages, *((page, frozenset()) for page in anyone)]:
        readers = [role for role in clients if role in (roles or ANYBODY)]
        # Who sees which parts of a page is the same in every language.
        if code != DEFAULT_LANGUAGE:
            readers = readers[-1:] if roles else [None]
        for role in readers:
            if page == "/sign-in" and role:
                continue
            answer = clients[role].get(page, headers={"Accept-Language": code})
            assert answer.status_code == (404 if is_unknown(page) else 200), page
            # The client has parsed the page already, so that it is well made is known.
            assert f'<html lang="{spoken(page, roles, code)}"' in answer.text, page
            titles[re.search("<title>(.*?)</title>", answer.text)[1]].add(
                # The form kept for use without network stands in for the other.
                page.partition("?")[0].replace("/S/", "/s/").replace("/offline", "/report")
            )
    doubled = {title: pages for title, pages in titles.items() if len(pages) > 1}
    assert not doubled, doubled


def spoken(page, roles, code):
    """The language a page answers in: those of staff have three, and bokmål for all others."""
    is_figures = page.startswith("/open") and not page.startswith(("/open/data", "/open/ogc"))
    for_staff = roles or is_figures or page.startswith(("/sign-in", "/crew"))
    return DEFAULT_LANGUAGE if for_staff and code not in STAFF_LANGUAGES else code


def is_unknown(page):
    sign = re.fullmatch(r"/s/(\w{6})", page)
    return page == "/nothing" or (sign is not None and not check_fits(sign[1]))


def test_the_registers_are_pages_also_when_nothing_is_found(front_desk, sign_keeper, crew):
    for client, page in (
        (front_desk, "/desk"),
        (front_desk, "/desk?q=finnes+ikke&status=fixed&unit=1&category=1"),
        (front_desk, "/desk?before=1"),
        (sign_keeper, "/signs?q=finnes+ikke"),
        (sign_keeper, "/signs?after=2147483647"),
        (crew, "/crew"),
        (crew, "/crew?done=2026-00000000"),
    ):
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize(
    "query",
    [
        "?before=x",
        f"?before={-(10**30)}",
        f"?before={10**30}",
        "?q=%00",
        "?q=%5C%25",
        "?unit=x&category=-5&status=nonsense",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out_of_account(front_desk, filed, query):
    filed()
    assert front_desk.get(f"/desk{query}").status_code == 200


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", f"?after={10**30}", "?q=%00"])
def test_so_it_is_in_the_register_of_signs(sign_keeper, query):
    assert sign_keeper.get(f"/signs{query}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/r/%00",
        "/r/2026-12345678%00",
        f"/r/{'9' * 5000}",
        "/r/æøå",
        "/s/%00%00%00%00%00%00",
        "/s/%F0%9F%9A%B2",
        "/?code=%00",
        f"/?code={'A' * 5000}",
        "/report?place=%00",
        f"/report?place={10**30}",
        "/report?place=²",
        "/photos/00000000-0000-0000-0000-000000000000/original",
        "/places/-1",
        "/places/1.5",
    ],
)
def test_no_address_breaks_a_page(client, address):
    assert client.get(address).status_code in {200, 404}


def test_the_client_sees_a_bad_page(app):
    """The inspection itself, seen failing."""
    good = "<!doctype html><html lang=nb><title>T</title><main><h1>T</h1></main></html>"
    inspect_page(good, "good")
    for bad in (
        good.replace("<!doctype html>", ""),
        good.replace(" lang=nb", ""),
        good.replace("<title>T</title>", ""),
        good.replace("</main>", "<h1>U</h1></main>"),
        good.replace("<main>", "").replace("</main>", ""),
        good.replace("</main>", "<input name=a></main>"),
        good.replace("</main>", "<p id=a></p><p id=a></p></main>"),
        good.replace("</main>", "<p style='color:red'></p></main>"),
        good.replace("</main>", "<a onclick=x()>x</a></main>"),
        good.replace("</main>", "<script>x()</script></main>"),
        good.replace("</main>", "<img src=x></main>"),
        good.replace("</main>", "<img src=https://x.example/x alt=x></main>"),
        good.replace("</main>", "<p aria-describedby=gone></p></main>"),
        good.replace("</main>", "<b></main>"),
    ):
        with pytest.raises(BadPage):
            inspect_page(bad, "bad")


def test_the_client_inspects_what_it_gets(built):
    app = built()
    app.add_url_rule("/bad", "bad", allow(anyone=True)(lambda: "<p>no page</p>"))
    assert app.test_client_class is InspectingClient
    with pytest.raises(BadPage):
        app.test_client().get("/bad")


@pytest.mark.parametrize("role", Role)
def test_every_role_starts_where_its_work_is(clients, role):
    answer = clients[role].get("/staff")
    assert answer.status_code == 303
    assert clients[role].get(answer.location, headers=FROM_HERE).status_code == 200
