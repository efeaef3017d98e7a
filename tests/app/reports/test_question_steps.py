"""The questions of a category in the form: shown by a script, or asked by the server in steps."""

from __future__ import annotations

import html5lib
import pytest
from sqlalchemy import select

from app.database import db
from app.reports.models import Category, Report
from tests.conftest import FROM_HERE, sign_at
from tests.html import inspect_page


@pytest.fixture
def address(hall_sign):
    return f"/s/{hall_sign.code}"


def send(client, page, category, /, **fields):
    """What a browser without a script sends: the questions it was shown, and the mark of a form."""
    data = {"language": "nb", "category": category, "asked": [""]} | fields
    return client.post(page, data=data, headers=FROM_HERE)


def answers():
    return [report.answers for report in db.session.scalars(select(Report).order_by(Report.id))]


def tree_of(page):
    return inspect_page(page.text, page.request.path)


def shown_in(page):
    """The codes of the questions that can be answered on a page."""
    return [
        part.get("data-question")
        for part in tree_of(page).iter("fieldset")
        if part.get("data-question") and "disabled" not in part.attrib
    ]


def categories_in(page):
    return [e.get("value") for e in tree_of(page).iter("input") if e.get("name") == "category"]


def test_the_page_carries_the_questions_of_its_tiles_and_sends_none_of_them(client, address):
    page = client.get(address)
    (group,) = [e for e in tree_of(page).iter("fieldset") if e.get("data-questions")]
    assert group.get("data-questions") == "IH04"
    assert {"hidden", "disabled"} <= group.attrib.keys()
    assert [e.get("data-question") for e in group.iter("fieldset")][1:] == ["which", "since"]


def test_a_page_without_such_tiles_carries_none(client):
    play = db.session.scalars(select(Category).where(Category.code == "PA01")).one()
    play.questions = []
    db.session.commit()
    assert "data-questions" not in client.get(f"/s/{sign_at('Byparken').code}").text


def test_without_a_script_the_questions_come_together_with_that_of_danger(client, address):
    asked = send(client, address, "IH04", description="Kaldt vann")
    assert asked.status_code == 422
    assert categories_in(asked) == ["IH04"]
    assert shown_in(asked) == ["which", "since"]
    assert "Kaldt vann" in asked.text
    filled = {
        "asked": ["", "which", "since"],
        "answers-danger": "no",
        "answers-which": ["shower", "toilet"],
        "answers-since": "2026-01-31",
    }
    assert send(client, address, "IH04", **filled).status_code == 303
    kept = {"danger": False, "which": ["shower", "toilet"], "since": "2026-01-31"}
    assert answers() == [kept]


def test_questions_that_may_be_skipped_are_asked_once_and_may_be_skipped(client, address):
    asked = send(client, address, "IH04", **{"answers-danger": "no"})
    assert asked.status_code == 422
    assert shown_in(asked) == ["which", "since"]
    assert "error-summary-title" not in asked.text
    skipped = {"asked": ["", "which", "since"], "answers-danger": "no"}
    assert send(client, address, "IH04", **skipped).status_code == 303
    assert answers() == [{"danger": False}]


def test_a_met_condition_is_one_more_step(client):
    fields = {"address": "Kirkegata", "answers-danger": "no"}
    seen = {"asked": ["", "what", "mast_number"], "answers-what": "dark"} | fields
    more = send(client, "/report", "VE03", **seen)
    assert more.status_code == 422
    assert shown_in(more) == ["what", "how_many", "mast_number"]
    all_seen = seen | {"asked": ["", "what", "how_many", "mast_number"]}
    missing = send(client, "/report", "VE03", **all_seen)
    assert missing.status_code == 422
    assert 'href="#answers-how_many"' in missing.text
    assert 'id="answers-how_many"' in missing.text
    assert (
        send(client, "/report", "VE03", **all_seen, **{"answers-how_many": "3"}).status_code == 303
    )
    assert answers() == [{"danger": False, "what": "dark", "how_many": 3}]


def test_an_unmet_condition_asks_nothing_and_keeps_nothing(client):
    fields = {
        "address": "Kirkegata",
        "answers-danger": "no",
        "asked": ["", "what", "mast_number"],
        "answers-what": "flickers",
        "answers-how_many": "noe tull",
    }
    assert send(client, "/report", "VE03", **fields).status_code == 303
    assert answers() == [{"danger": False, "what": "flickers"}]


def test_a_refused_answer_comes_back_with_its_sentence(client, address):
    fields = {
        "asked": ["", "which", "since"],
        "answers-danger": "no",
        "answers-which": ["sink"],
        "answers-since": "31.2.2026",
    }
    refused = send(client, address, "IH04", **fields)
    assert refused.status_code == 422
    assert 'value="31.2.2026"' in refused.text
    page = html5lib.parse(refused.text, namespaceHTMLElements=False)
    by_id = {element.get("id"): element for element in page.iter() if element.get("id")}
    assert by_id["answers-since"].get("aria-invalid") == "true"
    assert "answers-since-error" in by_id["answers-since"].get("aria-describedby")
    assert [e.get("value") for e in page.iter("input") if "checked" in e.attrib] == [
        "IH04",
        "no",
        "sink",
    ]
    assert answers() == []


def test_answers_of_another_tile_are_left_out(client, address):
    fields = {"answers-which": ["shower"], "answers-what": "dark", "answers-colour": "red"}
    assert send(client, address, "IH07", **fields).status_code == 303
    assert answers() == [{}]


def test_another_category_may_be_chosen_after_its_questions(client, address):
    asked = {"asked": ["", "which", "since"], "answers-which": ["shower"]}
    changed = send(client, address, "IH04", **asked, change_category="1")
    assert changed.status_code == 200
    assert len(categories_in(changed)) > 10
    assert shown_in(changed) == ["which", "since"]


def test_a_sender_that_is_no_form_of_ours_is_asked_nothing_it_need_not_answer(client, address):
    data = {"category": "IH04", "answers-danger": "no"}
    assert client.post(address, data=data, headers=FROM_HERE).status_code == 303


def test_the_same_answers_again_are_a_replay_and_others_another_report(client, address):
    def file(key, sink):
        fields = {"id": key, "asked": ["", "which", "since"], "answers-danger": "no"}
        return send(client, address, "IH04", **fields, **{"answers-which": [sink]}).location

    key = "5e1e1b0e-1c1e-4b0e-9c1e-1b0e1c1e4b0e"
    first, again, other = file(key, "sink"), file(key, "sink"), file(key, "shower")
    assert first == again != other
    assert len(answers()) == 2
