"""The operator's commands that keep the register safe; each says in a sentence what stops it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from app import audit
from app.config import BadSetting, Settings, demand_database_url
from app.database import db
from app.reports.photo_store import photo_store
from app.safekeeping.archive import Manifest
from app.safekeeping.backup import write_backup
from app.safekeeping.moving import Moved, move_database
from app.safekeeping.refusal import Refused
from app.safekeeping.restoring import check_backup, restore_backup

_SUBJECT = "deployment"


def _in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Run with no connection of our own left open, and say in a sentence what stopped it."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        db.session.remove()
        db.engine.dispose()
        try:
            command(*args, **kwargs)
        except (Refused, BadSetting, OSError) as refused:
            raise click.ClickException(str(refused)) from refused
        except OperationalError as unreachable:
            raise click.ClickException(f"The database says: {unreachable.orig}") from unreachable

    return run


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
@_in_words
def backup_command(file: Path) -> None:
    """Write database and photos into FILE (.tar or .tar.gz); the server may run.

    SECRET_KEY is not part of it: keep it in another place.
    """
    manifest = write_backup(_settings(), photo_store(), file)
    audit.record("backup_made", _SUBJECT)
    db.session.commit()
    _tell(manifest)
    click.echo(f"Written to {file}.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only read FILE to its end and compare its checksums.")
@click.option("--replace", is_flag=True, help="Put it in the place of a database that holds rows.")
@click.option("--other-key", is_flag=True, help="Though it was made under another SECRET_KEY.")
@with_appcontext
@_in_words
def restore_command(file: Path, check: bool, replace: bool, other_key: bool) -> None:
    """Bring back the database and the photos of a backup FILE; the server must be stopped."""
    if check:
        _tell(check_backup(file))
        click.echo("The backup is whole.")
        return
    manifest = restore_backup(
        _settings(), photo_store(), file, replace=replace, other_key=other_key
    )
    upgrade()
    audit.record("backup_restored", _SUBJECT, made_at=manifest.made_at)
    db.session.commit()
    _tell(manifest)
    click.echo("Restored. Start the server.")


@click.command("move-database")
@click.option("--to", "target", required=True, help="Address of the new, empty database.")
@with_appcontext
@_in_words
def move_command(target: str) -> None:
    """Copy the register from DATABASE_URL into another database, and compare the two."""
    demand_database_url(target)

    def tell(moved: Moved) -> None:
        click.echo(f"{moved.table:<24} {moved.rows:>9}  {moved.checksum[:16]}  the same on both")

    move_database(_settings().database_url, target, tell)
    click.echo(
        "Moved. Set DATABASE_URL to the new address and start the server. The old database is as it"
        " was; nothing is written to it any more. Photos stay where they are."
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _tell(manifest: Manifest) -> None:
    photos = sum(name.endswith(".photo.jpg") for name in manifest.files)
    size_mb = sum(length for length, _digest in manifest.files.values()) / 1e6
    click.echo(
        f"Backup of {manifest.made_at}: {manifest.tables.get('reports', 0)} reports,"
        f" {photos} photos, {size_mb:.1f} MB."
    )
    for name in manifest.missing:
        click.echo(f"Missing in the photo store: {name}", err=True)
