"""Every text of code and pages is in every catalogue, translated, with the same placeholders.

Norwegian has all texts; Ukrainian and Polish have those that residents meet.
"""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from app.languages import DEFAULT_LANGUAGE, LANGUAGES, STAFF_LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALES = ROOT / "pwa" / "locales"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
SOURCE_LANGUAGE = "en"
TRANSLATIONS = sorted(set(LANGUAGES) - {SOURCE_LANGUAGE})
# The second sort is filled in by a script.
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts(config):
    """The texts in the source: a string, or a pair of singular and plural."""
    with (LOCALES / config).open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def texts_in(language):
    """The texts that people who read this language can meet."""
    return texts("babel.cfg" if language in STAFF_LANGUAGES else "residents.cfg")


def catalogue(language):
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def translated(message):
    """What a catalogue says for a message: one string, or one for each plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_bokmal_is_what_people_get_without_asking():
    assert DEFAULT_LANGUAGE in TRANSLATIONS


def test_texts_are_found_in_code_and_pages():
    known = {"What is wrong?", "Received", "Missing data for required field."}
    assert known <= texts("residents.cfg")
    assert texts("residents.cfg") < texts("babel.cfg")


def test_what_only_staff_read_is_not_asked_of_the_languages_of_residents():
    assert {"Register of reports", "Set status"} <= texts("babel.cfg") - texts("residents.cfg")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated(language):
    has = catalogue(language)
    missing = [
        text for text in texts_in(language) if text not in has or not all(translated(has[text]))
    ]
    assert not missing, f"run `make texts` and translate in {language}: {missing}"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translations_fill_in_the_same_values(language):
    for message in catalogue(language):
        if not message.id:
            continue
        plural = message.id if isinstance(message.id, str) else message.id[-1]
        wanted = set(PLACEHOLDER.findall(plural))
        strings = translated(message)
        for text in strings:
            assert set(PLACEHOLDER.findall(text)) <= wanted, text
        assert set(PLACEHOLDER.findall(strings[-1])) == wanted, strings[-1]


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_plural_form_of_the_language_is_there(language):
    forms = get_plural(language)
    has = catalogue(language)
    assert has.num_plurals == forms.num_plurals
    assert gettext_rule(has.plural_expr) == gettext_rule(forms.plural_expr)
    for message in has:
        if not isinstance(message.id, str):
            assert len(translated(message)) == forms.num_plurals, message.id


def gettext_rule(expression):
    """Which form each of many counts takes."""
    rule = gettext.c2py(expression)
    return [rule(count) for count in range(1_000)]


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_translation_is_left_over(language):
    known = texts_in(language)
    left = [m.id for m in catalogue(language) if m.id and m.id not in known]
    assert not left, f"run `make texts`: {left}"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_quotation_marks_are_those_of_the_language(language):
    foreign = {"nb": '“”„"', "nn": '“”„"', "uk": '“”„"', "pl": '“«»"'}[language]
    for message in catalogue(language):
        if message.id:
            assert not set(foreign) & set("".join(translated(message))), message.string


@pytest.mark.parametrize(("language", "letters"), [("uk", "ыэъё"), ("pl", "æøåäö")])
def test_no_letter_of_a_neighbouring_language_slips_in(language, letters):
    for message in catalogue(language):
        assert not set(letters) & set("".join(translated(message)).lower()), message.string
