"""How fast a list is registered beside `executemany` of the same rows; how long others wait meanwhile."""

import resource
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import text

from archive import migrations, reference_data
from archive.imports import runs
from archive.imports.driver import drive
from archive.kernel.store import Archive, operator, worker
from archive.models import ImportRun
from archive.places import places
from archive.vocabulary import ImportState, OrderRule, PlaceKind
from seed.demo import city
from seed.demo.names import FAMILY, FEMALE
from seed.numbers import many
from tests.databases import settings_for
from tests.verbs.imports.taking_in import OLD, a_list, mapping, row

# Parents before children, so that no foreign key stands in the way.
TABLES = (
    *("place", "upload", "upload_chunk", "import_run", "person", "person_number", "name_token", "name_word"),
    *("case_file", "label", "file_person", "import_row", "task", "event", "event_private", "event_subject"),
)
PER_CHUNK = 250


def figures(files: int = 20_000) -> Iterator[dict[str, Any]]:
    """Yield the figures of one import: rows a second, memory, and the longest wait of somebody else."""
    rows = files
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        content = _list(rows)
        archive, run_id, before = _prepared(path, content)
        with closing(archive):
            seconds, longest = _imported(archive, run_id)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            with archive.read(operator("bench")) as work:
                run = work.session.get_one(ImportRun, run_id)
            if run.status is not ImportState.APPLIED or run.counts["registered"] != rows:
                raise RuntimeError(f"the import went wrong: {run.status} {run.counts}")
        plain = _executemany(path, before, rows)
        rate, peer = rows / seconds, rows / plain
        yield {
            "figure": "import, checked and registered",
            "value": round(rate),
            "unit": "rows/s",
            "peer": f"executemany of the same final rows, {PER_CHUNK} files a transaction",
            "peer_value": round(peer),
            "ratio": round(rate / peer, 2),
            "target": ">= 0.3",
        }
        yield {
            "figure": "longest wait of another writer during an import",
            "value": round(1000 * longest),
            "unit": "ms",
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "target": "<= 250",
        }
        yield {
            "figure": f"peak memory of the process, {rows} rows",
            "value": round(peak),
            "unit": "MB",
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "target": "<= 300 at 1,000,000 rows",
        }


def _list(rows: int) -> bytes:
    numbers = many(rows, seed=7)
    return a_list(
        row(
            f"P{index:07d}",
            number,
            f"{FAMILY[index % len(FAMILY)]}, {FEMALE[index % len(FEMALE)]}",
            closed=f"{1990 + index % 30}-0{1 + index % 9}-1{index % 9}",
            room=str(1 + index * 8 // rows),
            box=str(index // 12),
        )
        for index, number in enumerate(numbers)
    )


def _prepared(folder: Path, content: bytes) -> tuple[Archive, int, dict[str, int]]:
    settings = settings_for(f"sqlite:///{folder}/import.db", folder)
    migrations.upgrade(settings)
    archive, actor = Archive(settings), operator("bench")
    reference_data.refresh(archive)
    city.place(archive)
    with archive.write(actor) as work:
        places.create(work, None, PlaceKind.SITE, OLD, order_rule=OrderRule.BIRTH_DATE)
    with archive.read(actor) as work:
        before = {
            table: work.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in TABLES
        }
    run_id = runs.begin(archive, actor, "lista.csv", BytesIO(content))
    with archive.write(actor) as work:
        runs.choose(work, runs.get(work, run_id), mapping())
        runs.stage(work, runs.get(work, run_id))
    return archive, run_id, before


def _imported(archive: Archive, run_id: int) -> tuple[float, float]:
    """Check and register; return the seconds it took and the longest another writer waited."""
    done, waits = threading.Event(), [0.0]

    def write_now_and_then() -> None:
        while not done.wait(0.2):
            began = time.monotonic()
            with archive.write(operator("somebody")) as work:
                work.session.execute(text("SELECT 1"))
            waits.append(time.monotonic() - began)

    other = threading.Thread(target=write_now_and_then)
    other.start()
    began = time.monotonic()
    drive(archive, worker("imports"), run_id)
    with archive.write(operator("bench")) as work:
        runs.apply(work, runs.get(work, run_id))
    drive(archive, worker("imports"), run_id)
    seconds = time.monotonic() - began
    done.set()
    other.join()
    return seconds, max(waits)


def _executemany(folder: Path, before: dict[str, int], files: int) -> float:
    """Insert the rows the import left into a fresh database; return the seconds it took.

    In transactions of some hundred files, as others must not wait longer here either.
    """
    settings = settings_for(f"sqlite:///{folder}/plain.db", folder)
    migrations.upgrade(settings)
    with closing(Archive(settings)) as archive:
        reference_data.refresh(archive)
        city.place(archive)
        with archive.write(operator("bench")) as work:
            places.create(work, None, PlaceKind.SITE, OLD, order_rule=OrderRule.BIRTH_DATE)
    with (
        closing(sqlite3.connect(folder / "import.db")) as source,
        closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as target,
    ):
        # Without foreign keys: a chunk of one table may end between a parent and its child.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-32000"):
            target.execute(f"PRAGMA {pragma}")
        copies = [_Copy(source, table, before[table]) for table in TABLES]
        chunks = -(-files // PER_CHUNK)
        return sum(_insert(target, copies, (chunk + 1) / chunks) for chunk in range(chunks))


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


def _insert(target: sqlite3.Connection, copies: list[_Copy], share: float) -> float:
    chunk = [(copy.statement, copy.next(share)) for copy in copies]
    began = time.monotonic()
    target.execute("BEGIN IMMEDIATE")
    for statement, rows in chunk:
        target.executemany(statement, rows)
    target.execute("COMMIT")
    return time.monotonic() - began
