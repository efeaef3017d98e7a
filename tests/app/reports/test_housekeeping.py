"""What nobody needs any more goes away by itself; the fault stays."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.database import db, now
from app.jobs import queue
from app.reports.deadlines import local_day
from app.reports.housekeeping import erase_contacts, sweep_photos
from app.reports.models import Contact, Photo, Report
from app.reports.photo_store import PHOTO, photo_store
from app.reports.photos import keep_photo, prepare_photo
from app.signs.models import Sign, SignEvent
from tests.conftest import a_report, close_queue, put_report
from tests.pictures import a_photo


def test_contact_details_are_erased_on_their_day_and_the_report_stays(client):
    put_report(client, a_report(contact={"phone": "51 00 00 00"}))
    put_report(client, a_report(contact={"phone": "51 00 00 01"}))
    due, later = db.session.scalars(select(Contact).order_by(Contact.id)).all()
    due.erase_on = local_day(now())
    db.session.flush()
    assert erase_contacts() == 1
    assert db.session.scalars(select(Contact.phone)).all() == [later.phone]
    assert db.session.scalar(select(func.count(Report.id))) == 2


def test_photos_of_a_form_never_sent_go_after_a_day(app):
    old, new = (keep_photo(uuid4(), prepare_photo(a_photo()), None) for _ in range(2))
    old.created_at = now() - timedelta(hours=25)
    db.session.flush()
    old_name, new_name = old.name, new.name
    sweep_photos()
    assert db.session.scalars(select(Photo.name)).all() == [new_name]
    assert photo_store().get(new_name, PHOTO)
    with pytest.raises(FileNotFoundError):
        photo_store().get(old_name, PHOTO)


def test_photos_of_signs_and_places_are_never_swept(app):
    sign = db.session.scalars(select(Sign)).first()
    prepared = prepare_photo(a_photo())
    names = [photo_store().put(prepared.photo, prepared.thumbnail) for _ in range(3)]
    db.session.add(SignEvent(sign=sign, kind="mounted", photo_name=names[0]))
    sign.place.photo_name = names[1]
    db.session.commit()
    for name in names:
        os.utime(photo_store()._path(name, PHOTO), (0, 0))
    sweep_photos()
    assert photo_store().get(names[0], PHOTO)
    assert photo_store().get(names[1], PHOTO)
    with pytest.raises(FileNotFoundError):
        photo_store().get(names[2], PHOTO)


def test_photos_of_a_report_are_never_swept(client):
    report_id = uuid4()
    key = put_report(client, a_report(), report_id).json["key"]
    address = f"/api/v1/reports/{report_id}/photos/{uuid4()}"
    client.put(address, data=a_photo(), headers={"Authorization": f"Bearer {key}"})
    (photo,) = db.session.scalars(select(Photo)).all()
    photo.created_at = now() - timedelta(days=400)
    db.session.flush()
    sweep_photos()
    assert db.session.scalar(select(func.count(Photo.id))) == 1


def test_the_worker_knows_its_work(app):
    # One that was opened by a test with a mailbox would read that, too.
    close_queue(app)
    app.extensions["work"].cache_clear()
    opened = queue()
    names = {type(task).__name__ for task in opened._registry.periodic_tasks}
    opened.storage.close()
    assert names == {
        "sweep_photos",
        "erase_contacts",
        "sweep_outbox",
        "sweep_print_orders",
        "forget_dead_messages",
        "end_subscriptions",
        "escalate_late_reports",
        "forget_old_deeds",
        "forget_old_entries",
        "forget_old_mails",
        "forget_old_stays",
        "ask_targets",
    }
