"""Mails as the programs of residents write them, and as programs write that nobody reads."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from app.database import now
from tests.pictures import a_phone_photo, a_photo

KARI = "Kari Nordmann <kari@example.org>"
MAILBOX = "vof@example.no"

IN_SHORT = "Lyset er gått på stien"


def a_mail(
    text: str = "Lykta ved brua er mørk.\n",
    *,
    subject: str | None = IN_SHORT,
    sender: str | None = KARI,
    files: Sequence[tuple[bytes, str, str]] = (),
    **headers: str,
) -> bytes:
    """A mail of a plain program. `files` are content, kind and name; `X_Y=` is the header X-Y."""
    message = EmailMessage(policy=SMTP)
    given = {"From": sender, "To": MAILBOX, "Subject": subject}
    given |= {"Date": format_datetime(now()), "Message-ID": make_msgid(domain="mail.example.org")}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    message.set_content(text)
    for content, kind, name in files:
        main, _slash, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    # Last, since what comes before a content is moved into its part.
    for name, value in given.items():
        if value is not None:
            message[name] = value
    return message.as_bytes()


def answer_to(mail: EmailMessage, text: str, *, sender: str = KARI, **headers: str) -> bytes:
    """What a mail program sends when somebody answers one of our mails."""
    quoted = "\n".join(f"> {line}" for line in ["Hei", "Vi har et spørsmål til deg."])
    introduction = "tor. 26. nov. 2026 kl. 14:03 skrev Stavanger kommune <post@demo.vof>:"
    given = {
        "subject": f"SV: {mail['Subject']}",
        "To": str(mail["Reply-To"] or mail["From"]),
        "In_Reply_To": str(mail["Message-ID"]),
        "References": str(mail["Message-ID"]),
    }
    return a_mail(f"{text}\n\n{introduction}\n\n{quoted}\n", sender=sender, **given | headers)


def from_outlook(picture: bytes | None = None) -> bytes:
    """HTML alone, with a logo below the signature, as Outlook on a desk writes it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = '"Nordmann, Ola" <ola@example.org>'
    message["To"] = MAILBOX
    message["Subject"] = "Benk"
    message["Message-ID"] = make_msgid(domain="outlook.example.org")
    message.set_content(
        """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style></head>
<body lang="NN-NO"><div class="WordSection1">
<p class="MsoNormal">Hei<o:p></o:p></p>
<p class="MsoNormal">Benken ved dammen er &oslash;ydelagd &amp; har spisse spikrar.<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<p class="MsoNormal">Helsing Ola<o:p></o:p></p>
<p class="MsoNormal"><img width="90" height="30" src="cid:image001.png@01"><o:p></o:p></p>
</div></body></html>""",
        "html",
    )
    logo = a_photo("PNG", (90, 30))
    message.add_related(logo, "image", "png", cid="<image001.png@01>", filename="image001.png")
    if picture:
        message.add_attachment(picture, maintype="image", subtype="jpeg", filename="benk.jpg")
    message["Content-Language"] = "nn-NO"
    return message.as_bytes()


def from_an_iphone() -> bytes:
    """Text around pictures, each part of its own, one of them HEIC under a name of no picture."""
    boundary = "Apple-Mail-11"
    return b"".join(
        [
            b"From: =?utf-8?Q?Per_=C3=85s?= <per@example.org>\r\n",
            f"To: {MAILBOX}\r\nSubject: Hull i gangveien\r\n".encode(),
            f"Message-ID: {make_msgid(domain='icloud.example.org')}\r\n".encode(),
            b"Mime-Version: 1.0 (1.0)\r\nX-Mailer: iPhone Mail (23A341)\r\n",
            f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode(),
            _text_part(boundary, "Hullet ser slik ut:"),
            _picture_part(boundary, a_phone_photo(), "image/jpeg", "IMG_0001.jpeg"),
            _text_part(boundary, "og slik fra den andre siden"),
            _picture_part(boundary, a_phone_photo("HEIF"), "application/octet-stream", "IMG.HEIC"),
            _text_part(boundary, "Sendt fra min iPhone"),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def _text_part(boundary: str, text: str) -> bytes:
    head = "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit"
    return f"--{boundary}\r\n{head}\r\n\r\n{text}\r\n\r\n".encode()


def _picture_part(boundary: str, content: bytes, kind: str, name: str) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Type: {kind}; name={name}\r\n"
        f"Content-Disposition: inline; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content) + b"\r\n"


# What no person wrote, by the reason for which it is ignored.
AUTOMATIC: dict[str, dict[str, str]] = {
    "auto_submitted": {"Auto_Submitted": "auto-replied"},
    "auto_submitted ": {"Auto_Submitted": "auto-generated; x=y"},
    "precedence": {"Precedence": "Bulk"},
    "auto_response": {"X_Auto_Response_Suppress": "All"},
    "auto_response ": {"X_Autoreply": "yes"},
    "no_return_path": {"Return_Path": "<>"},
    "list": {"List_Id": "<nyheter.example.org>"},
    "list ": {"List_Unsubscribe": "<https://example.org/stop>"},
    "mailer_daemon": {"sender": "MAILER-DAEMON@mail.example.org (Mail Delivery System)"},
    "mailer_daemon ": {"sender": "postmaster@example.org"},
    "own_address": {"sender": "Stavanger kommune <post@demo.vof>"},
    "own_message": {"Message_ID": "<outbox-1.x@127.0.0.1>"},
}


def a_bounce() -> bytes:
    """What a mail server says that could not deliver our receipt."""
    return (
        b"Return-Path: <>\r\nFrom: Mail Delivery System <support@mail.example.org>\r\n"
        b"To: vof@example.no\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n--b--\r\n"
    )


def nested(depth: int) -> bytes:
    """Parts within parts, as deep as asked for."""
    head = b"From: kari@example.org\r\nSubject: dypt\r\nMessage-ID: <dypt@example.org>\r\n"
    body = b"Content-Type: text/plain\r\n\r\nInnerst\r\n"
    for level in range(depth):
        mark = b"b%d" % level
        body = (
            b"Content-Type: multipart/mixed; boundary="
            + mark
            + b"\r\n\r\n--"
            + mark
            + b"\r\n"
            + body
            + b"--"
            + mark
            + b"--\r\n"
        )
    return head + body


def many_parts(count: int) -> bytes:
    """A mail of many small parts."""
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = b"From: kari@example.org\r\nSubject: mange\r\nMessage-ID: <mange@example.org>\r\n"
    return head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--\r\n"


NOT_ENCODED = "From: Kåre <kare@example.org>\r\nSubject: Blåbær\r\n\r\nÆøå\r\n"
FROM_K = b"From: k@example.org\r\n"
PARTS, PAGE = FROM_K + b"Content-Type: multipart/mixed", FROM_K + b"Content-Type: text/html\r\n\r\n"

BROKEN = {
    "nothing at all": b"",
    "an empty line": b"\r\n",
    "noise": bytes(range(256)) * 50,
    "half a mail": a_mail(files=[(a_photo(), "image/jpeg", "a.jpg")])[:900],
    "a charset nobody knows": b"From: kari@example.org\r\nSubject: =?klingon?B?w6Y=?=\r\n"
    b"Content-Type: text/plain; charset=klingon\r\n\r\nBl\xe5b\xe6r\r\n",
    "letters that are not encoded": NOT_ENCODED.encode("cp1252"),
    "a header that is no header": b"From kari\r\n: x\r\nSubject\r\n\r\nHei\r\n",
    "base64 that is none": b"From: kari@example.org\r\nSubject: =?utf-8?B?a?=\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
    "parts without an end": PARTS + b"; boundary=b\r\n\r\n--b\r\n\r\nhei",
    "parts without a boundary": PARTS + b"\r\n\r\nhei\r\n",
    "a file name in a charset nobody knows": b"From: k@example.org\r\nSubject: x\r\n"
    b"Content-Type: image/jpeg; name*=klingon''%E6.jpg\r\n\r\nx",
    "deep parts": nested(2000),
    "many parts": many_parts(5000),
    "a sender of many lines": b"From: a@b.no,\r\n" + b" c@d.no,\r\n" * 3000 + b"\r\nhei\r\n",
    "a NUL": b"From: k\x00ari@example.org\r\nSubject: x\x00y\r\n\r\nhei\x00hei\r\n",
    "HTML of nothing": b"Subject: s\r\n" + PAGE + b"<!-- -->",
    "deep HTML": PAGE + b"<div>" * 20_000,
    "tables in tables": PAGE + b"<table><tr><td>x" * 200,
}
