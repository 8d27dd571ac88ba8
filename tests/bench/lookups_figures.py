"""Measure finding entries: the statements alone in the database, and the whole verb."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import event, func, select
from sqlmodel import col

from archive.domain import lookups
from archive.models import CaseFile, Person, PersonNumber
from archive.store import Archive, Work, operator
from archive.vocabulary import Protection
from tests.bench import million

ROUNDS = 300
LOOKER = operator("bench")


def figures(files: int, url: str | None = None) -> Iterator[dict[str, object]]:
    """Yield p95 per kind of term in milliseconds."""
    archive = Archive(million.built(files, url))
    with archive.read(LOOKER) as work:
        for name, terms, target in _terms(work):
            spent: list[float] = []
            whole: list[float] = []
            with Watched(archive, spent):
                for term in terms:
                    before = len(spent)
                    began = time.perf_counter()
                    lookups.find(work, term)
                    whole.append(time.perf_counter() - began)
                    spent[before:] = [sum(spent[before:])]
            yield {
                "figure": f"finding by {name}",
                "engine": "PostgreSQL" if url else "SQLite",
                "files": files,
                "unit": "ms p95 in the database",
                "value": _p95(spent),
                "target": f"≤ {target}",
                "whole_verb_ms_p95": _p95(whole),
            }
    archive.close()


def _p95(values: list[float]) -> float:
    return round(1000 * sorted(values)[int(len(values) * 0.95)], 3)


class Watched:
    """Note how long the driver takes for each statement."""

    def __init__(self, archive: Archive, spent: list[float]) -> None:
        self.engine, self.spent, self.began = archive.engine, spent, 0.0

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._before)
        event.listen(self.engine, "after_cursor_execute", self._after)

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._before)
        event.remove(self.engine, "after_cursor_execute", self._after)

    def _before(self, *_statement: Any) -> None:
        self.began = time.perf_counter()

    def _after(self, *_statement: Any) -> None:
        self.spent.append(time.perf_counter() - self.began)


def _terms(work: Work) -> Iterator[tuple[str, list[str], float]]:
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
