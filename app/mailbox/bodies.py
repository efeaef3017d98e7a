"""The text of a mail: of its plain part where it has one, else of its HTML."""

from __future__ import annotations

from email.message import Message

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree, html

# A page of text is 4 kB; what is longer than this is no letter to read.
MAX_HTML = 1_000_000
_QUOTES = (
    "//blockquote[@type='cite'] | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]"
    " | //*[contains(concat(' ', @class, ' '), ' yahoo_quoted ')]"
)
_AS_TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_images=False, display_links=False)


def text_of(message: Message, *, quoted: bool, attached: bool) -> str:
    """The text of a mail.

    Args:
        message: as it was parsed.
        quoted: whether an HTML text keeps what it quotes.
        attached: whether the text of an attached mail counts.
    """
    if message.get_content_type() == "message/rfc822" and not attached:
        return ""
    if message.is_multipart():
        payload = message.get_payload()
        parts = [part for part in payload if isinstance(part, Message)] if payload else []
        texts = [text_of(part, quoted=quoted, attached=attached) for part in parts]
        if message.get_content_type() == "multipart/alternative":
            # The plain one comes first; a program that fills in nothing there is known, too.
            return next((text for text in texts if text.strip()), "")
        return "\n\n".join(text for text in texts if text.strip())
    if message.get_content_disposition() == "attachment" or message.get_filename():
        return ""
    return _of_part(message, quoted=quoted)


def _of_part(part: Message, *, quoted: bool) -> str:
    match part.get_content_type():
        case "text/plain":
            return _flowed(part, _decoded(part))
        case "text/html":
            return _of_html(_decoded(part)[:MAX_HTML], quoted=quoted)
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    charset = part.get_param("charset")
    named = charset if isinstance(charset, str) else "utf-8"
    for attempt in (named, "utf-8"):
        try:
            return raw.decode(attempt)
        except (LookupError, ValueError):
            continue
    # What Norwegian programs write when they do not say what they write.
    return raw.decode("cp1252", "replace")


def _flowed(part: Message, text: str) -> str:
    """Lines that were broken only for the way are put together again (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    without_space = str(part.get_param("delsp", "")).lower() == "yes"
    out = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        goes_on = line.endswith(" ") and line != "-- "
        kept = line[:-1] if goes_on and without_space else line
        out += kept.removeprefix(" ") + ("" if goes_on else "\n")
    return out


def _of_html(page: str, *, quoted: bool) -> str:
    try:
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=_parser())
    except (etree.ParserError, ValueError, AssertionError):
        # There is no element in it.
        return ""
    if not quoted:
        for quote in tree.xpath(_QUOTES):
            quote.drop_tree()
    try:
        text = Inscriptis(tree, _AS_TEXT).get_text()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        text = tree.text_content()
    return "\n".join(line.strip() for line in text.replace("\xa0", " ").split("\n"))


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
