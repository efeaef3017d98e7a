"""Street addresses of the municipality, searched at Geonorge's open address service."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from app.config import Settings
from app.maps.upstream import Unusable, Upstream

TIMEOUT_S = 2.0
MOST_BYTES = 256 * 1024
MOST_FOUND = 8
KEPT_S = 3600
MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Address:
    """An address as people write it, and where it is."""

    text: str
    lat: float
    lon: float


class _Point(Schema):
    class Meta:
        unknown = EXCLUDE

    lat = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    lon = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))


class _Found(Schema):
    class Meta:
        unknown = EXCLUDE

    adressetekst = fields.String(required=True, validate=validate.Length(1, 300))
    postnummer = fields.String(load_default="", allow_none=True)
    poststed = fields.String(load_default="", allow_none=True)
    representasjonspunkt = fields.Nested(_Point, required=True)


class _Answer(Schema):
    class Meta:
        unknown = EXCLUDE

    adresser = fields.List(fields.Nested(_Found), required=True)


class Addresses:
    """The address service; what it found is kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.address_url
        self._upstream = Upstream("address service", timeout_s=TIMEOUT_S, most_bytes=MOST_BYTES)
        self._search = lru_cache(MOST_KEPT)(self._ask)

    def search(self, text: str, municipality_number: str) -> Sequence[Address]:
        """The addresses of a municipality that fit a text best.

        Raises:
            UpstreamAway: the service cannot be had now.
        """
        words = " ".join(text.split()).casefold()
        return self._search(words, municipality_number, int(time.monotonic() // KEPT_S))

    def _ask(self, text: str, municipality_number: str, _hour: int) -> Sequence[Address]:
        parameters: dict[str, str | int] = {
            "sok": text,
            # Forgives a slip and a word that is not finished yet.
            "fuzzy": "true",
            "utkoordsys": 4258,
            "treffPerSide": MOST_FOUND,
            "side": 0,
        }
        if municipality_number:
            parameters["kommunenummer"] = municipality_number
        return self._upstream.fetch(self._url, _read_addresses, parameters)


def _read_addresses(media_type: str, body: bytes) -> Sequence[Address]:
    if media_type != "application/json":
        raise Unusable(f"{media_type or 'something'} instead of JSON")
    try:
        found = _Answer().load(json.loads(body))["adresser"]
    except (ValueError, RecursionError, ValidationError) as error:
        raise Unusable("another shape than agreed") from error
    unique = {_in_words(one): one["representasjonspunkt"] for one in found[:MOST_FOUND]}
    return [Address(text, point["lat"], point["lon"]) for text, point in unique.items()]


def _in_words(found: dict[str, Any]) -> str:
    # The register writes towns in capitals.
    town = f"{found['postnummer'] or ''} {(found['poststed'] or '').title()}".strip()
    return f"{found['adressetekst']}, {town}" if town else found["adressetekst"]


def init_app(app: Flask, settings: Settings) -> None:
    """Make the service known."""
    app.extensions["addresses"] = Addresses(settings)


def addresses() -> Addresses:
    """The address service of this application."""
    found: Addresses = current_app.extensions["addresses"]
    return found
