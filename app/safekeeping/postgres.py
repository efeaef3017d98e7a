"""PostgreSQL's own programs, which dump a database and bring it back."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, text
from sqlalchemy.engine import make_url

from app.safekeeping.refusal import Refused

# Where Debian keeps one folder for each version.
_INSTALLED = Path("/usr/lib/postgresql")
_QUEUE = "huey*"

# All that is in the database except what extensions such as PostGIS brought.
_OURS = """
SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name)
FROM (
  SELECT oid, tableoid AS catalog, oid::regclass::text AS name,
    CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
  FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT oid, tableoid, oid::regprocedure::text, 'ROUTINE'
  FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
) AS found
WHERE NOT EXISTS (
  SELECT FROM pg_depend WHERE classid = catalog AND objid = found.oid AND deptype = 'e'
)
"""


def dump(url: str, file: Path, snapshot: str, server_version: int) -> None:
    """Write what a database held at the moment of a snapshot.

    Raises:
        Refused: pg_dump is missing, or it failed.
    """
    with _reachable(make_url(url)) as address:
        # The queue's wake-ups are worth nothing later, and comments on extensions are not ours.
        what = ["--no-owner", "--no-acl", "--no-comments", f"--exclude-table={_QUEUE}"]
        where = [f"--snapshot={snapshot}", f"--file={file}", f"--dbname={address}"]
        _run([_program("pg_dump", server_version), "--format=custom", *what, *where])


def bring_back(url: str, dumped: Path, connection: Connection) -> None:
    """Put a dump in the place of all that a database holds, in one transaction.

    Raises:
        Refused: a program is missing, or the dump does not fit; the database is as it was then.
    """
    version = server_version(connection)
    drops = [f"{statement};" for statement in connection.scalars(text(_OURS))]
    connection.rollback()
    with (
        tempfile.TemporaryDirectory(dir=dumped.parent) as folder,
        _reachable(make_url(url)) as address,
    ):
        before, script = Path(folder) / "before.sql", Path(folder) / "restore.sql"
        before.write_text("\n".join(drops))
        options = ["--no-owner", "--no-acl", "--no-comments"]
        _run([_program("pg_restore", version), *options, f"--file={script}", str(dumped)])
        quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        files = [f"--file={before}", f"--file={script}"]
        command = [_program("psql", version), *quiet, "--single-transaction", *files]
        _run([*command, f"--dbname={address}"])


def list_contents(dumped: Path) -> None:
    """Read the table of contents of a dump.

    Raises:
        Refused: it cannot be read, or the program is missing.
    """
    _run([_program("pg_restore", 0), "--list", str(dumped)])


def server_version(connection: Connection) -> int:
    """The version of the server a connection leads to, 15 for example."""
    return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000


def _program(name: str, least: int) -> str:
    """A program of the server's version, or the nearest newer one: an older one refuses to work."""
    found = {
        int(folder.name): folder / "bin" / name
        for folder in (_INSTALLED.iterdir() if _INSTALLED.is_dir() else ())
        if folder.name.isdecimal() and (folder / "bin" / name).exists()
    }
    fitting = [version for version in sorted(found) if version >= least]
    if fitting:
        return str(found[fitting[0]])
    elsewhere = shutil.which(name)
    if elsewhere and _version_of(elsewhere) >= least:
        return elsewhere
    package = f"postgresql-client-{least}" if least else "postgresql-client"
    raise Refused(f"{name} {least or ''} or newer is needed: apt-get install {package}")


def _version_of(program: str) -> int:
    told = _run([program, "--version"])
    version = re.search(r"\d+", told.partition(")")[2])
    return int(version[0]) if version else 0


@contextmanager
def _reachable(url: URL) -> Iterator[str]:
    """The address for PostgreSQL's programs; the password goes by file, for `ps` shows commands."""
    with tempfile.NamedTemporaryFile("w", prefix="vof-pgpass-") as file:
        password = (url.password or "").replace("\\", "\\\\").replace(":", "\\:")
        if password:
            file.write(f"*:*:*:*:{password}\n")
            file.flush()
            url = url.update_query_dict({"passfile": file.name})
        url = url.set(drivername="postgresql", password=None)
        yield url.render_as_string(hide_password=False)


def _run(command: list[str]) -> str:
    """Run a program of PostgreSQL; what it printed.

    Raises:
        Refused: it failed; with its own words.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise Refused(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2_000:]}")
    return done.stdout
