"""Map pictures, and the search for spots as JSON."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Flask, Response, url_for
from flask_smorest import Blueprint as ApiBlueprint
from webargs.flaskparser import FlaskParser

from app.arguments import printable
from app.config import Settings
from app.database import free_connection
from app.geo import Position, position_of
from app.languages import in_language
from app.maps import addresses, tiles
from app.maps.schemas import SpotsIn, SpotsOut
from app.maps.spots import find_spots
from app.maps.tiles import ONE_DAY_S, Tile, is_ours
from app.maps.upstream import NothingThere, UpstreamAway
from app.permissions import allow
from app.places.models import Place
from app.problems import InvalidFields
from app.rate_limits import SPOTS, TILES, limiter

RETRY_AFTER_S = 1


class QueryParser(FlaskParser):
    """A refused argument is a Problem like any other."""

    def handle_error(
        self, error: Any, req: Any, schema: Any, *, error_status_code: Any, error_headers: Any
    ) -> NoReturn:
        """Tell which argument, and why."""
        raise InvalidFields(error.messages["query"]) from error


maps = Blueprint("maps", __name__)
spots_api = ApiBlueprint(
    "spots", __name__, url_prefix="/api/v1", description="Find a place or an address."
)
spots_api.ARGUMENTS_PARSER = QueryParser()


@maps.get("/tiles/<int:z>/<int:y>/<int:x>.png")
@allow(anyone=True)
@limiter.limit(TILES)
def tile(z: int, y: int, x: int) -> Response:
    """A square of the map. A refusal has no body, since only a map would read it."""
    wanted = Tile(z, y, x)
    if not is_ours(wanted):
        return Response(status=HTTPStatus.NOT_FOUND)
    free_connection()
    try:
        kept = tiles.tiles().find(wanted)
    except NothingThere:
        return Response(status=HTTPStatus.NOT_FOUND)
    except UpstreamAway:
        away = Response(status=HTTPStatus.BAD_GATEWAY, headers={"Cache-Control": "no-store"})
        away.headers["Retry-After"] = str(RETRY_AFTER_S)
        return away
    answer = Response(kept.content, mimetype="image/png")
    seconds = 7 * ONE_DAY_S if kept.age_s < tiles.FRESH_S else ONE_DAY_S // 24
    answer.headers["Cache-Control"] = f"public, max-age={seconds}, immutable"
    return answer


@spots_api.route("/spots", methods=["GET"])
@allow(anyone=True)
@limiter.limit(SPOTS)
@spots_api.arguments(SpotsIn, location="query")
@spots_api.response(200, SpotsOut)
def spots(wanted: dict[str, Any]) -> dict[str, Any]:
    """Places and addresses that fit a text, or the places nearest to a position."""
    here = None
    if wanted["lat"] is not None:
        here = Position(lon=wanted["lon"], lat=wanted["lat"])
    found = find_spots(printable(wanted["q"]).strip(), here)
    return {
        "places": [place_found(place, metres) for place, metres in found.places],
        "addresses": found.addresses,
        "addresses_available": found.addresses_available,
        "inside": found.inside,
    }


def place_found(place: Place, metres: float | None) -> dict[str, Any]:
    """What a list of places that were found shows."""
    there = position_of(place.point)
    return {
        "id": place.id,
        "name": place.name,
        "kind_name": in_language(place.kind.names),
        "distance_m": None if metres is None else round(metres),
        "lat": there.lat if there else None,
        "lon": there.lon if there else None,
        "url": url_for("resident.place", place_id=place.id),
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Serve the map; the search is part of the API (`app.reports.api`)."""
    tiles.init_app(app, settings)
    addresses.init_app(app, settings)
    app.register_blueprint(maps)
