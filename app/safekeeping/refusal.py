"""Why an operator's command does not go on."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed; the text says why, and what to do."""
