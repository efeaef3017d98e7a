"""What came by e-mail is found, handed over and erased with its writer, on whoever's report."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.database import db, now
from app.notices.operations import follow_by_email
from app.permissions import Role
from app.reports.models import Event
from tests.app.notices.conftest import subscriptions
from tests.app.personal.test_person import looked_up
from tests.conftest import FROM_HERE, signed_in
from tests.mails import a_mail, answer_to

KARI = "Kari Nordmann <kari@example.org>"
AT_WORK = "Kari N <kari.privat@example.com>"
OLA = "Ola Hansen <ola@example.org>"
HERS = "Min mor i Eikeveien 3 falt der."
FROM_WORK = "Ring meg på jobb."


@pytest.fixture
def answered(reported, happens, take, work, mails):
    """A closed report whose reporter answers twice, the second time from another address."""
    report = reported()
    work()
    happens(report, "fixed", "Ordnet, hilsen Per i parken.")
    (receipt,) = mails()
    take(answer_to(receipt, HERS, sender=KARI))
    take(answer_to(receipt, FROM_WORK, sender=AT_WORK))
    return report


def all_texts():
    rows = db.session.execute(select(Event.internal_text, Event.public_text)).all()
    return " ".join(text for row in rows for text in row)


def erase(manager, who):
    said = {"confirm": "1", "with_texts": "1"}
    return manager.post(f"{looked_up(manager, who)}/erase", data=said, headers=FROM_HERE)


def exported(manager, who):
    answer = manager.post(f"{looked_up(manager, who)}/export", headers=FROM_HERE)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    return json.loads(archive.read("person.json"))


def test_no_address_and_no_name_of_who_wrote_is_shown_unasked(app, answered):
    for role, page in ((Role.CREW, "crew"), (Role.FRONT_DESK, "desk")):
        shown = signed_in(app, role).get(f"/{page}/reports/{answered.number}").text
        assert HERS in shown
        assert FROM_WORK in shown
        for other in ("kari.privat", "Kari N"):
            assert other not in shown


def test_the_reporter_s_mails_are_handed_over_as_theirs(manager, answered):
    said = exported(manager, "kari@example.org")
    assert HERS in json.dumps(said["reports"], ensure_ascii=False)
    assert FROM_WORK not in json.dumps(said, ensure_ascii=False), "it may be somebody else's"
    [note] = exported(manager, "kari.privat@example.com")["written"]
    assert note["report"] == answered.number
    assert FROM_WORK in note["text"]


def test_all_that_came_is_erased_with_the_reporter(manager, answered):
    assert erase(manager, "kari@example.org").status_code == 303
    assert HERS not in all_texts()
    assert FROM_WORK not in all_texts()
    assert "hilsen Per i parken" in all_texts(), "what staff wrote is a person's to decide"


def test_a_follower_s_words_are_erased_on_another_s_report(
    manager,
    reported,
    take,
    work,
    mails,
):
    report = reported()
    follow_by_email(report, "ola@example.org", "nb", by_reporter=False)
    subscriptions()[-1].confirmed_at = now()
    db.session.commit()
    take(a_mail("Jeg falt her i går.", sender=OLA, subject=f"Sak {report.number}"))
    assert "Jeg falt her i går." in manager.get(looked_up(manager, "ola@example.org")).text
    assert erase(manager, "ola@example.org").headers["Location"].endswith("erased=1")
    assert "falt her" not in all_texts()
    assert report.description != "[…]"
    assert not [one for one in report.events if one.kind == "note" and one.to_value]


def test_the_rest_of_a_long_mail_is_the_reporter_s_too(manager, take):
    take(a_mail(" ".join(["Lykta er mørk."] * 400) + " Hilsen Kari i nr. 3", sender=KARI))
    assert "i nr. 3" in json.dumps(exported(manager, "kari@example.org"))
    erase(manager, "kari@example.org")
    assert "i nr. 3" not in all_texts()


def test_every_text_of_the_timeline_can_be_put_right(front_desk, take, answered):
    take(a_mail(" ".join(["Lykta er mørk."] * 400) + " Hilsen Kari i nr. 3", sender=KARI))
    for report in {event.report for event in db.session.scalars(select(Event))}:
        page = f"/desk/reports/{report.number}/texts"
        said = {
            f"{name}-{event.id}": text.replace("Per", "P.")
            for event in report.events
            for name, text in (("event", event.internal_text), ("public", event.public_text))
            if text
        }
        shown = front_desk.get(page).text
        assert all(f'name="{name}"' in shown for name in said)
        seen = {"seen": max(event.id for event in report.events)}
        assert front_desk.post(page, data=said | seen, headers=FROM_HERE).status_code == 303
    assert "hilsen Per" not in all_texts()
    assert "hilsen P. i parken" in all_texts()
