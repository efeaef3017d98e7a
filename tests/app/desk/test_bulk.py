"""Many reports at once: previewed, done once, told late, and undone where nobody was since."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import outbox
from app.database import db, now
from app.demo.reports import add_reports
from app.desk import bulk
from app.desk.models import BulkDeed
from app.notices.colleagues import follow
from app.notices.handlers import HANDLERS
from app.notices.operations import enter_reporter
from app.outbox import OutboxMessage
from app.places.models import Unit
from app.reports.models import Category, Event, ReplyTemplate, Report, RoutingRule
from app.reports.operations import assign_person, change_status
from app.reports.routing import forget
from app.staff.models import Staff
from tests.conftest import FROM_HERE

BULK = "/desk/bulk"
MOST_STATEMENTS_EACH = 4


def version(report):
    newest = select(func.max(Event.id)).where(Event.report_id == report.id)
    return f"{report.id}.{db.session.scalar(newest)}"


def post(client, address=BULK, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def close(client, reports, **changes):
    fields = {
        "action": "close",
        "status": "fixed",
        "id": str(uuid4()),
        "chosen": [version(one) for one in reports],
    }
    return post(client, f"{BULK}/carry-out", **fields | changes)


def deed():
    db.session.expire_all()
    return db.session.scalars(select(BulkDeed).order_by(BulkDeed.id.desc())).first()


def undo(client):
    return post(client, f"{BULK}/{deed().uuid}/undo")


def outcomes():
    return {change.report_id: change.outcome for change in deed().changes}


def person(email):
    return db.session.scalars(select(Staff).where(Staff.email == email)).unique().one()


@pytest.fixture
def colleague(app):
    return person("manager@demo.vof")


def state_of(report):
    db.session.expire_all()
    names = ("status", "unit_id", "assignee_id", "category_id", "priority", "due_at")
    return {name: getattr(report, name) for name in (*names, "waiting_since", "closed_at")}


def followed(report, address="kari@example.org"):
    enter_reporter(report, address).confirmed_at = now()
    db.session.commit()


def waiting_messages(*kinds):
    kinds = kinds or ("event",)
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(kinds))).all()


def make_due():
    for message in waiting_messages():
        message.available_at = now()
    db.session.commit()


def test_the_preview_says_what_will_happen_and_does_nothing(front_desk, filed, colleague):
    open_one, closed, held, touched = (filed() for _ in range(4))
    change_status(closed, "fixed", colleague)
    held.held_at, held.held_reason = now(), "links"
    db.session.commit()
    followed(open_one)
    chosen = [version(one) for one in (open_one, closed, held, touched)]
    change_status(touched, "planned", colleague)
    db.session.commit()
    page = post(
        front_desk, f"{BULK}?lang=en", action="close", step="preview", status="fixed", chosen=chosen
    )
    assert page.status_code == 200
    assert "1 report will be changed" in page.text
    assert "Received → Fixed" in page.text
    assert "1 address will be told" in page.text
    for reason in ("Somebody else has changed them", "They are held", "They are closed already"):
        assert reason in page.text
    assert state_of(open_one)["status"] == "received"
    assert deed() is None


def test_reports_are_closed_at_once_and_their_followers_are_told_later(front_desk, filed):
    reports = [filed(), filed()]
    for report in reports:
        followed(report)
    answer = close(front_desk, reports, public_text="Ryddet etter stormen.")
    assert answer.status_code == 303
    for report in reports:
        assert state_of(report)["status"] == "fixed"
        assert report.events[-1].public_text == "Ryddet etter stormen."
    assert len(waiting_messages()) == 2
    until = deed().undo_until
    assert all(one.available_at > until for one in waiting_messages())
    assert outbox.claim_next() is None


def test_what_is_sent_twice_is_done_once(front_desk, filed):
    report, form = filed(), str(uuid4())
    chosen = [version(report)]
    for _ in range(2):
        assert close(front_desk, [], id=form, chosen=chosen).status_code == 303
    assert db.session.scalar(select(func.count(BulkDeed.id))) == 1
    assert len(report.events) == 2


def test_what_a_colleague_has_used_as_an_id_is_nobody_elses(front_desk, manager, filed):
    form = str(uuid4())
    close(front_desk, [filed()], id=form)
    assert close(manager, [filed()], id=form).status_code == 409


def test_undoing_puts_back_exactly_what_was_and_nobody_hears(front_desk, filed, colleague):
    plain, waiting = filed(), filed(category="PA04")
    change_status(waiting, "waiting", colleague, public_text="Hvilken lampe?")
    waiting.waiting_since = now() - timedelta(days=3)
    db.session.commit()
    make_due()
    outbox.drain(HANDLERS)
    for report in (plain, waiting):
        followed(report)
    before = [state_of(one) for one in (plain, waiting)]
    close(front_desk, [plain, waiting])
    assert state_of(waiting)["due_at"] != before[1]["due_at"]
    assert undo(front_desk).status_code == 303
    assert [state_of(one) for one in (plain, waiting)] == before
    assert set(outcomes().values()) == {"undone"}
    assert waiting_messages() == []
    page = front_desk.get(f"/r/{waiting.number}?lang=en").text
    assert "Closed by mistake: it is “Waiting for an answer” again" in page
    assert "Hvilken lampe?" in page
    # Once more changes nothing.
    assert undo(front_desk).status_code == 303
    assert len(plain.events) == 3


def test_what_somebody_has_touched_since_stays_and_is_named(front_desk, manager, filed, colleague):
    mine, theirs = filed(), filed()
    followed(theirs)
    close(front_desk, [mine, theirs])
    change_status(theirs, "received", colleague, public_text="Den er ikke i orden.")
    db.session.commit()
    answer = undo(front_desk)
    assert outcomes() == {mine.id: "undone", theirs.id: "kept"}
    page = front_desk.get(answer.headers["Location"], query_string={"lang": "en"}).text
    assert "Not undone: somebody has worked on them since" in page
    assert theirs.number in page
    assert state_of(theirs)["status"] == "received"
    # Of the two pieces of news only the later one is told.
    make_due()
    told = []
    outbox.drain(HANDLERS | {"email": lambda claim: told.append(claim.payload["event_id"])})
    assert told == [theirs.events[-1].id]


def test_undoing_has_its_time(front_desk, filed):
    report = filed()
    close(front_desk, [report])
    assert "/undo" in front_desk.get("/desk").text
    deed().undo_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert undo(front_desk).status_code == 409
    assert state_of(report)["status"] == "fixed"
    assert "/undo" not in front_desk.get("/desk").text


def test_only_who_did_it_or_a_manager_undoes_it(front_desk, manager, filed):
    report = filed()
    close(manager, [report])
    assert undo(front_desk).status_code == 404
    assert front_desk.get(f"{BULK}/{deed().uuid}").status_code == 404
    close(front_desk, [filed()])
    assert undo(manager).status_code == 303


def test_what_has_changed_since_it_was_ticked_is_left_as_it_is(front_desk, filed, colleague):
    report = filed()
    seen = version(report)
    change_status(report, "planned", colleague)
    db.session.commit()
    answer = close(front_desk, [], chosen=[seen])
    assert answer.headers["Location"].endswith(str(deed().uuid))
    assert outcomes() == {report.id: "changed"}
    assert state_of(report)["status"] == "planned"


def test_spam_is_closed_without_action_and_in_no_other_way(front_desk, filed):
    report = filed()
    report.held_at, report.held_reason = now(), "links"
    db.session.commit()
    close(front_desk, [report])
    assert outcomes() == {report.id: "held"}
    close(front_desk, [report], status="no_action")
    assert outcomes() == {report.id: "done"}
    assert report.held_at
    assert waiting_messages() == []


def test_unit_and_person_are_given_to_all_and_taken_back(front_desk, filed):
    first, second = filed(), filed(category="VE01")
    me = person("front_desk@demo.vof")
    second.assignee_id = me.id
    db.session.commit()
    before = [state_of(one) for one in (first, second)]
    unit = next(one for one in db.session.scalars(select(Unit)) if one.id == second.unit_id)
    chosen = [version(one) for one in (first, second)]
    fields = {"action": "assign", "unit": str(unit.id), "person": str(me.id), "chosen": chosen}
    post(front_desk, f"{BULK}/carry-out", id=str(uuid4()), **fields)
    assert outcomes() == {first.id: "done", second.id: "same"}
    assert (first.unit_id, first.assignee_id) == (unit.id, me.id)
    undo(front_desk)
    assert [state_of(one) for one in (first, second)] == before
    fields = {"action": "assign", "person": "nobody", "chosen": [version(second)]}
    post(front_desk, f"{BULK}/carry-out", id=str(uuid4()), **fields)
    assert state_of(second)["assignee_id"] is None
    assert state_of(second)["unit_id"] == unit.id


def test_colleagues_hear_nothing_of_a_unit_and_a_person_that_were_taken_back(
    front_desk, filed, colleague
):
    report, other = filed(), filed(category="VE01")
    assign_person(report, colleague, person("front_desk@demo.vof"))
    follow(report, colleague, "nb")
    db.session.commit()
    (earlier,) = waiting_messages("inside_event")
    fields = {"unit": str(other.unit_id), "person": str(person("front_desk@demo.vof").id)}
    chosen = [version(report)]
    post(front_desk, f"{BULK}/carry-out", id=str(uuid4()), action="assign", chosen=chosen, **fields)
    assert len(waiting_messages("inside_event")) == 3
    undo(front_desk)
    assert outcomes() == {report.id: "undone"}
    assert waiting_messages("inside_event") == [earlier]


@pytest.mark.parametrize("action", ["assign", "category"])
def test_what_the_lead_was_told_of_is_known_again_after_undoing(front_desk, filed, action):
    report, other = filed(), filed(category="VE01")
    assert report.unit_id != other.unit_id
    report.escalated_at = now()
    db.session.commit()
    told_at = report.escalated_at
    chosen, wanted = [version(report)], {"unit": str(other.unit_id)}
    if action == "category":
        wanted = {"category": str(other.category_id)}
    post(front_desk, f"{BULK}/carry-out", id=str(uuid4()), action=action, chosen=chosen, **wanted)
    db.session.expire_all()
    assert (report.unit_id, report.escalated_at) == (other.unit_id, None)
    undo(front_desk)
    assert report.escalated_at == told_at


def test_reports_are_sorted_elsewhere_and_taken_back(front_desk, filed):
    report = filed(contact={"name": "Kari", "email": "", "phone": ""})
    before, erase_on = state_of(report), report.contact.erase_on
    category = db.session.scalars(select(Category).where(Category.code == "PA01")).one()
    category.retention_days = 10
    me = person("front_desk@demo.vof")
    unit_id, staff_id = category.unit_id, me.id
    db.session.add(
        RoutingRule(sort_order=1, category_id=category.id, unit_id=unit_id, staff_id=staff_id)
    )
    db.session.commit()
    forget()
    chosen = [version(report)]
    fields = {"action": "category", "category": str(category.id), "chosen": chosen}
    post(front_desk, f"{BULK}/carry-out", id=str(uuid4()), **fields)
    assert state_of(report)["category_id"] == category.id
    assert state_of(report)["assignee_id"] == me.id
    assert report.contact.erase_on != erase_on
    undo(front_desk)
    assert state_of(report) == before
    assert report.contact.erase_on == erase_on


def test_each_reporter_gets_the_template_in_their_own_language(front_desk, filed):
    reports = [filed(language="nb"), filed(language="en")]
    texts = {"nb": "Melding {number} er ordnet.", "en": "Report {number} is done."}
    template = ReplyTemplate(name="Ordnet", texts=texts)
    db.session.add(template)
    db.session.commit()
    close(front_desk, reports, template=str(template.id), public_text="Hei.")
    assert [one.events[-1].public_text for one in reports] == [
        f"Hei.\n\nMelding {reports[0].number} er ordnet.",
        f"Hei.\n\nReport {reports[1].number} is done.",
    ]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "close", "step": "preview"}, 422),
        ({"action": "close", "step": "preview", "status": "duplicate"}, 422),
        ({"action": "close", "step": "preview", "status": "fixed", "template": "99999"}, 422),
        ({"action": "assign", "step": "preview"}, 422),
        ({"action": "assign", "step": "preview", "unit": "99999"}, 422),
        ({"action": "assign", "step": "preview", "person": "99999"}, 422),
        ({"action": "category", "step": "preview", "category": "x"}, 422),
        ({"action": "erase"}, 400),
    ],
)
def test_what_makes_no_sense_is_said(front_desk, filed, fields, status):
    fields = fields | {"chosen": [version(filed())], "public_text": "Skrevet tekst"}
    for address in (BULK, f"{BULK}/carry-out"):
        answer = post(front_desk, address, **fields)
        assert answer.status_code == status
        if fields["action"] == "close":
            assert "Skrevet tekst" in answer.text
    assert deed() is None


def test_nothing_ticked_is_said(front_desk, app):
    for chosen in ([], ["x", "1", "1.", ".1", "-1.2", "99999999999.1"]):
        answer = post(front_desk, f"{BULK}?lang=en", action="close", chosen=chosen)
        assert answer.status_code == 422
        assert "Tick at least one report first." in answer.text


def test_all_that_fit_are_taken_and_no_more_than_is_bearable(front_desk, app, monkeypatch):
    add_reports(random.Random(4), 12, until=now())
    db.session.commit()
    open_ones = db.session.scalars(select(Report).where(Report.closed_at.is_(None))).all()
    answer = post(front_desk, f"{BULK}?status=open", action="assign", scope="all")
    assert ticked(answer) == {version(one) for one in open_ones}
    monkeypatch.setattr("app.desk.bulk_form.MOST", 3)
    answer = post(front_desk, f"{BULK}?lang=en", action="assign", scope="all")
    newest = db.session.scalars(select(Report).order_by(Report.id.desc()).limit(3))
    assert ticked(answer) == {version(one) for one in newest}
    assert "More reports fit." in answer.text


def test_all_on_the_page_are_those_that_were_on_it(front_desk, filed):
    first = filed()
    page = front_desk.get("/desk")
    rows = re.findall(r'name="row" value="([\d.]+)"', page.text)
    filed()
    answer = post(front_desk, action="assign", scope="page", row=rows)
    assert ticked(answer) == {version(first)}


def ticked(page):
    return set(re.findall(r'name="chosen" value="([\d.]+)"', page.text))


def test_each_report_takes_few_statements(front_desk, app, count_statements):
    add_reports(random.Random(4), 30, until=now())
    some = db.session.scalars(select(Report)).all()
    for report in some:
        report.status, report.closed_at = "received", None
    db.session.commit()
    few, many = some[:1], some[1:]
    versions = [[version(one) for one in part] for part in (few, many)]
    counts = []
    for chosen in versions:
        count_statements.texts.clear()
        assert close(front_desk, [], chosen=chosen).status_code == 303
        counts.append(len(count_statements))
    each = (counts[1] - counts[0]) / (len(many) - len(few))
    assert each <= MOST_STATEMENTS_EACH, count_statements.texts


def test_old_deeds_are_forgotten(front_desk, filed):
    close(front_desk, [filed()])
    assert bulk.forget_old_deeds() == 0
    deed().at = now() - bulk.DEEDS_KEPT - timedelta(days=1)
    db.session.commit()
    assert bulk.forget_old_deeds() == 1
    db.session.commit()
    assert deed() is None
