"""Mails that no person wrote to us. To answer one could go on for ever, so they are ignored."""

from __future__ import annotations

from collections.abc import Callable

from app.mailbox.models import Reason

_BULK = {"bulk", "list", "junk", "auto_reply"}
_DAEMONS = {"mailer-daemon", "mail-daemon", "postmaster"}
_AUTO_RESPONSES = ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Autoresponder")
_LISTS = ("List-Id", "List-Unsubscribe")


def reason_to_ignore(
    header: Callable[[str], str], sender: str, *, is_own: bool, own_host: str
) -> Reason | None:
    """Why no person reads an answer to this mail; None for one that a person wrote.

    Args:
        header: gives a header's text, "" where it is missing.
        sender: the address, in small letters.
        is_own: whether our own mails come from that address.
        own_host: what stands in our Message-IDs.
    """
    message_id_host = header("Message-ID").strip().rstrip(">").rpartition("@")[2].lower()
    signs = {
        # Our own mails say that they are automatic, too; that they are ours says more.
        Reason.OWN_MESSAGE: message_id_host == own_host.lower(),
        Reason.OWN_ADDRESS: is_own,
        Reason.MAILER_DAEMON: _is_from_a_mail_server(header, sender),
        Reason.NO_RETURN_PATH: header("Return-Path").strip() == "<>",
        Reason.AUTO_SUBMITTED: _first_word(header("Auto-Submitted")) not in {"", "no"},
        Reason.AUTO_RESPONSE: any(header(name).strip() for name in _AUTO_RESPONSES),
        Reason.LIST: any(header(name).strip() for name in _LISTS),
        Reason.PRECEDENCE: _first_word(header("Precedence")) in _BULK,
    }
    return next((reason for reason, applies in signs.items() if applies), None)


def _is_from_a_mail_server(header: Callable[[str], str], sender: str) -> bool:
    reports = _first_word(header("Content-Type")) == "multipart/report"
    return reports or sender.partition("@")[0] in _DAEMONS


def _first_word(value: str) -> str:
    return value.partition(";")[0].strip().lower()
