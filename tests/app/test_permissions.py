"""Who may call what: the routes against the reviewed table, and the table against the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from flask import Flask, url_for

from app.config import ROOT
from app.database import db
from app.open311.media import mark_of
from app.permissions import STAFF_PREFIXES, Role, UndeclaredRoute, allow, allowed_roles
from app.reports.models import Event
from app.reports.photos import keep_photo, prepare_photo
from tests.app.conftest import token_of_a_link, token_of_a_mail, values_of_the_register
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

TABLE = ROOT / "docs" / "permissions.md"
_LINE = re.compile(r"\| `(?P<address>[^`]+)` \| (?P<methods>[A-Z, ]+) \| (?P<who>[a-z_, ]+) \|")
LISTED_WITHOUT_SAYING = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Line:
    """One line of the table; nobody in `roles` means anyone."""

    address: str
    methods: frozenset[str]
    roles: frozenset[str]

    def __str__(self) -> str:
        who = ", ".join(role for role in Role if role in self.roles) or "anyone"
        return f"| `{self.address}` | {', '.join(sorted(self.methods))} | {who} |"


def reviewed() -> set[Line]:
    lines = [_LINE.fullmatch(line) for line in TABLE.read_text("utf-8").splitlines()]
    return {
        Line(
            match["address"],
            frozenset(match["methods"].split(", ")),
            frozenset(match["who"].split(", ")) - {"anyone"},
        )
        for match in lines
        if match
    }


def declared(app: Flask) -> set[Line]:
    return {
        Line(
            rule.rule,
            frozenset(rule.methods - LISTED_WITHOUT_SAYING),
            frozenset(role.value for role in allowed_roles(app, rule.endpoint)),
        )
        for rule in app.url_map.iter_rules()
    }


def test_the_routes_are_those_of_the_reviewed_table(app):
    wrong = [f"remove  {line}" for line in reviewed() - declared(app)]
    wrong += [f"add     {line}" for line in declared(app) - reviewed()]
    assert not wrong, (
        f"Who may call what differs from {TABLE.relative_to(ROOT)}. If the code is right, change "
        "the table by these lines and have it reviewed:\n" + "\n".join(sorted(wrong))
    )


def test_every_line_of_the_table_is_understood():
    rows = [row for row in TABLE.read_text("utf-8").splitlines() if row.startswith("| `")]
    assert len(rows) == len(reviewed())
    assert {role for line in reviewed() for role in line.roles} == set(Role)


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(built):
    app = built(keeps=True)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(UndeclaredRoute):
        allowed_roles(app, "forgotten")
    with pytest.raises(UndeclaredRoute):
        allow()
    with pytest.raises(UndeclaredRoute):
        allow(Role.CREW, anyone=True)


@pytest.fixture
def values(app, filed, park_sign):
    """What stands in the addresses of the table."""
    report = filed(sign=park_sign.code)
    photo_uuid = keep_photo(uuid4(), prepare_photo(a_photo()), report).uuid
    return values_of_the_register(park_sign) | {
        "number": report.number,
        "code": park_sign.code,
        "place_id": park_sign.place_id,
        "report_uuid": report.uuid,
        "photo_uuid": photo_uuid,
        "event_uuid": uuid4(),
        "action_uuid": uuid4(),
        "follower_uuid": uuid4(),
        "size": "photo",
        "shape": "icon",
        "size_px": 192,
        "z": 15,
        "y": 9700,
        "x": 16905,
        "token": token_of_a_mail(report),
        "form": "json",
        "until": 2**40,
        "mark": mark_of(photo_uuid, 2**40),
        "request_token": report.uuid.hex,
        "link_token": token_of_a_link(),
        "passkey_id": 1,
        "stay_id": 1,
        "person_id": 1,
        "dataset": "places",
        "file_format": "csv",
        "collection_id": "places",
        "feature_id": park_sign.place_id,
    }


def addresses(app: Flask, values: dict, method: str) -> Iterator[tuple[str, frozenset[Role]]]:
    """Each address with this method, filled in, and who may call it."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if method in rule.methods:
                filled = {name: values[name] for name in rule.arguments}
                yield url_for(rule.endpoint, **filled), allowed_roles(app, rule.endpoint)


def test_a_visitor_is_sent_to_sign_in_from_every_page_of_the_staff(app, client, values):
    addressed = [url for url, roles in addresses(app, values, "GET") if roles]
    pages = [url for url in addressed if not url.startswith("/api/")]
    assert pages
    for page in [*pages, "/desk?status=open&unit=2"]:
        demand_sign_in(client.get(page), page)
    for url in set(addressed) - set(pages):
        assert client.get(url).status_code == 401, url


@pytest.mark.parametrize("prefix", STAFF_PREFIXES)
@pytest.mark.parametrize("rest", ["/unknown", "/reports/x/status", "/un/known?a=b", ".txt"])
def test_a_visitor_does_not_learn_what_staff_have(client, prefix, rest):
    demand_sign_in(client.get(f"{prefix}{rest}"), f"{prefix}{rest}")
    assert client.post(f"{prefix}{rest}", headers=FROM_HERE).status_code == 401


REGISTER_OF_PLACES = ["/places", "/places/new/x", "/places/import/x", "/places/points.x"]


@pytest.mark.parametrize("page", [*REGISTER_OF_PLACES, "/places/1/unknown", "/places/999999/edit"])
def test_nor_what_lies_around_the_public_pages_of_places(client, page):
    demand_sign_in(client.get(page), page)
    assert client.post(page, headers=FROM_HERE).status_code == 401


def demand_sign_in(answer, page):
    assert answer.status_code in {302, 303}, page
    target = urlsplit(answer.location)
    assert target.path == "/sign-in", page
    assert parse_qs(target.query)["next"] == [page]


def test_what_changes_something_is_401_without_sign_in(app, client, values):
    targets = [
        (method, url)
        for method in ("POST", "PUT", "PATCH", "DELETE")
        for url, roles in addresses(app, values, method)
        if roles
    ]
    assert targets
    for method, url in targets:
        assert client.open(url, method=method, headers=FROM_HERE).status_code == 401, url


def test_every_role_sees_exactly_the_pages_the_table_gives_it(app, clients, values):
    for page, roles in addresses(app, values, "GET"):
        for role, client in clients.items():
            if role is None or not roles:
                continue
            status = client.get(page).status_code
            if role not in roles:
                assert status == 403, f"{role} at {page}"
            elif page == "/staff":
                assert status == 303
            else:
                assert status == 200, f"{role} at {page}"


def test_no_role_changes_what_the_table_keeps_from_it(app, clients, values):
    before = db.session.query(Event).count()
    for page, roles in addresses(app, values, "POST"):
        for role in set(Role) - roles if roles else ():
            answer = clients[role].post(page, data={"status": "fixed", "internal_text": "Hei"})
            assert answer.status_code == 403, f"{role} at {page}"
    assert db.session.query(Event).count() == before


def test_pages_for_anyone_ask_nobody_to_sign_in(app, clients, values):
    for page, roles in addresses(app, values, "GET"):
        if not roles and not page.startswith(
            ("/api/v1/reports", "/api/v1/open-reports", "/photos/", "/tiles/", "/v/")
        ):
            for role, client in clients.items():
                answer = client.get(page)
                # Whoever is signed in already is sent on from the sign-in page, and nobody is
                # asked for a code before the password.
                sent_on = {"/sign-in": 302 if role else 200, "/sign-in/code": 303}
                assert answer.status_code == sent_on.get(page, 200), f"{role} at {page}"
