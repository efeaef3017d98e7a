"""The pages of signs to look at and of the round."""

from __future__ import annotations

import re

from app.database import db
from tests.app.keepers.test_signs import codes_on


def stops_on(page):
    return set(re.findall(r"/[sS]/([0-9A-Z]{6})", page.text))


def test_a_missing_sign_stands_in_the_list_and_on_the_round(sign_keeper, park_sign):
    park_sign.state = "missing"
    db.session.commit()
    listed = sign_keeper.get("/signs/health?reason=missing")
    assert park_sign.code in codes_on(listed)
    assert park_sign.code not in codes_on(sign_keeper.get("/signs/health?reason=old"))
    assert park_sign.code in stops_on(sign_keeper.get("/signs/round?reason=missing"))


def test_a_round_of_a_place_holds_all_its_signs(sign_keeper, park_sign, hall_sign):
    here = stops_on(sign_keeper.get("/signs/round?q=byparken"))
    assert park_sign.code in here
    assert hall_sign.code not in here
    assert hall_sign.code in stops_on(sign_keeper.get("/signs/round?all=1"))


def test_nonsense_in_the_address_shows_the_whole_list(sign_keeper):
    for query in ("reason=x", "reason=", "place=x&q=%00", "all=&place=99999999999"):
        assert sign_keeper.get(f"/signs/health?{query}").status_code == 200
        assert sign_keeper.get(f"/signs/round?{query}").status_code == 200
