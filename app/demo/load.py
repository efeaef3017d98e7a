"""Fills an empty database with the demo municipality."""

from __future__ import annotations

import random
from pathlib import Path

from sqlalchemy import Select, exists, select

from app.catalogue import load_municipality
from app.database import now, session
from app.demo.reports import add_reports
from app.demo.signs import add_sign_life, add_signs
from app.permissions import Role
from app.places.models import Municipality, Place, Unit
from app.places.queries import list_places
from app.signs.models import Sign
from app.staff.operations import create_staff
from app.statistics.service_import import import_service_figures

FOLDER = Path(__file__).parent / "stavanger"
SEED = 4000
REPORTS = 2_000
SIGNS_PER_PLACE = 2
EXAMPLE_PLACES = {"a park": "Byparken", "a sports hall": "Stavanger idrettshall"}
CREW_UNIT = "Park og natur"

_NAMES = {
    Role.FRONT_DESK: "Demo Innbyggerservice",
    Role.CREW: "Demo Park og natur",
    Role.SIGN_KEEPER: "Demo Skiltansvarlig",
    Role.MANAGER: "Demo Leder",
    Role.ADMIN: "Demo Administrator",
}


def is_empty() -> bool:
    """Whether no municipality has been loaded yet."""
    return not session().scalar(select(exists(select(Municipality.id))))


def load_demo(reports: int = REPORTS) -> None:
    """Load places, signs, staff, two years of reports and what annual reports say of earlier ones;
    the same whenever on a day it is done.
    """
    rng = random.Random(SEED)
    load_municipality(FOLDER)
    add_signs(rng, list_places(), SIGNS_PER_PLACE)
    # Of its own, so that the rest of the demo does not change with it.
    add_sign_life(random.Random(SEED), set(EXAMPLE_PLACES.values()))
    add_demo_staff()
    import_service_figures(FOLDER / "annual_figures.csv")
    add_reports(rng, reports, until=now())


def add_demo_staff() -> None:
    """One account per role: `<role>@demo.vof` with the password `demo-<role>`."""
    crew_unit = session().scalars(select(Unit).where(Unit.name == CREW_UNIT)).one()
    for role, name in _NAMES.items():
        unit_id = crew_unit.id if role is Role.CREW else None
        create_staff(f"{role}@demo.vof", name, demo_password(role), role, unit_id)


def demo_password(role: Role) -> str:
    """The password of a demo account."""
    return f"demo-{role}"


def example_signs() -> dict[str, Sign]:
    """A sign in a park and one in a sports hall, to try first; none in another municipality."""
    found = {
        what: session().scalar(_first_sign_at(place)) for what, place in EXAMPLE_PLACES.items()
    }
    return {what: sign for what, sign in found.items() if sign}


def _first_sign_at(place: str) -> Select[Sign]:
    return select(Sign).join(Sign.place).where(Place.name == place).order_by(Sign.id).limit(1)
