"""A shared tablet: who stays signed in on it, and opening and locking it with a PIN."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify
from flask import session as cookie
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import login_user, logout_user

from app.arguments import printable
from app.crew import schemas
from app.crew.api import CREW, api
from app.crew.work import named
from app.permissions import KB, allow
from app.problems import ConfirmNeeded, SignedOut, WrongPin, as_json
from app.rate_limits import SIGN_INS_PER_ADDRESS, limiter
from app.reports.schemas import ProblemOut
from app.staff import tablets
from app.staff.freshness import BY_PIN, is_fresh
from app.staff.models import TabletSession
from app.staff.operations import note_change

JSON_BYTES = 4 * KB


@api.route("/tablet", methods=["GET"])
@allow(anyone=True)
@api.response(200, schemas.TabletOut)
def get_tablet() -> Response:
    """Who stays signed in on this tablet; works signed out, too."""
    return _as_it_is()


@api.route("/tablet", methods=["POST"])
@allow(*CREW, max_bytes=JSON_BYTES)
@api.arguments(schemas.StayIn)
@api.response(201, schemas.TabletOut, description="The person stays signed in.")
@api.alt_response(403, schema=ProblemOut, description="The password or a passkey is needed first.")
@api.alt_response(422, schema=ProblemOut, description="The PIN is easy to guess.")
def post_tablet(content: dict[str, Any]) -> Response:
    """Stay signed in on this tablet, behind a PIN of one's own."""
    if not is_fresh():
        raise ConfirmNeeded
    name = printable(content["name"]).strip()
    stay, token = tablets.stay_on_tablet(current_user, name, content["pin"])
    note_change(current_user, "tablet_added", tablet=stay.name)
    response = _as_it_is(stay)
    response.status_code = HTTPStatus.CREATED
    tablets.keep_cookie(response, stay, token)
    return response


@api.route("/tablet", methods=["DELETE"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@api.arguments(schemas.LeaveIn)
@api.response(200, schemas.TabletOut)
def delete_tablet(content: dict[str, Any]) -> Response:
    """Sign out of this tablet for good, also after the shift; others who stay are not touched."""
    me = current_user.id if current_user.is_authenticated else None
    leaver = content["person"] or me
    mine = [one for one in tablets.list_here(ended=True) if one.staff_id == leaver]
    for stay in mine:
        tablets.end_stay(stay, stay.staff)
    if leaver == me:
        logout_user()
        cookie.pop(tablets.BEHIND, None)
    response = _as_it_is()
    for stay in mine:
        tablets.drop_cookie(response, stay)
    return response


@api.route("/tablet/unlock", methods=["POST"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@limiter.limit(
    SIGN_INS_PER_ADDRESS,
    key_func=get_remote_address,
    deduct_when=lambda response: response.status_code == HTTPStatus.FORBIDDEN,
)
@api.arguments(schemas.UnlockIn)
@api.response(200, schemas.TabletOut)
@api.alt_response(401, schema=ProblemOut, description="Only the full sign-in helps now.")
@api.alt_response(403, schema=ProblemOut, description="Not the PIN; `left` tries are left.")
def unlock(content: dict[str, Any]) -> Response:
    """Sign in for a shift with the PIN, on a tablet that one stays signed in on."""
    here = {one.uuid for one in tablets.list_here()}
    stay = tablets.lock_stay(content["id"]) if content["id"] in here else None
    if stay is None or not tablets.is_going_on(stay) or not stay.staff.active:
        raise SignedOut
    left = tablets.open_by_pin(stay, content["pin"])
    if left is not None:
        # Returned and not raised: the wrong try is to be kept.
        response = as_json(WrongPin(facts={"left": left}) if left else SignedOut())
        response.status_code = WrongPin.status if left else SignedOut.status
        return response
    login_user(stay.staff, authn_via=["pin"])
    cookie[BY_PIN] = True
    response = _as_it_is()
    tablets.renew_cookie(response, stay)
    return response


@api.route("/tablet/lock", methods=["POST"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@api.arguments(schemas.LeaveIn)
@api.response(200, schemas.TabletOut)
def lock(content: dict[str, Any]) -> Response:
    """Lock the tablet for the PIN; a lock that comes late ends nobody else's sign-in."""
    if current_user.is_authenticated and content["person"] in (None, current_user.id):
        logout_user()
    return _as_it_is()


def _as_it_is(added: TabletSession | None = None) -> Response:
    """How it stands on this tablet; what was just added is not in its cookies yet."""
    here = tablets.list_here(ended=True)
    here += [added] if added else []
    behind = tablets.stay_behind()
    me = current_user if current_user.is_authenticated else None
    response = jsonify(
        {
            "people": [
                {"id": str(one.uuid), "staff": one.staff_id, "name": one.staff.name}
                for one in here
                if tablets.is_going_on(one)
            ],
            "ended": [str(one.uuid) for one in here if not tablets.is_going_on(one)],
            "signed_out": sorted(tablets.list_signed_out()),
            "tablet": behind.name if behind and me else None,
            "me": named(me),
        }
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
