"""The questions of a category: how they are read, judged, shown on a condition and put in words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.catalogue import load_municipality
from app.database import db
from app.demo.load import FOLDER
from app.languages import LANGUAGES
from app.problems import InvalidFields
from app.reports.models import Category, Report
from app.reports.question_changes import retire_missing
from app.reports.question_list import UnusableQuestion, read_questions
from app.reports.questions import accept_answers, answers_in_words
from tests.conftest import a_report, put_report

LABEL = {"nb": "Hva?"}


def a_question(code="q", kind="string", **more):
    return {"code": code, "kind": kind, "label": LABEL} | more


def options(*codes):
    return [{"code": code, "names": {"nb": code.title()}} for code in codes]


def a_choice(code="what", kind="one", **more):
    return a_question(code, kind, options=options("dark", "flickers")) | more


def judged(question, answer):
    return accept_answers(read_questions([question]), {question["code"]: answer})


def refused(written, given):
    with pytest.raises(InvalidFields) as problem:
        accept_answers(read_questions(written), given)
    return problem.value.fields["answers"]


@pytest.fixture(autouse=True)
def words(app):
    with app.test_request_context("/?lang=nb"):
        yield


@pytest.mark.parametrize(
    ("question", "answer", "kept"),
    [
        (a_question(), "  to\tord\x00 ", "to ord"),
        (a_question(kind="text"), "én\r\nto", "én\nto"),
        (a_question(kind="number"), "1,5", 1.5),
        (a_question(kind="number"), "1 200", 1200),
        (a_question(kind="number"), " -3. ", -3),
        (a_question(kind="number"), 12, 12),
        (a_question(kind="number"), 2.0, 2),
        (a_question(kind="date"), "2026-02-28", "2026-02-28"),
        (a_question(kind="date"), "1.3.2026", "2026-03-01"),
        (a_choice(), "dark", "dark"),
        (a_choice(kind="several"), ["flickers", "dark", "dark"], ["dark", "flickers"]),
    ],
)
def test_an_answer_that_fits_is_kept_in_one_form(question, answer, kept):
    assert judged(question, answer) == {question["code"]: kept}


@pytest.mark.parametrize("nothing", [None, "", "   ", []])
@pytest.mark.parametrize("kind", ["string", "text", "number", "date", "one", "several"])
def test_no_answer_is_fine_unless_one_is_needed(nothing, kind):
    question = a_choice(kind=kind) if kind in {"one", "several"} else a_question("what", kind)
    assert judged(question, nothing) == {}
    assert list(refused([question | {"required": True}], {"what": nothing})) == ["what"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (a_question(), "x" * 201),
        (a_question(), 7),
        (a_question(), ["a"]),
        (a_question(), {"a": 1}),
        (a_question(kind="text"), "x" * 2001),
        (a_question(kind="number"), "mange"),
        (a_question(kind="number"), "1,2,3"),
        (a_question(kind="number"), "NaN"),
        (a_question(kind="number"), float("inf")),
        (a_question(kind="number"), 10**400),
        (a_question(kind="number"), "9" * 200),
        (a_question(kind="number"), True),
        (a_question(kind="number", min=1), "0"),
        (a_question(kind="number", max=5), 5.01),
        (a_question(kind="date"), "i går"),
        (a_question(kind="date"), "2026-02-30"),
        (a_question(kind="date"), "31.2.2026"),
        (a_question(kind="date"), "1826-01-01"),
        (a_question(kind="date"), "2226-01-01"),
        (a_question(kind="date"), 20260101),
        (a_choice(), "blue"),
        (a_choice(), ["dark"]),
        (a_choice(kind="several"), "dark"),
        (a_choice(kind="several"), ["dark", "blue"]),
        (a_choice(kind="several"), [["dark"]]),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_its_question(question, answer):
    (code,) = refused([question], {question["code"]: answer})
    assert code == question["code"]


def test_an_answer_to_no_question_is_named():
    errors = refused([a_question()], {"colour": "red", "q": "x"})
    assert list(errors) == ["colour"]
    assert "colour" in errors["colour"][0]


CONDITIONAL = [
    a_choice(),
    a_question(
        "how_many", "number", required=True, show_when={"question": "what", "equals": "dark"}
    ),
]


def test_a_hidden_question_is_neither_needed_nor_kept():
    questions = read_questions(CONDITIONAL)
    assert accept_answers(questions, {}) == {}
    hidden = {"what": "flickers", "how_many": "3"}
    assert accept_answers(questions, hidden) == {"what": "flickers"}
    assert accept_answers(questions, {"what": "flickers", "how_many": "??"}) == {"what": "flickers"}


def test_a_question_is_needed_once_its_condition_is_met():
    assert list(refused(CONDITIONAL, {"what": "dark"})) == ["how_many"]
    shown = {"what": "dark", "how_many": "3"}
    assert accept_answers(read_questions(CONDITIONAL), shown) == {"what": "dark", "how_many": 3}


def test_one_of_several_meets_a_condition_and_a_hidden_question_meets_none():
    chain = [
        a_choice("a", "several"),
        a_choice("b", show_when={"question": "a", "equals": ["dark", "flickers"]}),
        a_question("c", show_when={"question": "b", "equals": "dark"}),
    ]
    questions = read_questions(chain)
    given = {"b": "dark", "c": "ord"}
    assert accept_answers(questions, given) == {}
    assert accept_answers(questions, {"a": ["flickers"]} | given) == {"a": ["flickers"]} | given


@pytest.mark.parametrize(
    "written",
    [
        [a_question("Q")],
        [a_question("danger")],
        [a_question(kind="colour")],
        [{"code": "q", "kind": "string"}],
        [a_question(label={"en": "What?"})],
        [a_question(), a_question()],
        [a_question(kind="one")],
        [a_question(options=options("a"))],
        [a_choice(options=options("a", "a"))],
        [a_choice(options=options("A b"))],
        [a_question(show_when={"question": "what", "equals": "dark"}), a_choice()],
        [a_choice(), a_question(show_when={"question": "what", "equals": "blue"})],
        [a_question("a"), a_question(show_when={"question": "a", "equals": "x"})],
        ["what?"],
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_anybody_is_asked(written):
    with pytest.raises(UnusableQuestion):
        read_questions(written)


def test_what_is_no_longer_asked_is_retired_and_still_understood():
    old = [a_choice(), a_question("gone", required=True)]
    new = [a_choice(options=options("dark"))]
    kept = retire_missing(old, new)
    assert retire_missing(kept, new) == kept
    questions = read_questions(kept)
    assert accept_answers(questions, {}) == {}
    given = {"what": "flickers", "gone": "ord"}
    assert accept_answers(questions, given) == given
    assert accept_answers(questions, {"gone": ["not", "words"]}) == {}
    assert retire_missing(kept, old) == old


def test_another_kind_under_the_same_code_is_refused():
    with pytest.raises(UnusableQuestion):
        retire_missing([a_question()], [a_question(kind="number")])


@pytest.fixture
def asking(app):
    """Lets the bench category ask what a test wants."""

    def ask(*written):
        bench = db.session.scalars(select(Category).where(Category.code == "PA03")).one()
        bench.questions = list(written)
        db.session.commit()

    return ask


def kept_answers():
    return db.session.scalars(select(Report)).one().answers


def test_answers_come_through_the_api(client, asking):
    asking(*CONDITIONAL)
    body = a_report(answers={"what": "dark", "how_many": "2", "danger": "yes"})
    assert put_report(client, body).status_code == 201
    assert kept_answers() == {"what": "dark", "how_many": 2}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"what": "dark"}, "how_many"),
        ({"what": "blue"}, "what"),
        ({"what": "dark", "how_many": "mange"}, "how_many"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_the_api_names_the_question_that_must_be_put_right(client, asking, answers, code):
    asking(*CONDITIONAL)
    answer = put_report(client, a_report(answers=answers))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    (sentence,) = answer.json["fields"]["answers"][code]
    assert sentence
    assert db.session.scalars(select(Report)).all() == []


def test_a_replay_is_known_after_the_questions_have_changed(client, asking):
    report_id = "7e1e1b0e-1c1e-4b0e-9c1e-1b0e1c1e4b0e"
    asking(*CONDITIONAL)
    body = a_report(answers={"what": "dark", "how_many": 2})
    first = put_report(client, body, report_id)
    asking()
    again = put_report(client, body, report_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json


def test_answers_are_put_in_words(client, asking, app):
    asking(
        a_choice("which", "several"),
        a_question("how_much", "number", label={"nb": "Hvor mye?", "en": "How much?"}),
        a_question("since", "date"),
    )
    given = {"which": ["dark", "flickers"], "how_much": "1200,5", "since": "2026-11-23"}
    put_report(client, a_report(answers=given))
    assert in_words(app, "nb") == [
        ("Hva?", "Dark, Flickers"),
        ("Hvor mye?", "1\xa0200,5"),
        ("Hva?", "mandag 23. november 2026"),
    ]
    assert in_words(app, "en")[1] == ("How much?", "1,200.5")
    asking()
    assert dict(in_words(app, "nb"))["which"] == "dark, flickers"


def in_words(app, code):
    # A context of its own: the language is remembered in it.
    with app.app_context(), app.test_request_context(f"/?lang={code}"):
        return answers_in_words(db.session.scalars(select(Report)).one())


def test_the_demo_asks_in_every_language_of_the_residents(app):
    asking = [c for c in db.session.scalars(select(Category)) if c.questions]
    assert {category.code for category in asking} == {"VE03", "PA01", "IH04"}
    for category in asking:
        for question in read_questions(category.questions):
            names = [question.label, *([question.hint] if question.hint else [])]
            names += [option.names for option in question.options]
            assert all(set(each) == set(LANGUAGES) for each in names), question.code


def test_loading_the_folder_again_changes_no_question(app):
    before = {c.code: list(c.questions) for c in db.session.scalars(select(Category))}
    load_municipality(FOLDER)
    db.session.commit()
    assert {c.code: c.questions for c in db.session.scalars(select(Category))} == before


def test_the_reporter_and_staff_read_the_answers_and_nobody_else(client, front_desk, crew, asking):
    asking(a_choice("what", label={"nb": "Hva er i veien?"}))
    sent = put_report(client, a_report(answers={"what": "flickers"})).json
    page = f"/r/{sent['number']}"
    assert "Hva er i veien?" not in client.get(page).text
    own = client.get(f"{page}?key={sent['key']}").text
    desk = front_desk.get(f"/desk/reports/{sent['number']}").text
    van = crew.get(f"/crew/reports/{sent['number']}").text
    for text in (own, desk, van):
        assert "Hva er i veien?" in text
        assert "Flickers" in text
