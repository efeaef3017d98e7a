"""`vof mail-in` for the mail server, and `vof mailbox` for the operator."""

from __future__ import annotations

import logging
import os
import sys

import click
from flask.cli import AppGroup

from app.mailbox.models import Way
from app.mailbox.operations import take_mail
from app.mailbox.queries import count_unsettled, find_state, list_mails
from app.mailbox.reading import MB

log = logging.getLogger(__name__)

# More than any mail server lets through. What is not read here stays with the mail server.
MAX_PIPED_BYTES = 100 * MB
MOST_SHOWN = 20


def add_to(group: AppGroup) -> None:
    """Add the commands to `vof`."""
    group.command("mail-in")(mail_in)
    group.command("mailbox")(mailbox)


def mail_in() -> None:
    """Enter the mail on standard input, for a mail server's pipe.

    Ends with 75 (EX_TEMPFAIL) when it could not be kept, so that the mail server keeps it.
    """
    try:
        raw = sys.stdin.buffer.read(MAX_PIPED_BYTES + 1)
        if len(raw) > MAX_PIPED_BYTES:
            raise ValueError("it is larger than 100 MB")  # noqa: TRY301 - one way out for all
        new = take_mail(raw, len(raw), Way.PIPE)
    except Exception:
        # Whatever it is, the mail must not be lost: the server tries again.
        log.exception("a mail could not be kept")
        sys.exit(os.EX_TEMPFAIL)
    click.echo("Taken." if new else "It was here already.")


def mailbox() -> None:
    """Tell when the mailbox was read, what came lately, and what waits for a person."""
    state = find_state()
    if state is None:
        click.echo("The mailbox has not been read yet.")
    elif state.failing_since:
        click.echo(f"Not to be read since {state.failing_since:%Y-%m-%d %H:%M}Z: {state.error}")
    else:
        click.echo(f"Last read {state.read_at:%Y-%m-%d %H:%M}Z.")
    for one, _kept in list_mails()[:MOST_SHOWN]:
        number = one.report.number if one.report else one.reason
        click.echo(
            f"{one.id}  {one.received_at:%Y-%m-%d %H:%M}Z  {one.way}  {one.outcome}  {number}"
        )
    click.echo(f"{count_unsettled()} wait for a person.")
