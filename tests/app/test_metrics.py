"""What the operator's monitoring is told, and who may ask."""

from __future__ import annotations

from datetime import timedelta

from app import outbox
from app.database import db, now
from app.open311.keys import make_key, revoke_key

AFAR = {"REMOTE_ADDR": "192.0.2.7"}


def figures(text):
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_this_machine_is_told_how_work_piles_up(client, filed):
    late, _fresh = filed(), filed()
    late.due_at = now() - timedelta(days=1)
    outbox.put("forwarded", report_id=late.id)
    db.session.commit()
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    told = figures(answer.text)
    assert told["vof_reports_open"] == 2
    assert told["vof_reports_overdue"] == 1
    assert told["vof_reports_held"] == 0
    assert told['vof_outbox_messages{kind="forwarded",state="waiting"}'] == 1
    assert told["vof_outbox_overdue_seconds"] >= 0


def test_others_need_the_key_of_a_system(client):
    key, secret = make_key("Prometheus")
    db.session.commit()
    shown = {"Authorization": f"Bearer {secret}"}
    assert client.get("/metrics", environ_base=AFAR).status_code == 403
    assert client.get("/metrics", environ_base=AFAR, headers=shown).status_code == 200
    wrong = {"Authorization": "Bearer vof_nothing"}
    assert client.get("/metrics", environ_base=AFAR, headers=wrong).status_code == 403
    # A proxy on this machine that the settings do not name makes everybody look like this machine.
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    revoke_key(key)
    db.session.commit()
    assert client.get("/metrics", environ_base=AFAR, headers=shown).status_code == 403
