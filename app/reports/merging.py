"""Two reports of one fault: the duplicate points to the one that is kept.

Nothing is moved. Who follows the duplicate, its reporter among them, counts with the kept report
and hears of it for as long as the duplicate points there; reopening the duplicate takes them back.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.database import session
from app.languages import gettext as _
from app.problems import InvalidFields
from app.reports.followers import count_more
from app.reports.models import Event, EventKind, Report
from app.reports.queries import lock_reports


def find_kept(report: Report, named: Report) -> Report:
    """The report at the end of the way from the one that was named as the same.

    Raises:
        InvalidFields: it is the report itself, or a duplicate of it, or is held.
    """
    kept = find_end(named)
    if kept.id == report.id:
        raise InvalidFields(
            {"same_as": _("That is this report itself, or a duplicate of it. Choose another one.")}
        )
    if kept.held_at:
        raise InvalidFields({"same_as": _("That report is held. Release it first.")})
    return kept


def lock_kept(report: Report, named: Report) -> Report:
    """The report that is kept, locked together with the other one, as it is now.

    Raises:
        InvalidFields: it is the report itself, or a duplicate of it, or is held.
    """
    kept = find_kept(report, named)
    lock_reports({report.id, kept.id})
    session().refresh(kept)
    # It may have become a duplicate of a further one while the lock was waited for.
    return kept if kept.merged_into is None else lock_kept(report, kept)


def join(report: Report, kept: Report, staff_id: int | None) -> None:
    """Point a duplicate to the report that is kept, whose row is locked."""
    report.merged_into = kept
    _note(kept, EventKind.MERGED, report, staff_id)
    count_more(kept, _behind(report))
    session().flush()


def split(report: Report, staff_id: int | None) -> None:
    """A duplicate is a report of its own again; one that is so already stays as it is."""
    kept = report.merged_into
    if kept is None:
        return
    _note(kept, EventKind.SPLIT, report, staff_id)
    for one in [kept, *_ways_end(kept)]:
        # Counted by the database: these rows are not locked.
        one.follower_count = Report.follower_count - _behind(report)
    report.merged_into = None
    session().flush()


def find_end(report: Report) -> Report:
    """The report that is kept: itself, unless it is a duplicate."""
    return way_of(report)[-1]


def way_of(report: Report) -> list[Report]:
    """The report itself, and those that it is a duplicate of, the kept one last."""
    return [report, *_ways_end(report)]


def _ways_end(report: Report) -> Iterator[Report]:
    """The reports that a duplicate stands for, one after the other; no way leads back."""
    while report.merged_into is not None:
        report = report.merged_into
        yield report


def _behind(report: Report) -> int:
    """The reporter, and whoever said “me too”."""
    return 1 + report.follower_count


def _note(kept: Report, kind: EventKind, duplicate: Report, staff_id: int | None) -> None:
    kept.events.append(Event(kind=kind.value, staff_id=staff_id, to_value=duplicate.number))
