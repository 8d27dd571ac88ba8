"""How many planted near-duplicates a list brings to light, kind by kind, and how many false alarms."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import col

from archive import migrations
from archive.kernel.store import Actor, Archive, operator
from archive.models import ImportRow, Task
from archive.vocabulary import ImportState, RowState, TaskAnswer, TaskKind
from tests.bench.near_set import COLUMNS, PLANTED, Row, Sample, mapping, sample
from tests.databases import settings_for
from tests.verbs.imports.taking_in import OLD, a_list, check, prepared, register

FOUND, FALSE = 90, 1  # per cent: at least, at most
_SAME = (RowState.UNCHANGED, RowState.CHANGED, RowState.ASKED, RowState.DUPLICATE)


class Tally(NamedTuple):
    """Of how many files of a kind it was asked whether they are another one."""

    kind: str
    asked: int
    of: int


class Tried(NamedTuple):
    """What came of a sample: planted ones found, innocent ones doubted, how long the lists took."""

    planted: Sequence[Tally]
    innocent: Sequence[Tally]
    seconds: float

    @property
    def found(self) -> float:
        """Return how many of a hundred planted ones were found."""
        return _share(self.planted)

    @property
    def doubted(self) -> float:
        """Return how many of a hundred innocent ones were doubted."""
        return _share(self.innocent)


def _share(tallies: Sequence[Tally]) -> float:
    return 100 * sum(one.asked for one in tallies) / max(sum(one.of for one in tallies), 1)


def figures() -> Iterator[dict[str, Any]]:
    """Yield a figure for each kind and one for all; the ceiling is all of them, or none."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(f"sqlite:///{folder}/near.db", Path(folder))
        migrations.upgrade(settings)
        with closing(Archive(settings)) as archive:
            prepared(archive)
            tried = attempt(archive, operator("bench"), sample())
    for word, tallies, target in (
        ("near-duplicates found", tried.planted, f">= {FOUND} %"),
        ("false alarms", tried.innocent, f"<= {FALSE} %"),
    ):
        for one in (*tallies, Tally("all", sum(t.asked for t in tallies), sum(t.of for t in tallies))):
            yield {
                "figure": f"{word}: {one.kind}",
                "value": one.asked,
                "unit": "files",
                "peer": "planted" if word.endswith("found") else "innocent",
                "peer_value": one.of,
                "ratio": round(one.asked / max(one.of, 1), 3),
                "target": target,
            }


def attempt(archive: Archive, actor: Actor, tried: Sample) -> Tried:
    """Register the sample's base, then the list of those that came after, and see what is asked."""
    began = perf_counter()
    base = [row for _kind, row in tried.base]
    later = [row for _kind, row, _original in tried.planted] + [row for _kind, row in tried.innocent]
    first, second = (_registered(archive, actor, rows) for rows in (base, later))
    seconds = perf_counter() - began
    asked = _asked(archive, actor)
    planted, innocent = Counter[str](), Counter[str]()
    for at, (kind, _row, original) in enumerate(tried.planted):
        it = first[base.index(original)][1]
        state, file = second[at]
        planted[kind] += (state in _SAME and file == it) or it in asked.get(file, ())
    others = [(kind, second[len(tried.planted) + at][1]) for at, (kind, _row) in enumerate(tried.innocent)]
    victims = {first[base.index(original)][1] for _kind, _row, original in tried.planted}
    others += [
        (f"registered before, {kind}", first[at][1])
        for at, (kind, _row) in enumerate(tried.base)
        if first[at][1] not in victims
    ]
    planted_files = {second[at][1] for at in range(len(tried.planted))}
    for kind, file in others:
        innocent[kind] += bool(asked.get(file, set()) - planted_files - {file})
    of_planted = Counter(kind for kind, _row, _original in tried.planted)
    of_others = Counter(kind for kind, _file in others)
    return Tried(
        [Tally(kind, planted[kind], of_planted[kind]) for kind in PLANTED if of_planted[kind]],
        [Tally(kind, innocent[kind], many) for kind, many in of_others.items()],
        seconds,
    )


def _registered(archive: Archive, actor: Actor, rows: Sequence[Row]) -> list[tuple[RowState, int]]:
    """Register a list; returns of each row what became of it and its file."""
    cells = [row.cells(1 + at // 20) for at, row in enumerate(rows)]
    checked = check(archive, actor, a_list(cells, tuple(COLUMNS)), mapping(OLD))
    run = register(archive, actor, checked)
    if run.status is not ImportState.APPLIED or run.counts != checked.counts:
        raise RuntimeError(f"the import went wrong: {run.status} {checked.counts} {run.counts}")
    with archive.read(actor) as work:
        statement = select(col(ImportRow.state), col(ImportRow.file_id), col(ImportRow.problem)).where(
            col(ImportRow.run_id) == run.id
        )
        return [
            (row.state, row.file_id or 0)
            for row in work.session.execute(statement.order_by(col(ImportRow.row)))
        ]


def _asked(archive: Archive, actor: Actor) -> dict[int, set[int]]:
    """Return which files may be one, by all questions asked."""
    found: dict[int, set[int]] = {}
    with archive.read(actor) as work:
        for task in work.session.scalars(select(Task).where(col(Task.kind) == TaskKind.NEAR_DUPLICATE)):
            if task.answer is not TaskAnswer.WITHDRAWN and task.other_id:
                found.setdefault(task.file_id, set()).add(task.other_id)
                found.setdefault(task.other_id, set()).add(task.file_id)
    return found
