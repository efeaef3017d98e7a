"""Which duty phone answers when: by the clock in Norway, holidays as Sundays, past midnight too."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime

import pytest
from sqlalchemy import select

from app.catalogue import load_municipality
from app.config import ROOT
from app.database import db
from app.demo.load import FOLDER
from app.languages import OSLO
from app.places.geojson import UnusableFile
from app.places.models import Municipality
from app.places.municipality import (
    UNNAMED,
    MunicipalitySettings,
    UnusableHours,
    duty_phone_view,
    forget,
    read_duty_hours,
)
from tests.conftest import FROM_HERE

OFFICE = {"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "15:30", "phone": "51 00 00 15"}
NIGHT = {"days": [5, 6], "from": "22:00", "to": "06:00", "phone": "51 00 00 16"}
SUNDAY = {"days": [7], "from": "00:00", "to": "24:00", "phone": "51 00 00 17"}
HOURS = [OFFICE, NIGHT, SUNDAY]
OTHERWISE = "51 00 00 20"

ANSWERS = {
    # Monday 23 November 2026
    "2026-11-23 07:59": OTHERWISE,
    "2026-11-23 08:00": OFFICE["phone"],
    "2026-11-23 15:29": OFFICE["phone"],
    "2026-11-23 15:30": OTHERWISE,
    # the night from Friday to Saturday, and from Saturday to Sunday
    "2026-11-27 21:59": OTHERWISE,
    "2026-11-27 23:59": NIGHT["phone"],
    "2026-11-28 00:00": NIGHT["phone"],
    "2026-11-28 05:59": NIGHT["phone"],
    "2026-11-28 06:00": OTHERWISE,
    "2026-11-29 05:59": NIGHT["phone"],
    "2026-11-29 06:00": SUNDAY["phone"],
    "2026-11-29 23:59": SUNDAY["phone"],
    "2026-11-30 00:00": OTHERWISE,
    # Christmas Day is a Friday: as a Sunday, and no night begins on it
    "2026-12-24 12:00": OFFICE["phone"],
    "2026-12-25 12:00": SUNDAY["phone"],
    "2026-12-25 23:00": SUNDAY["phone"],
    # Constitution Day is a Monday in 2027
    "2027-05-17 12:00": SUNDAY["phone"],
    "2027-05-18 12:00": OFFICE["phone"],
    # the days the clock is changed
    "2026-10-26 08:00": OFFICE["phone"],
    "2027-03-28 05:59": NIGHT["phone"],
    "2027-03-30 07:59": OTHERWISE,
    "2027-03-30 08:00": OFFICE["phone"],
}


def moment(clock: str) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=OSLO)


@pytest.mark.parametrize("clock", ANSWERS)
def test_the_number_is_that_of_the_hour(clock):
    here = MunicipalitySettings("", "", "", OTHERWISE, "", None, duty_hours=read_duty_hours(HOURS))
    assert here.duty_phone_at(moment(clock)) == ANSWERS[clock]


def test_without_hours_one_number_answers_always():
    assert UNNAMED.duty_phone_at(moment("2026-11-23 12:00")) == ""


def test_the_first_that_fits_counts():
    both = [OFFICE | {"phone": "first"}, OFFICE | {"phone": "second"}]
    here = MunicipalitySettings("", "", "", "", "", None, duty_hours=read_duty_hours(both))
    assert here.duty_phone_at(moment("2026-11-23 12:00")) == "first"


@pytest.mark.parametrize(
    "changes",
    [
        {"days": []},
        {"days": [0]},
        {"days": [8]},
        {"days": None},
        {"from": "8"},
        {"to": "24:01"},
        {"to": "08:60"},
        {"to": "08:00"},
        {"from": None},
        {"phone": " "},
        {"phone": None},
    ],
)
def test_hours_nobody_can_keep_are_refused(changes):
    with pytest.raises(UnusableHours):
        read_duty_hours([OFFICE | changes])


def test_a_municipality_with_such_hours_is_not_loaded(app, tmp_path):
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    settings = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    settings["duty_hours"] = [OFFICE | {"to": "soon"}]
    (tmp_path / "settings.json").write_text(json.dumps(settings), "utf-8")
    with pytest.raises(UnusableFile):
        load_municipality(tmp_path)


@pytest.fixture
def duty(app):
    row = db.session.scalars(select(Municipality)).one()
    row.duty_hours, row.duty_phone = HOURS, OTHERWISE
    db.session.commit()
    forget()


def test_the_panel_carries_the_number_of_now_and_the_hours(app, duty, client, park_sign):
    with app.test_request_context():
        view = duty_phone_view()
    page = client.post(f"/s/{park_sign.code}", data={"category": "PA09"}, headers=FROM_HERE)
    assert f"<b>{view['now']}</b>" in page.text
    assert view["hours"][0] == ["12345", 480, 930, "51 00 00 15"]
    assert "data-hours=" in page.text
    assert 7 <= len(view["holidays"].split()) <= 14


def test_the_phone_picks_the_same_numbers(app, duty):
    """The island and the server are asked the same questions."""
    with app.test_request_context():
        view = duty_phone_view()
    holidays = "2026-12-25 2026-12-26 2027-03-25 2027-03-26 2027-03-29 2027-05-17"
    asked = {clock: moment(clock).isoformat() for clock in ANSWERS}
    script = (
        "const { phoneAt } = await import(process.argv[1]);"
        "const [asked, hours, holidays, otherwise] = JSON.parse(process.argv[2]);"
        "const found = Object.fromEntries(Object.entries(asked).map(([clock, moment]) =>"
        " [clock, phoneAt(new Date(moment), hours, holidays) ?? otherwise]));"
        "console.log(JSON.stringify(found));"
    )
    island = (ROOT / "pwa/src/islands/duty-phone.ts").as_uri()
    given = json.dumps([asked, view["hours"], holidays, view["otherwise"]])
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "node", "--input-type=module", "-e", script, island, given],
        check=True,
        capture_output=True,
        text=True,
        env={"TZ": "Pacific/Auckland", "NODE_NO_WARNINGS": "1"},
        timeout=60,
    )
    assert json.loads(done.stdout) == ANSWERS
