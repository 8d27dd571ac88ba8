"""Measure a delivery of 5,000 pieces: what a scan takes with two at work, and each page and paper of it.

A pause a person notices begins at a second (Nielsen); a scan answers within a tenth. On SQLite the measured
archive is copied first, so that no delivery is left in it.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select, text
from sqlmodel import col

from archive.deliveries import lines, packing, planning, receiving
from archive.deliveries.planning import DeliveryPlan
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.clock import local_date
from archive.kernel.config import Settings
from archive.kernel.store import Archive, Work, operator
from archive.models import CaseFile, DeliveryCrate, DeliveryLine, FileKind, SourceSystem
from archive.people import people
from archive.people.people import NewPerson
from archive.places import places
from archive.places.places import Level
from archive.vocabulary import Evidence, PersonRole, PlaceKind, Protection
from tests.bench import load, million
from tests.bench.load import Run
from tests.bench.served import Person, Served, serving, signed_in

PIECES, PER_CRATE = 5000, 50
MISSING = 20
SECONDS = 6.0
NOTICED = 1000  # milliseconds
OF_DRAWING = 4
TIMES = 5
ROWS_ON_PAPER = 40
PACKER = operator("bench packer")
RECEIVER = operator("bench receiver")
Request = Callable[[], bytes]

_ROWS = text(
    "SELECT l.*, f.code, f.reference FROM delivery_line l LEFT JOIN case_file f ON f.id = l.file_id"
    " WHERE l.sender_id = :sender ORDER BY l.row"
)
_TOUCH = text("UPDATE delivery_line SET row = row WHERE id = :id")


def figures(files: int, url: str | None = None, processes: int = 1) -> Iterator[dict[str, object]]:
    """Yield the figures of one delivery of 5,000 pieces in an archive of a size."""
    about = {"engine": "PostgreSQL" if url else "SQLite", "files": files, "pieces": PIECES}
    with _own(million.built(files, url)) as settings:
        archive = Archive(settings)
        people = signed_in(settings, 4)
        scene = _scene(archive)
        with serving(settings, processes) as server:
            for figure in _Measured(archive, scene, server, people).all():
                yield about | figure
        archive.close()


@contextmanager
def _own(settings: Settings) -> Iterator[Settings]:
    """Give a copy of the measured archive that may be changed, on PostgreSQL the archive itself."""
    if not settings.database_url.startswith("sqlite"):
        yield settings
        return
    folder = settings.data_dir.with_name(f"{settings.data_dir.name}-deliveries")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(settings.data_dir, folder)
    try:
        chosen = {"AKTSPAR_DEMO": "1", "AKTSPAR_DATA_DIR": str(folder)}
        yield replace(settings, data_dir=folder, database_url=Settings.load(chosen).database_url)
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Took:
    """How many milliseconds something took, and how long of them a processor worked for it."""

    waited: float
    worked: float


@dataclass(slots=True)
class _Scene:
    """An old room with its files, and crates to pack them into."""

    room: int
    delivery: int
    crates: list[str]
    codes: list[str]
    sender: int = 0
    taken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> tuple[str, str]:
        """Return the code of the next file and of the crate it goes into."""
        with self.lock:
            number, self.taken = self.taken, self.taken + 1
        return self.codes[number], self.crates[number // PER_CRATE]

    def rest(self) -> list[tuple[str, str]]:
        """Return what was not taken yet."""
        rest = [(self.codes[n], self.crates[n // PER_CRATE]) for n in range(self.taken, PIECES)]
        self.taken = 0
        return rest


def _scene(archive: Archive) -> _Scene:
    with archive.write(PACKER) as work:
        site = places.create(work, None, PlaceKind.SITE, f"Mätgatan {uuid4().hex[:6]}")
        room = places.create(work, site, PlaceKind.ROOM, "Källare 1")
        levels = [Level(PlaceKind.RACK, ("A",)), Level(PlaceKind.SHELF, places.names_from("1-100"))]
        shelves = [one for one in places.create_many(work, room, levels) if one.kind is PlaceKind.SHELF]
        names = tuple(f"Mätlåda {number}" for number in range(1, PIECES // PER_CRATE + 1))
        crates = places.create_many(work, room, [Level(PlaceKind.CRATE, names)])
        kind = work.session.scalars(select(FileKind)).first()
        source = work.session.scalars(select(SourceSystem)).first()
        assert kind is not None
        assert source is not None
        persons = people.insert_many(
            work, [NewPerson("Mätsson", f"Mats{n}", protection=Protection.NONE) for n in range(PIECES)]
        )
        new = [
            NewFile(
                reference=f"M{uuid4().hex[:8]}",
                source_id=source.id,
                kind_id=kind.id,
                place=shelves[number * len(shelves) // PIECES],
                persons=((persons[number], PersonRole.SUBJECT),),
            )
            for number in range(PIECES)
        ]
        codes = [file.code for file in files.register_many(work, new)]
        day = local_date(work.now) + timedelta(days=1)
        delivery = planning.plan(work, DeliveryPlan(day, len(crates), PER_CRATE))
        return _Scene(room.id, delivery.id, [crate.code for crate in crates], codes)


class _Measured:
    """One delivery as it goes on, measured at each step."""

    def __init__(self, archive: Archive, scene: _Scene, server: Served, people: Sequence[Person]) -> None:
        self.archive, self.scene, self.server, self.people = archive, scene, server, people
        self.headers = [server.headers(person.cookie) for person in people]

    def all(self) -> Iterator[dict[str, object]]:
        """Yield every figure in the order of the delivery."""
        nothing = load.get("/bench/nothing", self.headers[0])
        assert load.answered(self.server.port, nothing)
        yield from self._listed()
        yield from self._packed()
        yield from self._sent()
        yield from self._received()
        yield from self._reconciled()

    def _listed(self) -> Iterator[dict[str, object]]:
        scene = self.scene
        form = {"place": str(scene.room), "files": str(PIECES)}
        took = self._posted(f"/deliveries/{scene.delivery}/senders", form)
        with self.archive.read(PACKER) as work:
            scene.sender = lines.senders(work, scene.delivery)[0].id
        yield self._beside("list made in shelf order", took, *self._written())
        yield from self._pages(
            "listed", f"/deliveries/senders/{scene.sender}", f"/deliveries/{scene.delivery}"
        )
        yield self._paper("pick list (PDF)", f"/deliveries/senders/{scene.sender}/pick-list.pdf", 7)

    def _packed(self) -> Iterator[dict[str, object]]:
        task = f"pack:{self.scene.sender}"
        yield from self._scanned(
            "packing", task, self.people[:2], f"/deliveries/senders/{self.scene.sender}/packing"
        )
        self._check(col(DeliveryLine.packed_at), self.scene.taken)
        for batch in _batches(self.scene.rest()):
            with self.archive.write(PACKER) as work:
                share = lines.sender(work, self.scene.sender)
                for code, crate_code in batch:
                    crate = packing.take_crate(work, share, places.by_code(work, crate_code))
                    packing.pack(work, crate, _held(work, code), how=Evidence.SCAN)

    def _sent(self) -> Iterator[dict[str, object]]:
        address = f"/deliveries/senders/{self.scene.sender}"
        took = self._posted(f"{address}/dispatch", {"driver": "Mats"})
        yield self._beside("dispatched", took, *self._written())
        yield self._paper("delivery note (PDF)", f"{address}/note.pdf", 5, person=0)

    def _received(self) -> Iterator[dict[str, object]]:
        scene = self.scene
        with self.archive.write(RECEIVER) as work:
            for crate in lines.crates(work, delivery_id=scene.delivery):
                receiving.arrive(work, crate)
        task = f"receive:{scene.delivery}"
        yield from self._scanned(
            "receiving", task, self.people[2:], f"/deliveries/{scene.delivery}/receiving"
        )
        self._check(col(DeliveryLine.received_at), scene.taken)
        for batch in _batches(scene.rest()[:-MISSING]):
            with self.archive.write(RECEIVER) as work:
                for code, crate_code in batch:
                    receiving.receive(work, _crate(work, crate_code), _held(work, code), how=Evidence.SCAN)
        with self.archive.write(RECEIVER) as work:
            for crate in lines.crates(work, delivery_id=scene.delivery):
                receiving.empty(work, crate)

    def _reconciled(self) -> Iterator[dict[str, object]]:
        address = f"/deliveries/senders/{self.scene.sender}"
        took = self._posted(f"{address}/sign", {}, person=2)
        yield self._beside(f"signed, {MISSING} missing named", took, *self._written())
        yield from self._pages("received", address, f"/deliveries/{self.scene.delivery}")
        yield self._page("all deliveries", "/deliveries/")
        yield self._page("queue of covers", f"/covers/?delivery={self.scene.delivery}")
        yield self._paper("receipt (PDF)", f"{address}/receipt.pdf", 4)

    # How it is measured

    def _scanned(
        self, name: str, task: str, hands: Sequence[Person], panel: str
    ) -> Iterator[dict[str, object]]:
        """Let two scan at once for a while: what each waits for, and for the part beside the board."""
        headers = [self.server.headers(person.cookie) for person in hands]
        makers = [self._scan(task, person, header) for person, header in zip(hands, headers, strict=True)]
        nothing = [_always(load.get("/bench/nothing", header)) for header in headers]
        for make in makers:  # the first of all compiles templates and takes the crate
            assert load.answered(self.server.port, make())
        turns = load.beside(self.server.port, nothing, makers, SECONDS, self.server.spent)
        run, ceiling = turns[len(turns) // 2]
        yield _waited(f"scan to next screen, two {name}", run, ceiling, 100)
        run = load.run(
            self.server.port, [_always(load.get(panel, headers[0]))], SECONDS / 4, self.server.spent
        )
        yield _waited(f"part beside the board, {name}", run, ceiling, NOTICED / 2)

    def _scan(self, task: str, person: Person, headers: str) -> Request:
        def make() -> bytes:
            code, crate = self.scene.next()
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            scan = {"id": str(uuid4()), "text": code, "context": crate, "task": task, "by": person.actor}
            body = scan | {"happened_at": now, "sent_at": now, "carry": False}
            return load.post("/scan/answers", headers, json.dumps(body).encode())

        return make

    def _check(self, moment: Any, wanted: int) -> None:
        """Make sure that every scan did what it was for: a refusal is answered with 200 too."""
        with self.archive.read(PACKER) as work:
            lines = select(DeliveryLine.id).where(
                col(DeliveryLine.delivery_id) == self.scene.delivery, moment.is_not(None)
            )
            there = len(work.session.execute(lines).all())
        if there != wanted:
            raise RuntimeError(f"{wanted} were scanned and {there} are there")

    def _pages(self, state: str, sender: str, delivery: str) -> Iterator[dict[str, object]]:
        yield self._page(f"page of a sender, {state}", sender)
        yield self._page(f"page of a delivery, {state}", delivery)

    def _page(self, name: str, path: str) -> dict[str, object]:
        return self._beside(name, self._got(path), "the bare statement of its rows", self._read())

    def _paper(self, name: str, path: str, columns: int, person: int = 2) -> dict[str, object]:
        drawn = _best(lambda: _timed(lambda: _draw(PIECES, columns)))
        peer = f"{PIECES} rows of {columns} words drawn, nothing else"
        return self._beside(name, self._got(path, person), peer, drawn) | {"target": f"ratio ≤ {OF_DRAWING}"}

    def _beside(self, name: str, value: Took, peer: str, peer_value: Took) -> dict[str, object]:
        return {
            "figure": f"{PIECES} pieces: {name}",
            "unit": "ms",
            "value": round(value.waited),
            "processor_ms": round(value.worked),
            "peer": peer,
            "peer_value": round(peer_value.waited, 1),
            "ratio": round(value.worked / peer_value.worked, 1),
            "target": f"≤ {NOTICED}",
        }

    def _got(self, path: str, person: int = 2) -> Took:
        request = load.get(path, self.headers[person])
        return _best(lambda: self._took(request))

    def _posted(self, path: str, form: dict[str, str], person: int = 0) -> Took:
        body = urlencode(form).encode()
        request = load.post(path, self.headers[person], body, "application/x-www-form-urlencoded")
        return self._took(request, b"303")

    def _took(self, request: bytes, status: bytes = b"200") -> Took:
        began, before = time.perf_counter(), self.server.spent()
        answer = load.said(self.server.port, request)
        if answer != status:
            raise RuntimeError(f"{request.splitlines()[0]!r} was answered with {answer!r}")
        return Took(1000 * (time.perf_counter() - began), 1000 * (self.server.spent() - before))

    def _read(self) -> Took:
        with self.archive.read(PACKER) as work:
            rows = {"sender": self.scene.sender}
            return _best(lambda: _timed(lambda: work.connection.execute(_ROWS, rows).all()))

    def _written(self) -> tuple[str, Took]:
        """Return what writing one column of every line takes, taken back afterwards."""
        work_rows = select(col(DeliveryLine.id)).where(col(DeliveryLine.delivery_id) == self.scene.delivery)
        with self.archive.engine.connect() as connection:
            ids = [{"id": number} for number in connection.execute(work_rows).scalars()]
            took = _timed(lambda: connection.execute(_TOUCH, ids))
            connection.rollback()
        return "each line written once by executemany", took


def _best(measure: Callable[[], Took]) -> Took:
    """Return the quickest of some turns: the machine may be shared."""
    return min((measure() for _ in range(TIMES)), key=lambda took: took.waited)


def _timed(deed: Callable[[], object]) -> Took:
    began, before = time.perf_counter(), time.thread_time()
    deed()
    return Took(1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - before))


def _draw(rows: int, columns: int) -> None:
    """Draw so many words on plain pages."""
    canvas = Canvas(BytesIO(), pagesize=A4)
    for row in range(rows):
        for column in range(columns):
            canvas.drawString(40 + 70 * column, 800 - 18 * (row % ROWS_ON_PAPER), f"ord {row}")
        if row % ROWS_ON_PAPER == ROWS_ON_PAPER - 1:
            canvas.showPage()
    canvas.save()


def _waited(name: str, run: Run, ceiling: Run, target: float) -> dict[str, object]:
    return {
        "figure": name,
        "unit": "ms p95",
        "value": round(run.p95, 2),
        "p50_ms": round(run.p50, 2),
        "peer": "a route that does nothing",
        "peer_value": round(ceiling.p95, 2),
        "per_second": round(run.per_second),
        "processor_ms": round(run.processor, 2),
        "target": f"≤ {target:.0f}",
        "errors": run.errors,
    }


def _always(request: bytes) -> Request:
    return lambda: request


def _batches(pieces: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    return (pieces[start : start + 200] for start in range(0, len(pieces), 200))


def _held(work: Work, code: str) -> Any:
    return files.held(
        work, work.session.scalars(select(col(CaseFile.id)).where(col(CaseFile.code) == code)).one()
    )


def _crate(work: Work, code: str) -> DeliveryCrate:
    crate = lines.open_crate(work, places.by_code(work, code).id)
    assert crate is not None
    return crate
