"""Saved filters: kept under a name, alone or for everybody, and never lost to a colleague."""

from __future__ import annotations

import re

import html5lib
import pytest
from sqlalchemy import func, select

from app.audit import AuditEntry
from app.database import db
from app.desk.models import SavedFilter
from app.desk.saved_filters import MOST_OF_ONE_PERSON
from tests.conftest import FROM_HERE

FILTERS = "/desk/filters"


def post(client, address=FILTERS, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def saved():
    db.session.expire_all()
    return db.session.scalars(select(SavedFilter).order_by(SavedFilter.id)).all()


def views(client, address="/desk"):
    """The chips above the register: name, address, and whether it is the one that is shown."""
    tree = html5lib.parse(client.get(address).text, namespaceHTMLElements=False)
    chips = next(one for one in tree.iter("ul") if one.get("class") == "chips")
    return {a.text: (a.get("href"), a.get("aria-current") == "true") for a in chips.iter("a")}


def test_a_filter_is_saved_and_is_one_tap_away_from_then_on(front_desk):
    answer = post(front_desk, name="  Knuste  ruter ", q="rute", status="open", page="7", unit="")
    assert answer.status_code == 303
    [one] = saved()
    assert (one.name, one.chosen, one.shared) == (
        "Knuste ruter",
        {"q": "rute", "status": "open"},
        False,
    )
    address, current = views(front_desk)["Knuste ruter"]
    assert answer.headers["Location"] == address
    assert not current
    assert [name for name, (_, here) in views(front_desk, address).items() if here] == [one.name]


def test_the_same_filter_sent_twice_is_saved_once(front_desk):
    for _ in range(2):
        assert post(front_desk, name="Åpne", status="open").status_code == 303
    assert len(saved()) == 1


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"name": "", "status": "open"}, "open"),
        ({"name": "x" * 61, "status": "open"}, "open"),
        ({"name": "Åpne", "status": "fixed"}, "fixed"),
        ({"name": "Alle"}, None),
    ],
    ids=["no name", "too long", "a namesake", "nothing chosen"],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(front_desk, fields, kept):
    post(front_desk, name="Åpne", status="open")
    answer = post(front_desk, **fields)
    assert answer.status_code == 422
    assert 'class="ds-error-summary"' in answer.text
    if kept:
        assert f'name="status" value="{kept}"' in answer.text
        assert f'value="{fields["name"]}"' in answer.text
    assert len(saved()) == 1


def test_nobody_saves_without_end(front_desk):
    for number in range(MOST_OF_ONE_PERSON):
        post(front_desk, name=str(number), q=str(number))
    assert post(front_desk, name="one more", q="x").status_code == 422
    assert len(saved()) == MOST_OF_ONE_PERSON


def test_what_one_person_saves_is_nobody_elses(front_desk, manager, admin):
    post(front_desk, name="Bare min", q="min", shared="1")
    [one] = saved()
    assert not one.shared
    for other in (manager, admin):
        assert "Bare min" not in views(other)
        assert "Bare min" not in other.get(FILTERS).text
        assert post(other, f"{FILTERS}/{one.id}", name="Tatt").status_code == 404
        assert post(other, f"{FILTERS}/{one.id}/remove").status_code == 404
    assert saved() == [one]


def test_a_manager_shares_a_filter_and_only_managers_change_it(front_desk, manager):
    post(manager, name="Glatt is", q="is", shared="1")
    [one] = saved()
    assert "Glatt is" in views(front_desk)
    seen = seen_on(front_desk)
    assert post(front_desk, f"{FILTERS}/{one.id}", name="Tatt", seen=seen).status_code == 403
    assert post(front_desk, f"{FILTERS}/{one.id}/remove", seen=seen).status_code == 403
    post(manager, f"{FILTERS}/{one.id}", name="Glatte veier", shared="1", seen=seen_on(manager))
    assert "Glatte veier" in views(front_desk)
    post(manager, f"{FILTERS}/{one.id}", name="Glatte veier", seen=seen_on(manager))
    assert "Glatte veier" not in views(front_desk)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(3))
    assert list(actions) == ["filter_changed", "filter_changed", "filter_shared"]


def seen_on(client):
    found = re.search(r'name="seen" value="(\d+)"', client.get(FILTERS).text)
    return found[1] if found else "0"


def test_of_two_who_change_a_shared_filter_the_second_is_told(manager, front_desk):
    post(manager, name="Glatt is", q="is", shared="1")
    [one] = saved()
    seen = seen_on(manager)
    # Another manager was here.
    db.session.add(AuditEntry(staff_id=None, action="filter_changed", subject="saved_filter"))
    db.session.commit()
    answer = post(manager, f"{FILTERS}/{one.id}", name="Mitt navn", shared="1", seen=seen)
    assert answer.status_code == 409
    assert 'value="Mitt navn"' in answer.text
    assert saved()[0].name == "Glatt is"


def test_a_filter_is_renamed_and_removed_and_what_is_gone_is_gone(front_desk):
    post(front_desk, name="Åpne", status="open")
    post(front_desk, name="Mine", person="me")
    first, second = (one.id for one in saved())
    assert post(front_desk, f"{FILTERS}/{first}", name="Mine").status_code == 422
    assert post(front_desk, f"{FILTERS}/{first}", name="Alt åpent").status_code == 303
    assert "Alt åpent" in views(front_desk)
    for _ in range(2):
        assert post(front_desk, f"{FILTERS}/{first}/remove").status_code == 303
    assert [one.id for one in saved()] == [second]
    assert (
        db.session.scalar(
            select(func.count(AuditEntry.id)).where(AuditEntry.subject == "saved_filter")
        )
        == 0
    )


def test_me_in_a_shared_filter_is_whoever_looks(manager, front_desk, filed):
    report = filed()
    post(manager, name="Mine åpne", person="me", shared="1")
    address, _current = views(front_desk)["Mine åpne"]
    assert report.number not in front_desk.get(address).text
    front_desk_id = db.session.scalar(
        select(SavedFilter.staff_id).where(SavedFilter.staff_id.is_not(None))
    )
    report.assignee_id = front_desk_id
    db.session.commit()
    assert report.number in manager.get(address).text
    assert report.number not in front_desk.get(address).text
