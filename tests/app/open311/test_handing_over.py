"""Reports are handed over to other systems: to a second VOF server, by mail, to a webhook."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import outbox, targets
from app.audit import AuditEntry
from app.database import db, now
from app.dead_letters import retry
from app.geo import sqlite_functions
from app.jobs import HANDLERS
from app.notices import hooks
from app.open311 import fetching, handing_over
from app.open311.keys import digest_of
from app.outbox import OutboxMessage
from app.reports.keys import report_key
from app.reports.models import Category
from app.reports.operations import change_status, recategorise
from app.reports.queries import find_report
from app.staff.models import Staff
from app.targets import HandedOver, Target
from tests.app.notices.conftest import read_mail, set_otherwise
from tests.certificates import localhost_certificate
from tests.conftest import FROM_HERE
from tests.pictures import a_photo
from tests.push_service import running_push_service

# One process starts the other city.
pytestmark = pytest.mark.xdist_group("another city")


@dataclass
class Line:
    """The way to another server, which can lose its answers or not be there."""

    port: int
    lost_answers: int = 0
    lost_calls: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def running_line(to_port: int) -> Iterator[Line]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            line.asked.append(f"{self.command} {self.path.partition('?')[0]}")
            if line.lost_calls:
                line.lost_calls -= 1
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", to_port, timeout=30)
            sent = ("Content-Type", "Idempotency-Key")
            headers = {name: self.headers[name] for name in sent if name in self.headers}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if self.command == "POST" and line.lost_answers:
                line.lost_answers -= 1
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the names the library calls

        def log_message(self, *_arguments) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    line = Line(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield line
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def city(demos, tmp_path_factory):
    """Another city's VOF, really running; one for both databases of ours."""
    server = demos.server("sqlite", tmp_path_factory.mktemp("city"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def city_key(city):
    return city.flask("api-key", "create", "--name", "Neighbour").splitlines()[-1]


@pytest.fixture
def line(app, city):
    with running_line(city.port) as running, set_otherwise(app, webhook_hosts=(running.host,)):
        yield running


@pytest.fixture
def county(line, city_key):
    """The other city gets our broken benches."""
    return a_target(address=f"http://{line.host}/open311/v2", secret=city_key)


def a_target(**changes):
    usual = {"name": "Fylket", "kind": "open311", "category_id": a_bench().id}
    target = Target(**usual | changes)
    db.session.add(target)
    db.session.commit()
    targets.forget()
    return target


def a_bench():
    return db.session.scalars(select(Category).where(Category.code == "PA03")).one()


def somebody():
    return db.session.scalars(select(Staff)).unique().first()


def work():
    """Three minutes have gone by, in which the photos of new reports may have come."""
    for message in db.session.scalars(select(OutboxMessage)):
        if message.kind == targets.MESSAGE and not message.attempts:
            message.available_at = now()
    db.session.commit()
    outbox.drain(HANDLERS)
    db.session.expire_all()


def again():
    """The time of the next try has come, and the lease of the last one is over."""
    for message in db.session.scalars(select(OutboxMessage)):
        message.available_at = now()
    for row in db.session.scalars(select(HandedOver)):
        row.tried_at = row.tried_at and row.tried_at - timedelta(minutes=5)
    db.session.commit()
    work()


def ask_how_they_stand():
    again()
    fetching.ask_targets()
    db.session.commit()
    work()


def handed():
    return db.session.scalars(select(HandedOver)).one()


def waiting():
    return [
        (one.kind, one.state, one.error)
        for one in db.session.scalars(select(OutboxMessage))
        if one.kind != "receipt"
    ]


def there(city, report):
    """What the other city has of a report of ours."""
    return city.ask(
        "SELECT number, channel, description FROM reports WHERE description LIKE :reference",
        reference=f"%/r/{report.number}%",
    )


def tell(city, key, number, **changes):
    """Somebody in the other city moves the report on."""
    update = {
        "api_key": key,
        "service_request_id": number,
        "update_id": str(now()),
        "updated_datetime": "2026-11-28T12:00:00Z",
        "status": "CLOSED",
        "description": "Fylket har skiftet planken.",
    } | changes
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = "/open311/v2/servicerequestupdates.json"
    assert city.request("POST", path, urlencode(update).encode(), headers)[0] == 200


def test_a_report_is_filed_there_with_what_it_holds(app, filed, county, city, client):
    report = filed(
        category="PA03",
        address="Storgata 1",
        position={"lat": 58.97, "lon": 5.73},
        description="Benken er <brukket> & 😀",
        contact={"name": "Kari Nordmann", "email": "kari@example.org"},
    )
    work()
    ((number, channel, text),) = there(city, report)
    assert (handed().foreign_id, channel) == (number, "open311")
    assert text.startswith("Benken er <brukket> & 😀")
    assert text.endswith(f"/r/{report.number}")
    assert not city.ask(
        "SELECT * FROM contacts JOIN reports ON reports.id = report_id WHERE number = :number",
        number=number,
    )
    assert waiting() == []
    event = report.events[-1]
    assert (event.kind, event.to_value) == ("forwarded", "Fylket")
    assert number in event.internal_text
    assert number not in client.get(f"/r/{report.number}").text


def test_photos_answers_and_contact_go_along_where_the_target_takes_them(
    filed, county, city, client
):
    county.with_contact = True
    db.session.commit()
    report = filed(contact={"name": "Kari Nordmann", "email": "kari@example.org"})
    # A phone sends the text first; nothing leaves before its photos can have come.
    outbox.drain(HANDLERS)
    headers = {"Authorization": f"Bearer {report_key(report.uuid)}"}
    path = f"/api/v1/reports/{report.uuid}/photos/{report.uuid}"
    assert client.put(path, data=a_photo(), headers=headers).status_code == 201
    work()
    (number,) = (one[0] for one in there(city, report))
    rows = city.ask(
        "SELECT c.name, c.email, (SELECT count(*) FROM photos p WHERE p.report_id = r.id)"
        " FROM reports r JOIN contacts c ON c.report_id = r.id WHERE r.number = :number",
        number=number,
    )
    assert [tuple(row) for row in rows] == [("Kari Nordmann", "kari@example.org", 1)]
    assert "Med kontaktopplysningene" in report.events[-1].internal_text
    logged = db.session.scalars(select(AuditEntry)).all()
    assert [(one.action, one.subject_id, one.details) for one in logged] == [
        ("contact_forwarded", report.id, {"owner": "Fylket"})
    ]


def test_it_is_never_there_twice_when_the_answer_is_lost(filed, county, city, line):
    line.lost_answers = 1
    report = filed()
    work()
    assert len(there(city, report)) == 1
    assert handed().foreign_id == ""
    assert [state for _kind, state, _error in waiting()] == ["waiting"]
    again()
    assert len(there(city, report)) == 1
    assert handed().foreign_id == there(city, report)[0][0]
    assert waiting() == []
    assert line.asked.count("POST /open311/v2/requests.xml") == 1


def test_an_old_report_that_is_sorted_anew_is_not_there_twice_either(filed, county, city, line):
    line.lost_answers = 1
    report = filed(category="PA05")
    report.received_at -= timedelta(days=100)
    recategorise(report, a_bench(), somebody())
    db.session.commit()
    work()
    again()
    assert len(there(city, report)) == 1
    assert handed().foreign_id


def test_what_is_looked_at_there_first_is_not_there_twice_either(filed, city, line):
    """No list of theirs holds it yet, so it is known there by what stands in the header."""
    key = a_key_that_is_not_trusted(city)
    a_target(address=f"http://{line.host}/open311/v2", secret=key)
    line.lost_answers = 1
    report = filed()
    work()
    again()
    assert line.asked.count("POST /open311/v2/requests.xml") == 2
    assert len(there(city, report)) == 1
    assert handed().token


def test_it_is_looked_for_also_when_a_person_has_it_sent_again(filed, county, city, line):
    line.lost_answers = 1
    report = filed()
    work()
    message = db.session.scalars(select(OutboxMessage)).one()
    message.state, message.attempts = "dead", 8
    db.session.commit()
    retry([message.id])
    db.session.commit()
    again()
    assert len(there(city, report)) == 1
    assert handed().foreign_id


def test_what_never_arrived_is_sent_again(filed, county, city, line):
    line.lost_calls = 1
    report = filed()
    work()
    assert there(city, report) == []
    again()
    assert len(there(city, report)) == 1


def test_what_a_killed_worker_had_sent_is_found_by_the_next_question(filed, county, city, line):
    line.lost_answers = 1
    report = filed()
    work()
    db.session.delete(db.session.scalars(select(OutboxMessage)).one())
    db.session.commit()
    ask_how_they_stand()
    assert handed().foreign_id == there(city, report)[0][0]


def test_what_is_refused_is_seen_and_can_be_sent_again(admin, filed, county, city):
    county.service_codes = {"*": "NOPE"}
    db.session.commit()
    report = filed()
    work()
    ((kind, state, error),) = waiting()
    assert (kind, state) == ("hand_over", "dead")
    assert "answered 404" in error
    page = admin.get("/admin/outbox").text
    assert report.number in page
    assert "Fylket" in page
    assert county.secret not in page
    county.service_codes = {"PA03": "PA05"}
    db.session.commit()
    assert (
        admin.post("/admin/outbox/retry", data={"all": "1"}, headers=FROM_HERE).status_code == 303
    )
    again()
    assert len(there(city, report)) == 1
    assert waiting() == []


def test_how_it_stands_there_comes_back(filed, county, city, city_key, client):
    report = filed()
    work()
    number = handed().foreign_id
    tell(city, city_key, number, status="IN_PROGRESS", description="Fylket ser på det.")
    ask_how_they_stand()
    assert report.status == "in_progress"
    assert report.events[-1].public_text == "Fylket ser på det."
    before = len(report.events)
    ask_how_they_stand()
    assert len(report.events) == before
    tell(city, city_key, number)
    ask_how_they_stand()
    assert report.status == "fixed"
    assert "Fylket har skiftet planken." in client.get(f"/r/{report.number}").text
    # Closed with us: it is not asked about any more.
    fetching.ask_targets()
    db.session.commit()
    assert "fetch_states" not in [kind for kind, _state, _error in waiting()]


def test_a_token_is_exchanged_for_the_number(filed, city, line):
    key = a_key_that_is_not_trusted(city)
    a_target(address=f"http://{line.host}/open311/v2", secret=key)
    report = filed()
    work()
    assert (handed().foreign_id, bool(handed().token)) == ("", True)
    ask_how_they_stand()
    assert handed().foreign_id == ""
    release(city)
    ask_how_they_stand()
    assert handed().foreign_id == there(city, report)[0][0]


def a_key_that_is_not_trusted(city):
    key = f"newcomer-{uuid4()}"
    change(
        city,
        "INSERT INTO api_keys (name, digest, hint, scopes, trusted, per_minute, created_at)"
        " VALUES ('Newcomer', :digest, 'newcomer', '[\"read\", \"create\"]', 0, 600,"
        " '2026-11-28 00:00:00.000000')",
        digest=digest_of(key),
    )
    return key


def release(city):
    change(city, "UPDATE reports SET held_at = NULL")


def change(city, statement, **values):
    path = city.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path, timeout=20) as connection:
        sqlite_functions.register(connection)
        connection.execute("PRAGMA trusted_schema=ON")
        connection.execute(statement, values)


def test_a_city_that_is_away_is_asked_again_and_told_of(filed, county, city, line):
    filed()
    work()
    line.lost_calls = 1
    ask_how_they_stand()
    ((kind, state, error),) = waiting()
    assert (kind, state) == ("fetch_states", "waiting")
    assert county.secret not in error
    fetching.ask_targets()
    db.session.commit()
    assert len(waiting()) == 1


def test_only_what_belongs_there_goes_there(filed, county, city):
    report = filed(category="PA05")
    work()
    assert db.session.scalars(select(HandedOver)).all() == []
    recategorise(report, a_bench(), somebody())
    db.session.commit()
    work()
    assert len(there(city, report)) == 1
    county.active = False
    db.session.commit()
    targets.forget()
    filed(category="PA03")
    work()
    assert len(db.session.scalars(select(HandedOver)).all()) == 1


def test_what_comes_back_to_us_does_not_go_round(app, filed, county, client, keyed):
    sent_on = filed()
    work()
    values = {
        "api_key": keyed("Fylket")[1],
        "service_code": "PA03",
        "address_string": "Storgata 1",
        "description": f"Sendt videre. {handing_over.reference_of(sent_on)}",
    }
    (told,) = client.post("/open311/v2/requests.json", data=values).json
    work()
    assert handed().report_id == sent_on.id
    back = find_report(told["service_request_id"])
    assert "Ikke sendt til Fylket" in back.events[-1].internal_text


def test_a_resident_may_name_a_report_that_was_sent_on(filed, county, city):
    sent_on = filed()
    work()
    report = filed(description=f"Det samme som {handing_over.reference_of(sent_on)}")
    work()
    assert len(there(city, report)) == 1


def test_what_was_closed_with_us_meanwhile_is_not_sent(filed, county, city):
    report = filed()
    change_status(report, "fixed", somebody())
    db.session.commit()
    work()
    assert there(city, report) == []
    assert waiting() == []


def test_what_was_refused_there_does_not_keep_others_from_being_asked_about(
    filed, county, city, city_key, monkeypatch
):
    monkeypatch.setattr(fetching, "MOST_AT_ONCE", 1)
    county.service_codes = {"*": "NOPE"}
    db.session.commit()
    filed()
    work()
    county.service_codes = {}
    db.session.commit()
    report = filed()
    work()
    (number,) = (one[0] for one in there(city, report))
    tell(city, city_key, number)
    ask_how_they_stand()
    assert report.status == "fixed"


def test_a_token_that_is_not_known_there_keeps_no_others_from_being_asked_about(
    filed, county, city, city_key
):
    lost = filed()
    report = filed()
    work()
    row = db.session.scalars(select(HandedOver).where(HandedOver.report_id == lost.id)).one()
    row.foreign_id, row.token = "", "0" * 32
    db.session.commit()
    (number,) = (one[0] for one in there(city, report))
    tell(city, city_key, number)
    ask_how_they_stand()
    assert report.status == "fixed"
    assert waiting() == []


def test_a_target_that_refuses_to_tell_is_asked_again_the_next_day(filed, county, city):
    filed()
    work()
    row = handed()
    row.foreign_id, row.token = "", "0" * 32
    db.session.commit()
    ask_how_they_stand()
    assert [(kind, state) for kind, state, _error in waiting()] == [("fetch_states", "dead")]
    ask_how_they_stand()
    assert len(waiting()) == 1
    message = db.session.scalars(select(OutboxMessage)).one()
    message.created_at -= timedelta(days=1)
    db.session.commit()
    ask_how_they_stand()
    assert len(waiting()) == 2


def test_two_messages_do_not_send_the_same_at_once(filed, county):
    report = filed()
    outbox.put(targets.MESSAGE, report_id=report.id, target_id=county.id, event_id=1)
    row = HandedOver(report_id=report.id, target_id=county.id, outbox_id=0, tried_at=now())
    db.session.add(row)
    db.session.commit()
    work()
    assert {error.partition(":")[0] for _k, _s, error in waiting()} == {"AnotherIsOnIt"}
    again()
    assert waiting() == []


def test_an_address_inside_our_network_is_refused(filed, county, app):
    with set_otherwise(app, webhook_hosts=()):
        filed()
        work()
    ((_kind, state, error),) = waiting()
    assert (state, "not public" in error) == ("dead", True)


def test_a_unit_that_takes_mail_gets_one(app, filed, tmp_path):
    report = filed()
    a_target(
        kind="email", address="vei@fylket.example.org", category_id=None, unit_id=report.unit_id
    )
    with set_otherwise(app, smtp_url=tmp_path.as_uri()):
        second = filed(description="Hull i veien")
        work()
        (message,) = [read_mail(file) for file in tmp_path.iterdir()]
    assert message["To"] == "vei@fylket.example.org"
    assert "Hull i veien" in message.get_body(("plain",)).get_content()
    assert handed().report_id == second.id
    assert handed().sent_at


def test_a_webhook_gets_the_whole_report_signed(app, filed, tmp_path, monkeypatch):
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        running_push_service(context) as receiver,
        set_otherwise(app, webhook_hosts=(receiver.host,)),
    ):
        receiver.status = 200
        target = a_target(kind="webhook", address=receiver.endpoint("gemini"))
        report = filed(description="Vannlekkasje", contact={"name": "Kari", "phone": "51000000"})
        work()
        (got,) = receiver.received
    content = json.loads(got.body)
    assert content["kind"] == "report.handed_over"
    assert content["report"]["number"] == report.number
    assert content["report"]["description"] == "Vannlekkasje"
    assert content["report"]["contact"] is None
    at = got.headers["VOF-Timestamp"]
    assert got.headers["VOF-Signature"] == f"v1={hooks.sign(target.secret, at, got.body)}"


def test_the_end_of_a_long_text_goes_and_not_our_address(filed, county, city):
    report = filed(description="x" * 4000)
    work()
    ((_number, _channel, text),) = there(city, report)
    assert len(text) == 4000
    assert text.endswith(handing_over.reference_of(report))


def test_a_report_that_was_closed_with_us_first_stays_so(filed, county, city, city_key):
    report = filed()
    work()
    change_status(report, "not_ours", somebody())
    db.session.commit()
    tell(city, city_key, handed().foreign_id)
    ask_how_they_stand()
    assert report.status == "not_ours"


def test_what_we_have_taken_back_is_not_closed_from_there(filed, county, city, city_key, client):
    report = filed()
    work()
    elsewhere = db.session.scalars(select(Category).where(Category.code == "PA05")).one()
    recategorise(report, elsewhere, somebody())
    db.session.commit()
    tell(city, city_key, handed().foreign_id)
    ask_how_they_stand()
    assert report.status == "received"
    assert report.events[-1].internal_text.endswith("closed. Fylket har skiftet planken.")
    assert "Fylket har skiftet" not in client.get(f"/r/{report.number}").text
    before = len(report.events)
    ask_how_they_stand()
    assert len(report.events) == before
