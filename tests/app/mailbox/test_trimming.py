"""What a person wrote is told from what their mail program put below it."""

from __future__ import annotations

import time

import pytest

from app.mailbox.trimming import without_history, without_signature

OURS = "> Hei\n> Vi har et spørsmål til deg."

STYLES = {
    "Gmail": f"tor. 26. nov. 2026 kl. 14:03 skrev Stavanger kommune <post@demo.vof>:\n\n{OURS}",
    "Gmail, broken over two lines": "Den tor. 26. nov. 2026 kl. 14:03 skrev Stavanger kommune\n"
    f"<post@demo.vof>:\n{OURS}",
    "Gmail in English": f"On Thu, Nov 26, 2026 at 2:03 PM Stavanger <post@demo.vof> wrote:\n{OURS}",
    "Apple Mail": f"> 26. nov. 2026 kl. 14:03 skrev Stavanger kommune <post@demo.vof>:\n> \n{OURS}",
    "Apple Mail, nynorsk": f"Den 26. nov. 2026 kl. 14:03 skreiv Stavanger <post@demo.vof>:\n{OURS}",
    "Thunderbird": f"Den 26.11.2026 14:03, skrev Stavanger kommune:\n{OURS}",
    "Outlook": "________________________________\nFra: Stavanger kommune <post@demo.vof>\n"
    "Sendt: torsdag 26. november 2026 14:03\nTil: Kari\nEmne: Sak 2026-12345678\n\nHei",
    "Outlook, nynorsk": "Frå: Stavanger kommune\nSendt: 26. november\nTil: Kari\nEmne: Sak\n\nHei",
    "Outlook, bold": "*Fra:* Stavanger kommune\n*Sendt:* i går\n*Til:* Kari\n*Emne:* Sak\nHei",
    "Outlook on a phone": "26. nov. 2026 kl. 14:03 skrev Stavanger kommune <post@demo.vof>:\nHei",
    "Old Outlook": "-----Opprinnelig melding-----\nFra: Stavanger\nSendt: i går\nHei",
    "Ukrainian": f"чт, 26 лист. 2026 р. о 14:03 Stavanger <post@demo.vof> пише:\n{OURS}",
    "Polish": f"czw., 26 lis 2026 o 14:03 Stavanger <post@demo.vof> napisał(a):\n{OURS}",
    "a quote alone": OURS,
}


@pytest.mark.parametrize("style", STYLES)
def test_what_is_answered_is_left_out(style):
    text = f"Den ved porten.\n\nHilsen Kari\n\n{STYLES[style]}"
    assert without_history(text) == "Den ved porten.\n\nHilsen Kari"


def test_answers_below_and_between_what_is_quoted_are_kept():
    quoted = "Den 26.11.2026 14:03, skrev Stavanger kommune:\n> Hvilken benk?"
    assert without_history(f"{quoted}\n\nDen ved porten.") == "Den ved porten."
    assert without_history("> Hvilken?\nDenne\n> Når?\nI går") == "Denne\nI går"


@pytest.mark.parametrize(
    "text",
    [
        "Jeg skrev til dere i mai:\nBenken er knekt",
        "Fra: porten\nser man hullet",
        "Den 26. november skrev naboen på et ark:\nBenken er knekt",
        "Fra benken til porten: alt er mørkt\nSendt fra stien\nTil slutt",
        "5 -- 6 meter\nlangt",
    ],
)
def test_what_only_looks_like_it_is_kept(text):
    assert without_signature(without_history(text)) == text


def test_nothing_but_history_leaves_nothing():
    assert without_history(STYLES["Gmail"]) == ""


@pytest.mark.parametrize(
    "below", ["-- \nKari\nTlf. 51", "--\nKari", "Sendt fra min iPhone", "Hent Outlook for iOS<x>"]
)
def test_signatures_are_left_out(below):
    assert without_signature(f"Den ved porten.\n\n{below}") == "Den ved porten."


def test_a_mail_that_is_a_signature_alone_is_kept():
    assert without_signature("-- \nKari") == "-- \nKari"


@pytest.mark.parametrize(
    "text",
    [
        "skrev " * 40_000,
        "a@b wrote\n" * 20_000,
        "Fra: x\n" * 30_000,
        "_" * 200_000,
        "-" * 100_000 + "melding",
        "> " * 100_000,
        "Sendt fra " * 20_000,
    ],
    ids=range(7),
)
def test_no_text_makes_it_slow(text):
    began = time.process_time()
    without_signature(without_history(text))
    assert time.process_time() - began < 2
