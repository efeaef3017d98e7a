"""What a page that stays open hears of: new reports, changed rows, and nothing when nothing is."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import select

from app.database import db
from app.reports.models import Event
from app.reports.operations import change_status
from app.staff.models import Staff

MOST_BYTES_OF_NO_NEWS = 1024
MOST_STATEMENTS_OF_NO_NEWS = 3


@pytest.fixture
def colleague(app):
    query = select(Staff).where(Staff.email == "manager@demo.vof")
    return db.session.scalars(query).unique().one()


class OpenPage:
    """A page of the register, and what its script asks the server."""

    def __init__(self, client, address="/desk?lang=en"):
        self.client = client
        page = client.get(address).text
        self.address = re.search(r'data-live="([^"]+)"', page)[1].replace("&amp;", "&")
        self.asked = {"rows": ",".join(re.findall(r'data-version="([\d.]+)"', page))}
        for name in ("since", "lowest"):
            if found := re.search(rf'data-{name}="(\d+)"', page):
                self.asked[name] = found[1]
        self.version = ""

    def ask(self):
        path, query = urlsplit(self.address)[2:4]
        asked = urlencode({**dict(parse_qsl(query)), **self.asked})
        headers = {"If-None-Match": self.version} if self.version else {}
        answer = self.client.get(f"{path}?{asked}", headers=headers)
        self.version = answer.headers.get("ETag", self.version)
        return answer


def test_nothing_new_costs_next_to_nothing(front_desk, filed, count_statements):
    filed()
    page = OpenPage(front_desk)
    first = page.ask()
    assert (first.json["new"], first.json["rows"]) == (0, "")
    count_statements.texts.clear()
    again = page.ask()
    assert again.status_code == 304
    assert not again.data
    assert len(str(again.headers)) < MOST_BYTES_OF_NO_NEWS
    assert len(count_statements) <= MOST_STATEMENTS_OF_NO_NEWS, count_statements.texts


def test_a_report_that_arrives_is_counted_where_it_fits(front_desk, filed):
    filed()
    all_of_them, fixed = OpenPage(front_desk), OpenPage(front_desk, "/desk?status=fixed&lang=en")
    filed()
    filed()
    news = all_of_them.ask().json
    assert (news["new"], news["said"]) == (2, "2 new in this view")
    assert fixed.ask().json["new"] == 0


def test_a_report_that_comes_to_fit_by_a_change_is_counted(front_desk, filed, colleague):
    report = filed()
    page = OpenPage(front_desk, "/desk?status=planned&lang=en")
    change_status(report, "planned", colleague)
    db.session.commit()
    assert page.ask().json["new"] == 1


def test_a_row_on_the_page_is_brought_up_to_date(front_desk, filed, colleague):
    changed, same = filed(), filed()
    page = OpenPage(front_desk)
    change_status(changed, "planned", colleague)
    db.session.commit()
    news = page.ask().json
    assert news["new"] == 0
    assert "Planned" in news["rows"]
    assert changed.number in news["rows"]
    assert same.number not in news["rows"]
    assert f'data-version="{changed.id}.{changed.events[-1].id}"' in news["rows"]


def test_a_row_that_no_longer_fits_says_so(front_desk, filed, colleague):
    report = filed()
    page = OpenPage(front_desk, "/desk?status=received&lang=en")
    change_status(report, "fixed", colleague)
    db.session.commit()
    assert "No longer in this view" in page.ask().json["rows"]


def test_a_later_page_counts_nothing_as_new(front_desk, filed):
    first, second = filed(), filed()
    page = OpenPage(front_desk, f"/desk?before={second.id}&lang=en")
    assert page.asked["rows"].startswith(f"{first.id}.")
    filed()
    assert page.ask().json["new"] == 0


def test_an_event_that_is_kept_late_is_news_all_the_same(front_desk, filed):
    report = filed()
    page = OpenPage(front_desk)
    newest = db.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1))
    db.session.add(Event(id=newest + 5, report_id=report.id, kind="note", internal_text="5"))
    db.session.commit()
    page.ask()
    # On PostgreSQL a transaction that began earlier may end later.
    db.session.add(Event(id=newest + 2, report_id=report.id, kind="note", internal_text="2"))
    db.session.commit()
    assert page.ask().status_code == 200


@pytest.mark.parametrize(
    "query", ["rows=x,1,1.,.,-1.2&since=x&lowest=x", "rows=&since=99999999999"]
)
def test_what_makes_no_sense_breaks_nothing(front_desk, filed, query):
    filed()
    assert front_desk.get(f"/desk/live?{query}").status_code == 200


def live_report(client, report, seen, version=""):
    headers = {"If-None-Match": version} if version else {}
    return client.get(f"/desk/reports/{report.number}/live?seen={seen}&lang=en", headers=headers)


def test_the_page_of_a_report_says_who_has_changed_it(front_desk, manager, filed, colleague):
    report = filed()
    seen = report.events[-1].id
    first = live_report(front_desk, report, seen)
    assert first.json == {"seen": seen, "said": "", "entries": ""}
    assert live_report(front_desk, report, seen, first.headers["ETag"]).status_code == 304
    change_status(report, "planned", colleague, internal_text="Kjell ser på den.")
    db.session.commit()
    news = live_report(front_desk, report, seen, first.headers["ETag"]).json
    assert news["said"] == f"{colleague.name} has changed this report since you opened it"
    assert "Kjell ser på den." in news["entries"]
    assert news["seen"] == report.events[-1].id
    # What one does oneself, in another tab perhaps, is no news.
    assert live_report(manager, report, seen).json["said"] == ""


def test_a_reporter_who_has_written_is_told_of_without_a_name(front_desk, filed):
    report = filed()
    seen = report.events[-1].id
    db.session.add(
        Event(report_id=report.id, kind="message", uuid=report.uuid, internal_text="Den er verre.")
    )
    db.session.commit()
    assert live_report(front_desk, report, seen).json["said"].startswith("The reporter has written")


def test_no_report_no_news(front_desk):
    assert live_report(front_desk, type("R", (), {"number": "2026-00000000"}), 5).json["said"] == ""
