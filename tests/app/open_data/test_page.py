"""The page for people."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape

from app.languages import speaking
from app.open_data.records import COLLECTIONS


@pytest.mark.parametrize("language", ["nb", "nn", "en", "uk", "pl"])
def test_the_page_offers_every_file_and_tells_every_field(client, record, language):
    record()
    page = client.get(f"/open/data?lang={language}")
    assert page.status_code == 200
    for collection in COLLECTIONS.values():
        for form in ("geojson", "csv", "parquet"):
            assert f"/open/data/{collection.id}.{form}?lang={language}" in page.text
        for field in collection.fields:
            assert f"<code>{field.name}</code>" in page.text
            with speaking(language):
                assert escape(str(field.meaning)) in page.text
    assert "http://data.norge.no/nlod/no/2.0" in page.text


def test_every_link_of_the_page_leads_somewhere(client, record):
    record()
    page = client.get("/open/data").text
    main = page.partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="(/[^"]+)"', main)
    assert len(links) >= 8
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
