"""The operator's commands for keys of other systems."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask.cli import AppGroup

from app.open311.keys import make_key
from app.open311.models import USUAL_SCOPES, Scope

MAX_NAME = 120


@click.option("--name", required=True, help="Which system uses it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in USUAL_SCOPES]),
    help="What it may do; all of it where none is named. May be repeated.",
)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key by which another system reads, files and updates reports.

    The last line is the key. It is shown now and never again.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise click.ClickException(f"Give a name of at most {MAX_NAME} characters.")
    key, secret = make_key(name, [Scope(scope) for scope in scopes] or USUAL_SCOPES)
    click.echo(f"{key.name} may {', '.join(key.scopes)}. Its key, shown only now:")
    click.echo(secret)


def add_to(vof: AppGroup, in_one_transaction: Callable[..., Callable[..., None]]) -> None:
    """Add the commands to the operator's."""
    group = AppGroup("api-key", help="Keys of other systems (Open311).")
    group.command("create")(in_one_transaction(create))
    vof.add_command(group)
