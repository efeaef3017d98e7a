"""What staff are called."""

from __future__ import annotations

from app.languages import lazy_gettext
from app.permissions import Role
from app.staff.models import Staff

ROLE_NAMES = {
    Role.FRONT_DESK: lazy_gettext("Front desk"),
    Role.CREW: lazy_gettext("Crew"),
    Role.SIGN_KEEPER: lazy_gettext("Sign keeper"),
    Role.MANAGER: lazy_gettext("Manager"),
    Role.ADMIN: lazy_gettext("Administrator"),
}


def roles_of(staff: Staff) -> str:
    """The names of a person's roles, in the order of the house."""
    held = {role.name for role in staff.roles}
    return ", ".join(str(name) for role, name in ROLE_NAMES.items() if role.value in held)
