"""Who may call what: declared on every route, no default.

`@allow(...)` sits on each view and says who may call it and how large a body it takes.
`docs/permissions.md` is the reviewed table; a test walks the URL map against it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from app.languages import REGISTER_OF_PLACES
from app.problems import NotAllowed, SignInNeeded

KB = 1024
MB = 1024 * KB
FORM_BYTES = 1 * MB

# Below these addresses a visitor who is not signed in is sent to the sign-in page, whether the page
# exists or not: outsiders do not learn what staff have.
STAFF_PREFIXES = ("/desk", "/crew", "/signs", "/statistics", "/admin")


class Role(StrEnum):
    """The roles of the house; their names are part of the public surface."""

    FRONT_DESK = "front_desk"
    CREW = "crew"
    SIGN_KEEPER = "sign_keeper"
    MANAGER = "manager"
    ADMIN = "admin"


ANYONE: frozenset[Role] = frozenset()
STAFF = frozenset(Role)

# Views that libraries bring; what is not here and not declared stops the start.
LIBRARY_VIEWS: dict[str, frozenset[Role]] = {
    "security.login": ANYONE,
    "security.logout": ANYONE,
    "api-docs.openapi_json": ANYONE,
}

View = TypeVar("View", bound=Callable[..., Any])


class UndeclaredRoute(Exception):
    """A route without `@allow`: nobody has decided who may call it."""


def allow(
    *roles: Role, anyone: bool = False, max_bytes: int = FORM_BYTES
) -> Callable[[View], View]:
    """Declare who may call a view: `anyone=True`, or some roles.

    Args:
        roles: a person with one of these may call it.
        anyone: no sign-in is asked for.
        max_bytes: the largest body the view reads; more is answered with 413.
    """
    if anyone == bool(roles):
        raise UndeclaredRoute("say anyone=True or name the roles, and not both")

    def declare(view: View) -> View:
        view.allowed_roles = ANYONE if anyone else frozenset(roles)  # type: ignore[attr-defined]
        view.max_bytes = max_bytes  # type: ignore[attr-defined]
        return view

    return declare


def allowed_roles(app: Flask, endpoint: str) -> frozenset[Role]:
    """Who may call an endpoint; empty means anyone.

    Raises:
        UndeclaredRoute: nobody has decided.
    """
    if endpoint in LIBRARY_VIEWS:
        return LIBRARY_VIEWS[endpoint]
    roles: frozenset[Role] | None = getattr(app.view_functions[endpoint], "allowed_roles", None)
    if roles is None:
        raise UndeclaredRoute(f"{endpoint} does not say who may call it")
    return roles


def may_open(endpoint: str) -> bool:
    """Whether the person who is signed in may call an endpoint."""
    return any(current_user.has_role(role) for role in allowed_roles(current_app, endpoint))


def init_app(app: Flask) -> None:
    """Check every request against the declarations."""
    app.before_request(_check)


def demand_declarations(app: Flask) -> None:
    """Refuse to start with a route that does not say who may call it."""
    for rule in app.url_map.iter_rules():
        allowed_roles(app, rule.endpoint)


def _check() -> None:
    if request.endpoint is None:
        in_register = REGISTER_OF_PLACES.fullmatch(request.path)
        for_staff = in_register or request.path.startswith(STAFF_PREFIXES)
        if for_staff and not current_user.is_authenticated:
            raise SignInNeeded
        return
    roles = allowed_roles(current_app, request.endpoint)
    if not roles:
        return
    if not current_user.is_authenticated:
        raise SignInNeeded
    if not any(current_user.has_role(role) for role in roles):
        raise NotAllowed
