"""Browsers ask to be told of a report by web push, and to be told no more."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_login import current_user
from flask_smorest import Blueprint

from app.languages import language
from app.notices import colleagues, operations
from app.notices.pages import report_to_follow
from app.notices.schemas import PushEndpointIn, PushSubscriptionIn, PushSubscriptionOut
from app.permissions import KB, allow
from app.rate_limits import SUBSCRIPTIONS, limiter
from app.reports.api import StrictParser
from app.reports.keys import key_fits
from app.reports.schemas import ProblemOut

JSON_BYTES = 8 * KB

api = Blueprint("api-notices", __name__, url_prefix="/api/v1", description="Be told of a report.")
api.ARGUMENTS_PARSER = StrictParser()


@api.route("/reports/by-number/<number>/push-subscriptions", methods=["PUT"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@limiter.limit(SUBSCRIPTIONS)
@api.arguments(PushSubscriptionIn)
@api.response(201, PushSubscriptionOut, description="From now on.")
@api.alt_response(200, schema=PushSubscriptionOut, description="As before.")
@api.alt_response(404, schema=ProblemOut, description="No report has this number.")
@api.alt_response(422, schema=ProblemOut, description="Something must be corrected.")
def put_push_subscription(content: dict[str, Any], number: str) -> tuple[dict[str, Any], int]:
    """Tell this browser when something happens with the report."""
    report = report_to_follow(number)
    wanted = content["language"] or language()
    subscription, created = operations.follow_by_push(
        report,
        content["endpoint"],
        content["keys"],
        wanted,
        by_reporter=key_fits(report.uuid, content["key"]),
    )
    if content["at_work"] and current_user.is_authenticated:
        colleagues.make_own(subscription, current_user)
    return {"number": report.number, "language": wanted}, 201 if created else 200


@api.route("/reports/by-number/<number>/push-subscriptions", methods=["DELETE"])
@allow(anyone=True, max_bytes=JSON_BYTES)
@limiter.limit(SUBSCRIPTIONS)
@api.arguments(PushEndpointIn)
@api.response(204, description="This browser is not told any more.")
@api.alt_response(404, schema=ProblemOut, description="No report has this number.")
def delete_push_subscription(content: dict[str, Any], number: str) -> None:
    """Tell this browser no more."""
    operations.stop_push(report_to_follow(number), content["endpoint"])


def init_app(app: Flask) -> None:
    """Add these to the API and its description."""
    app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(api)
