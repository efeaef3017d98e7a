"""The operator's guide tells of every setting and command, and of none that is not there."""

from __future__ import annotations

import re

import click

from app.commands import vof
from app.config import ROOT

GUIDE = (ROOT / "docs" / "operating.md").read_text("utf-8")
_NAME = re.compile(r"read\.(?:text|number|switch)\(\s*\"([A-Z0-9_]+)\"")
# Settings that libraries or the Makefile read, and that the guide may name.
READ_ELSEWHERE = re.compile(r"AWS_|S3_|ONLY|SOAK")


def settings_in_the_code() -> set[str]:
    return set(_NAME.findall((ROOT / "app" / "config.py").read_text("utf-8")))


def test_every_setting_of_the_code_is_found():
    source = (ROOT / "app" / "config.py").read_text("utf-8")
    assert len(settings_in_the_code()) >= 11
    assert len(re.findall(r"read\.(?:text|number|switch)\(", source)) == len(_NAME.findall(source))


def test_every_setting_is_documented():
    missing = {name for name in settings_in_the_code() if f"`{name}`" not in GUIDE}
    assert not missing, f"docs/operating.md does not tell of {sorted(missing)}"


def test_no_setting_is_documented_that_is_not_read():
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", GUIDE, re.MULTILINE)
    unread = {name for name in rows if name not in settings_in_the_code()}
    assert not {name for name in unread if not READ_ELSEWHERE.match(name)}


def test_only_the_settings_read_the_environment():
    readers = {
        file.relative_to(ROOT).as_posix()
        for folder in ("app", "qr_signs")
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.(?:environ|getenv)", file.read_text("utf-8"))
    }
    assert readers == {"app/__init__.py"}


def commands(group: click.Group, prefix: str = "vof") -> set[str]:
    found = set()
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        found |= commands(command, path) if isinstance(command, click.Group) else {path}
    return found


def test_every_command_is_documented():
    missing = {command for command in commands(vof) if command not in GUIDE}
    assert not missing, f"docs/operating.md does not tell of {sorted(missing)}"
