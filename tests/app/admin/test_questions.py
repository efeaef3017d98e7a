"""The questions of a category on screen: added, changed, moved, retired, asked again, previewed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit import AuditEntry
from app.database import db
from app.reports.models import Category
from tests.conftest import FROM_HERE, a_report, put_report

CATEGORY = "PA03"
QUESTIONS = f"/admin/categories/{CATEGORY}/questions"
LABEL = {"label_nb": "Hva er galt?", "label_nn": "Kva er gale?", "label_en": "What is wrong?"}


def post(client, address, **fields):
    return client.post(address, data=fields, headers=FROM_HERE)


def kept():
    db.session.expire_all()
    query = select(Category.questions).where(Category.code == CATEGORY)
    return db.session.scalars(query).one()


def newest_id():
    return db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first() or 0


def answers(*rows):
    """The fields of answers to choose from, each a code and a name, or a name for a new one."""
    fields = {"rows": str(len(rows))}
    for at, row in enumerate(rows):
        code, name = row if isinstance(row, tuple) else ("", row)
        fields[f"option{at}_code"] = code
        fields |= {f"option{at}_{language}": name for language in ("nb", "nn", "en") if name}
    return fields


def add(client, kind="one", **fields):
    more = answers("Broken", "Dirty", "") if kind in {"one", "several"} else {}
    given = LABEL | more | {"kind": kind, "seen": newest_id()} | fields
    return post(client, f"{QUESTIONS}/new", **given)


@pytest.fixture
def asking(manager):
    """A category with a choice and a number that is asked after one of its answers."""
    assert add(manager).status_code == 303
    number = {"label_en": "How many?", "min": "1", "max": "1 000", "when": "what_is_wrong:broken"}
    assert add(manager, "number", **number).status_code == 303
    return manager


@pytest.mark.parametrize("kind", ["string", "text", "number", "date", "one", "several"])
def test_a_question_of_each_kind_is_added_asked_and_understood(manager, client, kind):
    assert add(manager, kind, required="1", hint_nb="Se", hint_nn="Sjå", hint_en="Look") is not None
    [question] = kept()
    assert (question["code"], question["kind"], question["required"]) == (
        "what_is_wrong",
        kind,
        True,
    )
    assert question["hint"]["en"] == "Look"
    assert [one["code"] for one in question.get("options", [])] == (
        ["broken", "dirty"] if kind in {"one", "several"} else []
    )
    answer = {"number": 3, "date": "2026-11-01", "one": "dirty", "several": ["dirty"]}
    given = {"what_is_wrong": answer.get(kind, "Planken")}
    sent = put_report(client, a_report(category=CATEGORY, answers=given))
    assert sent.status_code == 201
    assert "Hva er galt?" in manager.get(f"/desk/reports/{sent.json['number']}").text


def test_a_number_has_limits_and_may_hang_on_an_earlier_answer(asking):
    choice, number = kept()
    assert (number["min"], number["max"]) == (1, 1000)
    assert number["show_when"] == {"question": "what_is_wrong", "equals": ["broken"]}
    page = asking.get(f"{QUESTIONS}/{number['code']}").text
    assert 'value="what_is_wrong:broken" checked' in page
    assert 'value="1000"' in page
    assert choice["options"][0]["names"] == {"nb": "Broken", "nn": "Broken", "en": "Broken"}


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("string", {"label_nn": ""}, "label_nn"),
        ("string", {"label_uk": "x" * 161}, "label_uk"),
        ("string", {"hint_nb": "Se"}, "hint_nn"),
        ("string", {"code": "Not good"}, "code"),
        ("string", {"code": "danger"}, "code"),
        ("string", {"code": "new"}, "code"),
        ("number", {"min": "5", "max": "4"}, "max"),
        ("number", {"min": "mange"}, "min"),
        ("number", {"max": "1e99"}, "max"),
        ("one", {"rows": "0"}, "option0_nb"),
        ("several", {"rows": "x"}, "option0_nb"),
        ("one", {"option0_nn": ""}, "option0_nn"),
        ("one", {"option1_pl": "x" * 81}, "option1_pl"),
        ("string", {"when": "nothing:here"}, "when"),
        ("string", {"when": ["a:b", "c:d"]}, "when"),
    ],
)
def test_what_cannot_be_asked_comes_back_with_a_sentence_at_its_field(manager, kind, fields, wrong):
    if wrong == "when":
        add(manager)
    before = kept()
    answer = add(manager, kind, **{"label_uk": "Що 🔧 не так?"} | fields)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in answer.text or f'href="#{wrong}"' in answer.text
    assert "Hva er galt?" in answer.text
    assert kept() == before


def test_codes_are_made_of_the_english_text_and_never_twice(manager):
    for label in ("What is wrong?", "What is wrong?", "Що?", "42", "Danger"):
        assert add(manager, "string", label_en=label).status_code == 303
    codes = [one["code"] for one in kept()]
    assert codes == ["what_is_wrong", "what_is_wrong_2", "question", "question_2", "question_3"]
    post(manager, f"{QUESTIONS}/question/archive", seen=newest_id())
    assert add(manager, "date", code="question").status_code == 422


def test_a_changed_question_keeps_its_code_and_the_answers_it_offered(asking, client):
    sent = put_report(client, a_report(category=CATEGORY, answers={"what_is_wrong": "dirty"}))
    number = sent.json["number"]
    rows = answers(("broken", "Kaputt"), "Missing")
    address = f"{QUESTIONS}/what_is_wrong"
    assert post(asking, address, **LABEL, **rows, seen=newest_id()).status_code == 303
    options = kept()[0]["options"]
    assert [(one["code"], one.get("retired")) for one in options] == [
        ("broken", None),
        ("missing", None),
        ("dirty", True),
    ]
    assert "Dirty" in asking.get(f"/desk/reports/{number}").text
    # What a phone has kept is still accepted.
    late = put_report(client, a_report(category=CATEGORY, answers={"what_is_wrong": "dirty"}))
    assert late.status_code == 201
    page = asking.get(address).text
    assert 'value="back-dirty"' in page
    back = post(asking, address, **LABEL, **rows, do="back-dirty").text
    assert 'name="option2_code" value="dirty"' in back
    rows = answers(("broken", "Kaputt"), ("missing", "Missing"), ("dirty", "Dirty"))
    post(asking, address, **LABEL, **rows, seen=newest_id())
    assert not any(one.get("retired") for one in kept()[0]["options"])


def test_the_kind_of_a_question_cannot_be_changed(asking):
    address = f"{QUESTIONS}/what_is_wrong"
    rows = answers(("broken", "Broken"), ("dirty", "Dirty"))
    post(asking, address, **LABEL, **rows, kind="text", seen=newest_id())
    assert kept()[0]["kind"] == "one"


def test_a_retired_question_is_understood_in_old_reports_and_may_be_asked_again(manager, client):
    add(manager)
    sent = put_report(client, a_report(category=CATEGORY, answers={"what_is_wrong": "dirty"}))
    post(manager, f"{QUESTIONS}/what_is_wrong/archive", seen=newest_id())
    assert kept()[0]["retired"] is True
    report = manager.get(f"/desk/reports/{sent.json['number']}").text
    assert "Hva er galt?" in report
    assert "Dirty" in report
    assert "Dirty" not in client.get("/report").text
    post(manager, f"{QUESTIONS}/what_is_wrong/restore", seen=newest_id())
    assert "retired" not in kept()[0]
    assert "Dirty" in client.get("/report").text
    told = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert told[-3:] == ["question_added", "question_retired", "question_asked_again"]


def test_what_hangs_on_a_question_cannot_be_torn_from_it(asking):
    number = kept()[1]["code"]
    before = kept()
    for address in (f"{QUESTIONS}/what_is_wrong/archive", f"{QUESTIONS}/{number}/up"):
        answer = post(asking, address, seen=newest_id())
        assert answer.status_code == 422
        assert "stilles etter bestemte svar" in answer.text
    rows = answers(("dirty", "Dirty"))
    answer = post(asking, f"{QUESTIONS}/what_is_wrong", **LABEL, **rows, seen=newest_id())
    assert answer.status_code == 422
    assert kept() == before


def test_questions_change_places_and_stop_at_the_ends(manager):
    for word in ("One", "Two", "Three"):
        add(manager, "string", label_en=word)

    def move(code, way):
        assert post(manager, f"{QUESTIONS}/{code}/{way}", seen=newest_id()).status_code == 303
        return [one["code"] for one in kept()]

    assert move("three", "up") == ["one", "three", "two"]
    assert move("one", "down") == ["three", "one", "two"]
    assert move("three", "up") == ["three", "one", "two"]
    assert move("two", "down") == ["three", "one", "two"]


def test_answers_are_rearranged_without_saving_and_without_losing_a_word(manager):
    typed = LABEL | answers("A", "B", "C") | {"kind": "one", "label_uk": "Щось"}

    def press(do):
        page = post(manager, f"{QUESTIONS}/new", **typed, do=do).text
        assert 'value="Щось"' in page
        rows = page.split('name="option')[1:]
        return "".join(
            row.split('value="')[1][0] for row in rows if row.partition("_")[2].startswith("nb")
        )

    assert press("up-1") == "BAC"
    assert press("down-1") == "ACB"
    assert press("drop-0") == "BC"
    # A new row has no text.
    assert press("more")[:3] == "ABC"
    assert press("up-0") == press("drop-9") == press("drop-²") == press("nonsense") == "ABC"
    assert kept() == []


def test_a_preview_shows_what_is_typed_and_keeps_nothing(manager):
    typed = {"kind": "one", "label_nb": "Hva <er> galt?", "do": "show"} | answers("Ødelagt", "")
    preview = post(manager, f"{QUESTIONS}/new", **typed).text.split("data-preview")[1]
    assert "Hva &lt;er&gt; galt?" in preview
    assert "Ødelagt" in preview
    assert kept() == []


def test_a_category_asks_at_most_twenty_questions(manager):
    for number in range(20):
        assert add(manager, "string", label_en=f"Word {number}").status_code == 303
    answer = add(manager, "string")
    assert answer.status_code == 422
    assert "høyst 20 spørsmål" in answer.text


def test_of_two_people_the_second_sees_what_has_changed(asking, admin):
    seen = newest_id()
    add(asking, "string", label_nb="Hvor høyt?", label_en="How high?")
    answer = post(
        admin,
        f"{QUESTIONS}/what_is_wrong",
        **LABEL | {"label_nb": "Hva feiler det?"},
        **answers(("broken", "Broken"), ("dirty", "Dirty")),
        seen=seen,
    )
    assert answer.status_code == 409
    assert "La til et spørsmål" in answer.text
    assert "Hvor høyt?" in answer.text
    assert 'value="Hva feiler det?"' in answer.text
    page = admin.get("/admin/log?action=question_added").text
    assert "Spørsmål (Bokmål): Hvor høyt?" in page


@pytest.mark.parametrize("address", ["new?kind=castle", "nothing", "danger"])
def test_there_is_no_form_for_what_is_not_asked(manager, address):
    assert manager.get(f"{QUESTIONS}/{address}").status_code == 404
