"""Print orders: from the form to a file that was read back, and nothing handed out otherwise."""

from __future__ import annotations

import io
import re
import zipfile
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from app.database import db
from app.keepers import printing
from app.keepers.printing import print_waiting_orders
from app.signs.models import PrintOrder, Sign, SignEvent
from qr_signs import Misread
from tests.conftest import FROM_HERE


def form(*signs, **changes):
    usual = {
        "id": str(uuid4()),
        "signs": " ".join(sign.code for sign in signs),
        "format": "A6",
        "languages": "nb nn en",
        "copies": "1",
        "file": "pdf",
        "dpi": "300",
    }
    return usual | changes


def order(keeper, *signs, **changes):
    answer = keeper.post("/signs/orders", data=form(*signs, **changes), headers=FROM_HERE)
    assert answer.status_code == 303, answer.text
    return answer.location


def the_order():
    return db.session.scalars(select(PrintOrder)).one()


def codes_in(picture):
    return [found.text.rpartition("/")[2] for found in zxingcpp.read_barcodes(picture)]


def test_a_chosen_sign_becomes_a_file_that_leads_where_it_should(sign_keeper, park_sign, hall_sign):
    page = order(sign_keeper, park_sign, hall_sign)
    assert "Refresh" in sign_keeper.get(page).headers
    assert print_waiting_orders() == 1
    ready = sign_keeper.get(page)
    assert "Refresh" not in ready.headers
    file = sign_keeper.get(f"{page}/file")
    assert file.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(file.data)
    pictures = [document[number].render(scale=3).to_pil() for number in range(len(document))]
    found = [code for picture in pictures for code in codes_in(picture)]
    assert sorted(found) == sorted([park_sign.code, hall_sign.code])


def test_a_printed_sign_says_so_and_keeps_its_mask(sign_keeper, park_sign):
    park_sign.state = "ordered"
    db.session.commit()
    order(sign_keeper, park_sign)
    print_waiting_orders()
    sign = db.session.get(Sign, park_sign.id)
    assert sign.state == "printed"
    assert sign.mask in range(8)
    mask = sign.mask
    order(sign_keeper, park_sign)
    print_waiting_orders()
    assert db.session.get(Sign, park_sign.id).mask == mask


def test_the_same_order_again_gives_the_same_bytes(sign_keeper, park_sign):
    page = order(sign_keeper, park_sign)
    print_waiting_orders()
    again = sign_keeper.post(f"{page}/again", data={"id": str(uuid4())}, headers=FROM_HERE)
    assert again.location != page
    print_waiting_orders()
    assert sign_keeper.get(f"{page}/file").data == sign_keeper.get(f"{again.location}/file").data


def test_pictures_come_one_a_sign(sign_keeper, park_sign, hall_sign):
    page = order(sign_keeper, park_sign, hall_sign, format="sticker70", file="png")
    print_waiting_orders()
    archive = zipfile.ZipFile(io.BytesIO(sign_keeper.get(f"{page}/file").data))
    for sign in (park_sign, hall_sign):
        picture = Image.open(io.BytesIO(archive.read(f"{sign.code}.png")))
        assert codes_in(picture.convert("L")) == [sign.code]


def test_a_form_sent_twice_orders_once(sign_keeper, park_sign):
    sent = form(park_sign)
    first = sign_keeper.post("/signs/orders", data=sent, headers=FROM_HERE)
    second = sign_keeper.post("/signs/orders", data=sent, headers=FROM_HERE)
    assert first.location == second.location
    assert db.session.scalar(select(func.count(PrintOrder.id))) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "A7"),
        ("languages", "tlh"),
        ("copies", "0"),
        ("copies", "nan"),
        ("copies", "999"),
        ("file", "exe"),
        ("dpi", "1"),
    ],
)
def test_what_cannot_be_chosen_comes_back_with_everything_typed(
    sign_keeper, park_sign, field, value
):
    sent = form(park_sign, **{"copies": "3"} | {field: value})
    answer = sign_keeper.post("/signs/orders", data=sent, headers=FROM_HERE)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert park_sign.code in answer.text
    assert sent["id"] in answer.text
    assert db.session.scalar(select(func.count(PrintOrder.id))) == 0


def test_an_order_for_nothing_is_refused(sign_keeper):
    assert sign_keeper.post("/signs/orders", data=form(), headers=FROM_HERE).status_code == 422


def test_signs_that_were_taken_down_are_left_out(sign_keeper, park_sign, hall_sign):
    park_sign.state = "retired"
    db.session.commit()
    page = order(sign_keeper, park_sign, hall_sign)
    assert park_sign.code not in sign_keeper.get(page).text
    alone = sign_keeper.post("/signs/orders", data=form(park_sign), headers=FROM_HERE)
    assert alone.status_code == 422


def test_a_cancelled_order_makes_no_file(sign_keeper, park_sign):
    page = order(sign_keeper, park_sign)
    sign_keeper.post(f"{page}/cancel", headers=FROM_HERE)
    assert print_waiting_orders() == 0
    assert the_order().state == "cancelled"
    assert sign_keeper.get(f"{page}/file").status_code == 409
    assert sign_keeper.post(f"{page}/cancel", headers=FROM_HERE).status_code == 409


def test_an_order_that_is_cancelled_while_it_is_printed_stops(sign_keeper, park_sign, monkeypatch):
    page = order(sign_keeper, park_sign)
    write = printing.write_checked_pdf

    def cancelled_meanwhile(*given, **named):
        the_order().state = "cancelled"
        db.session.flush()
        return write(*given, **named)

    monkeypatch.setattr(printing, "write_checked_pdf", cancelled_meanwhile)
    monkeypatch.setattr(printing, "TOLD_EVERY_S", 0)
    print_waiting_orders()
    assert the_order().state == "cancelled"
    assert the_order().file_name is None
    assert sign_keeper.get(page).status_code == 200


def test_a_symbol_that_is_misread_stops_the_order(sign_keeper, park_sign, monkeypatch):
    state = park_sign.state

    def misread(*_given, **_named):
        raise Misread(park_sign.code, 1, "https://elsewhere.example")

    monkeypatch.setattr(printing, "write_checked_pdf", misread)
    page = order(sign_keeper, park_sign)
    print_waiting_orders()
    answer = sign_keeper.get(page)
    assert the_order().state == "failed"
    assert park_sign.code in the_order().error
    assert the_order().error in answer.text
    assert sign_keeper.get(f"{page}/file").status_code == 409
    assert db.session.get(Sign, park_sign.id).state == state


def test_whatever_goes_wrong_is_told_and_the_next_order_is_printed(
    sign_keeper, park_sign, hall_sign, monkeypatch
):
    write = printing.write_checked_pdf

    def fails_once(signs, *given, **named):
        if signs[0].code == park_sign.code:
            raise OSError("the disk is full")
        return write(signs, *given, **named)

    monkeypatch.setattr(printing, "write_checked_pdf", fails_once)
    order(sign_keeper, park_sign)
    order(sign_keeper, hall_sign)
    assert print_waiting_orders() == 2
    states = db.session.scalars(select(PrintOrder.state).order_by(PrintOrder.id)).all()
    assert states == ["failed", "ready"]


def test_the_form_takes_chosen_signs_a_place_or_all_that_are_new(sign_keeper, park_sign, hall_sign):
    chosen = sign_keeper.get(f"/signs/orders/new?sign={park_sign.code}")
    assert codes_on(chosen) == {park_sign.code}
    of_place = sign_keeper.get(f"/signs/orders/new?place={park_sign.place_id}")
    known = select(Sign.code).where(Sign.place_id == park_sign.place_id)
    assert codes_on(of_place) == set(db.session.scalars(known))
    hall_sign.state = "ordered"
    db.session.commit()
    assert codes_on(sign_keeper.get("/signs/orders/new?unprinted=1")) == {hall_sign.code}
    assert codes_on(sign_keeper.get("/signs/orders/new?sign=%27&place=x")) == set()


def codes_on(page):
    hidden = re.search(r'name="signs" value="([^"]*)"', page.text)
    return set(hidden[1].split()) if hidden else set()


def test_who_ordered_what_stands_in_the_list_and_at_the_sign(sign_keeper, park_sign):
    page = order(sign_keeper, park_sign)
    print_waiting_orders()
    listed = sign_keeper.get("/signs/orders")
    assert page in listed.text
    assert f"{page}/file" in listed.text
    assert "Demo Skiltansvarlig" in listed.text
    assert page in sign_keeper.get(f"/signs/{park_sign.code}").text
    printed = select(SignEvent.kind).where(SignEvent.sign_id == park_sign.id)
    assert "printed" in db.session.scalars(printed).all()


def test_an_unknown_order_is_a_404(sign_keeper):
    for address in ("/signs/orders/4711", "/signs/orders/4711/file", "/signs/orders/2147483647"):
        assert sign_keeper.get(address).status_code == 404


def test_while_signs_are_drawn_nobody_elses_write_waits(sign_keeper, park_sign, monkeypatch):
    """On SQLite an open transaction of the worker's would keep residents from reporting."""
    open_at = {}

    def watched(name):
        work = getattr(printing, name)

        def run(*given, **named):
            open_at[name] = db.session().in_transaction()
            return work(*given, **named)

        return run

    order(sign_keeper, park_sign)
    for name in ("best_mask", "write_checked_pdf"):
        monkeypatch.setattr(printing, name, watched(name))
    print_waiting_orders()
    assert open_at == {"best_mask": False, "write_checked_pdf": False}
    assert the_order().state == "ready"
