"""Categories on screen: added, changed, moved, archived and restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db, now
from app.places.models import Unit
from app.reports.deadlines import local_day
from app.reports.models import Category, Contact, Report, RoutingRule
from app.reports.queries import list_categories
from tests.conftest import FROM_HERE

CATEGORIES = "/admin/categories"
BENCH = f"{CATEGORIES}/PA03"
CONTACT = {"name": "Kari Nordmann", "email": "kari@example.org"}


def post(client, address, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def the(code):
    db.session.expire_all()
    return db.session.scalars(select(Category).where(Category.code == code)).one()


def newest_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def seen_in(page):
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.fixture
def fields(app):
    """What the form of a new category holds when it is filled in as it should be."""
    unit = db.session.scalars(select(Unit).order_by(Unit.id)).first()
    return {
        "code": "pa99",
        "group": "park",
        "name_nb": "Drikkefontene",
        "name_nn": "Drikkefontene",
        "name_en": "Drinking fountain",
        "unit": str(unit.id),
        "priority": "P3",
        "synonyms": "Vannpost\n  kran \n\nKran",
        "retention_days": "180",
    }


@pytest.fixture
def bench(fields):
    """The form of the category PA03 as it is opened."""
    category = the("PA03")
    names = {f"name_{code}": name for code, name in category.names.items()}
    own = {"unit": str(category.unit_id), "priority": category.priority, "retention_days": "365"}
    return {"group": "park", **names, **own}


def test_a_category_is_added_last_in_its_group_and_offered_at_once(manager, client, fields):
    answer = post(manager, f"{CATEGORIES}/new", **fields)
    assert answer.status_code == 303
    category = the("PA99")
    assert category.names == {
        "nb": "Drikkefontene",
        "nn": "Drikkefontene",
        "en": "Drinking fountain",
    }
    assert (category.retention_days, category.synonyms) == (180, ["Vannpost", "kran"])
    in_park = [one.code for one in list_categories() if one.place_group == "park"]
    assert in_park[-1] == "PA99"
    assert "Drikkefontene" in client.get("/report").text
    logged = newest_entry()
    assert (logged.action, logged.details["name_en"]) == ("category_added", "Drinking fountain")
    # Ukrainian readers get the English name.
    assert "Drinking fountain" in client.get("/report?lang=uk").text


def test_what_a_phone_keeps_is_new_as_soon_as_a_category_is(manager, client, fields, park_sign):
    address = "/api/v1/directory"
    before = client.get(address)
    unchanged = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert unchanged.status_code == 304
    post(manager, f"{CATEGORIES}/new", **fields)
    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "PA99" in after.json["kinds"]["park"]["more"]
    assert "Drikkefontene" in client.get("/offline").text


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"code": ""}, "code"),
        ({"code": "P1"}, "code"),
        ({"code": "PA03"}, "code"),
        ({"code": "<b>1"}, "code"),
        ({"name_nn": " "}, "name_nn"),
        ({"name_pl": "x" * 81}, "name_pl"),
        ({"name_nb": "x" * 4000}, "name_nb"),
        ({"group": "castle"}, "group"),
        ({"unit": "99999"}, "unit"),
        ({"priority": "P9"}, "priority"),
        ({"working_days": "0"}, "working_days"),
        ({"working_days": "²"}, "working_days"),
        ({"danger": "D3"}, "danger"),
        ({"danger_question_nb": "Løst?"}, "danger_question_nn"),
        ({f"danger_question_{code}": "?" for code in ("nb", "nn", "en")}, "danger"),
        ({"synonyms": "\n".join(map(str, range(51)))}, "synonyms"),
        ({"synonyms": "x" * 61}, "synonyms"),
        ({"retention_days": ""}, "retention_days"),
        ({"retention_days": "3651"}, "retention_days"),
        ({"retention_days": "9" * 400}, "retention_days"),
    ],
)
def test_what_cannot_be_meant_comes_back_with_everything_typed(manager, fields, changes, wrong):
    sent = fields | {"name_uk": "Питний 🚰 фонтан"} | changes
    answer = post(manager, f"{CATEGORIES}/new", **sent)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    assert 'value="Питний 🚰 фонтан"' in answer.text
    assert not db.session.scalars(select(Category).where(Category.code == "PA99")).all()


def test_the_code_of_an_archived_category_is_never_used_again(manager, fields):
    post(manager, f"{CATEGORIES}/new", **fields)
    post(manager, f"{CATEGORIES}/PA99/archive", seen=newest_entry().id)
    answer = post(manager, f"{CATEGORIES}/new", **fields)
    assert answer.status_code == 422
    assert "PA99" in answer.text.split('id="code-error"')[1][:200]
    assert 'value="PA100"' in manager.get(f"{CATEGORIES}/new?group=park").text


def test_each_change_is_logged_as_before_and_after(manager, admin, bench):
    changes = {"name_nb": "Sitteplass", "working_days": "7", "priority": "P2", "danger": "D1"}
    changes |= {f"danger_question_{code}": f"Skarpt? {code}" for code in ("nb", "nn", "en")}
    assert post(manager, BENCH, **bench | changes).status_code == 303
    category = the("PA03")
    assert (category.names["nb"], category.working_days) == ("Sitteplass", 7)
    assert (category.danger, category.danger_question["en"]) == ("D1", "Skarpt? en")
    told = newest_entry().details
    assert told["category"] == "PA03"
    assert told["name_nb"] == ["Benk eller bord", "Sitteplass"]
    assert told["priority"] == ["P3", "P2"]
    assert "name_nn" not in told
    page = admin.get("/admin/log?action=category_changed").text
    assert "Benk eller bord → Sitteplass" in page
    assert "Prioritet: P3 → P2" in page


def test_of_two_people_the_second_sees_what_has_changed_and_keeps_what_was_typed(
    manager, admin, bench
):
    seen = seen_in(admin.get(BENCH).text)
    # What happens to another category is nobody's business here.
    post(manager, f"{CATEGORIES}/PA04/up", seen=0)
    post(manager, BENCH, **bench | {"name_nb": "Sitteplass", "seen": seen})
    mine = bench | {"name_en": "Seat", "seen": seen}
    answer = post(admin, BENCH, **mine)
    assert answer.status_code == 409
    assert "Benk eller bord → Sitteplass" in answer.text
    assert 'value="Seat"' in answer.text
    assert the("PA03").names["en"] == "Bench or table"
    assert post(admin, BENCH, **mine | {"seen": seen_in(answer.text)}).status_code == 303
    assert the("PA03").names["en"] == "Seat"


def test_categories_change_places_within_their_group(manager):
    def order():
        db.session.expire_all()
        return [one.code for one in list_categories() if one.place_group == "sports_hall"]

    before = order()
    post(manager, f"{CATEGORIES}/{before[1]}/up", seen=newest_entry() and newest_entry().id)
    assert order() == [before[1], before[0], *before[2:]]
    post(manager, f"{CATEGORIES}/{before[1]}/up", seen=newest_entry().id)
    assert order()[0] == before[1]
    post(manager, f"{CATEGORIES}/{before[-1]}/down", seen=newest_entry().id)
    assert order()[-1] == before[-1]
    page = manager.get(CATEGORIES).text
    assert page.index(f'id="{before[1]}"') < page.index(f'id="{before[0]}"')


def test_an_archived_category_is_offered_no_more_and_its_reports_go_on(
    manager, client, filed, bench
):
    report = filed(contact=CONTACT)
    unit = db.session.scalars(select(Unit)).first()
    db.session.add(RoutingRule(sort_order=1, category_id=report.category_id, unit_id=unit.id))
    db.session.commit()
    page = manager.get(BENCH).text
    assert "1 åpen melding" in page
    assert "1 linje i fordelingstabellen" in page
    assert post(manager, f"{BENCH}/archive").status_code == 303
    assert newest_entry().action == "category_archived"
    assert 'value="PA03"' not in client.get("/report").text
    assert client.get(f"/r/{report.number}").status_code == 200
    # A form that a phone has kept still arrives.
    assert filed().category.code == "PA03"
    assert "Denne kategorien er arkivert" in manager.get(BENCH).text
    post(manager, f"{BENCH}/restore", seen=newest_entry().id)
    assert 'value="PA03"' in client.get("/report").text


def test_a_line_of_the_routing_table_keeps_its_archived_category(manager, bench):
    unit = db.session.scalars(select(Unit)).first()
    rule = RoutingRule(sort_order=1, category_id=the("PA03").id, unit_id=unit.id)
    db.session.add(rule)
    db.session.commit()
    post(manager, f"{BENCH}/archive")
    page = manager.get(f"/admin/routing/{rule.id}").text
    assert '<option value="PA03" selected>' in page
    assert "Kategorien er arkivert" in manager.get("/admin/routing").text


def test_forms_keep_an_archived_category_that_is_chosen_in_them(
    manager, front_desk, sign_keeper, filed, park_sign
):
    report = filed()
    park_sign.category_code = "PA03"
    db.session.commit()
    post(manager, f"{BENCH}/archive")
    page = front_desk.get(f"/desk/reports/{report.number}").text
    assert '<option value="PA03" selected>' in page
    page = sign_keeper.get(f"/signs/{park_sign.code}/edit").text
    assert '<option value="PA03" selected>' in page
    assert "Benk eller bord (arkivert)" in front_desk.get("/desk").text
    assert 'value="PA03"' not in front_desk.get("/desk/new").text


def test_what_is_not_sorted_yet_can_never_be_archived_nor_grouped(manager, bench):
    answer = post(manager, f"{CATEGORIES}/AN01/archive")
    assert answer.status_code == 422
    assert the("AN01").archived_at is None
    assert 'name="group"' not in manager.get(f"{CATEGORIES}/AN01").text
    post(manager, f"{CATEGORIES}/AN01", **bench)
    assert the("AN01").place_group == "any"


@pytest.fixture
def contacts(filed):
    """Contact details of two reports: of today, and of 100 days ago."""
    new, old, other = (filed(contact=CONTACT, category=code) for code in ("PA03", "PA03", "PA04"))
    long_ago = timedelta(days=100)
    old.received_at -= long_ago
    old.contact.erase_on -= long_ago
    db.session.commit()
    return new.id, old.id, other.id


def erased_in_days(report_id):
    db.session.expire_all()
    found = db.session.scalars(select(Contact).where(Contact.report_id == report_id)).one()
    return (found.erase_on - local_day(now())).days


def test_a_longer_time_holds_for_new_reports_only(manager, filed, bench, contacts):
    assert post(manager, BENCH, **bench | {"retention_days": "730"}).status_code == 303
    assert [erased_in_days(one) for one in contacts] == [365, 265, 365]
    assert erased_in_days(filed(contact=CONTACT).id) == 730


def test_a_shorter_time_holds_for_what_is_kept_already(manager, bench, contacts):
    assert post(manager, BENCH, **bench | {"retention_days": "200"}).status_code == 303
    assert [erased_in_days(one) for one in contacts] == [200, 100, 365]
    assert newest_entry().details["retention_days"] == ["365", "200"]
    assert newest_entry().details["erased_earlier"] == 2


def test_what_would_be_erased_within_the_hour_is_asked_about(manager, bench, contacts):
    short = bench | {"retention_days": "100"}
    answer = post(manager, BENCH, **short)
    assert answer.status_code == 422
    assert 'name="confirm_erasing"' in answer.text
    assert [erased_in_days(one) for one in contacts] == [365, 265, 365]
    assert post(manager, BENCH, **short | {"confirm_erasing": "1"}).status_code == 303
    assert [erased_in_days(one) for one in contacts] == [100, 0, 365]


def test_a_new_deadline_leaves_what_was_promised(manager, client, filed, bench):
    report = filed()
    due = report.due_at
    before = client.get(f"/r/{report.number}?lang=en").text
    assert "within 5 working days" in before
    post(manager, BENCH, **bench | {"working_days": "9"})
    db.session.expire_all()
    assert db.session.get(Report, report.id).due_at == due
    after = client.get(f"/r/{report.number}?lang=en").text
    assert "within 9 working days" not in after
    assert "We will look at it by" in after


def test_a_category_is_shown_as_residents_see_it_in_each_language(manager):
    page = manager.get(f"{CATEGORIES}/PA01?preview=uk").text
    assert "Чи є щось розхитане" in page
    assert 'data-preview lang="uk"' in page
    assert manager.get(f"{CATEGORIES}/PA01?preview=xx").status_code == 200


def test_a_search_finds_codes_names_and_other_words(manager):
    for words in ("pa03", "лавка", "BENK"):
        page = manager.get(CATEGORIES, query_string={"q": words}).text
        assert f"{CATEGORIES}/PA03" in page
        assert f"{CATEGORIES}/PA04" not in page


def test_the_list_takes_few_statements_however_long_it_is(manager, fields, count_statements):
    def statements():
        manager.get(CATEGORIES)
        count_statements.texts.clear()
        manager.get(CATEGORIES)
        return len(count_statements)

    few = statements()
    for number in (97, 98, 99):
        post(manager, f"{CATEGORIES}/new", **fields | {"code": f"PA{number}"})
    assert statements() == few <= 6, count_statements.texts
