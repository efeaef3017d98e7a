"""Every text of code and pages is in every catalogue, translated, with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.languages import DEFAULT_LANGUAGE, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALES = ROOT / "pwa" / "locales"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
SOURCE_LANGUAGE = "en"
TRANSLATIONS = sorted(set(LANGUAGES) - {SOURCE_LANGUAGE})
# Names, and words that all three languages spell alike.
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def texts():
    """The texts in the source: a string, or a pair of singular and plural."""
    with (LOCALES / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def catalogue(language):
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def test_bokmal_is_what_people_get_without_asking():
    assert DEFAULT_LANGUAGE in TRANSLATIONS


def test_texts_are_found_in_code_and_pages():
    assert {"What is wrong?", "Received", "Missing data for required field."} <= texts()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated(language):
    translated = catalogue(language)
    missing = [
        text
        for text in texts()
        if text not in translated
        or not all([translated[text].string] if isinstance(text, str) else translated[text].string)
    ]
    assert not missing, f"run `make texts` and translate in {language}: {missing}"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translations_fill_in_the_same_values(language):
    for message in catalogue(language):
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(PLACEHOLDER.findall(sources[-1]))
        for text in strings:
            assert set(PLACEHOLDER.findall(text)) <= wanted, text
        assert set(PLACEHOLDER.findall(strings[-1])) == wanted, strings[-1]


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_translation_is_left_over(language):
    known = texts()
    left = [m.id for m in catalogue(language) if m.id and m.id not in known]
    assert not left, f"run `make texts`: {left}"
