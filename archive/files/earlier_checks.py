"""Checks made before this system existed, as lists tell of them; they are no sightings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from archive.history import history
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import EarlierCheck
from archive.vocabulary import EventKind

_CHECK = EarlierCheck.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """That a list says when a file was checked, and by whom."""

    file_id: int
    on: PartialDate | None
    sign: str


def record(work: Work, run_id: int, told: Sequence[ToldCheck]) -> None:
    """Record checks with the list as their source."""
    rows = [
        {"file_id": one.file_id, "checked_on": one.on, "sign": one.sign, "import_id": run_id} for one in told
    ]
    work.insert(_CHECK, rows)
    history.record_many(
        work,
        [
            history.Entry(
                f"file:{one.file_id}",
                EventKind.FILE_CHECKED_EARLIER,
                {"run": run_id},
                {"checked_on": str(one.on) if one.on else None, "sign": one.sign},
            )
            for one in told
        ],
    )


def forget(work: Work, run_id: int, file_ids: Collection[int]) -> None:
    """Take back the checks of some files that a list told of."""
    own = select(EarlierCheck).where(
        col(EarlierCheck.import_id) == run_id, col(EarlierCheck.file_id).in_(sorted(file_ids))
    )
    for check in work.session.execute(own).scalars().all():
        work.session.delete(check)
        history.record(
            work,
            EventKind.FILE_CORRECTED,
            f"file:{check.file_id}",
            private={"old": {"earlier_check": [str(check.checked_on or ""), check.sign]}, "new": {}},
            fields=["earlier_check"],
            run=run_id,
        )
    work.session.flush()
