"""All of one person: found however it is written, handed over as one file, erased, all logged."""

from __future__ import annotations

import io
import json
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db, now
from app.mailbox.models import ReceivedMail
from app.notices.models import Subscription
from app.notices.operations import follow_by_email, follow_by_sms
from app.reports.deadlines import local_day
from app.reports.models import Contact, Event, EventKind, Photo, Report
from app.reports.photos import keep_photo, prepare_photo
from app.staff.models import Staff
from tests.conftest import FROM_HERE
from tests.pictures import a_photo

KARI = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "51 00 00 01"}
OLA = {"name": "Ola Hansen", "email": "ola@example.org", "phone": "51 00 00 11"}


@pytest.fixture
def three(filed):
    """Two reports of Kari's, and one of Ola's that mentions her and that she follows."""
    first = filed(contact=KARI, description="Benken er knust.")
    second = filed(contact={"phone": "+4751000001"}, description="Lyset er mørkt.")
    other = filed(contact=OLA, description="Hører til kari@example.org sin hage.")
    follow_by_email(other, "Kari@Example.org", "nb", by_reporter=False)
    staff = db.session.scalars(select(Staff)).first()
    first.events.append(Event(kind="note", staff_id=staff.id, internal_text="Naboen Per klager."))
    first.events.append(Event(kind="note", staff_id=staff.id, public_text="Vi ser på den."))
    keep_photo(uuid4(), prepare_photo(a_photo()), first)
    for sender, text in (("Kari@example.org", b"Hei, takk!"), ("ola@example.org", b"Fra Ola")):
        mail = ReceivedMail(mark=sender, way="imap", outcome="crowd", size_bytes=9, sender=sender)
        mail.subject, mail.raw, mail.erase_on = "Benken", text, local_day(now())
        db.session.add(mail)
    keep_photo(uuid4(), prepare_photo(a_photo()), first, by_staff=True)
    db.session.commit()
    return first, second, other


def looked_up(client, who):
    answer = client.post("/admin/person", data={"who": who}, headers=FROM_HERE)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def deeds(action):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


def test_a_person_is_found_however_the_address_is_written(manager, three):
    first, second, other = three
    page = manager.get(looked_up(manager, " KARI@example.org")).text
    assert first.number in page
    assert second.number not in page
    assert page.count(other.number) >= 2, "she follows it, and it mentions her"
    for written in ("51000001", "+47 51 00 00 01", "0047 510 00 001"):
        page = manager.get(looked_up(manager, written)).text
        assert first.number in page
        assert second.number in page
        assert other.number not in page


def test_a_number_in_anothers_text_is_found_and_digits_that_stand_apart_are_not(manager, filed):
    told = [
        filed(description=f"Ring {said}.") for said in ("51000001", "51 00 00 01", "510 00 001")
    ]
    apart = filed(description="Den 5. i 10. måned, 0 av 0 lamper, 001.")
    page = manager.get(looked_up(manager, "+47 51000001")).text
    assert all(one.number in page for one in told)
    assert apart.number not in page


def test_each_look_is_logged_without_what_was_typed(manager, three):
    address = looked_up(manager, "kari@example.org")
    [deed] = deeds("person_seen")
    assert deed.details == {"reports": [three[0].number]}
    assert "kari" not in address.lower()
    page = manager.get(address).text
    assert page.count("Søkte opp alt om én person") == 1
    assert looked_up(manager, "nobody@example.org")
    assert deeds("person_seen")[1].details == {"reports": []}


def test_a_search_is_its_makers_alone(manager, admin, three):
    address = looked_up(manager, "kari@example.org")
    for client, page in ((admin, address), (manager, "/admin/person/nonsense")):
        answer = client.get(page)
        assert "Søket er over" in answer.text
        assert three[0].number not in answer.text
        assert client.post(f"{page}/export", headers=FROM_HERE).status_code == 404


@pytest.mark.parametrize("who", ["", "Kari Nordmann", "12", "51 00 00 x1", "kari@"])
def test_what_is_no_address_is_asked_for_again(manager, who):
    answer = manager.post("/admin/person", data={"who": who}, headers=FROM_HERE)
    assert answer.status_code == 422
    assert "Skriv en e-postadresse eller et telefonnummer" in answer.text


def test_the_file_holds_what_is_theirs_and_nothing_of_others(manager, three):
    first, _second, other = three
    answer = manager.post(f"{looked_up(manager, 'kari@example.org')}/export", headers=FROM_HERE)
    assert answer.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    assert sorted(archive.namelist()) == [
        "mails/1.eml",
        "person.html",
        "person.json",
        f"photos/{first.number}-1.jpg",
    ]
    assert archive.read(f"photos/{first.number}-1.jpg")[:2] == b"\xff\xd8"
    assert archive.read("mails/1.eml") == b"Hei, takk!"
    said = json.loads(archive.read("person.json"))
    [report] = said["reports"]
    assert report["description"] == "Benken er knust."
    assert report["phone"] == "51 00 00 01"
    assert "Vi ser på den." in [line["text"] for line in report["timeline"]]
    assert [one["report"] for one in said["follows"]] == [other.number]
    for text in (archive.read("person.html").decode(), archive.read("person.json").decode()):
        assert "Benken er knust." in text
        for others in ("Ola", "ola@", "hage", "Naboen", "Demo Leder", "Demo Innbygger"):
            assert others not in text
    assert len(deeds("person_exported")) == 1
    assert [one["what"] for one in said["looks"]] == ["Søkte opp alt om én person"]


def test_a_person_is_erased_everywhere_at_once_after_a_confirmation(manager, three):
    first, second, _other = three
    address = looked_up(manager, "51000001")
    assert manager.post(f"{address}/erase", headers=FROM_HERE).status_code == 422
    assert len(db.session.scalars(select(Contact)).all()) == 3
    assert (
        manager.post(f"{address}/erase", data={"confirm": "1"}, headers=FROM_HERE).status_code
        == 303
    )
    assert db.session.scalars(select(Contact.name)).all() == ["Ola Hansen"]
    kept = dict(db.session.execute(select(Report.number, Report.description)).all())
    assert kept[first.number] == "Benken er knust."
    lines = db.session.scalars(select(Event).where(Event.kind == EventKind.CONTACT_ERASED)).all()
    assert {line.report_id for line in lines} == {first.id, second.id}
    assert len(deeds("contact_erased")) == 2
    assert len(deeds("person_erased")) == 1


def test_subscriptions_words_and_photos_go_too_where_that_is_asked_for(manager, three):
    address = looked_up(manager, "kari@example.org")
    said = {"confirm": "1", "with_texts": "1", "with_photos": "1"}
    manager.post(f"{address}/erase", data=said, headers=FROM_HERE)
    assert db.session.scalars(select(Subscription)).all() == []
    assert db.session.scalars(select(Photo.by_staff)).all() == [True]
    mails = db.session.execute(select(ReceivedMail.sender, ReceivedMail.raw)).all()
    assert sorted(map(tuple, mails)) == [("", None), ("ola@example.org", b"Fra Ola")]
    kept = dict(db.session.execute(select(Report.number, Report.description)).all())
    assert kept[three[0].number] == "[…]"
    assert "hage" in kept[three[2].number], "what others wrote is a person's to decide"


def test_who_follows_by_sms_alone_is_found_handed_over_and_erased(manager, filed):
    report = filed(contact=OLA)
    follow_by_sms(report, "+4791234567", "nb", by_reporter=False)
    follow_by_sms(report, "+4799123456", "nb", by_reporter=False)
    db.session.commit()
    address = looked_up(manager, "912 34 567")
    page = manager.get(address).text
    assert report.number in page
    assert "+4791234567, på SMS" in page
    assert "+4799123456" not in page
    answer = manager.post(f"{address}/export", headers=FROM_HERE)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    [follows] = json.loads(archive.read("person.json"))["follows"]
    assert (follows["way"], follows["address"]) == ("sms", "+4791234567")
    manager.post(f"{address}/erase", data={"confirm": "1"}, headers=FROM_HERE)
    assert db.session.scalars(select(Subscription.address)).all() == ["+4799123456"]


def test_the_front_desk_does_not_look_people_up(front_desk):
    assert front_desk.get("/admin/person").status_code == 403
