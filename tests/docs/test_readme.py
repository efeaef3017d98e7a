"""The README keeps its promises: every dependency has its reason there."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_dependency_has_its_reason():
    explained = {plain(name) for name in explained_names()}
    missing = [name for name in named() if plain(name) not in explained]
    assert not missing, f"add a line with the reason to the README's table: {missing}"


def plain(name):
    return name.lower().replace("-", "_")


def explained_names():
    """The first column of the table, where rows may hold several names."""
    _, _, table = (ROOT / "README.md").read_text("utf-8").partition("## Dependencies")
    for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE):
        yield from row.split(", ")


def named():
    """What the code names itself, in Python and in the front end; not what those bring along."""
    for file in ("requirements.txt", "requirements-dev.txt"):
        direct, _, _ = (ROOT / file).read_text("utf-8").partition("# What these bring")
        yield from re.findall(r"^([A-Za-z0-9_.-]+)(?:\[\w+\])?==", direct, re.MULTILINE)
    yield from json.loads((ROOT / "pwa" / "package.json").read_text("utf-8"))["devDependencies"]


def test_every_pin_is_exact():
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.match(r"[A-Za-z0-9_.-]+(\[\w+\])?==[0-9][\w.]*( ;.*)?$", line), line
