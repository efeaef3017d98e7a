"""Who reported is erased by the desk as by the reporter: from the row, and from the texts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.outbox import OutboxMessage
from app.reports.erasure import STRUCK_OUT, as_phone
from app.reports.keys import report_key
from app.reports.models import Contact, Event, EventKind, Report
from tests.conftest import FROM_HERE

KARI = {"name": "Kari Nordmann", "email": "Kari@example.org", "phone": "+47 51 00 00 01"}
TEXT = (
    "Lampe 51000002 er mørk. Ring Kari  Nordmann, tlf 51 00 00 01 / kari@EXAMPLE.org. Kari ser den."
)


@pytest.fixture
def reported(filed):
    return filed(contact=KARI, description=TEXT)


def seen(report):
    return {"seen": max(event.id for event in report.events)}


def deeds(action):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def erased(client, report, **fields):
    page = f"/desk/reports/{report.number}/erase"
    return client.post(page, data=seen(report) | fields, headers=FROM_HERE)


def test_the_desk_is_told_first_and_asked_to_confirm(front_desk, reported):
    page = front_desk.get(f"/desk/reports/{reported.number}/erase").text
    assert "Navn, E-post, Telefon" in page
    assert "Kari" not in page
    refused = erased(front_desk, reported)
    assert refused.status_code == 422
    assert db.session.scalar(select(Contact.name)) == "Kari Nordmann"


def test_the_contact_goes_with_its_traces_in_the_texts_and_the_fault_stays(front_desk, reported):
    answer = erased(front_desk, reported, confirm="1")
    assert answer.status_code == 303
    assert db.session.scalars(select(Contact)).all() == []
    kept = db.session.scalars(select(Report)).one()
    assert kept.description == (
        f"Lampe 51000002 er mørk. Ring {STRUCK_OUT}, tlf {STRUCK_OUT} / {STRUCK_OUT}. Kari ser den."
    )
    line = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert line.kind == EventKind.CONTACT_ERASED
    assert line.staff_id
    assert [deed.subject_id for deed in deeds("contact_erased")] == [kept.id]
    told = db.session.scalars(select(OutboxMessage.kind)).all()
    assert "contact_erased" in told, "the worker ends the subscriptions"
    page = front_desk.get(f"/desk/reports/{kept.number}").text
    assert "Kontaktopplysningene er slettet" in page
    assert erased(front_desk, kept, confirm="1").status_code == 303
    assert len(deeds("contact_erased")) == 1


def test_a_colleague_who_was_there_meanwhile_is_seen_first(front_desk, manager, reported):
    before = seen(reported)
    note = {"internal_text": "Ring først."} | before
    manager.post(f"/desk/reports/{reported.number}/note", data=note, headers=FROM_HERE)
    late = front_desk.post(
        f"/desk/reports/{reported.number}/erase", data=before | {"confirm": "1"}, headers=FROM_HERE
    )
    assert late.status_code == 409
    assert db.session.scalar(select(Contact.name))


def test_the_reporters_own_link_strikes_the_texts_too(client, filed, app):
    report = filed(contact=KARI, description=TEXT)
    form = {"id": "5a6c5b0e-0a3c-4b53-8d2c-0d7e5a3a9f10", "key": report_key(report.uuid)}
    client.post(f"/r/{report.number}/erase-contact", data=form | {"confirm": "1"})
    assert "example" not in db.session.scalars(select(Report.description)).one()


def test_personal_words_are_taken_out_and_kept_nowhere(front_desk, reported):
    page = f"/desk/reports/{reported.number}/texts"
    assert "Ring Kari" in front_desk.get(page).text
    assert reported.number in front_desk.get("/desk?q=Kari ser den").text
    changed = {"description": "Lampen er mørk.", "event-999": "x"}
    answer = front_desk.post(page, data=seen(reported) | changed, headers=FROM_HERE)
    assert answer.status_code == 303
    assert db.session.scalars(select(Report.description)).one() == "Lampen er mørk."
    shown = front_desk.get(f"/desk/reports/{reported.number}").text
    assert "Personlige ord er tatt ut av tekstene" in shown
    assert "Nordmann" not in "".join(str(deed.details) for deed in deeds("text_removed"))
    assert "Personlige ord" not in front_desk.get(f"/r/{reported.number}").text
    assert reported.number not in front_desk.get("/desk?q=Kari ser den").text


def test_texts_that_are_sent_back_as_they_were_change_nothing(front_desk, reported):
    page = f"/desk/reports/{reported.number}/texts"
    before = len(reported.events)
    front_desk.post(page, data=seen(reported) | {"description": TEXT}, headers=FROM_HERE)
    assert len(db.session.scalars(select(Event)).all()) == before


@pytest.mark.parametrize(
    "written", ["51000001", "+47 51 00 00 01", "0047-51.00.00.01", "(+47) 51000001", "4751000001"]
)
def test_a_number_is_the_same_however_it_is_written(written):
    assert as_phone(written) == "51000001"
