"""An application whose outside services are ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.outside import Outside, running_outside


@pytest.fixture
def outside() -> Iterator[Outside]:
    with running_outside() as running:
        yield running


@pytest.fixture
def visitor(built, outside, tmp_path) -> FlaskClient:
    """Somebody whose map and addresses come from `outside`, with nothing kept yet."""
    app = built(
        tile_url=outside.tile_url, tile_cache=tmp_path / "tiles", address_url=outside.address_url
    )
    return app.test_client()
