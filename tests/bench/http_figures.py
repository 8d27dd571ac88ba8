"""Measure what people wait for, over HTTP, beside a route that does nothing on the same server."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import func, select
from sqlmodel import col

from archive.kernel.config import Settings
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, Place
from archive.vocabulary import PlaceKind
from tests.bench import load, lookups_figures, million
from tests.bench.load import Run
from tests.bench.served import serving, signed_in

SECONDS = 8.0
CONNECTIONS = 8
SAMPLE = 20_000


def figures(files: int, url: str | None = None, processes: int = 1) -> Iterator[dict[str, object]]:
    """Yield the figures of recorded moves, look-ups, lists and finding in an archive of a size."""
    settings = million.built(files, url)
    about = {"engine": "PostgreSQL" if url else "SQLite", "files": files}
    people = signed_in(settings, CONNECTIONS)
    known = _Known.from_settings(settings)
    with serving(settings, processes) as server:
        port, spent = server.port, server.spent
        headers = [server.headers(person.cookie) for person in people]
        nothing = [_always(load.get("/bench/nothing", one)) for one in headers]
        for ask in (*nothing, *(_page(one, known) for one in headers)):  # the first of all compiles templates
            assert load.answered(port, ask())
        for name, maker, target in (
            ("recorded move", _move, 0.12 if url else 0.20),
            ("file page, look recorded", _page, 0.15),
            ("file as JSON, look recorded", _json, 0.20),
        ):
            makers = [maker(one, known) for one in headers]
            many = load.beside(port, nothing, makers, SECONDS, spent)
            yield about | _line(f"{name}, {CONNECTIONS} connections", many, target)
            one = load.beside(port, nothing[:1], makers[:1], SECONDS / 2, spent)
            yield about | _single(f"{name}, 1 connection", one, wanted=maker is _move)
        for path, subject in known.lists():
            run = load.run(port, [_always(load.get(path, headers[0]))], SECONDS / 8, spent)
            yield about | _waited(f"list page: {subject}", run, 50)
        for name, terms, target in known.terms:
            run = load.run(port, [_find(headers[0], terms)], SECONDS / 8, spent)
            yield about | _waited(f"finding by {name} over HTTP", run, target + 15)
        yield about | {
            "figure": "memory of the web process",
            "unit": "MB",
            "value": server.memory(),
            "target": "≤ 150",
        }


Turns = list[tuple[Run, Run]]


def _line(name: str, turns: Turns, target: float) -> dict[str, object]:
    run, ceiling = turns[len(turns) // 2]
    return {
        "figure": name,
        "unit": "per second",
        "value": round(run.per_second),
        "peer": "a route that does nothing",
        "peer_value": round(ceiling.per_second),
        "ratio": round(run.per_second / ceiling.per_second, 3),
        "ratios": [round(one.per_second / nothing.per_second, 3) for one, nothing in turns],
        "target": f"≥ {target}",
        "p50_ms": round(run.p50, 2),
        "p95_ms": round(run.p95, 2),
        "p99_ms": round(run.p99, 2),
        "p95_to_p50": round(run.p95 / run.p50, 2),
        "processor_ms": round(run.processor, 2),
        "peer_processor_ms": round(ceiling.processor, 2),
        "errors": sum(one.errors for one, _nothing in turns),
    }


def _single(name: str, turns: Turns, *, wanted: bool) -> dict[str, object]:
    run, ceiling = turns[len(turns) // 2]
    return {
        "figure": name,
        "unit": "ms p50",
        "value": round(run.p50, 2),
        "peer": "a route that does nothing",
        "peer_value": round(ceiling.p50, 2),
        "target": f"≤ {2.5 * ceiling.p50 + 1.5:.2f}" if wanted else None,
        "errors": sum(one.errors for one, _nothing in turns),
    }


def _waited(name: str, run: Run, target: float) -> dict[str, object]:
    return {
        "figure": name,
        "unit": "ms p95",
        "value": round(run.p95, 2),
        "p50_ms": round(run.p50, 2),
        "target": f"≤ {target}",
        "errors": run.errors,
    }


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked for: codes that exist, and terms that are found."""

    files: list[str]
    boxes: list[str]
    shelf: str
    terms: list[tuple[str, list[str], float]]

    @classmethod
    def from_settings(cls, settings: Settings) -> "_Known":
        """Read them from the measured archive."""
        archive = Archive(settings)
        with archive.read(operator("bench")) as work:
            most = work.session.execute(select(func.max(CaseFile.id))).scalar_one()
            step = max(1, most // SAMPLE)
            some = select(col(CaseFile.code)).where(col(CaseFile.id) % step == 0, ~col(CaseFile.protected))
            files = list(work.session.execute(some.limit(SAMPLE)).scalars())
            places = select(col(Place.code)).order_by(col(Place.id))
            boxes = places.where(col(Place.kind) == PlaceKind.BOX).limit(5000)
            shelves = places.where(col(Place.kind) == PlaceKind.SHELF).limit(1)
            known = cls(
                files,
                list(work.session.execute(boxes).scalars()),
                work.session.execute(shelves).scalar_one(),
                list(lookups_figures.terms(work)),
            )
        archive.close()
        return known

    def lists(self) -> Iterator[tuple[str, str]]:
        """Yield the address of each list that grows with the archive, and what it lists."""
        yield "/files/?status=on_place", "files in a state"
        yield f"/places/{self.boxes[0]}", "a box"
        yield f"/places/{self.shelf}", "a shelf"
        yield f"/places/{self.boxes[0]}/history", "what came and went at a box"
        yield f"/files/{self.files[0]}/history", "history of a file"
        yield f"/looks/files/{self.files[0]}", "who looked at a file"
        yield "/tasks/", "worklist"
        yield "/loans", "loans"
        yield "/imports/", "imports"


def _always(request: bytes) -> Callable[[], bytes]:
    return lambda: request


def _move(headers: str, known: _Known) -> Callable[[], bytes]:
    def make() -> bytes:
        body = {"id": str(uuid4()), "text": random.choice(known.files), "context": random.choice(known.boxes)}
        return load.post("/api/scans", headers, json.dumps(body).encode())

    return make


def _page(headers: str, known: _Known) -> Callable[[], bytes]:
    return lambda: load.get("/files/" + random.choice(known.files), headers)


def _json(headers: str, known: _Known) -> Callable[[], bytes]:
    return lambda: load.get("/api/files/" + random.choice(known.files), headers)


def _find(headers: str, terms: list[str]) -> Callable[[], bytes]:
    """Find as one types: the answer is the part of the page that lists what was found."""
    form = "application/x-www-form-urlencoded"
    typing = f"{headers}HX-Request: true\r\n"
    return lambda: load.post("/find", typing, urlencode({"term": random.choice(terms)}).encode(), form)
