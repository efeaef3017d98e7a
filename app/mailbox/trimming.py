"""What a person wrote in a mail, without what their mail program put below it.

The libraries for this know no Norwegian, and lean on patterns that a hostile text makes slow. Here
each line is looked at once, with patterns that cannot run back and forth.
"""

from __future__ import annotations

import re

# “Den 26.11.2026 14:03, skrev Kari:”, “On Thu, … Kari <kari@example.org> wrote:”. Long ones are
# broken over two or three lines.
_WROTE = re.compile(
    r"\b(skrev|skreiv|wrote|schrieb|écrit|escribió|napisał|napisała|написав|написала|пише)\b"
)
_MAX_INTRODUCTION = 300
_MOST_BROKEN_OVER = 3

_ORIGINAL = re.compile(
    r"[-_*=\s]*(opprinnelig (melding|e-post)|opphavleg (melding|e-post)|original message"
    r"|ursprüngliche nachricht|wiadomość oryginalna|oryginalna wiadomość|початкове повідомлення)"
    r"[-_*=:\s]*",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{8,}|-{8,}")
_FROM = re.compile(r"[*\s]*(fra|frå|from|von|od|від)\s?:.*\S", re.IGNORECASE)
_FURTHER_HEADER = re.compile(
    r"[*\s]*(sendt|send|sent|dato|date|til|to|kopi|cc|emne|subject|gesendet|an|betreff|wysłano|do"
    r"|temat|надіслано|кому|тема)\s?:",
    re.IGNORECASE,
)
_HEADERS_WITHIN = 8
_FEWEST_FURTHER_HEADERS = 2

_SIGNATURE = re.compile(r"--\s?")
_SENT_FROM = re.compile(
    r"(sendt fra|send frå|sent from|(hent|få|skaff|get|last ned) outlook|von meinem|wysłane z"
    r"|wysłano z|надіслано з)\b.{0,100}",
    re.IGNORECASE,
)


def without_history(text: str) -> str:
    """A text without the mails it answers; "" where nothing else is in it."""
    kept: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if _ORIGINAL.fullmatch(line) or _begins_headers(lines, number):
            break
        if length := _introduction_length(lines, number):
            number += length
            if not _is_quoted_next(lines, number):
                break
            continue
        if not line.startswith(">"):
            kept.append(lines[number])
        number += 1
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1].strip())):
        kept.pop()
    return "\n".join(kept).strip()


def _begins_headers(lines: list[str], number: int) -> bool:
    """Whether “Fra: … Sendt: … Til: … Emne: …” begins here."""
    if not _FROM.fullmatch(lines[number]):
        return False
    following = lines[number + 1 : number + 1 + _HEADERS_WITHIN]
    further = sum(_FURTHER_HEADER.match(line) is not None for line in following)
    return further >= _FEWEST_FURTHER_HEADERS


def _introduction_length(lines: list[str], number: int) -> int:
    """Over how many lines somebody's words are introduced here; 0 where they are not."""
    joined = ""
    for length in range(1, _MOST_BROKEN_OVER + 1):
        if number + length > len(lines) or not lines[number + length - 1].strip():
            return 0
        joined = f"{joined} {lines[number + length - 1].strip().lstrip('> ')}"
        if len(joined) > _MAX_INTRODUCTION:
            return 0
        if joined.endswith(":") and _WROTE.search(joined):
            is_one = "@" in joined or _is_quoted_next(lines, number + length)
            return length if is_one else 0
    return 0


def _is_quoted_next(lines: list[str], number: int) -> bool:
    following = (line.strip() for line in lines[number:] if line.strip())
    return next(following, "").startswith(">")


def without_signature(text: str) -> str:
    """A text without what stands below `-- `, and without what a phone says of itself."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and _SIGNATURE.fullmatch(line.lstrip()) and any(map(str.strip, lines[:number])):
            lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or _SENT_FROM.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines).strip()
