"""What a tablet asks for, and how little it costs to hear that nothing is new."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from app.crew import queries
from app.database import db, now
from app.places.models import Owner, Place, Unit
from app.reports.operations import add_note
from app.reports.photos import keep_photo, prepare_photo
from app.signs.models import Sign, SignEvent
from app.staff.models import Staff
from tests.app.crew.conftest import API, id_of, version
from tests.conftest import signed_in
from tests.pictures import a_photo

CONTACT = {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "91234567"}


def worklist(client, tag=None):
    return client.get(f"{API}/worklist", headers={"If-None-Match": tag} if tag else {})


def numbers(answer):
    return [one["number"] for one in answer.json["reports"]]


def test_the_worklist_holds_what_is_needed_on_the_spot(crew, filed_here, park_sign):
    report = filed_here(
        sign=park_sign.code, description="Planken er løs.", answers={}, contact=CONTACT
    )
    keep_photo(uuid4(), prepare_photo(a_photo()), report)
    db.session.commit()
    content = worklist(crew).json
    assert content["me"] == {"id": id_of("crew"), "name": "Demo Park og natur"}
    assert content["unit"]["name"] == "Park og natur"
    assert not content["more"]
    (one,) = content["reports"]
    assert one["number"] == report.number
    assert one["version"] == version(report)
    assert (one["status"], one["category"], one["sign"]) == ("received", "PA03", park_sign.code)
    assert (one["place_name"], one["place_kind"]) == ("Byparken", park_sign.place.kind.code)
    assert one["lat"] == pytest.approx(58.97, abs=0.05)
    assert one["description"] == "Planken er løs."
    assert one["next"] == [
        "in_progress", "planned", "waiting", "fixed", "no_action", "not_ours", "duplicate"
    ]  # fmt: skip
    (photo,) = one["photos"]
    assert crew.get(photo["thumbnail"]).status_code == 200
    assert (photo["by_staff"], photo["moment"], photo["released"]) == (False, None, False)
    assert [event["kind"] for event in one["events"]] == ["received"]


def test_nobody_reads_there_who_reported(crew, filed_here):
    report = filed_here(contact=CONTACT)
    for text in (worklist(crew).text, crew.get(f"{API}/reports/{report.number}").text):
        assert report.number in text
        assert not any(secret in text for secret in CONTACT.values())


def test_it_is_that_of_ones_unit_with_the_most_urgent_first(crew, manager, filed_here, filed):
    soon, late, elsewhere, held = filed_here(), filed_here(), filed(), filed_here()
    late.due_at, held.held_at = now() - timedelta(days=1), now()
    elsewhere.unit_id = db.session.query(Unit.id).filter_by(name="Idrett").scalar()
    db.session.commit()
    assert numbers(worklist(crew)) == [late.number, soon.number]
    assert [one["overdue"] for one in worklist(crew).json["reports"]] == [True, False]
    db.session.query(Staff).filter_by(email="manager@demo.vof").update({"unit_id": None})
    db.session.commit()
    assert set(numbers(worklist(manager))) == {soon.number, late.number, elsewhere.number}
    assert worklist(manager).json["unit"] is None


def test_only_the_crew_and_managers_have_one(app, client):
    assert worklist(client).status_code == 401
    assert worklist(signed_in(app, "front_desk")).status_code == 403


def test_a_long_list_is_cut_and_says_so(crew, filed_here, monkeypatch):
    monkeypatch.setattr(queries, "MOST_ON_TABLET", 2)
    for _ in range(3):
        filed_here()
    assert len(worklist(crew).json["reports"]) == 2
    assert worklist(crew).json["more"]


def test_the_latest_lines_stand_there_the_newest_last(app, crew, filed_here):
    report, other = filed_here(), filed_here()
    staff = db.session.get(Staff, id_of("front_desk"))
    for number in range(14):
        add_note(report, staff, internal_text=f"Notat {number}")
    add_note(other, staff, public_text="Vi ser på det.")
    db.session.commit()
    found = {one["number"]: one for one in worklist(crew).json["reports"]}
    lines = found[report.number]["events"]
    assert [line["internal_text"] for line in lines] == [f"Notat {n}" for n in range(4, 14)]
    assert lines[-1]["by"] == "Demo Innbyggerservice"
    assert found[report.number]["version"] == lines[-1]["id"]
    assert [line["kind"] for line in found[other.number]["events"]] == ["received", "note"]


def test_it_takes_the_same_few_statements_however_long_it_is(crew, filed_here, count_statements):
    def statements(tag=None):
        count_statements.texts.clear()
        answer = worklist(crew, tag)
        return len(count_statements), answer.headers["ETag"]

    filed_here()
    statements()  # The settings of the municipality are remembered from here on.
    few, _ = statements()
    for _ in range(12):
        filed_here()
    many, tag = statements()
    assert many == few <= 9, count_statements.texts
    nothing_new, _ = statements(tag)
    assert nothing_new <= 4, count_statements.texts


def test_nothing_new_is_said_in_a_kilobyte(crew, filed_here):
    filed_here()
    first = worklist(crew)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]
    again = worklist(crew, first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    sent = sum(len(f"{name}: {value}\r\n") for name, value in again.headers)
    # The server adds its name, the date and the line with the status.
    assert sent <= 850
    assert worklist(crew, '"something else"').status_code == 200


def changes():
    def by_hand(column, value):
        def change(report):
            setattr(report, column, value)

        return change

    def note(report):
        add_note(report, db.session.get(Staff, id_of("manager")), internal_text="Ring først")

    def photo(report):
        keep_photo(uuid4(), prepare_photo(a_photo()), report)

    def rename_place(report):
        report.place.name, report.place.version = "Nyparken", report.place.version + 1

    def relabel(report):
        report.sign.label = "Ved porten"
        db.session.add(SignEvent(sign_id=report.sign_id, kind="edited"))

    return {
        "closed": by_hand("closed_at", now()),
        "a follower": by_hand("follower_count", 1),
        "late": by_hand("due_at", now() - timedelta(minutes=1)),
        "held": by_hand("held_at", now()),
        "another unit": by_hand("unit_id", 3),
        "a line": note,
        "a photo": photo,
        "a renamed place": rename_place,
        "a sign's label": relabel,
    }


@pytest.mark.parametrize("case", changes())
def test_whatever_changes_is_told(crew, filed_here, park_sign, case):
    filed_here()
    report = filed_here(sign=park_sign.code)
    before = worklist(crew)
    changes()[case](report)
    db.session.commit()
    after = worklist(crew, before.headers["ETag"])
    assert after.status_code == 200
    assert after.json["reports"] != before.json["reports"]


def test_what_happens_elsewhere_is_not_told(crew, filed_here, filed):
    filed_here()
    elsewhere = filed()
    elsewhere.unit_id = db.session.query(Unit.id).filter_by(name="Idrett").scalar()
    db.session.commit()
    tag = worklist(crew).headers["ETag"]
    add_note(elsewhere, db.session.get(Staff, id_of("manager")), internal_text="Ring")
    db.session.commit()
    assert worklist(crew, tag).status_code == 304


def test_another_language_and_another_person_are_answered_anew(crew, manager, filed_here):
    filed_here()
    tag = worklist(crew).headers["ETag"]
    nynorsk = crew.get(f"{API}/worklist?lang=nn", headers={"If-None-Match": tag})
    assert nynorsk.status_code == 200
    assert worklist(manager, tag).status_code == 200


def test_the_ground_is_what_a_tablet_must_know_besides(crew, park_sign):
    db.session.add(Owner(name="Uten adresse"))
    db.session.add(Owner(name="Hall AS", email="post@example.org"))
    db.session.commit()
    answer = crew.get(f"{API}/ground?lang=en")
    ground = answer.json
    bench = next(one for one in ground["categories"] if one["code"] == "PA03")
    assert bench["name"]
    assert ground["statuses"]["received"] == "Received"
    assert ground["steps"]["received"] == "Reopen"
    assert ground["transitions"]["fixed"] == ["received"]
    names = [one["name"] for one in ground["owners"]]
    assert "Hall AS" in names
    assert "Uten adresse" not in names
    assert {"nb", "nn", "en"} == set(ground["templates"][0]["texts"])
    assert {
        "code": park_sign.code,
        "place": park_sign.place_id,
        "label": park_sign.label,
    } in ground["signs"]
    assert any(one["id"] == park_sign.place_id and one["lat"] for one in ground["places"])
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert crew.get(f"{API}/ground?lang=en", headers=tag).status_code == 304
    db.session.add(Place(name="Ny park", kind_id=park_sign.place.kind_id))
    db.session.commit()
    assert crew.get(f"{API}/ground?lang=en", headers=tag).status_code == 200


def test_a_sign_tells_what_is_open_there(crew, filed, park_sign):
    other = (
        db.session.query(Sign)
        .filter(Sign.place_id == park_sign.place_id, Sign.id != park_sign.id)
        .first()
    )
    beside = filed(place=park_sign.place_id)
    at_sign = filed(sign=park_sign.code)
    closed = filed(sign=park_sign.code)
    closed.status, closed.closed_at = "fixed", now()
    db.session.commit()
    found = crew.get(f"{API}/signs/{park_sign.code.lower()}").json
    assert (found["sign"], found["place"]["name"]) == (park_sign.code, "Byparken")
    assert [one["number"] for one in found["reports"]] == [at_sign.number, beside.number]
    assert other is None or other.code != found["sign"]
    assert crew.get(f"{API}/signs/ABC").json["code"] == "no_such_sign"


def test_a_report_of_any_unit_is_found_by_its_number(crew, filed):
    report = filed()
    report.unit_id = db.session.query(Unit.id).filter_by(name="Idrett").scalar()
    db.session.commit()
    typed = report.number.replace("-", " ")
    answer = crew.get(f"{API}/reports/{typed}")
    assert answer.json["number"] == report.number
    assert answer.json["unit"]["name"] == "Idrett"
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert crew.get(f"{API}/reports/{typed}", headers=tag).status_code == 304
    assert crew.get(f"{API}/reports/2026-00000000").json["code"] == "no_such_report"
