"""Double checks: a share of the covers checked, drawn so that nobody can tell which, is checked again blind.

A cover is drawn by a number made of its check's id and the archive's secret key: unforeseeable, and the same
each time it is computed. Of a run too fast to be true more are drawn.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import bindparam, func, select

from archive.cover_checks import checks
from archive.kernel.clock import STOCKHOLM, local_date
from archive.kernel.store import Archive, Work, worker
from archive.models import CoverCheck, Finding
from archive.rules.rates import Rate
from archive.vocabulary import CheckState, FindingKind, FindingState, Permission

ROUTINE = "double_checks"
RUN = 5  # checks in a row by one person
HASTY_SECONDS = 15  # a check, in the mean of such a run: nobody reads and leafs through a file in less
HASTY_PERCENT = 50  # of those checked so fast are checked again
BATCH = 200

_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_FINDING = Finding.__table__  # type: ignore[attr-defined]
_DONE = (CheckState.CHECKED, CheckState.WITH_FINDINGS)

_NOT_DRAWN = (
    select(CoverCheck)
    .where(~_CHECK.c.drawn, _CHECK.c.second_of.is_(None), _CHECK.c.done_at.is_not(None))
    .order_by(_CHECK.c.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_RUN = (
    select(_CHECK.c.seconds)
    .where(
        _CHECK.c.done_by == bindparam("person"),
        _CHECK.c.done_at <= bindparam("moment"),
        _CHECK.c.seconds.is_not(None),
    )
    .order_by(_CHECK.c.done_at.desc(), _CHECK.c.id.desc())
    .limit(RUN)
)
_SPAN = (_CHECK.c.done_at >= bindparam("since"), _CHECK.c.done_at < bindparam("until"))
_COUNTS = (
    select(
        func.count().filter(_CHECK.c.second_of.is_(None)),
        func.count().filter(_CHECK.c.second_of.is_not(None)),
        func.count().filter(_CHECK.c.hasty),
    )
    .select_from(_CHECK)
    .where(*_SPAN, _CHECK.c.status.in_(_DONE))
)
_FIRST = _FINDING.alias("first")
_SAME = select(_FIRST.c.id).where(
    _FIRST.c.check_id == _CHECK.c.second_of,
    _FIRST.c.point == _FINDING.c.point,
    _FIRST.c.kind == _FINDING.c.kind,
    _FIRST.c.status != FindingState.WITHDRAWN,
)
_WITH_MISSED = _CHECK.join(_FINDING, _FINDING.c.check_id == _CHECK.c.id)
_IS_MISSED = (
    *_SPAN,
    _CHECK.c.status.in_(_DONE),
    _CHECK.c.second_of.is_not(None),
    _FINDING.c.status != FindingState.WITHDRAWN,
    ~_SAME.exists(),
)
_MISSED = select(func.count(_CHECK.c.id.distinct())).select_from(_WITH_MISSED).where(*_IS_MISSED)
_MISSED_KINDS = (
    select(_FINDING.c.kind, func.count(_CHECK.c.id.distinct()))
    .select_from(_WITH_MISSED)
    .where(*_IS_MISSED)
    .group_by(_FINDING.c.kind)
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many checks were decided on, and which checks came of it."""

    of: int
    seconds: tuple[int, ...]


def draw(work: Work, percent: int) -> Drawn:
    """Decide of checks done since the last time whether each is repeated; percent 0 repeats none."""
    drawn = []
    waiting = work.session.execute(_NOT_DRAWN).scalars().all()
    for check in waiting:
        check.drawn, check.hasty = True, _hasty(work, check)
        share = max(percent, HASTY_PERCENT) if check.hasty and percent else percent
        if lot(work.mac_key, check.id) < share:
            drawn.append(checks.queue_second(work, check, share=share))
    work.session.flush()
    return Drawn(len(waiting), tuple(drawn))


def lot(key: bytes, check_id: int) -> float:
    """Return the number from 0 up to 100 that decides of a check: it is repeated when below the share."""
    digest = hmac.digest(key, f"double-check\x1f{check_id}".encode(), "sha256")
    return 100 * (int.from_bytes(digest[:6], "big") / 2**48)


def _hasty(work: Work, check: CoverCheck) -> bool:
    """Tell whether a check ended a run by one person faster than anybody can be."""
    if check.seconds is None:
        return False
    asked = {"person": check.done_by, "moment": check.done_at}
    rows = work.connection.execute(_RUN, asked).scalars().all()
    return len(rows) == RUN and sum(rows) < RUN * HASTY_SECONDS


def draw_all(archive: Archive) -> int:
    """Draw among all checks done since the last time, in short transactions; return how many were drawn."""
    return sum(_draws(archive))


def _draws(archive: Archive) -> Iterator[int]:
    percent = archive.settings.double_check_percent
    while True:
        with archive.write(worker(ROUTINE)) as work:
            drawn = draw(work, percent)
        yield len(drawn.seconds)
        if drawn.of < BATCH:
            return


@dataclass(frozen=True, slots=True)
class SecondCheckFigures:
    """What double checks tell of a span of time: how many were made, how many showed a miss."""

    repeated: Rate
    missed: Rate
    hasty: int


def figures(work: Work, since: datetime, until: datetime) -> SecondCheckFigures:
    """Return what the double checks of a span of time came to; the checking is tested, not a person."""
    work.require(Permission.READ_FILES)
    span = {"since": since, "until": until}
    first, second, hasty = work.connection.execute(_COUNTS, span).one()
    missed = work.connection.execute(_MISSED, span).scalar_one()
    return SecondCheckFigures(Rate(min(second, first), first), Rate(missed, second), hasty)


@dataclass(frozen=True, slots=True)
class Quarter:
    """What the double checks of a quarter of a year came to; `number` is 1 to 4."""

    year: int
    number: int
    since: datetime
    until: datetime
    figures: SecondCheckFigures


def by_quarter(work: Work, count: int = 5) -> list[Quarter]:
    """Return the figures of the last quarters, the oldest first; the last one is under way."""
    today = local_date(work.now)
    last = today.year * 4 + (today.month - 1) // 3
    told = []
    for quarter in range(last - count + 1, last + 1):
        since, until = _begins(quarter), _begins(quarter + 1)
        told.append(Quarter(quarter // 4, quarter % 4 + 1, since, until, figures(work, since, until)))
    return told


def _begins(quarter: int) -> datetime:
    first = date(quarter // 4, quarter % 4 * 3 + 1, 1)
    return datetime.combine(first, time(), STOCKHOLM).astimezone(UTC)


def missed_kinds(work: Work, since: datetime, until: datetime) -> dict[FindingKind, int]:
    """Return in how many covers checked again each kind of thing was missed the first time."""
    work.require(Permission.READ_FILES)
    span = {"since": since, "until": until}
    found = {row.kind: row[1] for row in work.connection.execute(_MISSED_KINDS, span)}
    return {kind: found[kind] for kind in FindingKind if kind in found}
