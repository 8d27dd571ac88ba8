"""Drive the import of a list to its next stop: from the command line in the foreground, or by the worker."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import col

from archive.imports import uploads
from archive.imports.apply import Applying
from archive.imports.batching import BUSY, Overtaken, Phase, Turns
from archive.imports.check import Staging, clear_rows
from archive.imports.comparing import Comparing
from archive.imports.withdraw import Withdrawing
from archive.kernel.errors import ChangedMeanwhile
from archive.kernel.store import Actor, Archive, Work, worker
from archive.models import ImportRun
from archive.vocabulary import ImportPurpose, ImportState

SILENT_AFTER = timedelta(seconds=30)
TRIES = 5
Progress = Callable[[ImportRun], None]


class Discarding:
    """Delete the rows and the content of a list that was discarded, for good: they hold personal data."""

    def __init__(self, turns: Turns, run: ImportRun) -> None:
        self._turns, self._run_id, self._upload_id = turns, run.id, run.upload_id

    def close(self) -> None:
        """Let go of nothing."""

    def step(self) -> bool:
        """Delete some; tell whether there is more."""
        with self._turns.take() as (work, run):
            if clear_rows(work, self._run_id, self._turns.size):
                return True
            gone = uploads.forget(work, self._upload_id, most=4)
            if gone:
                run.finished_at, run.heartbeat = work.now, None
            return not gone


def _reading(turns: Turns, run: ImportRun) -> Phase:
    return (Comparing if run.purpose is ImportPurpose.COMPARE else Staging)(turns, run)


_PHASES: dict[ImportState, Callable[[Turns, ImportRun], Phase]] = {
    ImportState.STAGING: _reading,
    ImportState.APPLYING: Applying,
    ImportState.WITHDRAWING: Withdrawing,
    ImportState.DISCARDED: Discarding,
}


def drive(archive: Archive, actor: Actor, run_id: int, progress: Progress | None = None) -> ImportRun:
    """Do what a run is in the middle of, to the end; stops quietly when another process does it already."""
    with _seldom_collected():
        return _drive(archive, actor, run_id, progress)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the garbage collector look less often: rows come and go by the thousand, none in a circle."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)  # a sixth of the time of an import
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _drive(archive: Archive, actor: Actor, run_id: int, progress: Progress | None) -> ImportRun:
    tries = TRIES
    while True:
        run = _run(archive, actor, run_id)
        if progress:
            progress(run)
        if run.status not in _PHASES or (run.status is ImportState.DISCARDED and run.finished_at):
            return run
        turns = Turns(archive, _for_whom(actor, run), run)
        try:
            with closing(_PHASES[run.status](turns, run)) as phase:
                while phase.step():
                    tries = TRIES
                    if progress:
                        progress(_run(archive, actor, run_id))
        except Overtaken:
            return _run(archive, actor, run_id)
        except ChangedMeanwhile:  # somebody changed the same file or place: look again
            tries -= 1
            if not tries:
                raise


def _for_whom(actor: Actor, run: ImportRun) -> Actor:
    """Return the worker in the name of who ordered what it does: it decides nothing itself."""
    if not actor.id.startswith("worker:"):
        return actor
    ordered = {ImportState.APPLYING: "orderer", ImportState.WITHDRAWING: "withdrawer"}.get(run.status, "")
    return replace(actor, id=str(run.options.get(ordered, run.started_by)))


def _run(archive: Archive, actor: Actor, run_id: int) -> ImportRun:
    with archive.read(actor) as work:
        return work.session.get_one(ImportRun, run_id)


def work_off(archive: Archive) -> None:
    """Take up every run that waits or has fallen silent: what the worker does every few seconds."""
    actor = worker("imports")
    with archive.read(actor) as work:
        waiting = _waiting(work, work.now)
    for run_id in waiting:
        drive(archive, actor, run_id)


def forget_interrupted(archive: Archive) -> None:
    """Delete uploads that were never finished: what the worker does every day."""
    with archive.write(worker("imports")) as work:
        while uploads.forget_interrupted(work):
            pass


def _waiting(work: Work, now: datetime) -> list[int]:
    discarded = (col(ImportRun.status) == ImportState.DISCARDED) & col(ImportRun.finished_at).is_(None)
    silent = or_(col(ImportRun.heartbeat).is_(None), col(ImportRun.heartbeat) < now - SILENT_AFTER)
    statement = select(col(ImportRun.id)).where(or_(col(ImportRun.status).in_(BUSY), discarded), silent)
    return list(work.session.execute(statement.order_by(col(ImportRun.id))).scalars())
