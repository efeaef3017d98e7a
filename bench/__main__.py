"""`python -m bench [NAME …]`: run all measurements, or the named ones."""

from __future__ import annotations

import importlib
import sys

MEASUREMENTS = (
    "landing",
    "server",
    "lighthouse",
    "journey",
    "print_shop",
    "battery",
    "register",
    "desk",
    "open311",
    "open_data",
    "statistics",
    "crew",
)


def main(names: list[str]) -> None:
    """Run measurements by name, all of them where none is named."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no measurement called {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    for name in names or MEASUREMENTS:
        importlib.import_module(f"bench.{name}").measure()


main(sys.argv[1:])
