"""Answers to our mails land on their report, as whose they are."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from app.database import now, session
from app.mailbox.models import Outcome
from app.notices.keys import ReplyTo
from app.notices.operations import follow_by_email
from app.places.models import Owner
from app.reports.operations import forward_report, merge_report
from tests.app.mailbox.conftest import notes, received, reports, set_otherwise
from tests.app.notices.conftest import KARI, plain, subscriptions
from tests.mails import a_mail, answer_to
from tests.pictures import a_photo

OLA = "Ola <ola@example.org>"


@pytest.fixture
def asked(app, reported, happens, work, mails):
    """A report whose reporter was asked something by mail; and that mail."""
    report = reported()
    work()
    subscriptions()[0].confirmed_at = now()
    session().commit()
    happens(report, "waiting", "Hvilken benk?")
    work()
    return report, mails()[-1]


def messages(report):
    return [event.internal_text for event in report.events if event.kind == "message"]


def test_the_reporter_s_answer_answers_the_question(asked, take):
    report, question = asked
    row = take(answer_to(question, "Den ved porten.\n\nHilsen Kari\n-- \nKari Nordmann\nTlf. 1"))
    assert (row.outcome, row.report_id) == (Outcome.ANSWER, report.id)
    assert report.status == "in_progress"
    event = report.events[-1]
    assert event.internal_text == "Den ved porten.\n\nHilsen Kari"
    assert (event.staff_id, event.from_value) == (None, "waiting")
    assert len(reports()) == 1


def test_the_answer_stands_on_the_reporter_s_page(client, asked, take):
    _report, question = asked
    take(answer_to(question, "Den ved porten."))
    link = urlsplit(re.search(r"\S+key=\S+", plain(question))[0])
    page = client.get(f"{link.path}?{link.query}").text
    assert "Den ved porten." in page


def test_an_address_with_a_token_is_enough(app, asked, take):
    report, question = asked
    with set_otherwise(app, mailbox_address="vof+{token}@example.no"):
        token = question["Message-ID"].partition(".")[2].partition("@")[0]
        row = take(
            a_mail("Den ved porten", sender=KARI, To=f"VOF <VOF+{token.upper()}@example.no>")
        )
    assert (row.outcome, row.report_id) == (Outcome.ANSWER, report.id)


def test_photos_of_an_answer_are_added_as_many_as_fit(asked, take):
    report, question = asked
    for number in range(3):
        mail = answer_to(
            question,
            "" if number == 0 else "Og en til",
            files=[
                (a_photo(size=(400, 400 + 10 * number + n)), "image/jpeg", f"{number}{n}.jpg")
                for n in range(2)
            ],
        )
        take(mail)
    assert report.status == "in_progress"
    assert len(report.photos) == 3
    assert "1" in notes(report)[0]
    assert "2" in notes(report)[1]


def test_later_words_of_the_reporter_are_a_message(asked, take):
    report, question = asked
    take(answer_to(question, "Den ved porten."))
    take(answer_to(question, "Og benken ved siden av."))
    assert messages(report) == ["Og benken ved siden av."]


def test_an_empty_answer_answers_nothing(asked, take):
    report, question = asked
    row = take(answer_to(question, ""))
    assert (row.outcome, report.status) == (Outcome.NOTE, "waiting")


def test_somebody_else_s_answer_to_the_reporter_s_mail_is_a_note_that_names_nobody(asked, take):
    report, question = asked
    row = take(answer_to(question, "Den ved porten.", sender=OLA))
    assert (row.outcome, report.status) == (Outcome.NOTE, "in_progress")
    (note,) = notes(report)
    assert "annen adresse" in note
    assert "Den ved porten." in note
    assert "Ola" not in note
    assert messages(report) == []


def test_a_follower_s_answer_is_a_note_and_their_photos_are_not_the_reporter_s(
    asked, take, work, mails
):
    report, _question = asked
    follow_by_email(report, "ola@example.org", "nb", by_reporter=False)
    subscriptions()[-1].confirmed_at = now()
    session().commit()
    work()
    mail = answer_to(
        mails()[-1], "Samme her", sender=OLA, files=[(a_photo(), "image/jpeg", "a.jpg")]
    )
    assert take(mail).outcome == Outcome.NOTE
    assert (report.status, len(report.photos)) == ("waiting", 0)
    (note,) = notes(report)
    assert "Ola" not in note
    assert "ola@example.org" not in note
    assert "Samme her" in note


def test_an_answer_to_a_closed_report_is_shown_to_a_person_and_reopens_nothing(
    asked, happens, take
):
    report, question = asked
    happens(report, "fixed", "Ordnet")
    row = take(answer_to(question, "Den er knekt igjen"))
    assert (row.outcome, row.settled_at, row.report_id) == ("after_closing", None, report.id)
    assert report.status == "fixed"
    assert messages(report) == ["Den er knekt igjen"]


def test_an_answer_about_a_duplicate_goes_to_the_report_that_is_kept(
    asked, reported, take, desk_person
):
    report, question = asked
    kept = reported(email="ola@example.org")
    merge_report(report, kept, desk_person)
    session().commit()
    row = take(answer_to(question, "Den ved porten."))
    assert row.outcome == Outcome.NOTE
    assert report.number in notes(kept)[0]
    assert "porten" not in notes(kept)[0], "the kept report's reporter is somebody else"
    assert messages(report) == ["Den ved porten."]


def test_a_number_in_the_subject_counts_only_for_who_belongs_to_the_report(asked, take):
    report, _question = asked
    subject = f"Re: Sak {report.number}"
    assert take(a_mail("Den ved porten", sender=KARI, subject=subject)).outcome == Outcome.ANSWER
    assert take(a_mail("Hei", sender=OLA, subject=subject)).outcome == Outcome.REPORT
    assert len(reports()) == 2


def test_an_answer_to_one_s_own_mail_goes_onto_the_same_report(take):
    take(a_mail("Lykta er mørk", Message_ID="<forste@example.org>"))
    row = take(
        a_mail("Her er bildet", In_Reply_To="<forste@example.org>", subject="Re: Lyset er gått")
    )
    (report,) = reports()
    assert (row.outcome, messages(report)) == (Outcome.ANSWER, ["Her er bildet"])
    take(a_mail("Jeg også", sender=OLA, In_Reply_To="<forste@example.org>"))
    assert len(reports()) == 2


def test_a_token_that_nobody_made_is_no_answer(asked, take):
    report, question = asked
    forged = question["Message-ID"].replace(".", ".a", 1)
    take(a_mail("Lukk saken", sender=KARI, In_Reply_To=forged))
    assert report.status == "waiting"
    assert len(reports()) == 2


def test_the_owner_a_report_was_sent_on_to_answers_onto_it(
    reported, take, work, mails, desk_person
):
    report = reported()
    owner = Owner(name="Eieren", email="eier@example.org")
    session().add(owner)
    session().flush()
    forward_report(report, owner, desk_person, with_contact=False)
    session().commit()
    work()
    sent_on = next(mail for mail in mails() if mail["To"] == "eier@example.org")
    row = take(answer_to(sent_on, "Vi tar den", sender="Eieren <eier@example.org>"))
    assert (row.outcome, row.report_id) == ("after_closing", report.id)
    assert notes(report)[0].startswith("Eieren ")
    assert "Vi tar den" in notes(report)[0]


def test_a_report_that_is_gone_makes_its_answer_a_report(asked, take):
    _report, question = asked
    mail = answer_to(question, "Den ved porten.", sender=OLA)
    token = question["Message-ID"].partition(".")[2].partition("@")[0]
    other = ReplyTo(2**31 - 1, uuid4(), to_reporter=True).token
    take(mail.replace(token.encode(), other.encode()))
    assert len(reports()) == 2
    assert received()[-1].outcome == Outcome.REPORT
