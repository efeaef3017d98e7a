"""What a sign leads to, and the register of the sign keepers."""

from __future__ import annotations

import io
import random
import re

import html5lib
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.database import db
from app.demo.signs import add_signs
from app.keepers.signs import PAGE
from app.permissions import Role
from app.places.queries import list_places
from app.signs.codes import ALPHABET, check_fits, neighbours
from app.signs.models import Sign, SignState
from tests.conftest import FROM_HERE, sign_at, signed_in

BOLTED = (
    "Signs are bolted to walls: /s/CODE and /S/CODE are printed on metal and must lead to the form "
    "of that place for as long as the sign hangs there. Do not change the address; make the new "
    "one an addition."
)


@pytest.mark.parametrize("prefix", ["/s/", "/S/"])
def test_the_address_on_a_sign_is_permanent(client, park_sign, prefix):
    answer = client.get(f"{prefix}{park_sign.code}")
    assert answer.status_code == 200, BOLTED
    assert "data-report-form" in answer.text, BOLTED
    assert "Byparken" in answer.text, BOLTED
    assert park_sign.label in answer.text, BOLTED


@pytest.mark.parametrize("prefix", ["/s/", "/S/"])
def test_a_form_sent_from_that_address_is_taken(client, park_sign, prefix):
    answer = client.post(f"{prefix}{park_sign.code}", data={"category": "PA03"}, headers=FROM_HERE)
    assert answer.status_code == 303, BOLTED


def test_the_frozen_code_of_a_sign_leads_there_for_ever(client, park_sign):
    """A code as it may hang on a wall today, with its check character."""
    db.session.add(Sign(code="7KQ3MB", place_id=park_sign.place_id, label="Ved brua"))
    db.session.commit()
    assert check_fits("7KQ3MB"), BOLTED
    assert "Ved brua" in client.get("/S/7KQ3MB").text, BOLTED


def typed_kindly(code):
    """The ways people type a code that still mean it."""
    yield code.lower()
    yield f"{code[:3]}-{code[3:]}"
    yield f"{code[:2]} {code[2:4]} {code[4:]}"
    yield code.replace("0", "O").replace("1", "I")
    yield code.lower().replace("0", "o").replace("1", "l")
    yield f" {code} "


def test_a_code_is_understood_however_it_is_typed(client, park_sign):
    code = next(f"01A0X{last}" for last in ALPHABET if check_fits(f"01A0X{last}"))
    db.session.add(Sign(code=code, place_id=park_sign.place_id, label="Ved brua"))
    db.session.commit()
    for typed in typed_kindly(code):
        assert "Ved brua" in client.get(f"/s/{typed}").text, typed
        lead = client.get("/", query_string={"code": typed})
        assert lead.status_code == 303, typed
        assert lead.location.casefold() == f"/s/{code}".casefold()


@pytest.mark.parametrize("typed", ["abc", "7KQ3MU", "7KQ3M88", "ÆØÅÆØÅ", "7KQ3M%2A", "%20", "'--"])
def test_what_cannot_be_a_code_is_refused_without_the_database(client, typed, count_statements):
    client.get("/s/abc")  # The name of the municipality stands on the page, and is remembered.
    count_statements.texts.clear()
    answer = client.get(f"/s/{typed}")
    assert answer.status_code == 404
    assert count_statements.texts == []


def test_a_known_form_without_a_sign_asks_the_database(client, count_statements):
    """The counterpart of the test above: the counting works."""
    client.get("/s/abc")
    count_statements.texts.clear()
    assert client.get("/s/000000").status_code == 404
    assert count_statements.texts


def one_wrong(code):
    """The code with a slip in each place in turn."""
    for position, character in enumerate(code):
        other = ALPHABET[(ALPHABET.index(character) + 7) % 32]
        yield code[:position] + other + code[position + 1 :]


def links(page):
    """Text by address; the same page in other languages left out."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    return {
        link.get("href"): "".join(link.itertext())
        for link in tree.iter("a")
        if not link.get("hreflang")
    }


def test_one_slip_gets_did_you_mean_with_the_right_sign(client, park_sign):
    for typed in one_wrong(park_sign.code):
        assert park_sign.code in neighbours(typed)
        for address, status in ((f"/s/{typed}", 404), (f"/?code={typed}", 200)):
            page = client.get(address)
            assert page.status_code == status
            (text,) = [
                text
                for url, text in links(page).items()
                if url.casefold().endswith(f"/s/{park_sign.code}".casefold())
            ]
            assert park_sign.code in text
            assert "Byparken" in text
            assert park_sign.label in text


def test_an_unknown_code_leads_on(client):
    unknown = next(f"0000{x}{y}" for x in ALPHABET for y in ALPHABET if check_fits(f"0000{x}{y}"))
    answer = client.get(f"/s/{unknown}?lang=en")
    assert answer.status_code == 404
    assert unknown in answer.text
    ways_on = links(answer)
    assert any(url.startswith("/?") or url == "/" for url in ways_on)
    assert any(url.startswith("tel:") for url in ways_on)


def test_a_code_typed_on_the_start_page_comes_back_with_the_reason(client):
    page = client.get("/?code=abc")
    assert page.status_code == 200
    assert 'value="abc"' in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("state", [state for state in SignState if state != SignState.RETIRED])
def test_a_sign_that_hangs_there_leads_to_its_form(client, park_sign, state):
    park_sign.state = state
    db.session.commit()
    assert "Byparken" in client.get(f"/s/{park_sign.code}").text


def test_a_retired_sign_still_leads_to_its_place(client, park_sign):
    park_sign.state = SignState.RETIRED
    db.session.commit()
    page = client.get(f"/s/{park_sign.code}?lang=en")
    assert page.status_code == 200
    assert "Byparken" in page.text
    assert "no longer in use" in page.text
    assert park_sign.label not in client.get(f"/places/{park_sign.place_id}").text


def test_a_code_is_never_given_out_twice(app, park_sign):
    db.session.add(Sign(code=park_sign.code, place_id=park_sign.place_id, label="x"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://vof.example.no"])
def test_the_symbol_of_a_sign_decodes_to_its_address(built, public_url):
    app = built(public_url=public_url)
    keeper = signed_in(app, Role.SIGN_KEEPER)
    sign = sign_at("Byparken")
    page = keeper.get(f"/signs/{sign.code}")
    scheme, _, host = public_url.partition("://")
    address = f"{scheme}://{host.upper()}/S/{sign.code}"
    assert address in page.text
    png = keeper.get(f"/signs/{sign.code}.png")
    assert png.mimetype == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.data)).convert("L"))
    assert (found.text, found.ec_level) == (address, "H")
    svg = keeper.get(f"/signs/{sign.code}.svg")
    assert svg.mimetype == "image/svg+xml"
    assert f"<title>{address}</title>" in svg.text
    path = address.partition(host.upper())[2]
    assert keeper.get(path).status_code == 200, BOLTED


@pytest.mark.parametrize("suffix", ["", ".svg", ".png"])
def test_an_unknown_sign_of_the_register_is_a_404(sign_keeper, suffix):
    for code in ("000000", "nonsense", "%00", "'"):
        assert sign_keeper.get(f"/signs/{code}{suffix}").status_code == 404


def test_a_page_of_a_sign_takes_its_code_in_either_case(sign_keeper, park_sign):
    assert sign_keeper.get(f"/signs/{park_sign.code.lower()}").status_code == 200


def codes_on(page):
    return re.findall(r"/signs/([0-9A-Z]{6})[\"?]", page.text)


def test_the_register_pages_through_all_signs_without_loss_or_repeat(sign_keeper):
    add_signs(random.Random(7), list_places(), 4)
    db.session.commit()
    total = db.session.scalar(select(func.count(Sign.id)))
    assert total > 2 * PAGE
    seen, page = [], "/signs"
    while page:
        answer = sign_keeper.get(page)
        seen += codes_on(answer)
        page = next((url for url in links(answer) if "after=" in url), None)
    assert len(seen) == total
    assert len(set(seen)) == total


def test_the_register_is_searched_by_code_and_place(sign_keeper, park_sign):
    of_the_park = set(
        db.session.scalars(select(Sign.code).where(Sign.place_id == park_sign.place_id))
    )
    assert set(codes_on(sign_keeper.get("/signs?q=byparken"))) == of_the_park
    assert set(codes_on(sign_keeper.get("/signs?q=BYPARK"))) == of_the_park
    assert park_sign.code in codes_on(sign_keeper.get(f"/signs?q={park_sign.code.lower()[:4]}"))
    assert codes_on(sign_keeper.get("/signs?q=%25")) == []
    assert codes_on(sign_keeper.get("/signs?q=_")) == []


def test_a_search_stays_on_the_next_page(sign_keeper):
    add_signs(random.Random(7), [place for place in list_places() if place.name == "Byparken"], 150)
    db.session.commit()
    first = sign_keeper.get("/signs?q=byparken&lang=en")
    (following,) = [url for url in links(first) if "after=" in url]
    assert "q=byparken" in following
    assert "lang=en" in following
    second = sign_keeper.get(following)
    assert len(codes_on(first)) == PAGE
    assert len(codes_on(second)) == 52
    assert not set(codes_on(first)) & set(codes_on(second))


def test_the_register_takes_few_statements_however_long_it_is(sign_keeper, count_statements):
    def statements():
        count_statements.texts.clear()
        sign_keeper.get("/signs")
        return len(count_statements)

    few = statements()
    add_signs(random.Random(7), list_places(), 4)
    db.session.commit()
    assert statements() <= few <= 6
