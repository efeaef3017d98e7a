"""Filing and finding one request: checklist P1–P25, G1–G16, T1–T5, Z1–Z6."""

from __future__ import annotations

import io
import re
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.database import db, now
from app.open311.keys import make_key
from app.open311.models import ApiKey, Scope
from app.reports import photos
from app.reports.models import Category, Report
from app.reports.operations import add_note, add_staff_photo, release_report
from app.reports.photos import prepare_photo
from app.reports.queries import find_report
from tests.app.open311.conftest import Caller, read
from tests.pictures import a_photo

FIELDS = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
]
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HOSTILE = (
    "<script>alert('x')</script> & &amp; <![CDATA[ ]]> ]]> \"'\n"
    "æøå ÆØÅ 😀 \U0001f469\u200d\U0001f467 中文 \u202e\u200f javascript:alert(1)\n\n"
    "zwei\tdrei {{7*7}} %s \\u0000"
)


def a_file(name="photo.jpg", content=None):
    return io.BytesIO(content or a_photo()), name


def test_a_request_is_filed_and_comes_back(system):
    told = system.post(
        "requests",
        service_code="PA03",
        lat="58.9701",
        long="5.7333",
        address_string="Ved dammen",
        description="Benken er brukket.",
        email="kari@example.org",
        first_name="Kari",
        last_name="Nordmann",
        phone="(51) 00-00-00",
        device_id="tt222111",
        account_id="123456",
    )
    (answered,) = told
    assert list(answered) == ["service_request_id", "service_notice", "account_id"]
    assert answered["service_notice"]
    number = answered["service_request_id"]
    assert isinstance(number, str)
    found = system.one(number)
    assert list(found) == FIELDS
    assert found["service_request_id"] == number
    assert found["status"] == "open"
    assert (found["lat"], found["long"]) == (58.9701, 5.7333)
    assert found["address"] == "Ved dammen"
    assert found["description"] == "Benken er brukket."
    assert found["service_code"] == "PA03"
    assert found["service_name"] == "Benk eller bord"
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert W3C.fullmatch(found[name])
    report = find_report(number)
    assert report.channel == "open311"
    assert (report.contact.name, report.contact.email) == ("Kari Nordmann", "kari@example.org")
    assert report.held_at is None
    assert abs(report.received_at - now()) < timedelta(minutes=1)


def test_both_formats_say_the_same_of_a_request(client, keyed):
    _key, secret = keyed()
    number = Caller(client, "json", secret).file(description=HOSTILE)
    for key in (secret, None):
        as_xml, as_json = (Caller(client, form, key).one(number) for form in ("xml", "json"))
        assert as_xml == as_json


def test_a_place_in_words_alone_is_enough(system):
    number = system.file(lat=None, long=None, address_string="Storgata 1")
    assert system.one(number)["address"] == "Storgata 1"
    assert system.one(number)["lat"] is None


def test_the_code_of_a_sign_alone_is_enough(system, park_sign):
    for name in ("address_id", "service_object_id"):
        (told,) = system.post("requests", service_code="PA03", **{name: park_sign.code})
        found = system.one(told["service_request_id"])
        assert found["address_id"] == park_sign.code
        assert found["lat"]
        assert found["address"].startswith("Byparken")
        assert find_report(told["service_request_id"]).sign.code == park_sign.code


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"lat": None, "long": None}, 400, "address_string required"),
        ({"lat": "", "long": " "}, 400, "address_string required"),
        ({"service_code": None}, 400, "service_code required"),
        ({"service_code": "NOPE"}, 404, "service_code"),
        ({"service_code": "x" * 5000}, 404, "service_code"),
        ({"long": None}, 400, "long required"),
        ({"lat": ""}, 400, "lat required"),
        ({"lat": "north"}, 400, "lat"),
        ({"lat": "91"}, 400, "lat"),
        ({"long": "-180.1"}, 400, "long"),
        ({"lat": "nan"}, 400, "lat"),
        ({"long": "inf"}, 400, "long"),
        ({"lat": "1e999"}, 400, "lat"),
        ({"lat": "59.91", "long": "10.75"}, 400, "lat"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"address_string": "x" * 501}, 400, "address_string"),
        ({"address_id": "ZZZZZZ"}, 400, "address_id"),
        ({"email": "nobody"}, 400, "email"),
        ({"phone": "one"}, 400, "phone"),
        ({"first_name": "x" * 121}, 400, "first_name"),
        ({"api_key": None}, 403, "api_key required"),
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"api_key": "\x00"}, 403, "api_key"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(system, changes, status, named):
    usual = {"service_code": "PA03", "lat": "58.97", "long": "5.73"}
    assert named in system.refused("requests", status, **usual | changes)
    assert not db.session.scalars(select(Report)).all()


def test_a_key_may_come_in_the_address_or_a_header(system):
    sent = {"service_code": "PA03", "address_string": "x", "api_key": None}
    client, path = system.client, system.path("requests")
    for extra in (
        {"query_string": {"api_key": system.key}},
        {"headers": {"Authorization": f"Bearer {system.key}"}},
    ):
        data = {name: value for name, value in sent.items() if value}
        assert client.post(path, data=data, **extra).status_code == 200


def test_attributes_are_the_answers_to_the_questions(system):
    number = system.file(
        service_code="VE03", **{"attribute[what]": "dark", "attribute[how_many]": "3"}
    )
    assert find_report(number).answers == {"what": "dark", "how_many": 3}


def test_an_attribute_that_is_asked_after_an_answer_is_demanded_then(system):
    usual = {"service_code": "VE03", "lat": "58.97", "long": "5.73"}
    said = system.refused("requests", **usual, **{"attribute[what]": "dark"})
    assert "how_many required" in said
    system.file(service_code="VE03", **{"attribute[what]": "flickers"})


def ask_of_benches(*questions):
    category = db.session.scalars(select(Category).where(Category.code == "PA03")).one()
    category.questions = list(questions)
    db.session.commit()


def question(code, kind, **more):
    options = [{"code": one, "names": {"nb": one}} for one in more.pop("options", ())]
    asked = {"code": code, "kind": kind, "label": {"nb": code}} | more
    return asked | ({"options": options} if options else {})


@pytest.mark.parametrize(
    "sent",
    [
        {"attribute[parts][]": ["seat", "back"]},
        {"attribute[parts]": ["seat", "back"]},
        {"attribute[parts]": "seat,back"},
        {"attribute[parts]": ["", "seat", "back"]},
        {"attribute[parts][0]": "seat", "attribute[parts][1]": "back"},
    ],
)
def test_a_list_of_several_comes_in_any_of_its_ways(system, sent):
    ask_of_benches(question("parts", "several", options=["seat", "back", "leg"], required=True))
    assert find_report(system.file(**sent)).answers == {"parts": ["seat", "back"]}


def test_answers_are_judged_as_in_the_form(system):
    ask_of_benches(
        question("parts", "several", options=["seat", "back"], required=True),
        question("which", "one", options=["left", "right"]),
        question("count", "number", min=1, max=9),
        question("since", "date"),
        question("words", "string"),
        question("story", "text"),
    )
    good = {"attribute[parts][]": "seat"}
    assert "parts required" in system.refused("requests", service_code="PA03", address_string="x")
    for name, value in (
        ("parts][", "leg"),
        ("which", "middle"),
        ("count", "three"),
        ("count", "10"),
        ("since", "yesterday"),
        ("words", "x" * 201),
        ("story", "x" * 2001),
    ):
        code = name.rstrip("[]")
        said = system.refused(
            "requests",
            service_code="PA03",
            address_string="x",
            **good | {f"attribute[{name}]": value},
        )
        assert f"{code}: " in said
    number = system.file(
        **good
        | {
            "attribute[since]": "2026-03-01T08:15:30Z",
            "attribute[count]": "2",
            "attribute[which]": "",
            "attribute[easting]": "311000",
        }
    )
    assert find_report(number).answers == {"parts": ["seat"], "count": 2, "since": "2026-03-01"}


@pytest.mark.parametrize(
    "text", [HOSTILE, "x" * 4000, "æ" * 4000, "😀" * 2000, "]]>" * 1000, "&" * 4000, "<" * 4000]
)
def test_a_hostile_description_comes_back_unharmed(system, text):
    number = system.file(description=text)
    assert system.one(number)["description"] == text
    (listed,) = system.get("requests")
    assert listed["description"] == text


def test_characters_that_no_document_can_hold_are_left_out(system):
    number = system.file(description="a\x00b\x0bc\ufffed\uffffe\x85f\r\ng", address_string="x\x01y")
    found = system.one(number)
    assert found["description"] == "abcdef\ng"
    assert found["address"] == "xy"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://[", "file:///etc/passwd", "http://127.0.0.1/", "\x00"]
)
def test_a_hostile_address_of_a_photo_is_not_taken_and_not_shown(system, url):
    (told,) = system.post("requests", service_code="PA03", address_string="x", media_url=url)
    assert "1" in told["service_notice"] or "Et bilde" in told["service_notice"]
    assert system.one(told["service_request_id"])["media_url"] is None


def test_without_the_key_nobody_reads_what_was_written(system, anybody, another, park_sign):
    number = system.file(
        lat=None,
        long=None,
        address_id=park_sign.code,
        address_string="Hos Kari, Storgata 1",
        description="Kari Nordmann bor her",
        first_name="Kari",
        last_name="Nordmann",
        email="kari@example.org",
        phone="51000000",
        device_id="dev-77",
        media=a_file(),
    )
    assert "Kari Nordmann bor her" in str(system.one(number, extensions="true"))
    for who in (anybody, another(), another(scopes=[Scope.CREATE])):
        record = who.one(number, extensions="true")
        (listed,) = who.get("requests", extensions="true")
        assert record == listed
        assert record["description"] == "Benk eller bord, Byparken"
        assert record["address"].startswith("Byparken")
        assert record["media_url"] is None
        assert record["extended_attributes"]["media_urls"] == []
        for personal in ("Kari", "Storgata", "51000000", "dev-77"):
            assert personal not in str(record)


def test_contact_details_are_shown_to_no_key(system, another):
    number = system.file(
        first_name="Kari", last_name="Nordmann", email="kari@example.org", phone="51000000"
    )
    for who in (system, another(scopes=list(Scope))):
        told = str(who.one(number, extensions="true")) + str(who.get("servicerequestupdates"))
        for personal in ("Kari", "Nordmann", "example.org", "51000000"):
            assert personal not in told


def test_a_wider_key_reads_the_texts_of_all(system, another):
    number = system.file(description="Bare for oss", media=a_file())
    record = another(scopes=[Scope.WIDE]).one(number)
    assert record["description"] == "Bare for oss"
    assert record["media_url"]


def test_a_key_that_is_wrong_is_refused_also_where_none_is_needed(system, anybody):
    anybody.key = "vof_wrong"
    anybody.get("requests", 403)
    anybody.get("requests/2026-12345678", 403)


def test_a_key_without_a_scope_may_not(another):
    reader = another(scopes=[Scope.READ])
    assert reader.refused("requests", 403, service_code="PA03", address_string="x")
    assert reader.get("requests") == []


def test_photos_come_along_in_order_and_are_shown_to_who_may_see_them(system, client):
    number = system.file(media=[a_file("a.jpg"), a_file("b.png", a_photo("PNG"))])
    record = system.one(number, extensions="true")
    urls = record["extended_attributes"]["media_urls"]
    assert len(urls) == 2
    assert record["media_url"] == urls[0] == record["extended_attributes"]["media_url"]
    for url in urls:
        answer = client.get(urlsplit(url).path)
        assert answer.mimetype == "image/jpeg"
        assert answer.data.startswith(b"\xff\xd8")


def test_a_photo_of_the_work_is_shown_once_it_is_released(system, another):
    number = system.file()
    photo = add_staff_photo(find_report(number), prepare_photo(a_photo()))
    db.session.commit()
    assert system.one(number)["media_url"] is None
    assert another(scopes=[Scope.WIDE]).one(number)["media_url"]
    photo.released_at = now()
    db.session.commit()
    assert system.one(number)["media_url"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-07-01", "2026-07-01"),
        ("2026-07-01T08:15:30", "2026-07-01"),
        ("2026-07-01T08:15:30Z", "2026-07-01"),
        ("2026-06-30T22:00:00Z", "2026-07-01"),
        ("2026-07-01T00:00:00+02:00", "2026-07-01"),
    ],
)
def test_the_day_of_an_instant_is_the_day_here(system, sent, kept):
    ask_of_benches(question("since", "date"))
    number = system.file(**{"attribute[since]": sent})
    assert find_report(number).answers == {"since": kept}


def test_a_request_that_says_that_it_comes_again_is_filed_once(system, another, client):
    values = {"service_code": "PA03", "address_string": "Storgata 1"}
    mark = {"Idempotency-Key": "https://city.example/r/1"}

    def post(key, **more):
        data = {"api_key": key} | values | more
        return client.post(system.path("requests"), data=data, headers=mark)

    def number(answer):
        return read(answer)[0]["service_request_id"]

    first = number(post(system.key))
    assert number(post(system.key)) == first
    assert number(post(another().key)) != first
    refused = post(system.key, description="Noe annet")
    assert refused.status_code == 400
    assert "allerede sendt med denne id-en" in refused.text
    assert len(db.session.scalars(select(Report)).all()) == 2


def test_others_can_write_while_its_photos_are_decoded(system, monkeypatch):
    real, holds_up = photos.prepare_photo, []

    def look(content):
        holds_up.append(db.session().in_transaction())
        return real(content)

    monkeypatch.setattr(photos, "prepare_photo", look)
    number = system.file(media=[a_file("a.jpg"), a_file("b.jpg")])
    assert (len(find_report(number).photos), holds_up) == (2, [False, False])


def test_an_address_of_a_photo_expires_and_cannot_be_guessed(system, client, monkeypatch):
    path = urlsplit(system.one(system.file(media=a_file()))["media_url"]).path
    assert client.get(path).status_code == 200
    assert client.get(path.replace(".jpg", "x.jpg")).status_code == 404
    head, until, mark = path.rsplit("/", 2)
    assert client.get(f"{head}/{int(until) + 3600}/{mark}").status_code == 404
    assert client.get(f"{head}/{2**70}/{mark}").status_code == 404
    monkeypatch.setattr(time, "time", lambda: int(until) + 1)
    assert client.get(path).status_code == 404


def test_what_is_no_photo_is_dropped_and_told(system):
    (told,) = system.post(
        "requests",
        service_code="PA03",
        address_string="x",
        media=[a_file("a.jpg", b"not a photo"), a_file("b.jpg")],
    )
    assert "Et bilde" in told["service_notice"]
    number = told["service_request_id"]
    assert len(find_report(number).photos) == 1
    (told,) = system.post(
        "requests", service_code="PA03", address_string="x", media=[a_file() for _ in range(4)]
    )
    assert len(find_report(told["service_request_id"]).photos) == 3


def test_a_closed_request_says_when_and_what_was_answered(system, anybody, closes):
    number = system.file()
    closes(number, "fixed", "Ny planke er på plass.")
    found = anybody.one(number)
    assert found["status"] == "closed"
    assert found["status_notes"] == "Ny planke er på plass."
    assert found["updated_datetime"] >= found["requested_datetime"]
    assert "expected_datetime" not in found
    add_note(find_report(number), None, public_text="Takk for hjelpen.")
    db.session.commit()
    assert anybody.one(number)["status_notes"] == "Takk for hjelpen."


@pytest.mark.parametrize("number", ["0", "2026-00000000", "x", "%00", "1" * 300, "..", "-"])
def test_a_number_that_nobody_has_is_not_found(anybody, number):
    anybody.get(f"requests/{number}", 404)


def test_a_number_may_be_written_without_its_hyphen(system):
    number = system.file()
    assert system.one(number.replace("-", ""))["service_request_id"] == number


def test_what_an_untrusted_key_sends_is_looked_at_first_and_known_by_a_token(another, anybody):
    newcomer = another(trusted=False)
    assert {one["type"] for one in newcomer.get("services")} == {"batch"}
    (told,) = newcomer.post("requests", service_code="PA03", address_string="x")
    assert list(told) == ["token", "service_notice", "account_id"]
    token = told["token"]
    (pending,) = newcomer.get(f"tokens/{token}")
    assert pending == {"service_request_id": None, "token": token}
    assert newcomer.get("requests") == []
    report = db.session.scalars(select(Report)).one()
    newcomer.get(f"requests/{report.number}", 404)
    release_report(report, None)
    db.session.commit()
    (known,) = newcomer.get(f"tokens/{token}")
    assert known == {"service_request_id": report.number, "token": token}
    assert anybody.one(report.number)["status"] == "open"


def test_a_token_that_nobody_has_is_not_found(anybody):
    for token in ("x", "0" * 32, "1" * 500):
        anybody.get(f"tokens/{token}", 404)


def test_links_and_speed_are_not_held_against_a_trusted_system(system):
    text = "https://a.no https://b.no https://c.no https://d.no"
    assert find_report(system.file(description=text)).held_at is None


def test_limits_are_counted_for_each_key(throttled):
    client = throttled.test_client()
    (_key, few), (_key, many) = make_key("Few", per_minute=2), make_key("Many")
    db.session.commit()
    for form in ("xml", "json"):
        few_calls, many_calls = Caller(client, form, few), Caller(client, form, many)
        statuses = [few_calls.answer("requests").status_code for _ in range(3)]
        assert 429 in statuses
        refused = few_calls.answer("requests")
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "60"
        assert read(refused)[0]["code"] == 429
        assert many_calls.answer("requests").status_code == 200


def test_wrong_keys_are_counted(throttled):
    wrong = Caller(throttled.test_client(), "json", "wrong")
    statuses = {wrong.answer("requests").status_code for _ in range(70)}
    assert statuses == {403, 429}


def test_when_a_key_was_used_last_is_noted(system):
    key = db.session.scalars(select(ApiKey)).one()
    assert key.last_used_at is None
    system.answer("requests").close()
    db.session.expire_all()
    assert key.last_used_at is not None
