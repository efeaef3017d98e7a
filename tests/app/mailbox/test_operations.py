"""Mails become reports; what no person wrote does not; nothing is lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import now, session
from app.mailbox import operations
from app.mailbox.models import Outcome, Reason
from app.outbox import OutboxMessage
from app.reports import filing
from app.reports.deadlines import local_day
from tests.app.mailbox.conftest import notes, received, reports, set_otherwise
from tests.mails import (
    AUTOMATIC,
    BROKEN,
    IN_SHORT,
    a_bounce,
    a_mail,
    from_an_iphone,
    from_outlook,
    many_parts,
    nested,
)
from tests.pictures import NOT_PHOTOS, a_photo


def test_a_mail_becomes_a_report_that_waits_to_be_sorted(take):
    row = take(a_mail())
    (report,) = reports()
    assert (row.outcome, row.report_id) == (Outcome.REPORT, report.id)
    assert (report.category.code, report.channel, report.language) == ("AN01", "email", "nb")
    assert (report.place, report.status) == (None, "received")
    assert report.description == f"{IN_SHORT}\n\nLykta ved brua er mørk."
    assert (report.contact.name, report.contact.email) == ("Kari Nordmann", "kari@example.org")
    assert [event.kind for event in report.events] == ["received"]


def test_who_wrote_stands_with_the_report_alone(take):
    row = take(a_mail())
    assert (row.sender, row.subject, row.raw) == ("", "", None)
    assert "kari" not in row.sender_mark


def test_the_sender_gets_the_ordinary_receipt(take, work, mails):
    take(a_mail())
    work()
    (receipt,) = mails()
    assert receipt["To"] == "kari@example.org"
    assert reports()[0].number in receipt["Subject"]


def test_the_same_mail_is_entered_once(take):
    mail = a_mail()
    take(mail)
    take(mail)
    take(b"X-Way: another\r\n" + mail)
    assert (len(reports()), len(received())) == (1, 1)


def test_a_mail_without_an_id_is_known_by_its_content(take):
    mail = a_mail(Message_ID=None)
    take(mail)
    take(mail)
    take(mail + b"og mer\r\n")
    assert len(reports()) == 2


def test_an_id_that_is_none_does_not_make_all_mails_one(take):
    take(b"Message-ID: <>\r\n" + a_mail("Den ene", Message_ID=None))
    take(b"Message-ID: <>\r\n" + a_mail("Den andre", Message_ID=None))
    assert len(reports()) == 2


def test_the_subject_stands_first_only_where_it_says_more(take):
    take(a_mail("Hull i veien. Stort.", subject="Fwd: Hull i veien"))
    take(b"Subject:  Hull i \r\n veien\r\n" + a_mail("Stort.", subject=None))
    take(a_mail("Stort.", subject=None))
    take(a_mail("", subject="Hull i veien"))
    assert [report.description for report in reports()] == [
        "Hull i veien. Stort.",
        "Hull i veien\n\nStort.",
        "Stort.",
        "Hull i veien",
    ]


@pytest.mark.parametrize(
    ("said", "language"),
    [("nn-NO", "nn"), ("no", "nb"), ("uk", "uk"), ("fi, en", "nb"), ("", "nb")],
)
def test_the_language_is_what_the_mail_says_or_bokmal(take, said, language):
    take(a_mail(Content_Language=said or None))
    assert reports()[0].language == language


def test_outlook_s_html_is_read_and_its_logo_is_no_photo(take):
    take(from_outlook(a_photo()))
    (report,) = reports()
    assert report.description == (
        "Benk\n\nHei\n\nBenken ved dammen er øydelagd & har spisse spikrar.\n\nHelsing Ola"
    )
    assert (report.contact.name, report.language) == ("Nordmann, Ola", "nn")
    assert len(report.photos) == 1
    (note,) = notes(report)
    assert "image001.png" in note
    assert "logo" in note


def test_an_iphone_s_pictures_between_the_lines_are_photos(take):
    take(from_an_iphone())
    (report,) = reports()
    assert report.description == (
        "Hull i gangveien\n\nHullet ser slik ut:\n\nog slik fra den andre siden"
    )
    assert report.contact.name == "Per Ås"
    assert len(report.photos) == 2
    assert notes(report) == []


def test_what_is_not_kept_is_said(take):
    pictures = [(a_photo(size=(400, 300 + n)), "image/jpeg", f"{n}.jpg") for n in range(4)]
    others = [
        (b"%PDF-1.7", "application/pdf", "tegning.pdf"),
        (NOT_PHOTOS["half a JPEG"], "image/jpeg", "halv.jpg"),
        (NOT_PHOTOS["a GIF"], "image/gif", "b.gif"),
    ]
    take(a_mail(files=[*others, *pictures]))
    (report,) = reports()
    assert len(report.photos) == 3
    (note,) = notes(report)
    for name in ("tegning.pdf", "halv.jpg", "b.gif", "3.jpg"):
        assert name in note
    assert "2.jpg" not in note


def test_the_rest_of_a_long_text_is_a_message(take):
    take(a_mail("ord " * 1500))
    (report,) = reports()
    assert len(report.description) <= 4000
    (rest,) = [one.internal_text for one in report.events if one.kind == "message"]
    words = report.description.count("ord") + rest.count("ord ") + rest.endswith("ord")
    assert words == 1500


def test_many_links_hold_a_mail_like_any_report(take, work, mails):
    take(a_mail("http://a.no http://b.no http://c.no"))
    work()
    (report,) = reports()
    assert report.held_reason == "links"
    assert mails() == []


def test_an_address_that_nothing_can_be_sent_to_is_said(take):
    take(a_mail(sender="Kari <kari@lokal>"))
    (report,) = reports()
    assert (report.contact.name, report.contact.email) == ("Kari", "")
    assert "ingen avsender vi kan skrive til" in notes(report)[0]
    assert "lokal" not in notes(report)[0]


@pytest.mark.parametrize("reason", AUTOMATIC)
def test_what_no_person_wrote_is_ignored_with_its_reason(take, reason):
    row = take(a_mail(**AUTOMATIC[reason]))
    assert (row.outcome, row.reason) == (Outcome.IGNORED, reason.strip())
    assert reports() == []
    assert row.settled_at
    assert session().scalars(select(OutboxMessage)).all() == []


def test_a_bounce_is_ignored(take):
    assert take(a_bounce()).reason == Reason.MAILER_DAEMON


def test_a_person_s_mail_may_say_that_it_is_no_automatic_one(take):
    assert take(a_mail(Auto_Submitted="no", Precedence="normal")).outcome == Outcome.REPORT


def test_our_own_address_with_a_token_is_ours_too(app, take):
    with set_otherwise(app, mailbox_address="vof@example.no"):
        assert take(a_mail(sender="vof@example.no")).reason == Reason.OWN_ADDRESS
    with set_otherwise(app, mailbox_address="vof+{token}@example.no"):
        ours = f"vof+{'a' * 24}@example.no"
        assert take(a_mail(sender=ours)).reason == Reason.OWN_ADDRESS
        assert take(a_mail(sender="vof+kari@example.no")).outcome == Outcome.REPORT


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_mail_is_read_as_far_as_it_can_be_or_kept_for_a_person(take, what):
    row = take(BROKEN[what])
    if row.outcome == Outcome.UNREAD:
        assert row.reason in {
            Reason.EMPTY,
            Reason.TOO_MANY_PARTS,
            Reason.MALFORMED,
            Reason.NOTHING_IN_IT,
        }
        assert row.raw == BROKEN[what]
        assert row.settled_at is None
        return
    assert row.outcome == Outcome.REPORT
    assert reports()[0].description + "".join(notes(reports()[0]))


def test_letters_that_were_not_encoded_are_read(take):
    take(BROKEN["letters that are not encoded"])
    (report,) = reports()
    assert report.description == "Blåbær\n\nÆøå"
    assert report.contact.name == "Kåre"


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (b"", Reason.EMPTY),
        (many_parts(300), Reason.TOO_MANY_PARTS),
        (nested(2000), Reason.MALFORMED),
    ],
    ids=["empty", "many", "deep"],
)
def test_what_cannot_be_read_waits_for_a_person(take, mail, reason):
    row = take(mail)
    assert (row.outcome, row.reason, row.raw) == (Outcome.UNREAD, reason, mail)


def test_a_mail_that_is_too_large_is_kept_with_its_beginning(take):
    mail = a_mail()
    row = take(mail, 60 * 1024 * 1024)
    assert (row.outcome, row.reason) == (Outcome.UNREAD, Reason.TOO_LARGE)
    assert (row.sender, row.subject, row.raw) == ("kari@example.org", IN_SHORT, mail)


def test_a_failure_of_ours_keeps_the_mail(take, monkeypatch, caplog):
    def fail(*_arguments):
        raise RuntimeError("a bug\x00")

    monkeypatch.setattr(operations, "enter_report", fail)
    mail = a_mail()
    row = take(mail)
    assert (row.outcome, row.reason, row.raw) == (Outcome.UNREAD, Reason.FAILED, mail)
    assert row.error == "RuntimeError: a bug"
    assert reports() == []
    assert "could not be entered" in caplog.text


@pytest.fixture
def draws(monkeypatch) -> Callable[..., None]:
    """Has these numbers drawn first, whatever chance would give."""

    def draw(*numbers: str) -> None:
        # What was filed before stays when the mail is rolled back.
        session().commit()
        drawn = iter(numbers)
        by_chance = filing.new_number
        monkeypatch.setattr(filing, "new_number", lambda at: next(drawn, by_chance(at)))

    return draw


def test_a_number_that_is_drawn_twice_loses_no_mail(take, reported, draws):
    taken = reported().number
    draws(taken)
    row = take(from_an_iphone())
    first, second = reports()
    assert (row.outcome, row.report_id, first.number) == (Outcome.REPORT, second.id, taken)
    assert second.number != taken
    assert len(second.photos) == 2


def test_a_mail_that_clashes_again_is_kept_for_a_person(take, reported, draws, caplog):
    taken = reported().number
    draws(taken, taken)
    mail = a_mail()
    row = take(mail)
    assert (row.outcome, row.reason, row.raw) == (Outcome.UNREAD, Reason.FAILED, mail)
    assert len(reports()) == 1
    assert "could not be entered" in caplog.text


def test_who_sends_without_end_is_held_and_not_lost(app, take, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PER_SENDER", 2)
    with set_otherwise(app, rate_limits=True):
        mail = a_mail("Den tredje")
        rows = [take(a_mail("Den første")), take(a_mail("Den andre")), take(mail)]
        other = take(a_mail(sender="per@example.org"))
    assert [row.outcome for row in [*rows, other]] == ["report", "report", "crowd", "report"]
    assert (rows[2].raw, rows[2].settled_at) == (mail, None)


def test_a_person_enters_what_was_ignored(app, take):
    row = take(a_mail(Precedence="list"))
    operations.enter_by_hand(row)
    (report,) = reports()
    assert (row.report_id, row.outcome, row.raw, row.sender) == (report.id, "report", None, "")
    assert row.settled_at


def test_old_mails_are_forgotten_on_their_day(take):
    take(a_mail())
    take(b"")
    kept, unread = received()
    assert kept.erase_on == local_day(now() + timedelta(days=90))
    assert unread.erase_on == local_day(now() + timedelta(days=365))
    kept.erase_on = local_day(now())
    session().commit()
    assert operations.forget_old_mails() == 1
    session().expire_all()
    assert [row.id for row in received()] == [unread.id]
    assert len(reports()) == 1
