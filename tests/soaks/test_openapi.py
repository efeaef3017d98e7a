"""The API is what its description says: generated requests, with and without sense, are judged by
it. No 500, no status, type or shape that is not described.
"""

from __future__ import annotations

import contextlib

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.permissions import Role
from tests.conftest import FROM_HERE, SESSION_COOKIE, SOAK_IN_FULL, signed_in

pytestmark = pytest.mark.soak

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Each for sense and nonsense, with and without a session.
EXAMPLES = 150 if SOAK_IN_FULL else 3


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("role", [None, Role.CREW])
def test_every_answer_of_the_api_is_described(app, role, mode):
    headers = headers_of(app, role)
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        judge(app, operation.as_strategy(generation_mode=mode), headers)


def headers_of(app, role):
    # Long answers would come compressed, and are judged as they come.
    plain = {"Accept-Encoding": "identity"}
    if role is None:
        return plain
    cookie = signed_in(app, role).get_cookie(SESSION_COOKIE)
    return plain | FROM_HERE | {"Cookie": f"{SESSION_COOKIE}={cookie.value}"}


def judge(app, cases, headers):
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=not SOAK_IN_FULL,
    )
    @given(case=cases)
    def holds(case):
        # A context of its own, as on a server: `g` holds who is signed in.
        with app.app_context():
            answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    # What takes no argument cannot be called without sense.
    with contextlib.suppress(Unsatisfiable):
        holds()
