"""The tests that share a server stay on one process of the suite."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="all run in one process")
@pytest.mark.xdist_group("whatever shares a server")
def test_a_group_of_tests_is_known_to_whoever_hands_them_out(request):
    assert request.node.nodeid.endswith("@whatever shares a server")
