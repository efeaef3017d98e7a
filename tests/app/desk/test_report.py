"""What the desk does with one report: nobody overwrites another, duplicates, texts, people."""

from __future__ import annotations

import email
import re
from email import policy
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import outbox
from app.audit import AuditEntry
from app.database import db
from app.notices.handlers import HANDLERS
from app.notices.models import Subscription, Way
from app.outbox import OutboxMessage
from app.places.models import Owner
from app.reports.followers import follow_report
from app.reports.keys import report_key
from app.reports.models import Category, Event, EventKind, ReplyTemplate, Report
from app.signs.models import Sign
from app.staff.models import Staff
from tests.conftest import FROM_HERE
from tests.pictures import a_photo


def page_of(report):
    return f"/desk/reports/{report.number}"


def send(desk, report, what, **fields):
    return desk.post(f"{page_of(report)}/{what}", data=fields, headers=FROM_HERE)


def last_event(report):
    return max(one.id for one in fresh(report).events)


def fresh(report):
    db.session.expire_all()
    return db.session.get(Report, report.id)


def kinds(report):
    return [event.kind for event in fresh(report).events]


# ---- Two people at one report.


def test_of_two_people_the_second_sees_what_the_first_has_done(front_desk, manager, filed):
    report = filed()
    seen = last_event(report)
    send(manager, report, "note", internal_text="Ringt om dette", seen=seen)
    answer = send(
        front_desk, report, "status", status="planned", public_text="Neste uke", seen=seen
    )
    assert answer.status_code == 409
    assert "Hva som er endret i mellomtiden" in answer.text
    assert answer.text.count("Ringt om dette") == 2
    assert "Neste uke</textarea>" in answer.text
    assert fresh(report).status == "received"
    again = last_event(report)
    assert f'name="seen" value="{again}"' in answer.text
    answer = send(
        front_desk, report, "status", status="planned", public_text="Neste uke", seen=again
    )
    assert answer.status_code == 303
    assert fresh(report).status == "planned"


def test_ones_own_steps_are_no_surprise(front_desk, filed):
    report = filed()
    seen = last_event(report)
    for text in ("Først", "Så"):
        answer = send(front_desk, report, "note", internal_text=text, seen=seen)
        assert answer.status_code == 303


def test_what_the_reporter_writes_is_seen_before_a_report_is_closed(front_desk, client, filed):
    report = filed()
    seen = last_event(report)
    message = {"key": report_key(report.uuid), "id": str(uuid4()), "text": "Nå er det verre"}
    client.post(f"/r/{report.number}/message", data=message, headers=FROM_HERE)
    answer = send(front_desk, report, "status", status="fixed", seen=seen)
    assert answer.status_code == 409
    assert "Nå er det verre" in answer.text


def test_the_crew_is_told_as_well_and_keeps_what_it_wrote(crew, front_desk, filed):
    report = filed()
    seen = last_event(report)
    send(front_desk, report, "note", internal_text="Ta med stige")
    fields = {"status": "fixed", "public_text": "Skrudd fast", "seen": seen}
    answer = crew.post(f"/crew/reports/{report.number}", data=fields, headers=FROM_HERE)
    assert answer.status_code == 409
    assert "Ta med stige" in answer.text
    assert "Skrudd fast</textarea>" in answer.text
    assert fresh(report).is_open


# ---- Duplicates.


@pytest.fixture
def two(filed, park_sign):
    return filed(sign=park_sign.code), filed(sign=park_sign.code, description="Planke av")


def follow(client, report):
    assert client.put(
        f"/api/v1/reports/by-number/{report.number}/followers/{uuid4()}", json={}
    ).status_code in {200, 201}


def test_a_duplicate_points_to_the_kept_report_which_counts_its_followers(front_desk, client, two):
    kept, double = two
    follow(client, double)
    answer = send(front_desk, double, "merge", same_as=kept.number)
    assert answer.status_code == 303
    double, kept = fresh(double), fresh(kept)
    assert (double.status, double.merged_into_id) == ("duplicate", kept.id)
    assert kept.follower_count == 2
    assert kinds(kept)[-1] == EventKind.MERGED
    public = client.get(f"/r/{double.number}").text
    assert f'href="/r/{kept.number}"' in public
    assert double.number not in client.get(f"/r/{kept.number}").text
    assert kept.number in front_desk.get(page_of(double)).text


def test_three_who_follow_by_a_duplicate_raise_the_priority(front_desk, client, two):
    kept, double = two
    before = kept.priority
    for _ in range(2):
        follow(client, double)
    send(front_desk, double, "merge", chosen=kept.number)
    assert fresh(kept).follower_count == 3
    assert fresh(kept).priority < before


@pytest.mark.parametrize("by_reporter", [False, True])
def test_reopening_a_duplicate_takes_its_followers_back(front_desk, client, two, by_reporter):
    kept, double = two
    follow(client, kept)
    follow(client, double)
    send(front_desk, double, "merge", same_as=kept.number)
    if by_reporter:
        fields = {"key": report_key(double.uuid), "id": str(uuid4()), "text": "Det er en annen"}
        client.post(f"/r/{double.number}/reopen", data=fields, headers=FROM_HERE)
    else:
        send(front_desk, double, "status", status="received")
    double, kept = fresh(double), fresh(kept)
    assert (double.status, double.merged_into_id, double.follower_count) == ("received", None, 1)
    assert kept.follower_count == 1
    assert kinds(kept)[-1] == EventKind.SPLIT


def test_a_duplicate_of_a_duplicate_belongs_to_the_one_that_is_kept(front_desk, filed):
    first, second, third = filed(), filed(), filed()
    send(front_desk, second, "merge", same_as=first.number)
    send(front_desk, third, "merge", same_as=second.number)
    assert fresh(third).merged_into_id == first.id
    assert fresh(first).follower_count == 2


def test_followers_of_a_whole_chain_leave_it_with_the_link_that_breaks(front_desk, filed):
    first, second, third = filed(), filed(), filed()
    send(front_desk, first, "merge", same_as=second.number)
    send(front_desk, second, "merge", same_as=third.number)
    assert fresh(third).follower_count == 2
    send(front_desk, first, "status", status="received")
    assert (fresh(second).follower_count, fresh(third).follower_count) == (0, 1)


@pytest.mark.parametrize("way", ["itself", "its own duplicate", "nobody", "nothing"])
def test_what_cannot_be_the_same_is_said(front_desk, filed, way):
    report, other = filed(), filed()
    if way == "its own duplicate":
        send(front_desk, other, "merge", same_as=report.number)
    wanted = {
        "itself": report.number,
        "its own duplicate": other.number,
        "nobody": "2026-00000000",
        "nothing": "",
    }[way]
    answer = send(front_desk, report, "merge", same_as=wanted)
    assert answer.status_code == 422
    assert 'id="merge-same_as-error"' in answer.text
    assert fresh(report).is_open


def test_who_follows_a_duplicate_hears_of_the_kept_one_and_only_once(front_desk, filed):
    kept, double = filed(), filed()
    for report, address in (
        (kept, "kari@example.org"),
        (double, "kari@example.org"),
        (double, "ola@example.org"),
    ):
        db.session.add(
            Subscription(
                uuid=uuid4(),
                report_id=report.id,
                way=Way.EMAIL.value,
                address=address,
                language="nb",
                by_reporter=True,
                confirmed_at=report.received_at,
            )
        )
    db.session.commit()
    send(front_desk, double, "merge", same_as=kept.number)
    outbox.drain(HANDLERS)
    empty_mailbox(front_desk)
    send(front_desk, kept, "status", status="waiting", public_text="Hvor er det?")
    outbox.drain(HANDLERS)
    mails = [f"{one['To']} {one['Subject']}" for one in messages(front_desk)]
    assert len(mails) == 2
    asked = [mail for mail in mails if "Vi har et spørsmål til deg" in mail]
    assert len(asked) == 1
    assert "kari@example.org" in asked[0]


def mail_folder(client):
    return Path(urlsplit(client.application.extensions["settings"].smtp_url).path)


def empty_mailbox(client):
    """A mail is named by its time and number, which come again in another test."""
    for path in mail_folder(client).glob("*"):
        path.unlink()


def messages(client):
    return [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in mail_folder(client).glob("*")
    ]


def test_likely_duplicates_are_suggested_the_likeliest_first(front_desk, filed, park_sign):
    there = filed(sign=park_sign.code, description="Benken mangler en planke i ryggen")
    alike = filed(sign=park_sign.code, description="Planke i ryggen av benken er borte")
    other = filed(sign=park_sign.code, description="Knust glass", category="PA08")
    far = filed()
    page = front_desk.get(page_of(there)).text
    offered = page[page.index("Kanskje en av disse") :]
    assert f'name="chosen" value="{alike.number}"' in offered
    assert offered.index(alike.number) < offered.index(other.number)
    assert f'name="chosen" value="{far.number}"' not in page
    assert f'name="chosen" value="{there.number}"' not in page


def test_what_was_fixed_lately_is_suggested_and_stands_in_the_history(front_desk, filed, park_sign):
    fixed = filed(sign=park_sign.code)
    send(front_desk, fixed, "status", status="fixed")
    report = filed(sign=park_sign.code)
    page = front_desk.get(page_of(report)).text
    assert f'name="chosen" value="{fixed.number}"' in page
    assert page.index(fixed.number) < page.rindex(fixed.number)
    assert "Tidligere på samme skilt" in page


def test_suggestions_cost_the_same_however_many_there_are(
    front_desk, filed, park_sign, hall_sign, count_statements
):
    def statements(report):
        front_desk.get(page_of(report))
        count_statements.texts.clear()
        page = front_desk.get(page_of(report)).text
        return len(count_statements), page.count('name="chosen"')

    report = filed(sign=park_sign.code)
    others = db.session.query(Sign).filter(Sign.place_id == park_sign.place_id).all()
    filed(sign=others[0].code)
    few, one = statements(report)
    for sign in others[1:] * 3:
        filed(sign=sign.code)
    many, more = statements(report)
    assert one < more
    assert few == many, count_statements.texts


# ---- Texts, people and categories.


@pytest.fixture
def template(app):
    made = ReplyTemplate(
        name="Bestilt",
        texts={"nb": "Del til {place} er bestilt ({number}).", "en": "Part for {place} ordered."},
    )
    db.session.add(made)
    db.session.commit()
    return made


def test_a_template_is_put_below_what_is_typed_and_nothing_is_saved(
    front_desk, filed, park_sign, template
):
    report = filed(sign=park_sign.code)
    fields = {"template": template.id, "public_text": "Hei!", "status": "planned"}
    page = send(front_desk, report, "template", **fields).text
    assert f"Hei!\n\nDel til Byparken er bestilt ({report.number}).</textarea>" in page
    assert fresh(report).status == "received"


def test_a_template_speaks_the_reporters_language(front_desk, filed, park_sign, template):
    report = filed(sign=park_sign.code, language="en")
    page = send(front_desk, report, "template", template=template.id).text
    assert "Part for Byparken ordered.</textarea>" in page


def test_no_template_is_said_with_everything_typed(front_desk, filed, template):
    answer = send(front_desk, filed(), "template", template="", public_text="Hei!")
    assert answer.status_code == 422
    assert "Hei!</textarea>" in answer.text
    assert 'id="status-template-error"' in answer.text


def test_a_template_of_another_category_is_not_offered(front_desk, filed, template):
    elsewhere = db.session.scalars(select(Category).where(Category.code == "PA08")).one()
    template.category_id = elsewhere.id
    db.session.commit()
    assert "Bestilt" not in front_desk.get(page_of(filed())).text
    assert "Bestilt" in front_desk.get(page_of(filed(category="PA08"))).text


def test_a_report_is_put_into_one_persons_care_and_taken_out_again(front_desk, filed):
    report = filed()
    person = db.session.scalars(select(Staff).where(Staff.email == "crew@demo.vof")).unique().one()
    send(front_desk, report, "unit", unit=report.unit_id, person=person.id)
    assert fresh(report).assignee_id == person.id
    assert "Demo Park og natur tar hånd om den" in front_desk.get(page_of(report)).text
    send(front_desk, report, "unit", unit=report.unit_id, person=person.id)
    assert kinds(report).count(EventKind.PERSON) == 1
    send(front_desk, report, "unit", unit=report.unit_id, person="")
    assert fresh(report).assignee_id is None


def test_somebody_unknown_takes_care_of_nothing(front_desk, filed):
    report = filed()
    answer = send(front_desk, report, "unit", unit=report.unit_id, person="99999")
    assert answer.status_code == 422
    assert fresh(report).assignee_id is None


def test_a_report_is_sorted_elsewhere_with_unit_priority_and_deadline(front_desk, client, filed):
    report = filed(contact={"email": "kari@example.org"})
    before = (report.unit_id, report.due_at, report.contact.erase_on)
    glass = db.session.scalars(select(Category).where(Category.code == "PA08")).one()
    glass.retention_days = 30
    db.session.commit()
    assert send(front_desk, report, "category", category="PA08").status_code == 303
    report = fresh(report)
    assert (report.category.code, report.priority) == ("PA08", glass.priority)
    assert report.unit_id == glass.unit_id
    assert report.due_at < before[1]
    assert report.contact.erase_on < before[2]
    line = db.session.scalars(
        select(Event).where(Event.report_id == report.id).order_by(Event.id)
    ).all()[-1]
    assert (line.kind, line.to_value) == (EventKind.CATEGORY, glass.names["nb"])
    assert "Sortert" not in client.get(f"/r/{report.number}").text


def test_a_unit_that_was_chosen_by_hand_stays_when_a_report_is_sorted_elsewhere(
    front_desk, filed, app
):
    report = filed()
    other = next(
        one.unit_id for one in db.session.scalars(select(Category)) if one.unit_id != report.unit_id
    )
    send(front_desk, report, "unit", unit=other)
    send(front_desk, report, "category", category="PA08")
    assert fresh(report).unit_id == other


def test_what_me_too_has_raised_becomes_as_urgent_as_a_dangerous_category(front_desk, filed):
    plain, raised = filed(category=""), filed(category="")
    for _ in range(3):
        follow_report(raised.number, uuid4(), "web")
    db.session.commit()
    assert (fresh(plain).priority, raised.priority) == ("P3", "P2")
    for report in (plain, raised):
        send(front_desk, report, "category", category="PA01")
    assert (fresh(plain).priority, raised.priority) == ("P1", "P1")
    assert raised.due_at == plain.due_at


def test_what_me_too_has_raised_stays_so_among_what_is_less_urgent(front_desk, filed):
    report = filed(category="")
    for _ in range(3):
        follow_report(report.number, uuid4(), "web")
    patient = db.session.scalars(select(Category).where(Category.priority == "P4")).first()
    same = db.session.scalars(select(Category).where(Category.priority == "P2")).first()
    same.working_days = 10
    db.session.commit()
    due_at = fresh(report).due_at
    for code in (patient.code, same.code):
        send(front_desk, report, "category", category=code)
        assert (fresh(report).category.code, report.priority) == (code, "P2")
        assert report.due_at == due_at


@pytest.mark.parametrize("category", ["", "XX99"])
def test_a_category_nobody_knows_is_refused(front_desk, filed, category):
    assert send(front_desk, filed(), "category", category=category).status_code == 422


# ---- A second click.


def minted(desk, report):
    """The id that the forms of a report's page have."""
    return re.search(r'name="id" value="([^"]+)"', desk.get(page_of(report)).text)[1]


def waiting(kind="event"):
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)).all()


def test_an_answer_that_is_sent_twice_is_given_once(front_desk, manager, filed):
    report = filed()
    form = {"id": minted(front_desk, report), "seen": last_event(report)}
    for _ in range(2):
        answer = send(front_desk, report, "note", public_text="Vi ser på den i morgen.", **form)
        assert answer.status_code == 303
        # Nor does what a colleague does in between make it another answer.
        send(manager, report, "note", internal_text="Ringt", seen=last_event(report))
    assert kinds(report).count(EventKind.NOTE) == 3
    assert len(waiting()) == 1


def test_whoever_comes_back_to_the_page_may_say_more(front_desk, filed):
    report = filed()
    form = {"id": minted(front_desk, report), "seen": last_event(report)}
    for text in ("Vi ser på den.", "Den er bestilt."):
        send(front_desk, report, "note", public_text=text, **form)
    for status in ("planned", "in_progress", "planned"):
        assert send(front_desk, report, "status", status=status, **form).status_code == 303
    told = [event.public_text or event.to_value for event in fresh(report).events[1:]]
    assert told == ["Vi ser på den.", "Den er bestilt.", "planned", "in_progress", "planned"]


@pytest.mark.parametrize("what", ["status", "forward", "merge"])
def test_a_second_click_is_answered_like_the_first(front_desk, filed, what):
    report, other = filed(), filed()
    owner = Owner(name="DNB Arena", email="drift@arena.example")
    db.session.add(owner)
    db.session.commit()
    fields = {
        "status": {"status": "planned", "public_text": "Neste uke"},
        "forward": {"owner": owner.id},
        "merge": {"chosen": other.number},
    }[what] | {"id": minted(front_desk, report), "seen": last_event(report)}
    first, second = (send(front_desk, report, what, **fields) for _ in range(2))
    assert (second.status_code, second.location) == (303, first.location)
    assert kinds(report).count(EventKind.STATUS) == 1
    assert len(waiting()) == 1
    assert len(waiting("forwarded")) == (what == "forward")


# ---- Not ours.


@pytest.fixture
def owner(app):
    made = Owner(name="Hallselskapet", email="drift@hall.example")
    db.session.add(made)
    db.session.commit()
    return made


def body_of(message):
    return message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("along", [False, True])
def test_a_report_that_is_not_ours_is_sent_on_with_the_contact_only_if_asked(
    front_desk, client, filed, owner, along
):
    contact = {"name": "Kari Nordmann", "email": "kari@example.org"}
    report = filed(description="Porten henger", contact=contact)
    headers = {"Authorization": f"Bearer {report_key(report.uuid)}"}
    address = f"/api/v1/reports/{report.uuid}/photos/{uuid4()}"
    assert client.put(address, data=a_photo(), headers=headers).status_code == 201
    outbox.drain(HANDLERS)
    empty_mailbox(front_desk)
    fields = {"owner": owner.id, "public_text": "Hallen eier porten."}
    answer = send(
        front_desk, report, "forward", **fields | ({"with_contact": "1"} if along else {})
    )
    assert answer.status_code == 303
    assert fresh(report).status == "not_ours"
    assert kinds(report)[-1] == EventKind.FORWARDED
    outbox.drain(HANDLERS)
    [sent] = [one for one in messages(front_desk) if "hall.example" in one["To"]]
    assert "Porten henger" in body_of(sent)
    assert ("kari@example.org" in body_of(sent)) == along
    assert [part.get_content_type() for part in sent.iter_attachments()] == ["image/jpeg"]
    logged = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "contact_forwarded")
    ).all()
    assert len(logged) == along
    public = client.get(f"/r/{report.number}").text
    assert "Hallen eier porten." in public
    assert owner.name not in public


def test_the_owner_of_the_place_is_chosen_beforehand(front_desk, filed, owner, hall_sign):
    hall_sign.place.owner = owner.name
    db.session.commit()
    page = front_desk.get(page_of(filed(sign=hall_sign.code, category="IH04"))).text
    chosen = f'<option value="{owner.id}" selected>{owner.name}'
    assert chosen in page
    assert chosen not in front_desk.get(page_of(filed())).text


@pytest.mark.parametrize("chosen", ["", "99999", "without an address"])
def test_nothing_is_sent_on_to_nobody(front_desk, filed, owner, chosen):
    owner.email = ""
    db.session.commit()
    report = filed()
    wanted = owner.id if chosen == "without an address" else chosen
    fields = {"owner": wanted, "public_text": "Deres"}
    answer = send(front_desk, report, "forward", **fields)
    assert answer.status_code == 422
    assert 'id="forward-owner-error"' in answer.text
    assert "Deres</textarea>" in answer.text
    assert fresh(report).is_open
