"""Which messages have been handed over and are not settled yet: an empty file for each.

A worker that is killed between the receiver's yes and our own commit sent twice; a file is there in
a fraction of the time of a commit, and outlives the process. A machine that crashes may lose it:
then the message goes out a second time, as without it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from app.config import VAR

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The files of one machine. Another machine's worker does not see them."""

    folder: Path

    def note(self, name: str) -> None:
        """The receiver has it. Where that cannot be kept, the message may go out twice."""
        try:
            self._file(name).touch()
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file(name).touch()
        except OSError as error:
            log.warning("%s cannot be noted as handed over: %s", name, error)

    def has(self, name: str) -> bool:
        """Whether the receiver has it."""
        return self._file(name).exists()

    def forget(self, name: str) -> None:
        """It is settled, so nobody asks any more."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / name


def beside(database_url: str) -> HandedOver:
    """Beside an SQLite database, and else where this machine keeps its own."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return HandedOver(Path(f"{url.database}-handed-over"))
    return HandedOver(VAR / "handed-over")
