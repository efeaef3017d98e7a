"""A backup brings back the register and its photos after both are lost, on either database."""

from __future__ import annotations

import io
import json
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from click.testing import Result
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import make_url

from app import create_app, outbox
from app.audit import AuditEntry
from app.database import Base, db
from app.demo.load import load_demo
from app.mailbox.models import Way
from app.mailbox.operations import take_mail
from app.notices.handlers import HANDLERS
from app.reports.models import Photo, Report
from app.reports.operations import change_status
from app.reports.photo_store import PHOTO, photo_store
from app.reports.photos import keep_photo, prepare_photo
from app.safekeeping.tables import all_tables, checksum, open_database
from app.staff.models import Staff
from tests.app.conftest import NOWHERE
from tests.app.notices.conftest import read_mail
from tests.cluster import Cluster
from tests.conftest import POSTGIS, SQLITE, Demos, a_report, put_report, settings_for
from tests.filler import fill_every_table
from tests.mails import answer_to
from tests.pictures import a_photo
from tests.server import Server


@dataclass
class Home:
    """A deployment: the address of its database, and what lies on disk."""

    url: str
    folder: Path
    empty: Callable[[], object]

    @property
    def file(self) -> Path:
        return self.folder / "backup.tar.gz"


@pytest.fixture(scope="module", params=[SQLITE, POSTGIS])
def make_home(request: pytest.FixtureRequest) -> Callable[[Path], Home]:
    """Makes a deployment with an empty database; `empty` makes it empty again."""

    def on_sqlite(folder: Path) -> Home:
        def remove() -> None:
            for one in folder.glob("vof.sqlite3*"):
                one.unlink()

        return Home(f"sqlite:///{folder / 'vof.sqlite3'}", folder, remove)

    def on_postgis(folder: Path) -> Home:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.create_database(folder.name)
        return Home(url, folder, lambda: cluster.create_database(folder.name))

    return on_sqlite if request.param == "sqlite" else on_postgis


@pytest.fixture
def home(make_home: Callable[[Path], Home], tmp_path: Path) -> Home:
    """A deployment with an empty database."""
    return make_home(tmp_path)


@pytest.fixture(scope="module")
def filled(make_home: Callable[[Path], Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A register with a few reports and a photo, and its backup. What is refused leaves it so."""
    made = make_home(tmp_path_factory.mktemp("filled"))
    with opened(made):
        upgrade()
        load_demo(reports=5)
        keep_photo(uuid4(), prepare_photo(a_photo()), db.session.scalars(select(Report)).first())
        db.session.commit()
    assert vof(made, "backup", made.file).exit_code == 0
    return made


@contextmanager
def opened(home: Home, **settings: Any) -> Iterator[Flask]:
    app = create_app(settings_for(home.url, home.folder, **settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def vof(home: Home, *arguments: object, **settings: Any) -> Result:
    with opened(home, **settings) as app:
        return app.test_cli_runner().invoke(args=["vof", *map(str, arguments)])


def sums(url: str) -> dict[str, str]:
    """What stands in each table; the log is left out, to which each of these commands adds."""
    engine = open_database(url)
    with engine.connect() as connection:
        found = {
            table.name: checksum(connection, table)
            for table in all_tables()
            if table.name != "audit_entries"
        }
    engine.dispose()
    return found


def test_all_is_back_after_all_was_lost(home: Home, demos: Demos):
    """As it happens: the server runs while the backup is made, and serves again after it."""
    url = make_url(home.url)
    kind = "sqlite" if url.get_backend_name() == "sqlite" else "postgis"
    server = demos.server(kind, home.folder, database=url.database)
    try:
        server.start()
        said = report_with_photo(server)
        page_of_the_desk = opened_by_the_desk(server, said["number"])
        server.flask("backup", str(home.file))
        server.stop()
        before = sums(home.url)
        shutil.rmtree(home.folder / "photos")
        home.empty()
        assert "2001 reports, 1 photos" in server.flask("restore", str(home.file))
        assert sums(home.url) == before
        server.start()
        assert opened_by_the_desk(server, said["number"]) == page_of_the_desk
        link = f"/r/{said['number']}?key={said['key']}"
        assert b"Benken er brukket." in server.request("GET", link)[1]
    finally:
        server.kill()


def report_with_photo(server: Server) -> dict[str, Any]:
    report_id = uuid4()
    _status, answer = server.request("PUT", f"/api/v1/reports/{report_id}", a_report())
    said: dict[str, Any] = json.loads(answer)
    bearer = {"Authorization": f"Bearer {said['key']}", "Content-Type": "image/jpeg"}
    address = f"/api/v1/reports/{report_id}/photos/{uuid4()}"
    assert server.request("PUT", address, a_photo(), bearer)[0] == 201
    return said


def opened_by_the_desk(server: Server, number: str) -> tuple[bool, bytes]:
    """Sign in, open a report and its photo: whether the page tells of it, and the photo's bytes."""
    with requests.Session() as browser:
        browser.headers["Origin"] = server.url
        account = {"email": "front_desk@demo.vof", "password": "demo-front_desk"}
        assert browser.post(f"{server.url}/sign-in", data=account).status_code == 200
        page = browser.get(f"{server.url}/desk/reports/{number}")
        (address,) = set(re.findall(r'"(/photos/[^"]*/photo[^"]*)"', page.text))
        photo = browser.get(server.url + address.replace("&amp;", "&"))
        assert photo.headers["Content-Type"] == "image/jpeg"
        return "Benken er brukket." in page.text, photo.content


def test_what_is_there_is_only_replaced_when_that_is_asked_for(filled):
    with opened(filled):
        db.session.scalars(select(Report)).first().description = "Nyere"
        db.session.commit()
    refused = vof(filled, "restore", filled.file)
    assert refused.exit_code
    assert "--replace" in refused.output
    with opened(filled):
        assert db.session.scalar(select(func.count()).where(Report.description == "Nyere")) == 1
    assert vof(filled, "restore", filled.file, "--replace").exit_code == 0
    with opened(filled):
        assert db.session.scalar(select(func.count()).where(Report.description == "Nyere")) == 0
        assert db.session.scalar(select(func.count(Report.id))) == 5
        name = db.session.scalars(select(Photo.name)).one()
        assert photo_store().get(name, PHOTO)
        deeds = db.session.scalars(select(AuditEntry.action)).all()
        assert deeds == ["backup_restored"], "the backup is older than the line that tells of it"


def test_an_answer_to_a_report_that_was_lost_lands_on_nobody_else_s(filled):
    with opened(filled) as app:
        kari_id = reported(app, "kari@example.org").id
        outbox.drain(HANDLERS)
        (receipt,) = mails_to(filled, "kari@example.org")
    assert vof(filled, "restore", filled.file, "--replace").exit_code == 0
    with opened(filled) as app:
        report = reported(app, "ola@example.org")
        assert report.id == kari_id, "ids come again"
        desk = db.session.scalars(select(Staff)).unique().first()
        change_status(report, "waiting", desk, public_text="Hvilken benk?")
        db.session.commit()
        outbox.drain(HANDLERS)
        (other,) = mails_to(filled, "ola@example.org")
        assert receipt["Message-ID"].split(".")[0] != other["Message-ID"].split(".")[0]
        mail = answer_to(receipt, "Den står i Eikeveien 3.")
        take_mail(mail, len(mail), Way.PIPE)
        assert report.status == "waiting"
        newest = db.session.scalars(select(Report).order_by(Report.id.desc())).first()
        assert newest.id != report.id
        assert "Eikeveien 3" in newest.description
    assert vof(filled, "restore", filled.file, "--replace").exit_code == 0


def reported(app: Flask, email: str) -> Report:
    answer = put_report(app.test_client(), a_report(contact={"email": email}))
    query = select(Report).where(Report.number == answer.json["number"])
    return db.session.scalars(query).one()


def mails_to(home: Home, address: str) -> list[EmailMessage]:
    found = [read_mail(file) for file in (home.folder / "mail").iterdir()]
    return [one for one in found if one["To"] == address]


def test_a_register_in_use_is_not_replaced(filled):
    engine = open_database(filled.url)
    with engine.connect() as connection:
        connection.execute(select(func.count(Report.id)))
        connection.rollback()
        refused = vof(filled, "restore", filled.file, "--replace")
    engine.dispose()
    assert refused.exit_code
    assert "Stop the server" in refused.output


def test_another_secret_key_is_noticed(filled):
    other = {"secret_key": "another key of at least 32 characters"}
    refused = vof(filled, "restore", filled.file, "--replace", **other)
    assert refused.exit_code
    assert "another SECRET_KEY" in refused.output
    went_on = vof(filled, "restore", filled.file, "--replace", "--other-key", **other)
    assert went_on.exit_code == 0, went_on.output


def test_no_key_is_in_a_backup(filled):
    key = "a key that must not be found in there"
    plain = filled.folder / "plain.tar"
    assert vof(filled, "backup", plain, secret_key=key).exit_code == 0
    assert key.encode() not in plain.read_bytes()
    assert plain.stat().st_mode & 0o077 == 0


def changed(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a backup in which `change` has its way with each file; None leaves one out."""
    other = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(other, "w") as new:
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return other


DAMAGES = {
    "a photo": lambda name, content: content[:-1] if name.endswith("photo.jpg") else content,
    "no photo": lambda name, content: None if name.startswith("photos/") else content,
    "no manifest": lambda name, content: None if name == "manifest.json" else content,
    "the database": lambda name, content: content[::-1] if name == "database" else content,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_found_out_before_anything_is_changed(filled, damage):
    spoilt = changed(filled.file, DAMAGES[damage])
    refused = vof(filled, "restore", spoilt, "--replace")
    assert refused.exit_code
    assert "damaged" in refused.output or "cut off" in refused.output
    with opened(filled):
        assert db.session.scalar(select(func.count(Report.id))) == 5


def test_a_whole_backup_is_found_whole(filled):
    said = vof(filled, "restore", "--check", filled.file)
    assert said.exit_code == 0
    assert "5 reports, 1 photos" in said.output


def test_a_database_that_cannot_be_reached_is_told_of_in_a_sentence(tmp_path):
    nowhere = Home(NOWHERE["postgresql"], tmp_path, lambda: None)
    for arguments in (("backup", tmp_path / "backup.tar"), ("move-database", "--to", nowhere.url)):
        said = vof(nowhere, *arguments)
        assert said.exit_code == 1
        assert "The database says" in said.output


def test_half_a_file_is_found_out(filled):
    half = filled.folder / "half.tar.gz"
    half.write_bytes(filled.file.read_bytes()[: filled.file.stat().st_size // 2])
    assert "cannot be read" in vof(filled, "restore", "--check", half).output


def test_a_name_that_leads_out_of_the_store_is_refused(filled):

    spoilt = changed(filled.file, lambda _name, content: content)
    with tarfile.open(spoilt, "a") as tar:
        tar.addfile(tarfile.TarInfo("photos/../../outside"), io.BytesIO())
    assert "no part of a backup" in vof(filled, "restore", "--check", spoilt).output


def test_a_backup_of_a_newer_vof_is_refused(filled):
    def newer(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        return content.replace(b'"revision": "', b'"revision": "9')

    assert "newer VOF" in vof(filled, "restore", changed(filled.file, newer), "--replace").output


def test_a_backup_of_an_older_vof_is_brought_up_to_date(home):
    with opened(home):
        upgrade()
        tables = set(inspect(db.engine).get_table_names())
        downgrade(revision="0007")
    assert vof(home, "backup", home.file).exit_code == 0
    home.empty()
    assert vof(home, "restore", home.file).exit_code == 0
    with opened(home):
        assert set(inspect(db.engine).get_table_names()) == tables


def test_a_backup_of_the_other_database_is_refused(filled, tmp_path):
    others = {
        "sqlite": NOWHERE["postgresql"],
        "postgresql": f"sqlite:///{tmp_path / 'vof.sqlite3'}",
    }
    elsewhere = replace(filled, url=others[make_url(filled.url).get_backend_name()])
    assert "move-database" in vof(elsewhere, "restore", filled.file).output


def test_no_file_is_written_over_and_none_is_left_half(filled):
    before = filled.file.read_bytes()
    assert "there already" in vof(filled, "backup", filled.file).output
    assert filled.file.read_bytes() == before
    assert "ends in" in vof(filled, "backup", filled.folder / "backup.zip").output
    assert not [one for one in filled.folder.iterdir() if ".part" in one.name]


def test_a_photo_that_the_store_has_lost_is_named(filled):
    with opened(filled):
        report = db.session.scalars(select(Report)).first()
        name = keep_photo(uuid4(), prepare_photo(a_photo()), report).name
        db.session.commit()
        photo_store().delete(name)
    said = vof(filled, "backup", filled.folder / "one_less.tar")
    assert f"Missing in the photo store: {name}" in said.output


def test_what_was_erased_is_not_in_a_backup_of_sqlite(tmp_path):
    home = Home(f"sqlite:///{tmp_path / 'vof.sqlite3'}", tmp_path, lambda: None)
    with opened(home):
        upgrade()
        load_demo(reports=5)
        report = db.session.scalars(select(Report)).first()
        report.description = "Ring Kari Nordmann"
        db.session.commit()
        report.description = ""
        db.session.commit()
    vof(home, "backup", tmp_path / "plain.tar")
    assert b"Kari Nordmann" not in (tmp_path / "plain.tar").read_bytes()


def test_every_table_is_in_a_backup(tmp_path):
    home = Home(f"sqlite:///{tmp_path / 'vof.sqlite3'}", tmp_path, lambda: None)
    with opened(home):
        upgrade()
    fill_every_table(tmp_path / "vof.sqlite3")
    before = sums(home.url)
    assert set(before) | {"audit_entries"} == set(Base.metadata.tables)
    assert vof(home, "backup", home.file).exit_code == 0
    assert vof(home, "restore", home.file, "--replace").exit_code == 0
    assert sums(home.url) == before
