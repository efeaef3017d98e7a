"""Imports as keepers make them: a file is shown first, and kept when that is agreed to."""

from __future__ import annotations

import io
import json
import re

from sqlalchemy import select

from app.database import db
from app.places.models import Place
from tests.conftest import FROM_HERE


def post(keeper, address, **fields):
    return keeper.post(address, data=fields, headers=FROM_HERE)


CSV = b"id;navn;type;lat;lon\nx1;Importert park;Park;58.97;5.74\nx2;;Park;;\n"


def test_a_file_is_shown_first_and_kept_only_when_agreed(sign_keeper):
    upload = {"file": (io.BytesIO(CSV), "steder.csv"), "kind": ""}
    preview = post(sign_keeper, "/places/import", **upload)
    assert preview.status_code == 200
    assert "Importert park" in preview.text
    assert not db.session.scalars(select(Place).where(Place.external_id == "x1")).all()
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', preview.text)[1]
        for name in ("content", "mark", "kind")
    }
    for _twice in range(2):
        post(sign_keeper, "/places/import/confirm", **fields)
        (place,) = db.session.scalars(select(Place).where(Place.external_id == "x1"))
        assert place.name == "Importert park"


def test_a_file_whose_effect_has_changed_is_shown_again(sign_keeper):
    upload = {"file": (io.BytesIO(CSV), "steder.csv"), "kind": ""}
    preview = post(sign_keeper, "/places/import", **upload)
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', preview.text)[1]
        for name in ("content", "kind")
    }
    answer = post(sign_keeper, "/places/import/confirm", mark="another", **fields)
    assert answer.status_code == 200
    assert not db.session.scalars(select(Place).where(Place.external_id == "x1")).all()
    assert post(sign_keeper, "/places/import/confirm", content="x", mark="y").status_code == 422


def test_a_file_that_is_none_is_refused(sign_keeper):
    for content in (b"", b"\x00\x01\x02", b"{"):
        upload = {"file": (io.BytesIO(content), "steder.csv")}
        assert post(sign_keeper, "/places/import", **upload).status_code == 422
    assert post(sign_keeper, "/places/import").status_code == 422


def test_a_file_with_a_name_that_no_page_could_show_is_previewed(sign_keeper):
    name = json.dumps("Ny\ud800 \x00park")
    one = f'{{"features": [{{"id": 1, "properties": {{"name": {name}}}, "geometry": null}}]}}'
    upload = {"file": (io.BytesIO(one.encode()), "steder.geojson")}
    answer = post(sign_keeper, "/places/import", **upload)
    assert answer.status_code == 200
    assert "Ny park" in answer.text
