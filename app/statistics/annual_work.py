"""What the annual report says of the work: how long it took, whether it held, and of the signs."""

from __future__ import annotations

from app.languages import gettext as _
from app.statistics.annual_sentences import share_before
from app.statistics.annual_tables import AnnualYear
from app.statistics.counting import Counts, Times
from app.statistics.discretion import LEAST
from app.statistics.punctuality import in_time
from app.statistics.table import Table, share
from app.statistics.wording import days, how_many, per_cent


def of_times(of: AnnualYear) -> list[str]:
    """How long people waited, and what is still open."""
    return [" ".join(filter(None, [*_waits(of.took), _in_time(of)])), _rest(of.counts)]


def _waits(took: Times) -> list[str]:
    sentences = []
    if took.answers.median is not None and took.answers.ninetieth is not None:
        sentences.append(
            _(
                "Half of the messages got their first answer within %(median)s days, and nine of"
                " ten within %(ninetieth)s days.",
                median=days(took.answers.median),
                ninetieth=days(took.answers.ninetieth),
            )
        )
    if took.closings.median is not None and took.closings.ninetieth is not None:
        sentences.append(
            _(
                "Of those that were closed, half were closed within %(median)s days, and nine of"
                " ten within %(ninetieth)s days.",
                median=days(took.closings.median),
                ninetieth=days(took.closings.ninetieth),
            )
        )
    return sentences


def _in_time(of: AnnualYear) -> str:
    part = in_time(of.counts, LEAST)
    if not isinstance(part, float):
        return ""
    text = _("%(share)s were closed within their deadline.", share=per_cent(part))
    return f"{text} {share_before(of, lambda one: in_time(one, LEAST))}".rstrip()


def _rest(counts: Counts) -> str:
    sentences = []
    if counts.duplicates:
        sentences.append(
            _(
                "Left out of these figures are %(count)s messages that were closed as duplicates"
                " of others.",
                count=how_many(counts.duplicates),
            )
        )
    if 0 < counts.closed < LEAST:
        # How many are open would tell how few are closed.
        return " ".join(sentences)
    told = {"open": how_many(counts.open), "overdue": how_many(counts.overdue)}
    if not counts.open:
        sentences.append(_("All messages of the year are closed."))
    elif counts.overdue and counts.open >= LEAST:
        sentences.append(
            _(
                "Still open are %(open)s messages of the year, and of these %(overdue)s are past"
                " their deadline.",
                **told,
            )
        )
    elif counts.open >= LEAST:
        sentences.append(
            _("Still open are %(open)s messages of the year, none past its deadline.", **told)
        )
    else:
        sentences.append(_("Still open are %(open)s messages of the year.", **told))
    return " ".join(sentences)


def of_reporters(counts: Counts) -> list[str]:
    """Whether the work held, and what those said who had reported."""
    sentences = []
    if counts.reopened:
        sentences.append(
            _(
                "After they had been closed, %(count)s messages were opened again.",
                count=how_many(counts.reopened),
            )
        )
    elif counts.closed:
        sentences.append(_("No message was opened again after it had been closed."))
    answers = counts.said_fixed + counts.said_not_fixed
    part = share(counts.said_fixed, answers, LEAST)
    if isinstance(part, float):
        sentences.append(
            _(
                "Of %(count)s answers to the question “Was it fixed?”, %(share)s were yes.",
                count=how_many(answers),
                share=per_cent(part),
            )
        )
    elif answers < LEAST and answers:
        # A count of all would tell one of the answers from the other, which the key figures have.
        sentences.append(
            _(
                "Answers to the question “Was it fixed?”: %(count)s.",
                count=how_many(answers),
            )
        )
    return [" ".join(sentences)]


def of_signs(signs: Table) -> list[str]:
    """What came of the signs."""
    scans, reports, rate = signs.total[2:5] if signs.total else (None, None, None)
    if not isinstance(scans, int) or not isinstance(reports, int) or not scans:
        return []
    if not reports:
        return [
            _(
                "The symbols on the signs were scanned %(scans)s times; no message came of it.",
                scans=how_many(scans),
            )
        ]
    text = _(
        "The symbols on the signs were scanned %(scans)s times, and %(count)s messages came by"
        " them.",
        scans=how_many(scans),
        count=how_many(reports),
    )
    of_hundred = ""
    if isinstance(rate, float):
        of_hundred = _("That is %(rate)s for every 100 scans.", rate=days(rate))
    return [f"{text} {of_hundred}".rstrip()]
