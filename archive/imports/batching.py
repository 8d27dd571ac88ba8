"""Short turns at the database, so that whoever else wants to write never waits for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive, Work
from archive.models import ImportRun
from archive.vocabulary import ImportState
from archive.vocabulary.wording import N_

TURN = 0.1  # seconds one turn should hold the database
FIRST, FEWEST, MOST = 40, 20, 2000


class Overtaken(DomainError):
    """Report that another process works on the same run, or that somebody stopped it."""

    status = 409


class Phase(Protocol):
    """Do one thing to a whole list in short steps."""

    def step(self) -> bool:
        """Take one turn; tell whether there is more to do."""

    def close(self) -> None:
        """Let go of what was opened."""


class Turns:
    """Take turns on one run, and learn how many rows fit into one."""

    def __init__(self, archive: Archive, actor: Actor, run: ImportRun) -> None:
        self.archive, self.actor, self.run_id = archive, actor, run.id
        self.after = run.next_row
        self.size = FIRST
        self.longest = 0.0
        self._status = run.status

    @contextmanager
    def take(self, rows: int = 0) -> Iterator[tuple[Work, ImportRun]]:
        """Open a transaction with the run locked; raises Overtaken unless it stands where we left it."""
        with self.archive.write(self.actor) as work:
            began = monotonic()
            yield work, self._claimed(work)
        self._learn(rows, max(monotonic() - began, 0.001))

    def _claimed(self, work: Work) -> ImportRun:
        run = work.session.get(ImportRun, self.run_id, with_for_update=True)
        if run is None or run.next_row != self.after or run.status is not self._status:
            raise Overtaken("import_overtaken", N_("Another process is already at work on this list."))
        run.heartbeat = work.now
        return run

    def _learn(self, rows: int, took: float) -> None:
        self.longest = max(self.longest, took)
        if rows:
            fitting = int(rows * TURN / took)
            self.size = max(FEWEST, min(MOST, fitting, 2 * max(rows, self.size // 2)))


BUSY = (ImportState.STAGING, ImportState.APPLYING, ImportState.WITHDRAWING)
