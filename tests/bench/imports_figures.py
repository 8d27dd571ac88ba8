"""How fast lists are registered beside `executemany` of the same rows; how long others wait; how much memory.

What decides is the processor time of both: the machine may be shared, and its disk is as slow for the one as
for the other. The import runs in a process of its own, as in the worker, and another writes meanwhile.
"""

import multiprocessing
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from archive import migrations, reference_data
from archive.imports import runs
from archive.imports.driver import drive
from archive.kernel.store import Archive, operator, worker
from archive.models import ImportRun
from archive.places import places
from archive.vocabulary import ImportState, OrderRule, PlaceKind
from seed.demo import city
from tests.bench.import_lists import MeasuredList, plain, strange
from tests.databases import settings_for
from tests.verbs.imports.taking_in import OLD

# Parents before children, so that no foreign key stands in the way.
TABLES = (
    *("place", "upload", "upload_chunk", "import_run", "person", "person_number", "name_token", "name_word"),
    *("case_file", "label", "file_person", "earlier_check", "import_row", "task"),
    *("event", "event_private", "event_subject"),
)
PER_CHUNK = 250
LISTS: tuple[Callable[[int], MeasuredList], ...] = (plain, strange)


class Spent(NamedTuple):
    """Hold what something took: seconds of the processor, and seconds by the clock."""

    processor: float
    clock: float

    @classmethod
    def now(cls) -> "Spent":
        """Read both."""
        return cls(time.process_time(), time.monotonic())

    def since(self, before: "Spent") -> "Spent":
        """Return what has passed since."""
        return Spent(self.processor - before.processor, self.clock - before.clock)


class Import(NamedTuple):
    """Hold what an import took, its longest holds of the writer lock, and the most memory of its process."""

    spent: Spent
    held: Spent
    memory: float


class TimedLock:
    """Stand before the writer lock and note its longest hold."""

    def __init__(self, lock: Any) -> None:
        self._lock, self._began = lock, (0.0, 0.0)
        self.longest = Spent(0, 0)

    def __enter__(self) -> None:
        self._lock.__enter__()
        self._began = time.thread_time(), time.monotonic()

    def __exit__(self, *error: object) -> None:
        busy, clock = time.thread_time() - self._began[0], time.monotonic() - self._began[1]
        self._lock.__exit__(*error)
        self.longest = Spent(max(self.longest.processor, busy), max(self.longest.clock, clock))

    def close(self) -> None:
        """Close the lock."""
        self._lock.close()


def figures(files: int = 100_000) -> Iterator[dict[str, Any]]:
    """Yield the figures of the import of each list, of 100,000 rows at most."""
    for make in LISTS:
        yield from _measured(make(min(files, 100_000)), min(files, 100_000))


def _measured(the_list: MeasuredList, rows: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        run_id, before = _prepared(path, the_list)
        with closing(Archive(_settings(path))) as archive:
            taken, waited = _meanwhile(archive, lambda: _in_a_process(path, run_id))
            with archive.read(operator("bench")) as work:
                run = work.session.get_one(ImportRun, run_id)
            if run.status is not ImportState.APPLIED or run.counts["registered"] < the_list.registered * rows:
                raise RuntimeError(f"the import went wrong: {run.status} {run.problem} {run.counts}")
        peer = _executemany(path, before, rows)
    name = f"{the_list.name} list of {rows} rows"
    for unit, ours, theirs in (
        ("rows a second of the processor", taken.spent.processor, peer.processor),
        ("rows/s", taken.spent.clock, peer.clock),
    ):
        yield {
            "figure": f"import, checked and registered, {name}",
            "value": round(rows / ours),
            "unit": unit,
            "peer": f"executemany of the same final rows, {PER_CHUNK} files a transaction",
            "peer_value": round(rows / theirs),
            "ratio": round(theirs / ours, 3),
            "target": ">= 0.3",
        }
    yield _alone(f"longest hold of the writer lock, {name}", 1000 * taken.held.clock, "ms", "<= 250")
    yield _alone(f"the same by processor time, {name}", 1000 * taken.held.processor, "ms", "<= 250")
    yield _alone(f"longest wait of another writer, {name}", 1000 * waited, "ms", "<= 250")
    yield _alone(f"peak memory of the process, {name}", taken.memory, "MB", "<= 200")


def _alone(figure: str, value: float, unit: str, target: str) -> dict[str, Any]:
    beside = {"peer": None, "peer_value": None, "ratio": None}
    return {"figure": figure, "value": round(value), "unit": unit, **beside, "target": target}


def _settings(folder: Path, name: str = "import") -> Any:
    return settings_for(f"sqlite:///{folder}/{name}.db", folder)


def _prepared(folder: Path, the_list: MeasuredList) -> tuple[int, dict[str, int]]:
    _make(folder, "import")
    with closing(Archive(_settings(folder))) as archive:
        actor = operator("bench")
        with archive.read(actor) as work:
            before = {
                table: work.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in TABLES
            }
        run_id = runs.begin(archive, actor, "lista.csv", BytesIO(the_list.content))
        with archive.write(actor) as work:
            runs.choose(work, runs.get(work, run_id), the_list.mapping)
            runs.stage(work, runs.get(work, run_id))
    return run_id, before


def _make(folder: Path, name: str) -> None:
    settings = _settings(folder, name)
    migrations.upgrade(settings)
    with closing(Archive(settings)) as archive:
        reference_data.refresh(archive)
        city.place(archive)
        with archive.write(operator("bench")) as work:
            places.create(work, None, PlaceKind.SITE, OLD, order_rule=OrderRule.BIRTH_DATE)


def _in_a_process(folder: Path, run_id: int) -> Import:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(imported, (str(folder), run_id))


def imported(folder: str, run_id: int) -> Import:
    """Check and register a list."""
    with closing(Archive(_settings(Path(folder)))) as archive:
        archive._lock = lock = TimedLock(archive._lock)  # type: ignore[assignment]
        began = Spent.now()
        drive(archive, worker("imports"), run_id)
        with archive.write(operator("bench")) as work:
            runs.apply(work, runs.get(work, run_id))
        drive(archive, worker("imports"), run_id)
        return Import(Spent.now().since(began), lock.longest, _most_memory())


def _most_memory() -> float:
    """Return the most this process held in MB; `ru_maxrss` would begin with what its parent holds."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _meanwhile(archive: Archive, work_off: Callable[[], Import]) -> tuple[Import, float]:
    """Write now and then while an import runs; return what it took and the longest wait."""
    done, waits = threading.Event(), [0.0]

    def write_now_and_then() -> None:
        while not done.wait(0.2):
            began = time.monotonic()
            with archive.write(operator("somebody")) as work:
                work.session.execute(text("SELECT 1"))
            waits.append(time.monotonic() - began)

    other = threading.Thread(target=write_now_and_then)
    other.start()
    try:
        return work_off(), max(waits)
    finally:
        done.set()
        other.join()


def _executemany(folder: Path, before: dict[str, int], files: int) -> Spent:
    """Insert the rows the import left into a fresh database; return what it took.

    In transactions of some hundred files, as others must not wait longer here either.
    """
    _make(folder, "plain")
    with (
        closing(sqlite3.connect(folder / "import.db")) as source,
        closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as target,
    ):
        # Without foreign keys: a chunk of one table may end between a parent and its child.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-32000"):
            target.execute(f"PRAGMA {pragma}")
        copies = [_Copy(source, table, before[table]) for table in TABLES]
        chunks = -(-files // PER_CHUNK)
        spent = [_insert(target, copies, (chunk + 1) / chunks) for chunk in range(chunks)]
    return Spent(sum(one.processor for one in spent), sum(one.clock for one in spent))


class _Copy:
    """Hold the rows of one table that an import left."""

    def __init__(self, source: sqlite3.Connection, table: str, skipped: int) -> None:
        (total,) = source.execute(f"SELECT count(*) FROM {table}").fetchone()
        self.total, self.done = total - skipped, 0
        self.cursor = source.execute(f"SELECT * FROM {table} ORDER BY rowid LIMIT -1 OFFSET {skipped}")
        marks = ", ".join("?" * len(self.cursor.description))
        self.statement = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"

    def next(self, share: float) -> list[Any]:
        """Return the rows up to a share of all."""
        rows = self.cursor.fetchmany(round(self.total * share) - self.done)
        self.done += len(rows)
        return rows


def _insert(target: sqlite3.Connection, copies: list[_Copy], share: float) -> Spent:
    chunk = [(copy.statement, copy.next(share)) for copy in copies]
    began = Spent.now()
    target.execute("BEGIN IMMEDIATE")
    for statement, rows in chunk:
        target.executemany(statement, rows)
    target.execute("COMMIT")
    return Spent.now().since(began)
