"""Measure finding entries: the statements alone in the database, and the whole verb."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select
from sqlmodel import col

from archive.files import lookup
from archive.kernel.store import Archive, Work, operator
from archive.models import CaseFile, Person, PersonNumber
from archive.vocabulary import Protection
from tests.bench import million

ROUNDS = 300  # terms of each kind
TURNS = 3
LOOKER = operator("bench")


def figures(files: int, url: str | None = None) -> Iterator[dict[str, object]]:
    """Yield p95 per kind of term in milliseconds, of each term the best turn: the machine may be shared."""
    archive = Archive(million.built(files, url))
    # SQLite works in our own thread: its processor time tells more on a shared machine than the clock does.
    clock = time.perf_counter if url else time.thread_time
    with archive.read(LOOKER) as work:
        for name, wanted, target in terms(work):
            turns = [_best(archive, work, term, clock) for term in wanted]
            yield {
                "figure": f"finding by {name}",
                "engine": "PostgreSQL" if url else "SQLite",
                "files": files,
                "unit": "ms p95 in the database",
                "value": _p95([spent for spent, _whole in turns]),
                "target": f"≤ {target}",
                "whole_verb_ms_p95": _p95([whole for _spent, whole in turns]),
            }
    archive.close()


def _p95(values: list[float]) -> float:
    return round(1000 * sorted(values)[int(len(values) * 0.95)], 3)


def _best(archive: Archive, work: Work, term: str, clock: Callable[[], float]) -> tuple[float, float]:
    """Return the least time of some turns: of the statements with all their rows, and of the whole verb."""
    with _noted(archive) as statements:
        lookup.find(work, term)
    driver: Any = work.connection.connection.driver_connection
    spent, whole = [], []
    for _ in range(TURNS):
        began = clock()
        for statement, parameters in statements:
            driver.execute(statement, parameters).fetchall()
        spent.append(clock() - began)
        began = clock()
        lookup.find(work, term)
        whole.append(clock() - began)
    return min(spent), min(whole)


@contextmanager
def _noted(archive: Archive) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements of the block as the driver gets them."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)


def terms(work: Work) -> Iterator[tuple[str, list[str], float]]:
    """Yield each kind of term, some that are found, and how many milliseconds the database may take."""
    draw = random.Random(7)
    most = work.session.execute(select(func.max(CaseFile.id))).scalar_one()
    ids = [draw.randint(1, most) for _ in range(ROUNDS * 2)]
    files = (
        work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(ids), ~col(CaseFile.protected)))
        .scalars()
        .all()[:ROUNDS]
    )
    people = work.session.execute(
        select(Person, PersonNumber.number)
        .join(PersonNumber, col(PersonNumber.person_id) == Person.id)
        .where(col(Person.id).in_(ids), col(Person.protection) == Protection.NONE)
    ).all()[:ROUNDS]
    named: Callable[[Person], str] = lambda person: f"{person.family_name}"  # noqa: E731
    yield "code", [file.code for file in files], 0.2
    yield "reference", [file.reference for file in files], 0.2
    yield "number", [number for _person, number in people if len(number) >= 10], 0.2
    yield "name prefix", [named(person)[:4] for person, _number in people if len(named(person)) > 3], 1
    yield "two names", [f"{person.given_name} {named(person)}" for person, _number in people], 5
    yield (
        "misspelt name",
        [_misspelt(named(person), draw) for person, _number in people if len(named(person)) > 5],
        50,
    )


def _misspelt(name: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(name) - 2)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
