"""Every way a request can fail: a stable code, a status and a plain sentence.

Raise a `Problem` anywhere below a route. `init_app` registers the one translator that writes it as
JSON below `/api`, in the asked format below `/open311` and as a page elsewhere. Codes are never
reused: a retired one stays in the list.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, TypeAlias

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import LazyString
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from app.languages import gettext
from app.languages import lazy_gettext as _

log = logging.getLogger(__name__)

Sentence: TypeAlias = str | LazyString
# Writes a problem with the reference of an unexpected one.
Writer: TypeAlias = Callable[["Problem", str | None], Response]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way on from a problem page."""

    url: str
    text: Sentence


class Problem(Exception):
    """An expected failure.

    Args:
        fields: sentences by field name, shown beside the fields of a form.
        suggestions: ways on, shown as links.
        facts: what a program needs to decide how to go on; they stand beside the sentence in JSON.
        parameters: values for the placeholders of the sentence.
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[Sentence] = _("That did not work")
    sentence: ClassVar[Sentence]

    def __init__(
        self,
        fields: Mapping[str, Any] | None = None,
        *,
        suggestions: list[Suggestion] | None = None,
        retry_after_s: int | None = None,
        facts: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(self.code)
        self.fields = dict(fields or {})
        self.facts = dict(facts or {})
        self.suggestions = suggestions or []
        self.retry_after_s = retry_after_s
        self.parameters = parameters

    @property
    def message(self) -> str:
        """The sentence in the language of the request."""
        text = str(self.sentence)
        return text % self.parameters if self.parameters else text


class BadRequest(Problem):
    code, status = "bad_request", 400
    sentence = _("We could not read what was sent. Please try again.")


class BadJson(Problem):
    code, status = "bad_json", 400
    sentence = _("This is not valid JSON.")


class SignInNeeded(Problem):
    code, status = "sign_in_needed", 401
    title = _("Sign in first")
    sentence = _("You must sign in to do this.")


class KeyNeeded(Problem):
    code, status = "key_needed", 401
    title = _("The key is missing")
    sentence = _("Send the key of the report as “Authorization: Bearer KEY”.")


class WrongKey(Problem):
    code, status = "wrong_key", 403
    title = _("The key does not fit")
    sentence = _("This key does not belong to this report.")


class AnotherSignedIn(Problem):
    code, status = "not_signed_in", 401
    title = _("Somebody else is signed in")
    sentence = _("Somebody else is signed in here now. Sign in yourself, and send it again.")


class ApiKeyNeeded(Problem):
    code, status = "api_key_needed", 403
    title = _("The key is missing")
    sentence = _("Send the key of your system as “api_key”.")


class WrongApiKey(Problem):
    code, status = "wrong_api_key", 403
    title = _("The key does not fit")
    sentence = _("There is no such key, or it has been revoked.")


class NotInScope(Problem):
    code, status = "not_in_scope", 403
    title = _("You do not have access")
    sentence = _("This key may not do that.")


class SignedOut(Problem):
    code, status = "signed_out", 401
    title = _("You have been signed out")
    sentence = _("You have been signed out of this tablet. Sign in with your password.")


class WrongPin(Problem):
    code, status = "wrong_pin", 403
    title = _("Wrong PIN")
    sentence = _("This is not your PIN.")


class ConfirmNeeded(Problem):
    code, status = "confirm_needed", 403
    title = _("Show that it is you")
    sentence = _("Show once more who you are, with your password or a passkey.")


class NotAllowed(Problem):
    code, status = "not_allowed", 403
    title = _("You do not have access")
    sentence = _("Your role does not include this page.")


class CrossSite(Problem):
    code, status = "cross_site", 403
    title = _("Sent from another website")
    sentence = _("This was sent from another website, so we did not accept it.")


class NotFound(Problem):
    code, status = "not_found", 404
    title = _("We cannot find this page")
    sentence = _("The address may be mistyped, or the page may have been moved.")


class OneFilterAtATime(Problem):
    code, status = "one_filter", 400
    title = _("One at a time")
    sentence = _(
        "Figures for everybody can be narrowed to one category, one unit or one kind of place at a"
        " time. Two together could point at somebody."
    )


class TooFewToTell(Problem):
    code, status = "too_few_to_tell", 404
    title = _("Too few messages")
    sentence = _(
        "There are so few messages of this in the year that the figures could point at somebody."
    )


class NoSuchSign(Problem):
    code, status = "no_such_sign", 404
    title = _("We do not know this sign")
    sentence = _("No sign has the code %(code)s. Check the code, or report without it.")


class NoSuchReport(Problem):
    code, status = "no_such_report", 404
    title = _("We cannot find this report")
    sentence = _("No report has this number. Check the number and try again.")


class NoSuchAction(Problem):
    code, status = "no_such_action", 404
    title = _("We cannot find what this belongs to")
    sentence = _("What this photo belongs to has not arrived yet. Send that first.")


class NoSuchService(Problem):
    code, status = "no_such_service", 404
    sentence = _("We do not have this service.")


class NoSuchToken(Problem):
    code, status = "no_such_token", 404
    sentence = _("No report has this token.")


class NoSuchJurisdiction(Problem):
    code, status = "no_such_jurisdiction", 404
    sentence = _("Only %(municipality)s is served here.")


class NoSuchCollection(Problem):
    code, status = "no_such_collection", 404
    sentence = _("We have no such collection.")


class NoSuchFeature(Problem):
    code, status = "no_such_feature", 404
    sentence = _("There is no such feature.")


class NoSuchSubscription(Problem):
    code, status = "no_such_subscription", 404
    title = _("This link does not work any more")
    sentence = _("You have perhaps stopped these e-mails already. You get none as it is now.")


class NoSuchLink(Problem):
    code, status = "no_such_link", 404
    title = _("This link does not work any more")
    sentence = _(
        "It has been used, is too old, or a newer one has been made. Ask for a new link, or ask an "
        "administrator for one."
    )


class SecondFactorDemanded(Problem):
    code, status = "second_factor_demanded", 409
    title = _("A second factor is demanded")
    sentence = _("Your role demands a second factor. Add another one before you remove this one.")


class LastAdmin(Problem):
    code, status = "last_admin", 409
    title = _("The last administrator")
    sentence = _("Somebody must be left who can administer. Give another person that role first.")


class OwnAccount(Problem):
    code, status = "own_account", 409
    title = _("This is your own account")
    sentence = _("Nobody changes their own roles or closes their own account. Ask a colleague.")


class NoSuchPlace(Problem):
    code, status = "no_such_place", 404
    title = _("We cannot find this place")
    sentence = _("This place is not in our list.")


class PlaceChanged(Problem):
    code, status = "place_changed", 409
    title = _("The place has changed")
    sentence = _("Somebody else changed this place while you were writing. Look at both and save.")


class PlaceMerged(Problem):
    code, status = "place_merged", 409
    title = _("This place has been merged")
    sentence = _("This place has been merged into %(kept)s and can no longer be changed.")


class PlaceHasSigns(Problem):
    code, status = "place_has_signs", 409
    title = _("Signs lead to this place")
    sentence = _("Signs that are still in use lead to this place. Retire or move them first.")


class CannotMerge(Problem):
    code, status = "cannot_merge", 409
    title = _("These places cannot be merged")
    sentence = _("Choose two different places that have not been merged before.")


class UnusableImport(Problem):
    code, status = "unusable_import", 422
    title = _("We cannot read this file")
    sentence = _("We cannot read this file.")


class MethodNotAllowed(Problem):
    code, status = "method_not_allowed", 405
    sentence = _("This address does not accept that kind of request.")


class NotAcceptable(Problem):
    code, status = "not_acceptable", 406
    sentence = _("This address answers in JSON only.")


class ReusedId(Problem):
    code, status = "id_used", 409
    title = _("Already used")
    sentence = _("Something else has already been sent with this id.")


class TooManyPhotos(Problem):
    code, status = "too_many_photos", 409
    sentence = _("A report can have at most %(most)s photos.")


class UnitInUse(Problem):
    code, status = "unit_in_use", 409
    title = _("The unit is in use")
    sentence = _(
        "The unit still has reports, categories, lines of the routing table, people or places, or "
        "takes what nobody else takes. Give them to another one first."
    )


class NothingToPrint(Problem):
    code, status = "nothing_to_print", 422
    title = _("No signs chosen")
    sentence = _("Choose at least one sign that has not been taken down.")


class TooManySigns(Problem):
    code, status = "too_many_signs", 422
    title = _("Too many signs")
    sentence = _("One order can have at most %(most)s signs. Split it into several.")


class OrderFinished(Problem):
    code, status = "order_finished", 409
    title = _("The order is finished")
    sentence = _("The order has been printed or stopped already.")


class NoSuchOrder(Problem):
    code, status = "no_such_order", 404
    title = _("We cannot find this order")
    sentence = _("No print order has this number.")


class FileNotThere(Problem):
    code, status = "file_not_there", 409
    title = _("The file is not there")
    sentence = _("There is no file for this order. Order the same signs once more.")


class NotPossibleNow(Problem):
    code, status = "not_possible_now", 409
    title = _("The report has changed")
    sentence = _("A report that is “%(status)s” cannot be set to “%(wanted)s”.")


class ChangedMeanwhile(Problem):
    code, status = "changed_meanwhile", 409
    title = _("Somebody else has changed the report")
    sentence = _(
        "Somebody else has changed this report since you opened it. Nothing of yours is lost: look "
        "at what has changed, and save again if it still fits."
    )


class SettingsChanged(Problem):
    code, status = "settings_changed", 409
    title = _("Somebody else has changed this")
    sentence = _(
        "Somebody else has changed this since you opened it. Look at how it stands now, and save "
        "again if yours still fits."
    )


class TooLateToUndo(Problem):
    code, status = "too_late_to_undo", 409
    title = _("This can no longer be undone")
    sentence = _(
        "The time in which this could be undone is over, and people have been told. Change the "
        "reports one by one."
    )


class ReportClosed(Problem):
    code, status = "report_closed", 409
    title = _("This report is closed")
    sentence = _("This report is closed. If the fault is still there, report it again.")


class ReportHeld(Problem):
    code, status = "report_held", 409
    title = _("One of us looks at this report first")
    sentence = _("One of us looks at this report first. You can follow it after that.")


class TooLateToReopen(Problem):
    code, status = "too_late_to_reopen", 409
    title = _("This report can no longer be reopened")
    sentence = _(
        "It is more than %(days)s days since we closed this report, so it cannot be reopened. If "
        "the fault is still there, report it again."
    )


class NotAskedNow(Problem):
    code, status = "not_asked_now", 409
    title = _("We do not ask any more")
    sentence = _("The report has been reopened, or it was closed more than two weeks ago.")


class Conflict(Problem):
    code, status = "conflict", 409
    title = _("Someone was faster")
    sentence = _("This was changed by someone else at the same moment. Please try again.")


class TooLarge(Problem):
    code, status = "too_large", 413
    title = _("Too large")
    sentence = _("What was sent is too large. A photo may be at most 15 MB.")


class UnsupportedType(Problem):
    code, status = "unsupported_type", 415
    sentence = _("This kind of content is not accepted here.")


class InvalidFields(Problem):
    code, status = "invalid", 422
    title = _("Something needs to be corrected")
    sentence = _("Please check what you have written.")


class UnknownSign(Problem):
    code, status = "unknown_sign", 422
    sentence = _("No sign has this code.")


class UnknownPlace(Problem):
    code, status = "unknown_place", 422
    sentence = _("This place is not in our list.")


class UnknownCategory(Problem):
    code, status = "unknown_category", 422
    sentence = _("We do not have this category.")


class OutsideMunicipality(Problem):
    code, status = "outside_municipality", 422
    title = _("Outside the municipality")
    sentence = _(
        "This position is outside %(municipality)s. Choose a place here, describe where it is in "
        "words, or contact the municipality you are in."
    )


class UnreadablePhoto(Problem):
    code, status = "unreadable_photo", 422
    title = _("We could not read the photo")
    sentence = _("We could not read this photo. Use JPEG, PNG, WebP or HEIC.")


class UnreadableMail(Problem):
    code, status = "unreadable_mail", 422
    title = _("This mail cannot be read")
    sentence = _("Get the mail as a file, and enter by hand what it says.")


class TooMany(Problem):
    code, status = "too_many", 429
    title = _("Too many at once")
    sentence = _("Too much has been sent from here in a short time. Wait a little and try again.")


class Unexpected(Problem):
    code, status = "unexpected", 500
    title = _("Something went wrong with us")
    sentence = _("The fault is ours. Please try again. If you contact us, give this reference.")


class Busy(Problem):
    code, status = "busy", 503
    title = _("We are busy right now")
    sentence = _("We could not keep what you sent just now. Please try again in a moment.")


class NotMadeYet(Problem):
    code, status = "not_made_yet", 503
    title = _("Not ready yet")
    sentence = _("The files are being made right now. Please try again in a moment.")


_BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: SignInNeeded,
    403: NotAllowed,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    413: TooLarge,
    415: UnsupportedType,
    422: InvalidFields,
    429: TooMany,
}
RETRY_AFTER_BUSY_S = 5


def init_app(app: Flask) -> None:
    """Register the translator for everything that can be raised."""
    app.register_error_handler(Problem, _answer)
    app.register_error_handler(RateLimitExceeded, _answer_too_many)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(OperationalError, _answer_busy)
    app.register_error_handler(Exception, _answer_unexpected)


def write_below(app: Flask, prefix: str, write: Writer) -> None:
    """Have the problems below an address written in a way of their own, status included."""
    app.extensions.setdefault("problem_writers", {})[prefix] = write


def _own_writer() -> Writer | None:
    writers: dict[str, Writer] = current_app.extensions.get("problem_writers", {})
    fitting = (write for prefix, write in writers.items() if request.path.startswith(prefix))
    return next(fitting, None)


def wants_json() -> bool:
    """Whether this request is answered in JSON, errors included."""
    return request.path.startswith("/api/") and request.path != "/api/docs"


def _answer(problem: Problem, reference: str | None = None) -> BaseResponse:
    if write := _own_writer():
        response = write(problem, reference)
    elif wants_json():
        response = as_json(problem, reference)
        response.status_code = problem.status
    elif isinstance(problem, SignInNeeded) and request.method == "GET":
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 303)
    else:
        response = _as_page(problem, reference)
        response.status_code = problem.status
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == HTTPStatus.UNAUTHORIZED and wants_json():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def as_json(problem: Problem, reference: str | None = None) -> Response:
    """A problem in JSON, to return where raising it would undo what must be kept."""
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    body["fields"] = {name: _plain(value) for name, value in problem.fields.items()}
    body |= problem.facts
    if reference:
        body["reference"] = reference
    return jsonify(body)


def _plain(value: Any) -> Any:
    """Lazy sentences as text, however deep marshmallow nested them."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    # Marshmallow's own sentences are translated by our catalogue (`app.validation`).
    return gettext(str(value))


def _as_page(problem: Problem, reference: str | None) -> Response:
    page = render_template(
        "problem.html",
        problem={
            "title": problem.title,
            "message": problem.message,
            "reference": reference,
            "suggestions": problem.suggestions,
        },
    )
    return Response(page, mimetype="text/html")


def _answer_too_many(error: RateLimitExceeded) -> BaseResponse:
    seconds = error.limit.limit.get_expiry() if error.limit else 60
    return _answer(TooMany(retry_after_s=seconds))


def _answer_http_exception(error: HTTPException) -> Any:
    if (
        isinstance(error, RequestRedirect)
        or error.code is None
        or error.code < HTTPStatus.BAD_REQUEST
    ):
        return error
    # A page about another problem met the database that cannot be reached.
    original = getattr(error, "original_exception", None)
    if isinstance(original, OperationalError):
        return _answer_busy(original)
    kind = _BY_STATUS.get(error.code)
    if kind is None:
        return (
            _answer_unexpected(error)
            if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
            else _answer(BadRequest())
        )
    response = _answer(kind(_validation_messages(error)))
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _validation_messages(error: HTTPException) -> Mapping[str, Any]:
    """What webargs hangs on its 422: sentences by location and field."""
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    return next(iter(messages.values()), {}) if isinstance(messages, dict) else {}


def _answer_busy(error: OperationalError) -> BaseResponse:
    log.error("the database did not answer in time", exc_info=error)
    _go_on_without_database()
    return _answer(Busy(retry_after_s=RETRY_AFTER_BUSY_S))


def _answer_unexpected(error: Exception) -> BaseResponse:
    reference = secrets.token_hex(4)
    log.error("unexpected failure, reference %s", reference, exc_info=error)
    _go_on_without_database()
    return _answer(Unexpected(), reference)


def _go_on_without_database() -> None:
    """The page about a failure must not fail for the same reason: it asks the database nothing."""
    g.without_database = True
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # noqa: SLF001 - where Flask-Login keeps it
