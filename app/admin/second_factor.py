"""Which roles may not work without a second factor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import audit
from app.admin.people_form import roles_in_form
from app.arguments import read_id
from app.attempts import attempt
from app.permissions import Role, allow
from app.staff.freshness import demand_fresh
from app.staff.operations import demand_of_roles
from app.staff.queries import count_without_factor, list_demanding_roles
from app.staff.wording import ROLE_NAMES

pages = Blueprint("second_factor", __name__, url_prefix="/admin/second-factor")

SUBJECT = "second_factor"


@pages.get("")
@allow(Role.ADMIN)
def form() -> str:
    """The roles, those that demand one marked, and how many people have none."""
    return _page(list_demanding_roles(), {})


@pages.post("")
@allow(Role.ADMIN)
def change() -> Any:
    """Demand it of these roles from now on, and of no others."""
    demand_fresh(url_for(".form"))
    wanted = roles_in_form()

    def carry_out() -> BaseResponse:
        audit.demand_seen(SUBJECT, read_id(request.form, "seen"))
        before = list_demanding_roles()
        demand_of_roles([Role(role) for role in wanted])
        after = list_demanding_roles()
        if before != after:
            audit.record("second_factor_demanded", SUBJECT, None, roles=[before, after])
        return redirect(url_for(".form", saved="changed"), 303)

    return attempt(carry_out, lambda errors: _page(wanted, errors))


def _page(demanding: list[str], errors: dict[str, str]) -> str:
    without = count_without_factor()
    return render_template(
        "admin/second_factor.html",
        roles=[
            {
                "id": role.value,
                "name": str(name),
                "demanded": role.value in demanding,
                "without": without.get(role.value, 0),
            }
            for role, name in ROLE_NAMES.items()
        ],
        errors=errors,
        seen=audit.last_id(SUBJECT),
        saved=request.args.get("saved", ""),
    )
