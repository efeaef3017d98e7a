"""The outbox: nothing is lost, nothing blocks the rest, and what fails is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import dead_letters, outbox
from app.database import db, now, session
from app.outbox import (
    LEASE,
    MAX_ATTEMPTS,
    Errand,
    MessageState,
    OutboxMessage,
    ReceiverGone,
    Undeliverable,
    wait_after,
)
from app.places.models import Unit
from tests.conftest import FROM_HERE, a_report, put_report


@pytest.fixture
def waiting(app):
    """Puts messages of the kind `note` there, and gives back their ids."""

    def put(*words, kind="note"):
        for word in words:
            outbox.put(kind, word=word)
        session().commit()
        return list(session().scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)))

    return put


class Notes:
    """A handler that notes what it got; it fails as it is told."""

    def __init__(self):
        self.got = []
        self.failures = {}

    def __call__(self, claim):
        word = claim.payload["word"]
        self.got.append(word)
        if failure := self.failures.get(word):
            raise failure


def drain(handler):
    return outbox.drain({"note": handler})


def left():
    session().expire_all()
    return session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def make_due():
    for message in left():
        message.available_at = now() - timedelta(seconds=1)
    session().commit()


def test_what_has_gone_out_is_deleted_oldest_first(waiting):
    waiting("one", "two", "three")
    notes = Notes()
    assert drain(notes) == 3
    assert notes.got == ["one", "two", "three"]
    assert left() == []


def test_what_is_rolled_back_was_never_put(app):
    outbox.put("note", word="never")
    session().rollback()
    assert drain(Notes()) == 0


def test_the_id_of_a_message_that_has_gone_out_is_never_given_again(waiting):
    """A mail with the Message-ID of an earlier one is thrown away by its receiver."""
    (first,) = waiting("one")
    drain(Notes())
    (second,) = waiting("two")
    assert second > first


def test_one_failure_keeps_nobody_from_their_message(waiting):
    waiting("one", "bad", "three")
    notes = Notes()
    notes.failures["bad"] = RuntimeError("no line")
    assert drain(notes) == 3
    (kept,) = left()
    assert (kept.payload["word"], kept.attempts, kept.state) == ("bad", 1, MessageState.WAITING)
    assert kept.error == "RuntimeError: no line"
    assert kept.available_at > now()


def test_a_handler_that_breaks_the_transaction_keeps_nobody_from_their_message(waiting):
    waiting("bad", "good")

    def handler(claim):
        if claim.payload["word"] == "bad":
            session().add(Unit(name=None))
            session().flush()

    assert drain(handler) == 2
    assert [one.payload["word"] for one in left()] == ["bad"]


def test_what_a_failing_handler_wrote_is_not_kept(waiting):
    waiting("bad")

    def handler(claim):
        outbox.put("note", word="half")
        session().flush()
        raise RuntimeError

    drain(handler)
    assert [one.payload["word"] for one in left()] == ["bad"]


def test_what_a_handler_writes_is_kept_together_with_the_end_of_its_message(waiting):
    waiting("spread")
    heard = []

    def handler(claim):
        heard.append(claim.payload["word"])
        if claim.payload["word"] == "spread":
            outbox.put("note", word="to the first")
            outbox.put("note", word="to the second")

    assert drain(handler) == 3
    assert heard == ["spread", "to the first", "to the second"]


def test_an_unknown_kind_waits_for_a_worker_that_knows_it(waiting):
    waiting("word", kind="not yet made")
    assert drain(Notes()) == 1
    assert left()[0].error == "KeyError: 'not yet made'"


def test_a_message_rests_longer_after_each_failure_and_dies_after_the_eighth(waiting):
    waiting("bad")
    notes = Notes()
    notes.failures["bad"] = RuntimeError("no line")
    rests = []
    for _ in range(MAX_ATTEMPTS):
        drain(notes)
        rests.append(round((left()[0].available_at - now()).total_seconds(), -1))
        make_due()
    assert len(notes.got) == MAX_ATTEMPTS
    assert rests == [30, 120, 480, 1920, 7680, 30720, 43200, 43200]
    assert left()[0].state == MessageState.DEAD
    assert drain(notes) == 0, "a dead message is left alone"
    assert left()[0].error == "RuntimeError: no line"


def test_the_last_try_comes_about_a_day_after_the_first():
    together = sum((wait_after(tries) for tries in range(1, MAX_ATTEMPTS)), timedelta())
    assert timedelta(hours=20) < together < timedelta(hours=30)


def test_what_nobody_will_ever_take_dies_at_once(waiting):
    waiting("bad")
    notes = Notes()
    notes.failures["bad"] = Undeliverable("550 no")
    drain(notes)
    assert left()[0].state == MessageState.DEAD


def test_a_receiver_who_is_gone_is_forgotten_with_the_message(waiting):
    waiting("gone")

    def run():
        raise ReceiverGone("410")

    def forget():
        session().add(Unit(name="forgotten"))

    outbox.drain({"note": lambda _claim: Errand(run, forget)})
    assert left() == []
    assert session().scalar(select(func.count(Unit.id)).where(Unit.name == "forgotten")) == 1


def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(waiting):
    waiting("one")
    claim = outbox.claim_next()
    assert outbox.claim_next() is None
    (message,) = left()
    assert now() + LEASE - timedelta(seconds=30) < message.available_at <= now() + LEASE
    make_due()
    again = outbox.claim_next()
    assert (again.id, again.attempts) == (claim.id, 2)


def test_a_message_that_ends_each_worker_dies_in_the_end(waiting):
    waiting("bad")
    for _ in range(MAX_ATTEMPTS):
        assert outbox.claim_next()
        make_due()
    notes = Notes()
    drain(notes)
    assert notes.got == []
    assert left()[0].state == MessageState.DEAD


def test_a_late_failure_does_not_disturb_the_worker_that_has_it_by_now(waiting):
    waiting("slow")

    def handler(claim):
        make_due()
        assert outbox.claim_next().attempts == 2
        raise RuntimeError("much later")

    drain(handler)
    (message,) = left()
    assert (message.error, message.attempts) == ("", 2)
    assert message.available_at > now() + LEASE / 2


def test_nobody_waits_for_us_while_a_message_is_on_its_way(waiting, app):
    """On SQLite a worker that held a transaction while a mail server thinks would stop all."""
    waiting("slow")
    seen = []

    def run():
        seen.append(session().in_transaction())

    def handler(_claim):
        left()
        return Errand(run, lambda: None)

    outbox.drain({"note": handler})
    assert seen == [False]


def test_what_a_killed_worker_has_handed_over_is_not_sent_again(app, waiting):
    """It dies after the receiver's yes and before the commit."""
    waiting("one")
    sent = []

    class Killed(BaseException):
        pass

    def die(_name):
        raise Killed

    def handler(claim):
        return Errand(lambda: sent.append(claim.id), lambda: None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "_delete", die)
        with pytest.raises(Killed):
            outbox.drain({"note": handler})
    session().rollback()
    make_due()
    assert outbox.drain({"note": lambda _claim: pytest.fail("sent twice")}) == 1
    assert left() == []
    assert sent
    assert list(app.extensions["handed_over"].folder.iterdir()) == []


def test_what_was_not_handed_over_is_sent_again(waiting):
    waiting("one")
    outbox.claim_next()
    make_due()
    notes = Notes()
    assert drain(notes) == 1
    assert notes.got == ["one"]


def test_the_dead_get_another_eight_tries_when_somebody_asks(waiting):
    ids = waiting("one", "two", "three")
    notes = Notes()
    notes.failures = dict.fromkeys(("one", "two", "three"), Undeliverable("no"))
    drain(notes)
    assert [one.id for one in dead_letters.list_messages(dead=True)] == ids
    assert dead_letters.retry([ids[0], 999_999]) == [ids[0]]
    assert sorted(dead_letters.retry()) == ids[1:]
    notes.failures.clear()
    assert drain(notes) == 3
    assert left() == []


def test_the_operator_lists_and_retries(app, waiting):
    (first,) = waiting("one")
    run = app.test_cli_runner().invoke
    assert "note  0" in run(args=["vof", "outbox", "list"]).output
    notes = Notes()
    notes.failures["one"] = Undeliverable("550 no such thing")
    drain(notes)
    listed = run(args=["vof", "outbox", "list", "--dead"]).output
    assert f"{first}  note  1" in listed
    assert "word one  Undeliverable: 550 no such thing\n1 dead." in listed
    assert run(args=["vof", "outbox", "list"]).output == "0 waiting.\n"
    assert run(args=["vof", "outbox", "retry"]).exit_code == 1
    assert "1 will be tried again" in run(args=["vof", "outbox", "retry", str(first)]).output
    assert run(args=["vof", "outbox", "list"]).output.endswith("1 waiting.\n")


@pytest.fixture
def wakes(app):
    """How often the worker was woken."""
    woken = []
    before = app.extensions["wake_worker"]
    app.extensions["wake_worker"] = lambda: woken.append("up")
    yield woken
    app.extensions["wake_worker"] = before


WITH_EMAIL = {"contact": {"email": "kari@example.org"}}


def test_the_worker_is_woken_once_the_answer_is_out(client, wakes):
    answer = put_report(client, a_report(**WITH_EMAIL))
    assert answer.status_code == 201
    assert wakes == []
    answer.close()
    assert wakes == ["up"]


def test_nobody_is_woken_for_nothing(client, wakes, park_sign):
    put_report(client, a_report()).close()
    put_report(client, a_report(**WITH_EMAIL, category="XX99")).close()
    client.get(f"/s/{park_sign.code}").close()
    assert wakes == []


def test_a_queue_that_cannot_be_reached_fails_no_request(app, client, wakes, caplog):
    def fail():
        raise OSError("no queue")

    app.extensions["wake_worker"] = fail
    answer = put_report(client, a_report(**WITH_EMAIL))
    answer.close()
    assert answer.status_code == 201
    assert "what was to follow an answer has failed" in caplog.text
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 1


def test_the_wake_up_reaches_the_queue(app, client):
    work = app.extensions["work"]()
    before = work.queue.pending_count()
    put_report(client, a_report(**WITH_EMAIL)).close()
    assert work.queue.pending_count() == before + 1
    assert work.queue.dequeue().name == "send_outbox"


def test_a_form_without_script_wakes_the_worker_too(client, wakes, park_sign):
    fields = {
        "id": "6f1b3c86-5f0e-4a56-9d4f-0f2f9a9d8a11",
        "category": "PA03",
        "description": "Knust",
        "email": "kari@example.org",
    }
    answer = client.post(f"/s/{park_sign.code}", data=fields, headers=FROM_HERE)
    answer.close()
    assert answer.status_code == 303
    assert wakes == ["up"]
