"""The sentences printed on signs. They are bolted to walls, so they are data and not translations
that come and go.
"""

from __future__ import annotations

HEADING = {"nb": "Meld feil her", "nn": "Meld feil her", "en": "Report a fault here"}
ADDRESS_BEGINS = {
    "nb": "Adressen skal begynne med {domain}.",
    "nn": "Adressa skal byrje med {domain}.",
    "en": "The address must begin with {domain}.",
}
NEVER_PAY = {
    "nb": "Vi ber aldri om betaling eller BankID.",
    "nn": "Vi ber aldri om betaling eller BankID.",
    "en": "We never ask for payment or BankID.",
}
SYMBOL = {
    "nb": "QR-kode som åpner {address}",
    "nn": "QR-kode som opnar {address}",
    "en": "QR code that opens {address}",
}
TITLE = {
    "nb": "Skilt fra {municipality}",
    "nn": "Skilt frå {municipality}",
    "en": "Signs from {municipality}",
}
TELEPHONE = {"nb": "Tlf. {phone}", "nn": "Tlf. {phone}", "en": "Tel. {phone}"}
LANGUAGES = tuple(HEADING)


def in_each(texts: dict[str, str], languages: tuple[str, ...], **values: str) -> list[str]:
    """A sentence in each language, those that read alike once."""
    return list(dict.fromkeys(texts[language].format(**values) for language in languages))
