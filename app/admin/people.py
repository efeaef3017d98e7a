"""Who works here: people invited, changed, closed out and let in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.log import lines as log_lines
from app.admin.pages import MANAGERS
from app.admin.people_form import FIELDS, facts_of, read_person, roles_in_form, values_of
from app.admin.people_views import choices, list_lines, work_of
from app.arguments import printable, read_id, read_line
from app.attempts import attempt
from app.notices.letters import public_url
from app.permissions import Role, allow
from app.problems import NotFound, OwnAccount
from app.reports.operations import assign_person
from app.reports.queries import list_assigned
from app.staff.freshness import demand_fresh
from app.staff.links import end_links, make_link, send_link, token_of
from app.staff.models import LinkKind, Staff
from app.staff.operations import (
    demand_admin_left,
    end_sessions,
    invite_staff,
    lock_account,
    reset_factors,
    role_row,
)
from app.staff.queries import find_staff, list_people, list_people_at_work
from app.staff.tablets import end_all_stays, end_stay, find_stay, stay_lines

pages = Blueprint("people", __name__, url_prefix="/admin/people")

# A subject of its own, so that a person's sign-ins are no change of the account.
SUBJECT = "account"


@pages.get("")
@allow(*MANAGERS)
def register() -> str:
    """Everybody with an account, or those that a search finds."""
    text, closed = read_line(request.args, "q"), request.args.get("closed") == "1"
    return render_template(
        "admin/people.html",
        people=list_lines(list_people(closed=closed), text),
        q=text,
        closed=closed,
        may_change=current_user.has_role(Role.ADMIN),
    )


@pages.get("/new")
@allow(Role.ADMIN)
def new() -> str:
    """An empty form."""
    demand_fresh()
    return _new_page({"roles": []}, {})


@pages.post("/new")
@allow(Role.ADMIN)
def invite() -> Any:
    """Add an account; its person sets the password by a link."""
    demand_fresh(url_for(".new"))
    typed = _typed()

    def carry_out() -> Any:
        columns = read_person(typed)
        made = invite_staff(columns["email"], columns["name"], columns["roles"], columns["unit_id"])
        audit.record("person_invited", SUBJECT, made.id, **facts_of(made))
        return _link_page(made, LinkKind.INVITATION)

    return attempt(carry_out, lambda errors: _new_page(typed, errors))


@pages.get("/<id:person_id>")
@allow(Role.ADMIN)
def person(person_id: int) -> str:
    """An account: what it may, and what can be done with it."""
    demand_fresh()
    staff = _find(person_id)
    return _person_page(staff, values_of(staff), {})


@pages.post("/<id:person_id>")
@allow(Role.ADMIN)
def change(person_id: int) -> Any:
    """Put name, address, roles and unit right."""
    typed = _typed()

    def carry_out(staff: Staff) -> BaseResponse:
        columns, before = read_person(typed, staff), facts_of(staff)
        wanted = columns["roles"]
        if staff.id == current_user.id:
            wanted = [Role(role.name) for role in staff.roles]
        elif Role.ADMIN not in wanted:
            demand_admin_left(staff)
        if staff.email != columns["email"]:
            # They went to the address that was wrong, or is another's by now.
            end_links(staff)
        if {role.value for role in wanted} != {role.name for role in staff.roles}:
            end_all_stays(staff)
        staff.roles = [role_row(role) for role in wanted]
        staff.email, staff.name = columns["email"], columns["name"]
        staff.unit_id = columns["unit_id"]
        changes = audit.differences(before, facts_of(staff))
        return _done("person_changed", staff, "changed", **changes)

    return _carry_out(person_id, carry_out, typed)


@pages.post("/<id:person_id>/close")
@allow(Role.ADMIN)
def close(person_id: int) -> Any:
    """Close an account: its sessions end at once, its reports go to somebody else or nobody."""

    def carry_out(staff: Staff) -> BaseResponse:
        if staff.id == current_user.id:
            raise OwnAccount
        demand_admin_left(staff)
        heir_id = read_id(request.form, "heir")
        heir = next((one for one in list_people_at_work() if one.id == heir_id), None)
        handed = list_assigned(staff.id, for_change=True)
        for report in handed:
            assign_person(report, None if heir == staff else heir, current_user)
        staff.active = False
        end_sessions(staff)
        end_links(staff)
        told: dict[str, Any] = {"handed_on": len(handed)} if handed else {}
        return _done("person_deactivated", staff, "archived", **told)

    return _carry_out(person_id, carry_out)


@pages.post("/<id:person_id>/open")
@allow(Role.ADMIN)
def open_again(person_id: int) -> Any:
    """Let a person in again, with what they signed in with before."""

    def carry_out(staff: Staff) -> BaseResponse:
        staff.active = True
        return _done("person_reactivated", staff, "restored")

    return _carry_out(person_id, carry_out)


@pages.post("/<id:person_id>/sign-out")
@allow(Role.ADMIN)
def sign_out(person_id: int) -> Any:
    """End every session of a person."""

    def carry_out(staff: Staff) -> BaseResponse:
        end_sessions(staff)
        return _done("person_signed_out", staff, "changed")

    return _carry_out(person_id, carry_out)


@pages.post("/<id:person_id>/tablets/<id:stay_id>/end")
@allow(Role.ADMIN)
def end_tablet(person_id: int, stay_id: int) -> Any:
    """Sign a person out of one tablet, which erases what it holds as soon as it is online."""

    def carry_out(staff: Staff) -> BaseResponse:
        stay = find_stay(stay_id, staff)
        if stay.ended_at is None:
            end_stay(stay, current_user)
        return _done("person_off_tablet", staff, "changed", tablet=stay.name)

    return _carry_out(person_id, carry_out)


@pages.post("/<id:person_id>/reset-factors")
@allow(Role.ADMIN)
def end_factors(person_id: int) -> Any:
    """Forget a person's app, passkeys and recovery codes; the password stays."""

    def carry_out(staff: Staff) -> BaseResponse:
        reset_factors(staff)
        return _done("factors_reset", staff, "changed")

    return _carry_out(person_id, carry_out)


@pages.post("/<id:person_id>/link")
@allow(Role.ADMIN)
def link(person_id: int) -> Any:
    """A link that lets a person set a password, shown this once."""

    def carry_out(staff: Staff) -> Any:
        if not staff.active:
            raise NotFound
        kind = LinkKind.RECOVERY if staff.password else LinkKind.INVITATION
        audit.record("link_made", SUBJECT, staff.id, kind=kind.value)
        return _link_page(staff, kind)

    return _carry_out(person_id, carry_out)


def _carry_out(
    person_id: int, work: Callable[[Staff], Any], typed: dict[str, Any] | None = None
) -> Any:
    """Do something to an account as the administrator has seen it."""
    demand_fresh(url_for(".person", person_id=person_id))

    def carry_out() -> Any:
        staff = lock_account(person_id)
        if staff is None:
            raise NotFound
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"), staff.id)
        return work(staff)

    def show_again(errors: dict[str, str]) -> str:
        staff = _find(person_id)
        return _person_page(staff, typed or values_of(staff), errors)

    return attempt(carry_out, show_again)


def _find(person_id: int) -> Staff:
    found = find_staff(person_id)
    if found is None:
        raise NotFound
    return found


def _done(action: str, staff: Staff, saved: str, **details: Any) -> BaseResponse:
    audit.record(action, SUBJECT, staff.id, **details)
    return redirect(url_for(".person", person_id=staff.id, saved=saved), 303)


def _typed() -> dict[str, Any]:
    typed: dict[str, Any] = {name: printable(request.form.get(name, "")).strip() for name in FIELDS}
    return typed | {"roles": roles_in_form()}


def _link_page(staff: Staff, kind: LinkKind) -> str:
    made = make_link(staff, kind)
    if send := "send" in request.form:
        send_link(made)
    return render_template(
        "admin/person_link.html",
        person={"id": staff.id, "name": staff.name, "email": staff.email},
        url=public_url("signing_in.link", link_token=token_of(made)),
        kind=kind.value,
        sent=send,
    )


def _new_page(typed: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "admin/person_new.html", values=typed, errors=errors, own=False, **choices()
    )


def _person_page(staff: Staff, typed: dict[str, Any], errors: dict[str, str]) -> str:
    sent = errors and "seen" in request.form
    seen = read_id(request.form, "seen")
    missed = audit.list_unseen(SUBJECT, seen, staff.id) if sent else []
    return render_template(
        "admin/person.html",
        person=list_lines([staff])[0],
        work=work_of(staff),
        tablets=stay_lines(staff),
        values=typed,
        errors=errors,
        missed=log_lines(missed),
        seen=audit.last_id(SUBJECT, staff.id),
        saved=request.args.get("saved", ""),
        own=staff.id == current_user.id,
        heirs=[
            {"id": str(one.id), "name": one.name}
            for one in list_people_at_work()
            if one.id != staff.id
        ],
        **choices(),
    )
