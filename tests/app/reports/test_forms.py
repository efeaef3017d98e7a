"""The form without JavaScript: it files, it comes back whole when refused, it never doubles."""

import io
import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.database import db
from app.reports.models import Photo, Report
from tests.conftest import FROM_HERE
from tests.pictures import NOT_PHOTOS, a_photo


def post(client, page, /, **fields):
    files = fields.pop("photos", [])
    data = {"language": "nb", "category": "PA03"} | fields
    if files:
        data["photo"] = [(io.BytesIO(content), f"bilde{n}.jpg") for n, content in enumerate(files)]
    return client.post(page, data=data, headers=FROM_HERE, content_type="multipart/form-data")


@pytest.fixture
def address(park_sign):
    return f"/s/{park_sign.code}"


def reports():
    return db.session.scalars(select(Report).order_by(Report.id)).all()


def form_key(page):
    return re.search(r'name="?id"? value="?([0-9a-f-]{36})', page.text)[1]


def test_the_form_is_answered_with_the_way_to_the_receipt(client, address):
    answer = post(client, address, description="Benken er brukket.")
    assert answer.status_code == 303
    receipt = client.get(answer.location)
    (report,) = reports()
    assert report.channel == "qr"
    assert report.number in receipt.text
    assert "data-report-number" in receipt.text
    assert "Benken er brukket." in receipt.text


def test_without_the_key_the_page_tells_neither_text_nor_photo(client, address):
    post(client, address, description="Benken er brukket.", photos=[a_photo()])
    (report,) = reports()
    page = client.get(f"/r/{report.number}")
    assert page.status_code == 200
    assert "Benken er brukket." not in page.text
    assert "/photos/" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_three_photos_travel_with_the_form(client, address):
    assert (
        post(client, address, photos=[a_photo(), a_photo("PNG"), a_photo("WEBP")]).status_code
        == 303
    )
    (report,) = reports()
    assert len(report.photos) == 3


def test_an_unreadable_photo_does_not_cost_the_report(client, address):
    answer = post(client, address, photos=[NOT_PHOTOS["a ZIP"], a_photo()])
    assert answer.status_code == 303
    (report,) = reports()
    assert len(report.photos) == 1
    assert "unreadable=1" in answer.location
    assert client.get(answer.location).status_code == 200


def test_an_unreadable_photo_of_a_form_that_comes_back_is_told_at_once(client, address):
    answer = post(client, address, category="", photos=[NOT_PHOTOS["a ZIP"]])
    assert answer.status_code == 422
    assert "kunne ikke lese dette bildet" in answer.text


def test_the_same_form_again_is_a_replay(client, address):
    key = str(uuid4())
    first = post(client, address, id=key, description="En", photos=[a_photo()])
    again = post(client, address, id=key, description="En", photos=[a_photo()])
    assert first.location == again.location
    assert len(reports()) == 1
    assert reports()[0].uuid == UUID(key)


def test_the_back_button_never_swallows_a_second_report(client, address):
    key = str(uuid4())
    first = post(client, address, id=key, description="En")
    other = post(client, address, id=key, description="To")
    other_again = post(client, address, id=key, description="To")
    assert first.location != other.location
    assert other.location == other_again.location
    assert [report.description for report in reports()] == ["En", "To"]


def test_every_page_has_a_form_key_of_its_own(client, address):
    assert form_key(client.get(address)) != form_key(client.get(address))


TYPED = {
    "description": "Et lekeapparat <b>& sånt",
    "name": "Navn",
    "email": "innbygger@",
    "phone": "51 00 00 00",
}


def test_a_refused_form_comes_back_with_everything_typed(client, address):
    answer = post(client, address, **TYPED)
    assert answer.status_code == 422
    for typed in ("Et lekeapparat &lt;b&gt;&amp; sånt", "Navn", "innbygger@", "51 00 00 00"):
        assert typed in answer.text
    assert 'aria-invalid="true"' in answer.text or "aria-invalid=true" in answer.text
    assert (
        'data-island="error-summary"' in answer.text or "data-island=error-summary" in answer.text
    )
    assert reports() == []


def test_a_refused_form_keeps_its_photos_for_the_next_try(client, address):
    refused = post(client, address, email="innbygger@", photos=[a_photo()])
    kept = re.findall(r'name="?kept_photo"? value="?([0-9a-f-]{36})', refused.text)
    assert len(kept) == 1
    assert client.get(f"/photos/{kept[0]}/thumbnail").status_code == 200
    answer = post(client, address, id=form_key(refused), kept_photo=kept)
    assert answer.status_code == 303
    (report,) = reports()
    assert [str(photo.uuid) for photo in report.photos] == kept


def test_a_kept_photo_can_be_dropped(client, address):
    refused = post(client, address, email="innbygger@", photos=[a_photo()])
    kept = re.findall(r'name="?kept_photo"? value="?([0-9a-f-]{36})', refused.text)
    assert post(client, address, kept_photo=kept, drop_photo=kept).status_code == 303
    assert reports()[0].photos == []


def test_a_photo_of_another_report_cannot_be_claimed(client, address):
    post(client, address, photos=[a_photo()])
    (photo,) = db.session.scalars(select(Photo)).all()
    owner = photo.report_id
    post(client, address, description="Min nå", kept_photo=[str(photo.uuid)])
    assert db.session.scalars(select(Photo)).one().report_id == owner


def test_four_photos_are_one_too_many_and_three_are_kept(client, address):
    answer = post(client, address, photos=[a_photo(size=(40 + n, 40)) for n in range(4)])
    assert answer.status_code == 422
    assert answer.text.count("kept_photo") >= 3
    assert reports() == []


def test_without_a_category_the_form_asks_for_one(client, address):
    answer = post(client, address, category="")
    assert answer.status_code == 422
    assert reports() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"lat": "59.91", "lon": "10.75"},
        {"lat": "NaN", "lon": "5.7"},
        {"place": "2147483648"},
        {"place": "-1"},
        {"place": "9" * 5000},
        {"place": "²"},
        {"place": "park"},
        {},
        {"address": "   "},
        {"address": "x" * 501},
        {"sign_code": "??"},
        {"category": "XX99", "address": "her"},
    ],
)
def test_a_place_that_cannot_be_is_refused_with_the_form(client, fields):
    answer = post(client, "/report", description="Det som ble skrevet", **fields)
    assert answer.status_code in {404, 422}, answer.text
    assert reports() == []
    if answer.status_code == 422:
        assert "Det som ble skrevet" in answer.text


@pytest.mark.parametrize("place", ["x", "²", "9" * 5000], ids=["word", "square", "huge"])
def test_an_address_with_a_place_that_cannot_be_leads_to_the_empty_form(client, place):
    answer = client.get("/report", query_string={"place": place})
    assert answer.status_code == 200


def test_words_are_enough_to_say_where(client):
    assert post(client, "/report", address="bak skolen").status_code == 303
    assert reports()[0].address == "bak skolen"
    assert reports()[0].channel == "web"


def test_a_position_inside_is_kept(client):
    assert post(client, "/report", lat="58.9700", lon="5.7331", accuracy_m="12").status_code == 303
    assert reports()[0].accuracy_m == 12


def test_a_dangerous_fault_stops_at_the_emergency_panel(client, address):
    stopped = post(client, address, category="PA09", description="Ved sklien")
    assert stopped.status_code == 422
    for phone in ("110", "112", "113", "51 00 00 20"):
        assert phone in stopped.text
    assert "Ved sklien" in stopped.text
    assert reports() == []
    assert post(client, address, category="PA09", danger_seen="1").status_code == 303


def test_a_question_comes_first_where_danger_depends(client, address):
    assert post(client, address, category="PA01").status_code == 422
    assert post(client, address, category="PA01", **{"answers-danger": "yes"}).status_code == 422
    assert reports() == []
    assert post(client, address, category="PA01", **{"answers-danger": "no"}).status_code == 303
    going_on = {"answers-danger": "yes", "danger_seen": "1"}
    assert post(client, address, category="PA01", **going_on).status_code == 303
    assert [report.priority for report in reports()] == ["P1", "P0"]


def test_another_category_can_be_chosen_after_the_question(client, address):
    changed = post(
        client,
        address,
        category="PA01",
        description="Ved sklien",
        change_category="1",
        **{"answers-danger": "yes", "danger_seen": "1"},
    )
    assert changed.status_code == 200
    assert "Ved sklien" in changed.text
    assert reports() == []


def test_the_answer_to_one_category_is_not_held_against_another(client, address):
    assert post(client, address, **{"answers-danger": "yes"}).status_code == 303
    assert reports()[0].priority == "P3"


def test_the_page_of_a_sign_takes_few_statements(client, address, count_statements):
    client.get("/")
    count_statements.texts.clear()
    assert client.get(address).status_code == 200
    assert len(count_statements) <= 4, count_statements.texts


def test_filing_by_form_takes_at_most_seven_statements(client, address, count_statements):
    # What each process remembers for some seconds is remembered from here on.
    assert post(client, address, description="y").status_code == 303
    count_statements.texts.clear()
    assert post(client, address, description="x", email="n@example.org").status_code == 303
    assert len(count_statements) <= 7, count_statements.texts


def test_the_page_fits_into_one_round_trip(client, address):
    page = client.get(address, headers={"Accept-Encoding": "br"})
    assert page.headers["Content-Encoding"] == "br"
    assert len(page.data) <= 14_600
