"""The map and address services outside, as small servers of our own on this machine.

They answer in the shape Kartverket and Geonorge do (research/domain.md), and misbehave when told.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image, ImageDraw

KNOWN = [
    ("Kongsgata 1", "4005", 58.96993, 5.73361),
    ("Kongsgata 10", "4005", 58.97001, 5.73411),
    ("Kongsgata 12B", "4005", 58.97013, 5.73422),
    ("Madlaveien 33", "4009", 58.96302, 5.71522),
]
SIDE_PX = 256


class Outside:
    """Both services. `mood` decides how they answer; `asked` holds what they were asked for."""

    def __init__(self) -> None:
        self.mood = "well"
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.tile_url = f"{self.url}/tiles/{{z}}/{{y}}/{{x}}.png"
        self.address_url = f"{self.url}/adresser"

    @property
    def environment(self) -> dict[str, str]:
        return {"TILE_URL": self.tile_url, "ADDRESS_URL": self.address_url}


@contextmanager
def running_outside() -> Iterator[Outside]:
    outside = Outside()
    thread = threading.Thread(target=outside.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield outside
    finally:
        outside.server.shutdown()
        outside.server.server_close()
        thread.join()


def _handler(outside: Outside) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a method a mood
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with outside.lock:
                outside.asked.append(self.path)
                outside.headers.append(dict(self.headers))
                outside.at_once += 1
                outside.most_at_once = max(outside.most_at_once, outside.at_once)
            try:
                getattr(self, f"answer_{outside.mood}")()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                with outside.lock:
                    outside.at_once -= 1

        def answer_well(self) -> None:
            if self.path.startswith("/tiles/"):
                self._send("image/png", a_tile(*self._square()))
            else:
                self._send("application/json", json.dumps(found(self._query())).encode())

        def answer_leisurely(self) -> None:
            time.sleep(0.3)
            self.answer_well()

        def answer_broken(self) -> None:
            self._send("text/html", b"<h1>Internal Server Error</h1>", 500)

        def answer_missing(self) -> None:
            self._send("text/plain", b"no such tile", 404)

        def answer_garbage(self) -> None:
            kind = "image/png" if self.path.startswith("/tiles/") else "application/json"
            self._send(kind, b"\xff\x00<not what was asked for>")

        def answer_strange(self) -> None:
            """Valid JSON of another shape."""
            self._send("application/json", b'{"adresser": [{"adressetekst": 7}], "x": [[]]}')

        def answer_page(self) -> None:
            self._send("text/html", b"<h1>Sign in to the network</h1>")

        def answer_huge(self) -> None:
            kind = "image/png" if self.path.startswith("/tiles/") else "application/json"
            self._send(kind, b"\x89PNG\r\n\x1a\n" + bytes(400_000))

        def answer_elsewhere(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"{outside.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def answer_silent(self) -> None:
            time.sleep(6)
            self.close_connection = True

        def answer_dripping(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", "100")
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"\x00")
                self.wfile.flush()
                time.sleep(0.2)

        def _square(self) -> tuple[int, int, int]:
            z, y, x = self.path.removeprefix("/tiles/").removesuffix(".png").split("/")
            return int(z), int(y), int(x)

        def _query(self) -> dict[str, list[str]]:
            return parse_qs(urlsplit(self.path).query)

        def _send(self, kind: str, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Set-Cookie", "watched=1; Path=/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler


def found(query: dict[str, list[str]]) -> dict[str, Any]:
    """What the address service answers."""
    text = query["sok"][0].casefold()
    most = int(query["treffPerSide"][0])
    hits = [one for one in KNOWN if one[0].casefold().startswith(text)][:most]
    return {
        "metadata": {
            "totaltAntallTreff": len(hits),
            "asciiKompatibel": True,
            "side": 0,
            "sokeStreng": "",
            "viserFra": 0,
            "viserTil": most,
            "treffPerSide": most,
        },
        "adresser": [_address(*one) for one in hits],
    }


def _address(text: str, postcode: str, lat: float, lon: float) -> dict[str, Any]:
    name, _, number = text.rpartition(" ")
    digits = "".join(character for character in number if character.isdigit())
    return {
        "adressenavn": name,
        "adressetekst": text,
        "adressetekstutenadressetilleggsnavn": text,
        "adressetilleggsnavn": None,
        "adressekode": 2380,
        "nummer": int(digits),
        "bokstav": number.removeprefix(digits),
        "kommunenummer": "1103",
        "kommunenavn": "STAVANGER",
        "gardsnummer": 58,
        "bruksnummer": 451,
        "festenummer": 0,
        "undernummer": None,
        "bruksenhetsnummer": ["H0101"],
        "objtype": "Vegadresse",
        "poststed": "STAVANGER",
        "postnummer": postcode,
        "stedfestingverifisert": True,
        "representasjonspunkt": {"epsg": "EPSG:4258", "lat": lat, "lon": lon},
        "oppdateringsdato": "2024-06-11T20:14:00",
    }


def a_tile(z: int, y: int, x: int) -> bytes:
    """A plain square of land, water and a road, so that one sees where squares meet."""
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "#e9efdf")
    draw = ImageDraw.Draw(picture)
    scale = 2 ** (z - 12)
    for step in range(0, SIDE_PX, 8):
        wide = _wave((x * SIDE_PX + step) / scale) * scale - y * SIDE_PX
        draw.rectangle([step, wide, step + 8, wide + 90 * scale], fill="#bfd8ec")
        road = (_wave((x * SIDE_PX + step) / scale * 3) - 60) * scale - y * SIDE_PX
        draw.ellipse([step - 2, road - 2, step + 6, road + 6], fill="#ffffff", outline="#d6d0c4")
    draw.text((8, 8), f"{z}/{y}/{x}", fill="#8a8f7d")
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _wave(at: float) -> float:
    return 1212.6 * SIDE_PX + 40 * math.sin(at / 60) + 20 * math.sin(at / 17)
