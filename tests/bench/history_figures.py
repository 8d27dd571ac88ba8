"""Measure verification, replay and the whole check beside a bare hash loop over the same rows."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from archive.history import history
from archive.history.history import Entry
from archive.integrity import chain
from archive.integrity.reading import EVENTS, SqlReader
from archive.integrity.replay import Replay
from archive.kernel.config import Settings
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, Event
from archive.vocabulary import EventKind
from tests.bench.million import BENCH, built

PER_FILE = 5  # events for each file, as after some years of use
BATCH = 5000
ROUNDS = 20
LOOP = 50_000  # rows of one loop: a steady rate needs no more
# SQLite works in our own process: its processor time tells more on a shared machine than the clock does.
CLOCK = {True: time.process_time, False: time.perf_counter}

Loop = Callable[[SqlReader, int], int]


def figures(files: int = 1_000_000, url: str | None = None) -> Iterator[dict[str, object]]:
    """Yield one line per figure, each with its ceiling, floor or limit."""
    settings = built(files, url)
    archive = Archive(settings)
    events = _seen_often(archive, files * PER_FILE)
    with archive.read(operator("bench")) as work:
        reader = SqlReader(work)
        bare, linked, complete, replayed = _best((_bare, _linked, _complete, _replayed), reader)
    archive.close()
    yield _line("history verified from its bytes", linked, "events/s", "bare hash loop", bare, "≥ 0.8")
    yield _line("history verified completely", complete, "events/s", "floor", 80_000, "≥ 1")
    yield _line("history replayed", replayed, "events/s", "history verified completely", complete, "≥ 1")
    report, seconds, megabytes = _check(settings)
    limit = 120 * max(events / 5_000_000, 0.05)
    name = f"aktspar check of {files} files, {report['events']} events"
    yield _line(name, seconds, "s", "120 s at 5 million events", limit, "≤ 1")
    yield _line("memory of the check", megabytes, "MB", "limit", 300, "≤ 1")
    yield _line("findings of the check", len(report["findings"]), "", "none", 1, "= 0")


def _line(
    figure: str, value: float, unit: str, peer: str, peer_value: float, target: str
) -> dict[str, object]:
    return {
        "figure": figure,
        "value": round(value, 1),
        "unit": unit,
        "peer": peer,
        "peer_value": round(peer_value, 1),
        "ratio": round(value / peer_value, 3),
        "target": target,
    }


def _seen_often(archive: Archive, wanted: int) -> int:
    """Let files be seen until there are so many events; return how many there are."""
    with archive.read(operator("bench")) as work:
        there = work.session.scalar(select(func.count()).select_from(Event)) or 0
        last = work.session.scalar(select(func.max(CaseFile.id))) or 1
    for start in range(there, wanted, BATCH):
        # Far apart in the table, as files are that are seen on one day.
        numbers = [1 + number * 7919 % last for number in range(start, min(start + BATCH, wanted))]
        entries = [Entry(f"file:{n}", EventKind.FILE_SEEN, {"place": 5, "how": "scan"}) for n in numbers]
        with archive.write(operator("bench")) as work:
            history.record_many(work, entries)
        sys.stderr.write(f"\r{start + len(entries)} of {wanted} events")
    return max(there, wanted)


def _best(loops: Sequence[Loop], reader: SqlReader) -> list[float]:
    """Return the best rate of each loop, taken in turns, since the machine is shared."""
    rates = [0.0] * len(loops)
    for _ in range(ROUNDS):
        for number, loop in enumerate(loops):
            began = CLOCK[reader.sqlite]()
            count = loop(reader, LOOP)
            rates[number] = max(rates[number], count / (CLOCK[reader.sqlite]() - began))
    return rates


def _middle(reader: SqlReader) -> int:
    """Return where to begin: the first events are those of the places, shorter than the rest."""
    ((last,),) = reader.rows("SELECT max(id) FROM event")
    return int(last) // 3


def _bare(reader: SqlReader, most: int) -> int:
    """Read the rows that verification reads and hash their bytes, and do nothing else: the ceiling."""
    count = 0
    sha256, join = hashlib.sha256, b"".join
    for rows in reader.by_key(EVENTS, _middle(reader)):
        for _id, _act, stream, seq, _at, _happened_at, _actor, _kind, body, prev, _hash, _mac in rows:
            name, content = stream.encode(), body.encode()
            lengths = len(name).to_bytes(4, "big"), len(content).to_bytes(4, "big")
            parts = (history.VERSION, lengths[0], name, seq.to_bytes(8, "big"), lengths[1], content, prev)
            sha256(join(parts)).digest()
        count += len(rows)
        if count >= most:
            break
    return count


def _linked(reader: SqlReader, most: int) -> int:
    """Verify that each event has the hash of its bytes, and weigh all links."""
    verified = chain.Chain(b"")
    count = 0
    for rows in reader.by_key(EVENTS, _middle(reader)):
        if verified.wrong_contents(rows):
            raise SystemExit("the measured history is broken")
        count += len(rows)
        if count >= most:
            break
    return count


def _complete(reader: SqlReader, most: int) -> int:
    """Verify columns, seals and side rows as well."""
    verified = chain.Chain(reader.work.mac_key)
    for batch in reader.batches(_middle(reader)):
        if list(verified.take(batch)):
            raise SystemExit("the measured history is broken")
        if verified.events >= most:
            break
    return verified.events


def _replayed(reader: SqlReader, most: int) -> int:
    """Take in what the events say the present is."""
    told = Replay(reader)
    count = 0
    for rows in reader.by_key(EVENTS, _middle(reader)):
        told.take(rows)
        count += len(rows)
        if count >= most:
            break
    return count


def _check(settings: Settings) -> tuple[dict[str, Any], float, float]:
    """Run `aktspar check` as its user would; return its report, seconds and megabytes."""
    env = {
        **os.environ,
        "AKTSPAR_DEMO": "1",
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_DATA_DIR": str(settings.data_dir),
    }
    began = time.perf_counter()
    report = BENCH / "check.json"
    with report.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "archive", "check", "--json"], stdout=out, env=env)
        _pid, _status, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # waited for above
    seconds = time.perf_counter() - began
    return json.loads(report.read_text()), seconds, usage.ru_maxrss / 1024
