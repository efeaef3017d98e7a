"""A text in the residents' languages as forms of settings send it."""

from __future__ import annotations

import pytest

from app.admin.translated import read_texts, typed_texts, values_of_texts


@pytest.fixture
def read(app):
    def read_form(given, **how):
        errors = {}
        form = {f"name_{code}": text for code, text in given.items()}
        with app.test_request_context("/admin?lang=en", method="POST", data=form):
            typed = typed_texts("name")
            found = read_texts(typed, "name", errors, **{"most": 20} | how)
            return found, errors, typed

    return read_form


def test_ukrainian_and_polish_may_be_left_out_and_nothing_else(read):
    found, errors, _typed = read({"nb": "Benk", "nn": "Benk", "en": "Bench", "pl": " Ławka "})
    assert (found, errors) == ({"nb": "Benk", "nn": "Benk", "en": "Bench", "pl": "Ławka"}, {})
    _found, errors, _typed = read({"uk": "Лавка"})
    assert errors == {
        "name_nb": "Write it in bokmål.",
        "name_nn": "Write it in nynorsk.",
        "name_en": "Write it in English.",
    }


def test_a_text_that_may_be_left_out_is_wholly_there_or_not_at_all(read):
    assert read({"nb": " \n "}, needed=False)[:2] == (None, {})
    assert list(read({"nb": "Hva?"}, needed=False)[1]) == ["name_nn", "name_en"]


def test_what_would_disturb_a_page_goes_and_what_people_write_stays(read):
    whole = dict.fromkeys(("nn", "en"), "x")
    found, errors, typed = read(whole | {"nb": "Benk\x00 \u202eog\r\n bord 👩\u200d🔧 ❤️"})
    assert (found["nb"], errors) == ("Benk og bord 👩\u200d🔧 ❤️", {})
    assert "\n" in typed["name_nb"]
    assert read(whole | {"nb": "én\r\nto"}, lines=True)[0]["nb"] == "én\nto"


def test_a_text_that_is_too_long_comes_back_whole(read):
    _found, errors, typed = read({"nb": "x" * 21, "nn": "x", "en": "x"})
    assert errors == {"name_nb": "Use at most 20 characters."}
    assert typed["name_nb"] == "x" * 21


def test_a_kept_text_fills_its_fields():
    assert values_of_texts("hint", {"nb": "Se"}) == {"hint_nb": "Se"}
    assert values_of_texts("hint", None) == {}
