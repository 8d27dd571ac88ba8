"""What is older: live scans stand as they were received, those that waited by when they were made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.files import files, precedence, sightings
from archive.files.precedence import LIVE
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Place
from archive.places import places
from archive.programme import emptying
from archive.scanning import scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import Custody, LoanPurpose, PlaceKind, ScanOutcome
from tests.builders import MONDAY_MORNING, SetClock, a_box, a_file, a_shelf
from tests.verbs.deliveries.delivering import Scene, a_scene

TENTH = timedelta(seconds=0.1)


@pytest.mark.parametrize(
    ("waited", "before"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(minutes=-3), timedelta(0)),
        (LIVE, timedelta(0)),
        (LIVE + TENTH, LIVE + TENTH),
        (timedelta(days=2), timedelta(days=2)),
    ],
)
def test_a_live_scan_counts_from_when_it_was_received_and_one_that_waited_from_before(
    waited: timedelta, before: timedelta
) -> None:
    assert precedence.made_at(MONDAY_MORNING, waited) == MONDAY_MORNING - before


@dataclass
class Doings:
    """A file and three places, what is done with it at moments of choice, and the account kept of it."""

    archive: Archive
    clock: SetClock
    actor: Actor
    file: int
    code: str
    places: list[Place]
    scan_task: Callable[[int], str]

    def scan(self, where: int, waited: timedelta) -> StoredScan:
        """Scan the file at one of the places, some time ago."""
        place, task, now = self.places[where], self.scan_task(where), self.clock.now
        scanned = Scanned(str(uuid4()), self.code, place.code, now - waited, now, task=task)
        return self._do(lambda work: scans.take(work, scanned))

    def put(self, where: int) -> None:
        """Say by hand that the file stands at one of the places."""

        def put(work: Work) -> None:
            file, place = files.get(work, self.file), places.get(work, self.places[where].id)
            sightings.put_down(work, file, place, seen=file.place_id == place.id)

        self._do(put)

    def lend(self) -> None:
        """Hand the file out."""
        day = self.clock.now.date() + timedelta(days=7)
        request = Request("Karin Berg", LoanPurpose.CASE_WORK, due_on=day)
        self._do(lambda work: loans.hand_out(work, files.held(work, self.file), request))

    def _do(self, verb):  # type: ignore[no-untyped-def]
        with self.archive.write(self.actor) as work:
            return verb(work)

    def standing(self) -> tuple[Custody, int | None]:
        """Return how the file stands in the register: where, unless it is out."""
        with self.archive.read(self.actor) as work:
            file = files.get(work, self.file)
            return file.status, file.place_id if file.status is Custody.ON_PLACE else None


# What is done, where, when it was made (tenths of a second), and how long it waited to be received.
Doing = tuple[str, int, int, int]
DOING = st.tuples(
    st.sampled_from(["scan", "scan", "scan", "put", "lend"]),
    st.integers(0, 2),
    st.integers(0, 60),
    st.sampled_from([0, 0, 3, 10, 11, 20, 45, 600]),
)
ANY_ORDER = (
    given(st.lists(DOING, min_size=2, max_size=7)),
    example([("put", 1, 20, 0), ("scan", 2, 5, 45)]),  # moved by hand, and nobody saw it
    example([("scan", 0, 10, 9), ("scan", 1, 15, 0)]),  # live, and received after what was made later
    example([("scan", 0, 5, 45), ("scan", 1, 10, 20), ("scan", 2, 11, 0)]),
    example([("lend", 0, 20, 0), ("scan", 2, 5, 45)]),
    example([("lend", 0, 5, 0), ("scan", 2, 20, 45)]),
    example([("scan", 1, 20, 0), ("scan", 1, 40, 0), ("scan", 2, 30, 45)]),  # seen again where it stood
)


def any_order(test):  # type: ignore[no-untyped-def]
    """Draw what is done with a file, live and late, in any order."""
    for step in ANY_ORDER:
        test = step(test)
    return settings(max_examples=40)(test)


def comes_to_what_the_rule_says(doings: Doings, drawn: list[Doing]) -> None:
    """Do what was drawn as it is received; the register is as if done in the order of the rule."""
    begun = doings.clock.forward(days=1)
    lasting = [(what, where, made, waited if what == "scan" else 0) for what, where, made, waited in drawn]
    done: list[tuple[int, int, str, int]] = []
    for number, (what, where, made, waited) in enumerate(sorted(lasting, key=lambda one: one[2] + one[3])):
        doings.clock.now = begun + (made + waited) * TENTH
        try:
            if what == "scan":
                assert doings.scan(where, waited * TENTH).reason is None
            elif what == "put":
                doings.put(where)
            else:
                doings.lend()
        except Conflict:  # it is out already, or not here to be put down
            continue
        done.append((made if waited > 10 else made + waited, number, what, where))
    *_, (_moment, _number, what, where) = sorted(done)
    expected = (Custody.ON_LOAN, None) if what == "lend" else (Custody.ON_PLACE, doings.places[where].id)
    assert doings.standing() == expected


@any_order
def test_live_and_late_scans_in_any_order_leave_what_the_rule_leaves(
    archive: Archive, archivist: Actor, clock: SetClock, drawn: list[Doing]
) -> None:
    with archive.write(archivist) as work:
        home = a_shelf(work, site=f"Adress {uuid4()}")
        boxes = [a_box(work, home, str(number)) for number in range(3)]
        file = a_file(work, home)
    doings = Doings(archive, clock, archivist, file.id, file.code, boxes, lambda _where: "")
    comes_to_what_the_rule_says(doings, drawn)


@pytest.fixture
def packing(archive: Archive) -> Scene:
    """Give a delivery that is being packed."""
    scene = a_scene(archive)
    scene.plan()
    return scene


@any_order
def test_so_they_do_where_some_of_them_pack(
    archive: Archive, root: Actor, clock: SetClock, packing: Scene, drawn: list[Doing]
) -> None:
    with archive.write(root) as work:
        file = a_file(work, places.get(work, packing.shelf), reference=str(uuid4()))
        spots = [places.by_code(work, code) for code in packing.crates[:2]] + [places.get(work, packing.home)]
    task = f"pack:{packing.sender}"
    doings = Doings(archive, clock, root, file.id, file.code, spots, lambda where: task if where < 2 else "")
    comes_to_what_the_rule_says(doings, drawn)


def test_a_carried_box_stands_where_it_was_put_last_in_whatever_order_the_scans_come(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box = a_box(work, shelf, "1")
        rack = places.get(work, shelf.parent_id)
        first, second = (places.create(work, rack, PlaceKind.CRATE, name) for name in ("L1", "L2"))
    begun = clock.forward(hours=1)
    clock.forward(hours=4)
    answers = []
    for crate, hours in ((first, 1), (second, 2), (first, 1)):
        with archive.write(archivist) as work:
            made = begun + timedelta(hours=hours)
            scanned = Scanned(str(uuid4()), box.code, crate.code, made, clock.now, carry=True)
            answers.append(scans.take(work, scanned).outcome)
        clock.forward(seconds=1)
    assert answers == [ScanOutcome.PLACE_MOVED, ScanOutcome.PLACE_MOVED, ScanOutcome.SEEN_LATE]
    with archive.read(archivist) as work:
        assert places.get(work, box.id).parent_id == second.id


def test_what_a_sweep_saw_before_the_file_left_the_room_brings_nothing_back(
    archive: Archive, clock: SetClock
) -> None:
    scene = a_scene(archive)
    number = scene.do(scene.receiver, lambda work: emptying.enter(work, places.get(work, scene.room)).id)
    home, shelf = (
        scene.look(lambda work, of=place: places.get(work, of).code) for place in (scene.home, scene.shelf)
    )
    made = clock.forward(hours=1)
    clock.forward(hours=1)
    for file in range(6):
        scene.scan(scene.receiver, "", scene.code(file), home)
    scene.do(scene.packer, lambda work: emptying.begin(work, emptying.get(work, number)))
    late = scene.scan(scene.packer, f"sweep:{number}", scene.code(3), shelf, happened_at=made)
    assert (late.outcome, scene.file(3).place_id) == (ScanOutcome.SEEN_LATE, scene.home)
    live = scene.scan(scene.packer, f"sweep:{number}", scene.code(4), shelf)
    assert (live.outcome, scene.file(4).place_id) == (ScanOutcome.LEFT_OVER, scene.shelf)


def test_a_live_scan_is_the_newest_also_after_the_servers_clock_was_set_back(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        home = a_shelf(work)
        boxes = [a_box(work, home, str(number)) for number in range(2)]
        file = a_file(work, home)
    doings = Doings(archive, clock, archivist, file.id, file.code, boxes, lambda _where: "")
    clock.forward(minutes=10)
    doings.scan(0, timedelta(0))
    clock.now -= timedelta(minutes=2)
    assert doings.scan(1, timedelta(minutes=1)).outcome is ScanOutcome.SEEN_LATE
    assert doings.scan(1, timedelta(0)).outcome is ScanOutcome.MOVED
