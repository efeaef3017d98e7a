"""Who is told of what: the receipt to anybody, everything else only to those who said yes."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import outbox
from app.database import now, session
from app.notices import operations
from app.notices.handlers import HANDLERS
from app.notices.models import Subscription, Way
from app.notices.queries import list_told
from app.outbox import OutboxMessage
from app.reports.keys import report_key
from app.reports.models import Event
from app.reports.operations import merge_report
from tests.app.notices.conftest import KARI, as_html, plain, set_otherwise, subscriptions
from tests.push_service import Browser

PHONE = "https://push.example/1"


def waiting():
    return session().scalar(select(func.count(OutboxMessage.id)))


def confirm_all():
    for one in subscriptions():
        one.confirmed_at = now()
    session().commit()


def test_a_reporter_gets_a_receipt_with_all_that_matters(reported, work, mails):
    report = reported(language="en", description="Knust glass")
    work()
    (receipt,) = mails()
    text = plain(receipt)
    assert receipt["To"] == KARI
    assert report.number in receipt["Subject"]
    assert report.place.name in text
    assert "working day" in text, "the deadline in words"
    assert f"/r/{report.number}?key={report_key(report.uuid)}" in text
    assert "Confirm your address" in text
    assert waiting() == 0


def test_a_report_without_an_address_tells_nobody(filed, work, mails):
    filed(contact={"phone": "51 00 00 00"})
    assert work() == 0
    assert mails() == []
    assert subscriptions() == []


def test_nothing_a_stranger_typed_goes_to_an_address_nobody_has_confirmed(filed, work, mails):
    filed(
        description="Buy at https://spam.example",
        address="https://spam.example",
        contact={"name": "https://spam.example", "email": KARI},
    )
    work()
    (receipt,) = mails()
    assert "spam" not in plain(receipt) + as_html(receipt) + str(receipt["Subject"])


def test_an_address_that_is_not_confirmed_hears_no_more_than_the_receipt(
    reported, happens, work, mails
):
    report = reported()
    work()
    happens(report, "in_progress")
    happens(report, text="Vi kommer i morgen.")
    work()
    assert len(mails()) == 1
    assert waiting() == 0


def test_a_confirmed_address_hears_of_each_step_and_each_answer(reported, happens, work, mails):
    report = reported(language="en")
    work()
    confirm_all()
    happens(report, "in_progress")
    happens(report, text="Vi kommer i morgen.")
    work()
    happens(report, "fixed", "Benken er byttet.")
    work()
    _receipt, started, answered, fixed = mails()
    assert "In progress" in started["Subject"]
    assert "> Vi kommer i morgen." in plain(answered)
    assert "> Benken er byttet." in plain(fixed)
    assert "Deadline" in plain(answered)
    assert "Deadline" not in plain(fixed)


def test_a_note_for_colleagues_is_told_to_nobody(front_desk, reported, work, mails):
    report = reported()
    work()
    confirm_all()
    answer = front_desk.post(
        f"/desk/reports/{report.number}/note", data={"internal_text": "Bor i nabohuset"}
    )
    assert answer.status_code == 303
    # It is passed on to colleagues who follow the report, and nobody does.
    assert work() == 1
    assert len(mails()) == 1


def test_the_reporters_mails_lead_to_their_own_page_and_a_followers_do_not(
    reported, happens, work, mails
):
    report = reported()
    work()
    operations.follow_by_email(report, "ola@example.org", "nb", by_reporter=False)
    session().commit()
    confirm_all()
    happens(report, "fixed")
    work()
    told = {mail["To"]: plain(mail) for mail in mails()}
    key = report_key(report.uuid)
    assert key in told[KARI]
    assert key not in told["ola@example.org"]


def test_a_question_is_put_to_the_reporter_and_told_to_others(reported, happens, work, mails):
    report = reported(language="en")
    work()
    operations.follow_by_email(report, "ola@example.org", "en", by_reporter=False)
    session().commit()
    confirm_all()
    happens(report, "waiting", "Hvilken benk?")
    work()
    told = {mail["To"]: mail for mail in mails()}
    assert "We have a question for you" in told[KARI]["Subject"]
    assert "Answer us" in plain(told[KARI])
    assert "Waiting for an answer" in told["ola@example.org"]["Subject"]
    assert "Answer us" not in plain(told["ola@example.org"])


def test_a_follower_is_asked_first_and_not_again_after_saying_yes(reported, happens, work, mails):
    report = reported()
    operations.follow_by_email(report, "ola@example.org", "en", by_reporter=False)
    session().commit()
    work()
    asked = [mail for mail in mails() if mail["To"] == "ola@example.org"]
    assert [mail["Subject"] for mail in asked] == [
        f"Would you like e-mails about report {report.number}?"
    ]
    happens(report, "fixed")
    work()
    assert len([mail for mail in mails() if mail["To"] == "ola@example.org"]) == 1


def test_one_row_for_each_receiver_is_written_with_the_end_of_the_row_they_came_from(
    reported, happens, work
):
    report = reported()
    work()
    for name in "abc":
        operations.follow_by_email(report, f"{name}@example.org", "nb", by_reporter=False)
    session().commit()
    work()
    confirm_all()
    happens(report, "fixed")
    claim = outbox.claim_next()
    assert claim.kind == "event"
    outbox._deliver(claim, HANDLERS)
    rows = session().scalars(select(OutboxMessage)).all()
    assert [row.kind for row in rows] == [Way.EMAIL] * 4
    assert len({row.payload["subscription_id"] for row in rows}) == 4


def test_a_spreading_that_fails_half_way_is_spread_once(reported, happens, work, monkeypatch):
    report = reported()
    work()
    confirm_all()
    happens(report, "fixed")

    def fail(claim):
        HANDLERS["event"](claim)
        session().flush()
        raise RuntimeError("killed here")

    outbox.drain(dict(HANDLERS) | {"event": fail})
    assert [row.kind for row in session().scalars(select(OutboxMessage))] == ["event"]


def test_a_mail_that_is_sent_again_is_the_same_mail(reported, work, mail_server):
    reported()
    mail_server.answers["DATA"] = ["451 4.3.0 in a moment"]
    work()
    assert mail_server.messages == []
    (row,) = session().scalars(select(OutboxMessage))
    kept = {"id": row.id, "kind": row.kind, "payload": row.payload, "created_at": row.created_at}
    row.available_at = now()
    session().commit()
    outbox.drain(HANDLERS)
    # As if the worker had been killed after the mail server's yes and before the row was deleted.
    session().add(OutboxMessage(**kept))
    session().commit()
    outbox.drain(HANDLERS)
    first, second = mail_server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith(f"<outbox-{kept['id']}-")


def test_who_reports_and_then_erases_the_contact_details_hears_no_more(reported, work, mails):
    report = reported()
    work()
    operations.follow_by_push(
        report, "https://push.example/1", Browser().keys, "nb", by_reporter=True
    )
    operations.follow_by_email(report, "ola@example.org", "nb", by_reporter=False)
    outbox.put("contact_erased", report_id=report.id)
    session().commit()
    work()
    assert [one.address for one in subscriptions()] == ["ola@example.org"]


def test_what_is_gone_meanwhile_is_passed_over(app, work):
    names = ("subscription_id", "event_id", "report_id", "staff_id", "unit_id", "owner_id")
    names += ("link_id", "webhook_id")
    nobody = dict.fromkeys(names, 2**31 - 1) | {"report_ids": [2**31 - 1], "with_contact": True}
    nobody |= {"name": "photos/0.jpg", "heard": "report.status"}
    for kind in HANDLERS:
        outbox.put(kind, **nobody)
    session().commit()
    assert work() == len(HANDLERS)
    assert waiting() == 0


def test_nobody_can_have_us_flood_an_address(app, reported, work, mails, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PER_ADDRESS", 3)
    with set_otherwise(app, rate_limits=True, smtp_url=app.extensions["settings"].smtp_url):
        for spelling in (KARI, "Kari@example.org", "KARI@EXAMPLE.ORG", "kAri@example.org", KARI):
            reported(spelling)
        work()
    assert len(mails()) == 3
    assert len(subscriptions()) == 5


def test_one_address_is_one_subscription_however_it_is_spelt(reported, work, mails):
    report = reported("Kari@Example.org")
    work()
    for spelling in (KARI, "KARI@example.org"):
        operations.follow_by_email(report, spelling, "nb", by_reporter=False)
    session().commit()
    assert [one.address for one in subscriptions()] == [KARI]


def test_who_already_follows_and_reports_is_one_subscription(reported, work, mails):
    report = reported()
    operations.follow_by_email(report, KARI, "nb", by_reporter=False)
    session().commit()
    work()
    (one,) = subscriptions()
    assert one.by_reporter


def test_asking_twice_asks_once_and_later_again(reported, work, mails):
    report = reported("ola@example.org")
    for _ in range(3):
        operations.follow_by_email(report, KARI, "nb", by_reporter=False)
    session().commit()
    work()
    assert len([mail for mail in mails() if mail["To"] == KARI]) == 1
    (one,) = [one for one in subscriptions() if one.address == KARI]
    one.created_at = now() - timedelta(minutes=11)
    operations.follow_by_email(report, KARI, "nb", by_reporter=False)
    session().commit()
    work()
    assert len([mail for mail in mails() if mail["To"] == KARI]) == 2


@pytest.mark.parametrize("language", ["nb", "nn", "en", "uk", "pl"])
def test_every_letter_can_be_written_in_every_language(reported, happens, work, mails, language):
    report = reported(language=language)
    work()
    confirm_all()
    for step in ("in_progress", "planned", "waiting", "received", "no_action"):
        if step == "received":
            happens(report, "fixed")
            happens(report, "received")
        else:
            happens(report, step, "Hvor er det?")
    happens(report, text="Takk!")
    work()
    assert len(mails()) == 8
    for mail in mails():
        assert mail["Content-Language"] == language
        assert f'<html lang="{language}">' in as_html(mail)
        assert f"lang={language}" in plain(mail)
        assert not re.search(r"%\(\w+\)s|None", plain(mail))


def test_a_receipt_in_nynorsk_has_its_dates_in_nynorsk(reported, work, mails):
    report = reported(language="nn")
    report.due_at = report.due_at.replace(year=2030, month=11, day=25, hour=12)
    session().commit()
    work()
    (receipt,) = mails()
    assert "måndag 25. november" in plain(receipt)


def test_an_event_is_no_news_once_its_report_is_gone(reported, happens, work):
    report = reported()
    work()
    confirm_all()
    happens(report, "fixed")
    session().execute(Event.__table__.delete())
    session().commit()
    work()
    assert waiting() == 0


def test_what_waits_for_one_who_left_never_goes_to_the_next_one(reported, happens, work, mails):
    report = reported()
    work()
    confirm_all()
    happens(report, text="Svar til Kari")
    # Spread, and the mail server is away.
    claim = outbox.claim_next()
    outbox._deliver(claim, HANDLERS)
    (gone,) = subscriptions()
    gone_id = gone.id
    operations.unsubscribe(gone.uuid)
    session().commit()
    other = reported("ola@example.org")
    operations.follow_by_email(other, "stranger@example.org", "nb", by_reporter=False)
    session().commit()
    confirm_all()
    work()
    assert "Svar til Kari" not in "".join(plain(mail) for mail in mails())
    assert gone_id not in {one.id for one in subscriptions()}


def test_news_is_for_who_said_yes_and_follows_the_report_or_its_duplicate(
    reported, happens, work, mails, desk_person
):
    report, duplicate, _other = reported(), reported("ola@example.org"), reported("per@example.org")
    work()
    happens(report, text="Til dem som følger")
    (event,) = [one for one in report.events if one.public_text]
    kari, ola, per = subscriptions()
    ola.confirmed_at = per.confirmed_at = now()
    merge_report(duplicate, report, desk_person)
    for row in session().scalars(select(OutboxMessage)):
        session().delete(row)
    for one in (kari, ola, per):
        outbox.put(Way.EMAIL, subscription_id=one.id, event_id=event.id)
        if one is not ola:
            outbox.put(Way.SMS, subscription_id=one.id, event_id=event.id)
    session().commit()
    work()
    assert waiting() == 0
    told = [mail["To"] for mail in mails() if "Til dem som følger" in plain(mail)]
    assert told == ["ola@example.org"]


def test_one_click_ends_all_that_an_address_gets_about_merged_reports(
    filed, happens, work, mails, desk_person, client
):
    kept, duplicate, other = filed(), filed(), filed()
    for report in (kept, duplicate, other):
        operations.follow_by_email(report, KARI, "nb", by_reporter=False)
        operations.follow_by_push(report, PHONE, Browser().keys, "nb", by_reporter=False)
    operations.follow_by_email(duplicate, "ola@example.org", "nb", by_reporter=False)
    confirm_all()
    merge_report(duplicate, kept, desk_person)
    session().commit()
    work()
    before = len(mails())
    happens(kept, text="Vi kommer i morgen.")
    outbox.drain(dict(HANDLERS) | {"push": lambda _claim: None})
    (told,) = [mail for mail in mails()[before:] if mail["To"] == KARI]
    one_click = urlsplit(told["List-Unsubscribe"].strip("<>"))
    assert client.post(f"{one_click.path}?{one_click.query}").status_code == 200
    operations.stop_push(duplicate, PHONE)
    session().commit()
    assert [way for _id, way in list_told(kept.id)] == ["email"]
    left = [(one.report_id, one.address) for one in subscriptions()]
    assert left == [(other.id, KARI), (other.id, PHONE), (duplicate.id, "ola@example.org")]


def test_each_subscription_is_its_own(reported):
    report = reported()
    for name in ("a", "b"):
        operations.follow_by_email(report, f"{name}@example.org", "nb", by_reporter=False)
    assert len({one.uuid for one in subscriptions()}) == 2
    operations.unsubscribe(uuid4())
    assert session().scalar(select(func.count(Subscription.id))) == 2
