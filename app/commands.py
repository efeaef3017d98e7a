"""The operator's commands: `flask --app wsgi vof …`. Each is one transaction."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo
from flask_babel import force_locale
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import audit, catalogue, dead_letters
from app.database import db, now, session
from app.demo import load as demo
from app.demo.places import add_places
from app.demo.reports import add_reports
from app.demo.signs import add_signs
from app.imports.files import UnusableFile
from app.imports.plans import Action
from app.jobs import run_worker
from app.mailbox import commands as mailbox_commands
from app.notices.letters import public_url
from app.open311 import commands as open311_commands
from app.permissions import Role
from app.personal import retention
from app.places.imports import PlacePlan, carry_out, demand_all_usable, plan_file
from app.places.models import Place, PlaceKind, Unit
from app.places.queries import list_places
from app.problems import Problem
from app.safekeeping.commands import backup_command, move_command, restore_command
from app.serve import serve
from app.staff.links import make_link, token_of
from app.staff.models import LinkKind
from app.staff.operations import create_staff, demand_good_password
from app.staff.queries import find_by_email

vof = AppGroup("vof", help="Run and look after VOF.")
staff = AppGroup("staff", help="Accounts of staff.")
places = AppGroup("places", help="Parks, halls and other places.")
vof.add_command(staff)
vof.add_command(places)
outbox_group = AppGroup("outbox", help="Messages that have not gone out.")
vof.add_command(outbox_group)
for safekeeping in (backup_command, restore_command, move_command):
    vof.add_command(safekeeping)

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def in_one_transaction(command: Callable[..., None]) -> Callable[..., None]:
    """Keep all of a command's work or none, and say in a sentence what stopped it."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        # The commands speak English; so do the Problems they meet.
        with force_locale("en"):
            try:
                command(*args, **kwargs)
                db.session.commit()
            except (UnusableFile, Problem) as error:
                db.session.rollback()
                raise click.ClickException(_in_words(error)) from error

    return run


def _in_words(error: Exception) -> str:
    if isinstance(error, Problem):
        return " ".join([error.message, *(str(sentence) for sentence in error.fields.values())])
    return str(error)


@vof.command("municipality")
@click.argument("folder", type=EXISTING_FOLDER)
@in_one_transaction
def municipality_command(folder: Path) -> None:
    """Load a municipality's FOLDER: settings, boundary, units, kinds, categories and places.

    app/demo/stavanger is an example of such a folder. Loading it again brings all up to date.
    """
    catalogue.load_municipality(folder)
    click.echo(f"Loaded {folder}.")


@vof.command("boundary")
@click.argument("file", type=EXISTING_FILE)
@in_one_transaction
def boundary_command(file: Path) -> None:
    """Replace the boundary by the polygons of a GeoJSON FILE."""
    catalogue.load_boundary(file)
    click.echo("The boundary is replaced.")


@places.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
@click.option("--kind", help="Code of the kind of new places whose row names none.")
@click.option("--leave-out", is_flag=True, help="Import the rest where a row cannot be used.")
@in_one_transaction
def places_import(file: Path, dry_run: bool, kind: str | None, leave_out: bool) -> None:
    """Add the places of a GeoJSON or CSV FILE, or update those known by their id."""
    plan = plan_file(file, _kind(kind) if kind else None)
    if dry_run:
        _tell(plan)
    elif not leave_out:
        demand_all_usable(plan, file)
    counts = plan.counts
    click.echo(
        f"{counts[Action.ADD]} added, {counts[Action.CHANGE]} changed,"
        f" {counts[Action.LEAVE]} unchanged."
    )
    for row in plan.unused:
        click.echo(f"Left out: {row.line}  {row.name}: {row.reason}")
    if dry_run:
        click.echo("Nothing was kept (--dry-run).")
    else:
        carry_out(plan, None)


def _kind(code: str) -> PlaceKind:
    kinds = {kind.code: kind for kind in session().scalars(select(PlaceKind))}
    if code not in kinds:
        raise click.ClickException(f"No kind is called {code!r}; there are {', '.join(kinds)}.")
    return kinds[code]


def _tell(plan: PlacePlan) -> None:
    """Row by row what would change."""
    for one in plan.rows:
        click.echo(f"{one.row.line}  {one.action}  {one.row.external_id}  {one.row.name}")
        for name, (before, after) in one.changes.items():
            if one.action is Action.CHANGE:
                click.echo(f"    {name}: {before} → {after}")
        for note in one.notes:
            click.echo(f"    {note}")


@staff.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", help="Name of the unit; a crew sees this unit's reports.")
@click.password_option()
@in_one_transaction
def staff_create(email: str, name: str, role: str, unit: str | None, password: str) -> None:
    """Create an account for EMAIL."""
    unit_id = session().scalar(select(Unit.id).where(Unit.name == unit)) if unit else None
    if unit and unit_id is None:
        raise click.ClickException(f"There is no unit called {unit!r}.")
    demand_good_password(password)
    create_staff(email, name, password, Role(role), unit_id)
    click.echo(f"{email} can sign in as {role}.")


@staff.command("reset")
@click.argument("email")
@in_one_transaction
def staff_reset(email: str) -> None:
    """Make a link that lets EMAIL set a new password; it ends their second factors.

    For who has lost everything and finds no administrator to help.
    """
    person = find_by_email(email)
    if person is None:
        raise click.ClickException(f"No account has the address {email!r}.")
    if not person.active:
        raise click.ClickException("This account is closed. An administrator can open it again.")
    made = make_link(person, LinkKind.RECOVERY)
    audit.record_for(None, "link_made", "staff", person.id, kind=made.kind)
    click.echo(f"{person.name} can set a new password within 24 hours, once, at")
    click.echo(public_url("signing_in.link", link_token=token_of(made)))


@vof.command("sample-data")
@click.option("--reports", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--places", "place_count", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--signs", "sign_count", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--seed", default=1, show_default=True)
@in_one_transaction
def sample_data(reports: int, place_count: int, sign_count: int, seed: int) -> None:
    """Bulk-load made-up data on top of what is there; the same seed gives the same data."""
    if demo.is_empty():
        raise click.ClickException(
            "Load a municipality first: flask --app wsgi vof municipality FOLDER"
        )
    rng = random.Random(seed)  # noqa: S311 - believable, not secret
    add_places(rng, place_count)
    if sign_count:
        all_places = list_places()
        if not all_places:
            raise click.ClickException("There is no place to hang a sign.")
        each, left = divmod(sign_count, len(all_places))
        add_signs(rng, all_places, each)
        add_signs(rng, all_places[:left], 1)
    if reports and not session().scalar(select(func.count(Place.id))):
        raise click.ClickException("There is no place to report from.")
    add_reports(rng, reports, until=now())
    click.echo(f"Added {place_count} places, {sign_count} signs and {reports} reports.")


@vof.command("prepare")
@in_one_transaction
def prepare() -> None:
    """Create or migrate the database; with DEMO=1 load the demo into an empty one."""
    upgrade()
    if current_app.config["DEMO"] and demo.is_empty():
        click.echo("Loading the demo municipality …")
        demo.load_demo()


@vof.command("worker")
def worker() -> None:
    """Run the background work until stopped."""
    run_worker()


@vof.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what is due.")
@in_one_transaction
def retention_command(dry_run: bool) -> None:
    """Remove what has been kept long enough, as the worker does every hour.

    Contact details and subscriptions are told by category.
    """
    for rule in retention.RULES:
        due = rule.count_due()
        for code, count in sorted(due.items()):
            click.echo(f"{rule.name:<20} {code:<6} {count:>7}")
        if not any(due.values()) and not due:
            click.echo(f"{rule.name:<20} {'':<6} {0:>7}")
        while not dry_run and rule.run():
            db.session.commit()
    if dry_run:
        click.echo("Nothing was removed (--dry-run).")


@outbox_group.command("list")
@click.option("--dead", is_flag=True, help="What has failed for good, in place of what waits.")
@in_one_transaction
def outbox_list(dead: bool) -> None:
    """List what has not gone out: number, kind, tries, since when, what it is about, last error."""
    messages = dead_letters.list_messages(dead=dead)
    for one in messages:
        about = ", ".join(f"{name} {value}" for name, value in one.payload.items())
        since = f"{one.created_at:%Y-%m-%d %H:%M}Z"
        click.echo(f"{one.id}  {one.kind}  {one.attempts}  {since}  {about}  {one.error}".rstrip())
    click.echo(f"{len(messages)} {'dead' if dead else 'waiting'}.")


@outbox_group.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "all_of_them", is_flag=True, help="Every dead message.")
@in_one_transaction
def outbox_retry(ids: tuple[int, ...], all_of_them: bool) -> None:
    """Give dead messages another eight tries; the worker sends them within a minute."""
    if bool(ids) == all_of_them:
        raise click.ClickException("Name some messages, or give --all.")
    count = len(dead_letters.retry(None if all_of_them else ids))
    click.echo(f"{count} will be tried again.")


@vof.command("serve")
@click.pass_obj
def serve_command(script: ScriptInfo) -> None:
    """Serve, with the background worker; prints the addresses to open."""
    serve(script.load_app())


mailbox_commands.add_to(vof)
open311_commands.add_to(vof, in_one_transaction)


def init_app(app: Flask) -> None:
    """Add the commands to `flask`."""
    app.cli.add_command(vof)
