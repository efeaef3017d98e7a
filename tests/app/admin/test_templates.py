"""Reply templates on screen: added, changed, moved, archived, and shown filled in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.reports.models import Category, ReplyTemplate
from app.reports.queries import list_templates
from tests.conftest import FROM_HERE

TEMPLATES = "/admin/templates"
TEXTS = {
    "text_nb": "Vi kommer til {place}.\n\nMelding {number}.",
    "text_nn": "Vi kjem til {place}.",
    "text_en": "We will come to {place}.",
}
FILLED = {"name": "Vi kommer", "category": "PA03", **TEXTS}


def post(client, address=f"{TEMPLATES}/new", **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def named(name):
    db.session.expire_all()
    query = select(ReplyTemplate).where(ReplyTemplate.name == name)
    return db.session.scalars(query).one_or_none()


def offered(code):
    category = db.session.scalars(select(Category).where(Category.code == code)).one()
    return [one.name for one in list_templates(category.id) if one.category_id]


def newest_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


@pytest.fixture
def template(manager):
    assert post(manager, **FILLED).status_code == 303
    return named("Vi kommer")


def test_a_template_is_added_offered_and_put_into_an_answer(manager, template, filed, park_sign):
    report = filed(sign=park_sign.code)
    assert template.texts == {code: TEXTS[f"text_{code}"] for code in ("nb", "nn", "en")}
    page = manager.get(f"/desk/reports/{report.number}").text
    assert f'value="{template.id}"' in page
    address = f"/desk/reports/{report.number}/template"
    page = post(manager, address, template=template.id).text
    assert f"Vi kommer til Byparken.\n\nMelding {report.number}." in page
    assert newest_entry().details["text_en"] == "We will come to {place}."


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "\u202e "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"category": "XX99"}, "category"),
        ({"text_nn": ""}, "text_nn"),
        ({"text_en": "x" * 2001}, "text_en"),
        ({"text_nb": "Hei {navn}"}, "text_nb"),
    ],
)
def test_what_cannot_be_meant_comes_back_with_everything_typed(manager, fields, wrong):
    answer = post(manager, **FILLED | {"text_nb": "Ring 🔔 {ikke} oss"} | fields)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text
    if "text_nb" not in fields:
        assert "Ring 🔔 {ikke} oss</textarea>" in answer.text
    else:
        assert "{navn}" in answer.text.split('id="text_nb-error"')[1][:200]
    assert named("Vi kommer") is None


def test_a_text_may_have_braces_that_stand_for_nothing(manager):
    texts = dict.fromkeys(TEXTS, "Se {} og { 1 } – {…}")
    assert post(manager, **FILLED | texts).status_code == 303


def test_each_change_is_logged_as_before_and_after(manager, admin, template):
    changes = {"text_en": "We are coming.", "category": ""}
    seen = newest_entry().id
    answer = post(manager, f"{TEMPLATES}/{template.id}", **FILLED | changes, seen=seen)
    assert answer.status_code == 303
    told = newest_entry()
    assert told.action == "template_changed"
    assert told.details == {
        "template": "Vi kommer",
        "category": ["PA03", ""],
        "text_en": ["We will come to {place}.", "We are coming."],
    }
    assert "We will come to {place}. → We are coming." in admin.get("/admin/log").text
    assert named("Vi kommer").category_id is None


def test_of_two_people_the_second_sees_what_has_changed(manager, admin, template):
    seen, address = newest_entry().id, f"{TEMPLATES}/{template.id}"
    post(manager, address, **FILLED | {"text_nb": "Straks."}, seen=seen)
    answer = post(admin, address, **FILLED | {"text_nn": "No."}, seen=seen)
    assert answer.status_code == 409
    assert "→ Straks." in answer.text
    assert "No.</textarea>" in answer.text
    assert named("Vi kommer").texts["nn"] == TEXTS["text_nn"]
    again = post(admin, address, **FILLED | {"text_nn": "No."}, seen=newest_entry().id)
    assert again.status_code == 303


def test_templates_change_places_within_their_category(manager, template):
    post(manager, **FILLED | {"name": "Nummer to"})
    post(manager, **FILLED | {"name": "Annet sted", "category": "PA04"})
    two = named("Nummer to").id
    before = offered("PA03")
    assert before[-2:] == ["Vi kommer", "Nummer to"]
    assert post(manager, f"{TEMPLATES}/{two}/up", seen=newest_entry().id).status_code == 303
    assert offered("PA03") == [*before[:-2], "Nummer to", "Vi kommer"]
    post(manager, f"{TEMPLATES}/{template.id}/down", seen=newest_entry().id)
    assert offered("PA03")[-1] == "Vi kommer"
    assert offered("PA04")[-1] == "Annet sted"


def test_an_archived_template_is_offered_no_more_until_it_is_restored(manager, template):
    address = f"{TEMPLATES}/{template.id}"
    post(manager, f"{address}/archive", seen=newest_entry().id)
    assert "Vi kommer" not in offered("PA03")
    assert "Malen er arkivert" in manager.get(address).text
    post(manager, f"{address}/restore", seen=newest_entry().id)
    assert "Vi kommer" in offered("PA03")
    assert newest_entry().action == "template_restored"


def test_a_preview_is_filled_in_from_the_newest_report_and_keeps_nothing(manager, filed, park_sign):
    preview = post(manager, **FILLED, do="show").text.split("data-preview")[1]
    assert "We will come to Byparken." in preview
    report = filed(address="Ved Breiavatnet 3")
    preview = post(manager, **FILLED, do="show").text.split("data-preview")[1]
    assert "Vi kjem til Ved Breiavatnet 3." in preview
    assert f"Melding {report.number}." in preview
    assert named("Vi kommer") is None


def test_the_list_takes_few_statements_however_long_it_is(manager, count_statements):
    def statements():
        manager.get(TEMPLATES)
        count_statements.texts.clear()
        manager.get(TEMPLATES)
        return len(count_statements)

    few = statements()
    for code in ("PA03", "PA04", "PA05"):
        post(manager, **FILLED | {"category": code})
    assert statements() == few <= 6, count_statements.texts


def test_there_is_no_template_that_does_not_exist(manager):
    assert manager.get(f"{TEMPLATES}/999999").status_code == 404
    assert post(manager, f"{TEMPLATES}/999999/archive").status_code == 404
