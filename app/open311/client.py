"""Other cities' GeoReport, as its client: in XML, which every one of them has to speak.

Lists are read as lists however short they are, and ids as text whatever they look like.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from lxml import etree

from app.open311.formats import text_of
from app.outbox import Undeliverable
from app.public_addresses import NotPublic, open_pool, target_of

TIMEOUT = urllib3.Timeout(connect=5, read=20)
GIVE_UP_AFTER_S = 40.0
MOST_BYTES = 20 * 1024 * 1024
# A thousand on each; an endpoint that knows no pages says the same again and is asked once.
MOST_PAGES = 5
_TAKEN = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}

Field = tuple[str, Any]


class NotAnswered(Exception):
    """No answer that can be used came; whether it was taken is not known."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where another system's GeoReport lies, and who we are there."""

    url: str
    api_key: str
    jurisdiction: str
    inside: Sequence[str]

    def post(
        self, fields: Sequence[Field], files: Sequence[bytes], reference: str
    ) -> dict[str, str]:
        """File a request.

        Args:
            fields: as GeoReport names them.
            files: photos.
            reference: the same whenever this request is sent; another VOF files it once.

        Returns:
            What the answer says of it: its id, or a token.

        Raises:
            Undeliverable: it is refused.
            NotAnswered
        """
        whole = [*self._own(), *fields]
        if files:
            parts: list[Field] = [
                ("media", (f"{number}.jpg", content, "image/jpeg"))
                for number, content in enumerate(files, 1)
            ]
            body, media_type = urllib3.encode_multipart_formdata(whole + parts)
        else:
            body = urlencode(whole).encode()
            media_type = "application/x-www-form-urlencoded; charset=utf-8"
        headers = {"Content-Type": media_type, "Idempotency-Key": reference}
        root = self._ask("POST", "requests.xml", body, headers)
        return next(_records(root, "request"), {})

    def list_since(self, moment: datetime) -> Iterator[dict[str, str]]:
        """What has been filed since then, as far as the endpoint tells.

        Raises:
            Undeliverable, NotAnswered
        """
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            asked = {"start_date": text_of(moment), "page": str(page), "page_size": "1000"}
            found = list(_records(self._get("requests.xml", asked), "request"))
            fresh = [one for one in found if one.get("service_request_id", "") not in seen]
            if not fresh:
                return
            seen |= {one.get("service_request_id", "") for one in fresh}
            yield from fresh

    def find(self, ids: Sequence[str]) -> list[dict[str, str]]:
        """These requests as they stand; those it does not know are missing.

        Raises:
            Undeliverable, NotAnswered
        """
        asked = {"service_request_id": ",".join(ids), "extensions": "true"}
        return list(_records(self._get("requests.xml", asked), "request"))

    def id_of(self, token: str) -> str:
        """The id that a token stands for by now; "" as long as there is none.

        Raises:
            Undeliverable, NotAnswered
        """
        root = self._get(f"tokens/{token}.xml", {})
        return next(_records(root, "request"), {}).get("service_request_id", "")

    def _own(self) -> list[Field]:
        named = (("api_key", self.api_key), ("jurisdiction_id", self.jurisdiction))
        return [(name, value) for name, value in named if value]

    def _get(self, resource: str, arguments: Mapping[str, str]) -> Any:
        query = urlencode([*self._own(), *arguments.items()])
        return self._ask("GET", f"{resource}?{query}", None, {})

    def _ask(self, method: str, resource: str, body: Any, headers: dict[str, str]) -> Any:
        parts = urlsplit(f"{self.url.rstrip('/')}/{resource}")
        give_up_at = time.monotonic() + GIVE_UP_AFTER_S
        named = headers | {"Host": parts.netloc, "User-Agent": "VOF", "Accept": "text/xml"}
        try:
            with open_pool(parts, self.inside, TIMEOUT) as pool:
                answer = pool.request(
                    method,
                    target_of(parts),
                    body=body,
                    headers=named,
                    redirect=False,
                    preload_content=False,
                )
                content = _content(answer, give_up_at)
        except NotPublic as refused:
            raise Undeliverable(str(refused)) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            # Not its words: they hold the address, and the key in it.
            raise NotAnswered(type(error).__name__) from None
        return _judged(answer.status, content)


def _content(answer: urllib3.BaseHTTPResponse, give_up_at: float) -> bytes:
    body = bytearray()
    while piece := answer.read1(decode_content=False):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > give_up_at:
            answer.close()
            raise NotAnswered("too large or too slow")
    return bytes(body)


def _judged(status: int, content: bytes) -> Any:
    """The document of an answer that says yes."""
    if status not in _TAKEN:
        said = f"answered {status}: {_complaint(content)}".rstrip(": ")
        again = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.TOO_MANY_REQUESTS,
        }
        raise NotAnswered(said) if again else Undeliverable(said)
    root = _document(content)
    if root is None:
        raise NotAnswered("the answer is no XML")
    return root


def _document(content: bytes) -> Any:
    """A document without anything that it names outside itself; None where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _complaint(content: bytes) -> str:
    root = _document(content)
    told = [] if root is None else [one.text or "" for one in root.iter("description")]
    return "; ".join(told)[:500]


def _records(root: Any, name: str) -> Iterator[dict[str, str]]:
    """Each element of this name; what lies deeper in it under its own name, the first one first."""
    for element in root.iter(name):
        record: dict[str, str] = {}
        for part in element.iter():
            if isinstance(part.tag, str) and part.text and part.text.strip():
                record.setdefault(part.tag, part.text.strip())
        yield record
