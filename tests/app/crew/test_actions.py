"""What a tablet sends: each action once, none lost, and never over what somebody else has done."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.crew.models import CrewAction
from app.database import db, now
from app.outbox import OutboxMessage
from app.places.models import Owner
from app.reports.models import Category, Event, Photo, Report
from app.reports.operations import add_note, assign_person, change_status, recategorise
from app.staff.models import Staff
from tests.app.crew.conftest import API, id_of, send, version
from tests.conftest import FROM_HERE
from tests.pictures import NOT_PHOTOS, a_phone_photo, a_photo

FIXED = {"kind": "status", "status": "fixed", "public_text": "Vi har byttet planken."}


def staff(role):
    return db.session.get(Staff, id_of(role))


def fresh(report):
    return db.session.get(Report, report.id)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def put_photo(client, action_id, photo_id, content, moment="after"):
    url = f"{API}/actions/{action_id}/photos/{photo_id}?moment={moment}"
    return client.put(url, data=content, content_type="image/jpeg", headers=FROM_HERE)


def test_a_report_is_closed_with_text_and_time_spent(crew, client, filed_here):
    report, action_id = filed_here(), uuid4()
    answer = send(crew, report, action_id, **FIXED, minutes=25, internal_text="2 planker")
    event = fresh(report).events[-1]
    assert answer.status_code == 201
    assert answer.json == {
        "id": str(action_id),
        "number": report.number,
        "version": event.id,
        "status": "fixed",
        "event": event.id,
    }
    assert (event.kind, event.to_value, event.minutes) == ("status", "fixed", 25)
    assert (event.public_text, event.internal_text) == (FIXED["public_text"], "2 planker")
    assert event.staff_id == id_of("crew")
    public = client.get(f"/r/{report.number}").text
    assert FIXED["public_text"] in public
    assert "2 planker" not in public


def test_the_same_again_is_answered_as_the_first_time_however_it_goes_on(crew, filed_here):
    report, action_id, version_then = filed_here(), uuid4(), None
    version_then = version(report)
    first = send(crew, report, action_id, **FIXED)
    change_status(fresh(report), "received", staff("front_desk"), public_text="Feil benk")
    db.session.commit()
    again = send(crew, report, action_id, version=version_then, **FIXED)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert fresh(report).status == "received"
    other = send(crew, report, action_id, **FIXED | {"status": "no_action"})
    assert (other.status_code, other.json["code"]) == (409, "id_used")


def test_it_counts_once_too_where_a_colleague_sends_it_again(crew, manager, filed_here):
    report, action_id = filed_here(), uuid4()
    body = FIXED | {"version": version(report)}
    assert send(crew, report, action_id, **body).status_code == 201
    again = send(manager, report, action_id, **body, handed_over_by=id_of("crew"))
    assert again.status_code == 200
    assert count(CrewAction) == 1


CHANGES = {
    "status": lambda report: change_status(report, "planned", staff("front_desk")),
    "category": lambda report: recategorise(
        report, db.session.scalars(select(Category).filter_by(code="PA04")).one(), staff("manager")
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_closing_that_no_longer_fits_is_shown_beside_what_happened(crew, filed_here, case):
    report, action_id = filed_here(), uuid4()
    based_on = version(report)
    CHANGES[case](report)
    db.session.commit()
    answer = send(crew, report, action_id, version=based_on, **FIXED)
    assert (answer.status_code, answer.json["code"]) == (409, "changed_meanwhile")
    assert answer.json["report"]["number"] == report.number
    assert answer.json["report"]["version"] == version(fresh(report))
    assert [one["kind"] for one in answer.json["since"]] == [case]
    assert answer.json["since"][0]["by"].startswith("Demo ")
    assert fresh(report).is_open
    assert count(CrewAction) == 0
    agreed = send(crew, report, action_id, version=answer.json["report"]["version"], **FIXED)
    assert agreed.status_code == 201


def test_ones_own_note_since_then_hides_nothing_of_what_the_desk_did(crew, filed_here):
    report = filed_here()
    based_on = version(report)
    CHANGES["status"](report)
    db.session.commit()
    assert send(crew, report, version=based_on, internal_text="Se på stolpen.").status_code == 201
    answer = send(crew, report, version=based_on, **FIXED)
    assert (answer.status_code, answer.json["code"]) == (409, "changed_meanwhile")
    assert [one["kind"] for one in answer.json["since"]] == ["status"]


def test_what_does_not_touch_the_closing_does_not_stop_it(crew, filed_here):
    report = filed_here()
    based_on = version(report)
    add_note(report, staff("front_desk"), internal_text="Innringer purret.")
    assign_person(report, staff("crew"), staff("manager"))
    db.session.commit()
    assert send(crew, report, version=based_on, **FIXED).status_code == 201


def test_ones_own_actions_are_no_conflict_nor_are_those_that_were_handed_over(
    crew, manager, filed_here
):
    report = filed_here()
    based_on = version(report)
    started = {"kind": "status", "status": "in_progress", "version": based_on}
    assert send(crew, report, **started).status_code == 201
    handed = FIXED | {"version": based_on, "handed_over_by": id_of("crew")}
    assert send(manager, report, **handed).status_code == 201
    event = fresh(report).events[-1]
    assert event.staff_id == id_of("manager")
    assert "Demo Park og natur" in event.internal_text


def test_a_step_that_the_workflow_does_not_have_is_for_the_crew_to_decide(crew, filed_here):
    report = filed_here()
    assert send(crew, report, **FIXED).status_code == 201
    answer = send(crew, report, **FIXED | {"status": "planned"})
    assert (answer.status_code, answer.json["code"]) == (409, "changed_meanwhile")
    assert answer.json["since"] == []


@pytest.mark.parametrize("kind", ["note", "ask_desk", "photos"])
def test_notes_questions_and_photos_are_added_whatever_has_happened(crew, filed_here, kind):
    report = filed_here()
    based_on = version(report)
    change_status(report, "no_action", staff("front_desk"))
    db.session.commit()
    answer = send(crew, report, kind=kind, version=based_on, internal_text="Se på stolpen.")
    assert answer.status_code == 201
    assert fresh(report).events[-1].internal_text == "Se på stolpen."
    assert fresh(report).status == "no_action"


def test_a_question_to_the_desk_waits_there_and_residents_do_not_see_it(crew, client, filed_here):
    report = filed_here()
    answer = send(crew, report, kind="ask_desk", internal_text="Hvem har nøkkel?", minutes=5)
    assert answer.status_code == 201
    assert fresh(report).asked_at is not None
    public = client.get(f"/r/{report.number}").text
    assert "Hvem har nøkkel?" not in public
    assert len(fresh(report).events) == 2
    (line,) = crew.get(f"{API}/reports/{report.number}?lang=en").json["events"][1:]
    assert line["words"] == "The crew asks the front desk"
    assert line["minutes"] == 5
    assert send(crew, report, kind="ask_desk", internal_text=" ").status_code == 422


def test_what_is_not_ours_is_sent_on_without_saying_who_reported(crew, filed_here):
    owner = Owner(name="Hall AS", email="post@example.org")
    db.session.add(owner)
    db.session.commit()
    report = filed_here(contact={"name": "Kari", "email": "", "phone": ""})
    wanted = {"kind": "status", "status": "not_ours", "owner": owner.id, "internal_text": "Ringt"}
    assert send(crew, report, **wanted).status_code == 201
    events = fresh(report).events[-2:]
    assert [(one.kind, one.to_value) for one in events] == [
        ("status", "not_ours"),
        ("forwarded", "Hall AS"),
    ]
    assert events[0].internal_text == "Ringt"
    (message,) = db.session.scalars(select(OutboxMessage).filter_by(kind="forwarded"))
    assert message.payload["with_contact"] is False


def test_a_duplicate_points_to_what_is_kept(crew, filed_here):
    kept, report, third = filed_here(), filed_here(), filed_here()
    wanted = {"kind": "status", "status": "duplicate"}
    assert send(crew, report, **wanted, duplicate_of=kept.number).status_code == 201
    assert fresh(report).merged_into_id == kept.id
    assert send(crew, third, **wanted, duplicate_of=report.number).status_code == 201
    assert fresh(third).merged_into_id == kept.id
    assert fresh(kept).follower_count == 2
    itself = send(crew, kept, **wanted, duplicate_of=third.number)
    assert (itself.status_code, list(itself.json["fields"])) == (422, ["duplicate_of"])
    unknown = send(crew, kept, **wanted, duplicate_of="2026-00000000")
    assert list(unknown.json["fields"]) == ["duplicate_of"]


def test_it_happened_when_the_tablet_says_as_far_as_a_clock_can_be_believed(crew, filed_here):
    report = filed_here()
    report.received_at = report.events[0].at = now() - timedelta(hours=5)
    db.session.commit()
    done_at = now() - timedelta(hours=3)
    send(crew, report, **FIXED, done_at=done_at.isoformat())
    assert fresh(report).events[-1].at == done_at
    assert fresh(report).closed_at == done_at
    send(crew, report, internal_text="Før", done_at=(now() - timedelta(days=9)).isoformat())
    assert fresh(report).events[-1].at == done_at, "a timeline runs forward"
    send(crew, report, internal_text="Etter", done_at=(now() + timedelta(days=9)).isoformat())
    assert fresh(report).events[-1].at <= now()


BAD = {
    "nothing said": {"internal_text": ""},
    "an unknown kind": {"kind": "sing"},
    "a state without a change of state": {"status": "fixed", "internal_text": "x"},
    "a change without a state": {"kind": "status"},
    "a question to nobody": {"kind": "status", "status": "waiting"},
    "an owner of a fixed one": FIXED | {"owner": 1},
    "an unknown owner": {"kind": "status", "status": "not_ours", "owner": 999999},
    "a fixed duplicate": FIXED | {"duplicate_of": "2026-00000000"},
    "endless minutes": FIXED | {"minutes": 1441},
    "minutes in words": FIXED | {"minutes": "25"},
    "too long a text": FIXED | {"public_text": "x" * 4001},
    "a stranger's hand": FIXED | {"handed_over_by": 999999},
    "a photo that is none": FIXED | {"photos": ["x"]},
    "something else": FIXED | {"surprise": 1},
    "no version": FIXED | {"version": None},
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_refused_with_its_field_and_nothing_is_kept(crew, filed_here, case):
    report, action_id = filed_here(), uuid4()
    answer = send(crew, report, action_id, **BAD[case])
    assert answer.status_code == 422
    assert answer.json["fields"]
    assert (count(CrewAction), len(fresh(report).events)) == (0, 1)
    assert send(crew, report, action_id, **FIXED).status_code == 201


def test_who_is_not_meant_keeps_nothing(client, crew, front_desk, filed_here):
    report = filed_here()
    assert send(client, report, **FIXED).json["code"] == "sign_in_needed"
    assert send(front_desk, report, **FIXED).status_code == 403
    answer = send(crew, report, **FIXED, by=id_of("manager"))
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert fresh(report).is_open
    assert send(crew, report, **FIXED, by=id_of("crew")).status_code == 201
    unknown = Report(number="2026-00000000", events=report.events)
    assert send(crew, unknown).json["code"] == "no_such_report"


def test_photos_follow_their_action_and_say_what_they_show(crew, client, filed_here):
    report, action_id = filed_here(), uuid4()
    before, after = uuid4(), uuid4()
    early = put_photo(crew, action_id, before, a_phone_photo(), "before")
    assert (early.status_code, early.json["code"]) == (404, "no_such_action")
    photos = [str(before), str(after)]
    assert send(crew, report, action_id, **FIXED, photos=photos).status_code == 201
    first = put_photo(crew, action_id, before, a_phone_photo(), "before")
    again = put_photo(crew, action_id, before, a_phone_photo(), "before")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json == {"id": str(before)}
    assert put_photo(crew, action_id, after, a_photo()).status_code == 201
    assert put_photo(crew, action_id, after, a_phone_photo()).json["code"] == "id_used"
    found = db.session.scalars(select(Photo).order_by(Photo.id)).all()
    assert [(one.moment, one.by_staff, one.released_at) for one in found] == [
        ("before", True, None),
        ("after", True, None),
    ]
    assert client.get(f"/photos/{after}/photo").status_code == 404
    assert put_photo(crew, action_id, uuid4(), NOT_PHOTOS["noise"]).status_code == 422
    assert put_photo(crew, action_id, uuid4(), a_photo(), "between").status_code == 422


def test_photos_are_shown_to_everybody_where_the_action_says_so(crew, client, filed_here):
    report, action_id, photo_id = filed_here(), uuid4(), uuid4()
    send(crew, report, action_id, **FIXED, release_photos=True)
    put_photo(crew, action_id, photo_id, a_photo())
    assert client.get(f"/photos/{photo_id}/photo").status_code == 200
    assert fresh(report).events[-1].kind == "photo_released"


def file(client, report_id=None, **content):
    body = {"category": "PA03", "address": "ved porten", "description": "Løs planke."} | content
    return client.put(f"{API}/reports/{report_id or uuid4()}", json=body, headers=FROM_HERE)


def test_a_fault_that_the_crew_finds_is_filed_once_with_its_photos(crew, filed_here, park_sign):
    report_id, photo_id = uuid4(), uuid4()
    first = file(crew, report_id, sign=park_sign.code)
    again = file(crew, report_id, sign=park_sign.code)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    report = db.session.scalars(select(Report).filter_by(number=first.json["number"])).one()
    assert (report.channel, report.held_at, report.contact) == ("staff", None, None)
    assert report.events[0].staff_id == id_of("crew")
    assert first.json["version"] == version(report)
    other = file(crew, report_id, sign=park_sign.code, description="Noe annet")
    assert other.json["code"] == "id_used"
    url = f"{API}/reports/{report_id}/photos/{photo_id}?moment=before"
    answers = [crew.put(url, data=a_photo(), headers=FROM_HERE).status_code for _ in range(2)]
    assert answers == [201, 200]
    (photo,) = report.photos
    assert (photo.by_staff, photo.moment) == (True, "before")


def test_a_fault_that_was_handed_over_tells_who_found_it(crew, manager):
    report_id = uuid4()
    first = file(manager, report_id, address="Ved porten", handed_over_by=id_of("crew"))
    assert first.status_code == 201
    event = db.session.scalars(select(Report).filter_by(uuid=report_id)).one().events[0]
    assert event.staff_id == id_of("manager")
    assert "Demo Park og natur" in event.internal_text
    # Who sends it is no part of what it says.
    assert file(crew, report_id, address="Ved porten").status_code == 200
    nobody = file(manager, uuid4(), address="Ved porten", handed_over_by=987_654)
    assert list(nobody.json["fields"]) == ["handed_over_by"]


def test_a_strangers_report_takes_no_photo_that_way(crew, filed_here):
    report = filed_here()
    answer = crew.put(
        f"{API}/reports/{report.uuid}/photos/{uuid4()}", data=a_photo(), headers=FROM_HERE
    )
    assert (answer.status_code, answer.json["code"]) == (404, "no_such_report")
    assert count(Photo) == 0


@pytest.mark.parametrize(
    "content",
    [
        {"address": ""},
        {"category": "XX99"},
        {"sign": "000000"},
        {"contact": {"name": "Kari"}},
        {"position": {"lat": 0, "lon": 0}},
        {"description": "x" * 4001},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_its_field(crew, content):
    answer = file(crew, **content)
    assert answer.status_code == 422
    assert answer.json["fields"]
    assert count(Report) == 0
    assert count(Event) == 0
