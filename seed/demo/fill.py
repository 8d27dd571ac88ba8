"""Fill an empty archive with a realistic demo, through the verbs and imports a user would use."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from archive import reference_data, register
from archive.access_log import access_log
from archive.codes import codes as label_codes
from archive.files import files, lookup
from archive.imports import driver, runs
from archive.kernel.clock import add_working_days, local_date, system_clock
from archive.kernel.config import Settings
from archive.kernel.errors import Conflict
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Place
from archive.notifications import inbox
from archive.people import name_index
from archive.places import places
from archive.places.places import Level
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import (
    Custody,
    ImportPurpose,
    ImportState,
    LabelReason,
    LoanPurpose,
    OrderRule,
    Permission,
    PlaceKind,
    Role,
)
from labels import codes
from seed.demo import cast, city
from seed.demo.cases import CASES_FILE
from seed.demo.cast import DemoClock
from seed.demo.checkers import Checkers
from seed.demo.missing import LAST_MISS, Missing
from seed.demo.transports import Carriers
from seed.demo.weeks import Weeks
from seed.demo.world import PlannedPlace, World
from seed.demo.write import write_lists

BORROWERS = ("Jonas Ek", "Linnea Berg", "Samir Haddad", "Eva Kron", "Tove Malm", "Nils Ahl")
UNITS = (cast.UNIT, cast.OTHER_UNIT, "Familjerätten", "Vuxenenheten")
DAYS = 34  # working days of the story: what was found missing can be put right, and seen to have helped
READING_DAYS = 9  # before it: on each one list is read in
FORGOTTEN_ON = 6  # the working day of the story on which a file goes out that is never returned
SAMPLED_ON = 18
Say = Callable[[str], None]


def fill(settings: Settings, files: int, seed: int, say: Say, *, now: datetime | None = None) -> None:
    """Fill an empty archive with so many files, as of now; raises Conflict when it is not empty.

    This is the one place where a demo archive is made.
    """
    now = now or system_clock()
    world = World(files, seed)
    populate(settings, world, seed, say, DemoClock.before(now, DAYS + READING_DAYS))
    tell(settings, world, seed, say, now)


def populate(settings: Settings, world: World, seed: int, say: Say, clock: DemoClock) -> None:
    """Let people and places come into being and the lists be read in, at whatever time the clock tells."""
    archive = Archive(settings, clock)
    try:
        with archive.write(operator("demo")) as work:
            register.become_demo(work)
        reference_data.refresh(archive)  # so that routines are in force before anybody goes by them
        city.place(archive)
        Population(archive, clock, world, say).come_in(seed)
    finally:
        archive.close()


def tell(settings: Settings, world: World, seed: int, say: Say, now: datetime) -> None:
    """Tell what happened in a populated archive until now."""
    clock = DemoClock.before(now, DAYS)
    archive = Archive(settings, clock)
    try:
        Story(archive, clock, world, Random(seed), say).tell()  # noqa: S311
    finally:
        archive.close()


@dataclass(slots=True)
class Population:
    """What is there before the story begins: people, places, and the files the lists name."""

    archive: Archive
    clock: DemoClock
    world: World
    say: Say

    def come_in(self, seed: int) -> None:
        """Let people and places be made and every list be read in, in order."""
        people = cast.hire(self.archive)
        self.say(f"{len(people)} people, at least two in every role")
        archivist, assistant = people[cast.ARCHIVIST], people[cast.ASSISTANTS[0]]
        self.build(archivist)
        with TemporaryDirectory() as folder:
            self.say("writing the lists …")
            truth = write_lists(self.world, Path(folder), seed)
            for number, told in enumerate(truth.lists, start=1):
                self.clock.next_morning()
                self.say(f"list {number} of {len(truth.lists) + 1}: {told.file_name} …")
                self.say(f"    {self.read_in(archivist, Path(folder) / told.file_name)} rows")
            self.clock.next_morning()
            self.say(f"list {len(truth.lists) + 1} of {len(truth.lists) + 1}: {CASES_FILE} …")
            self.compare(archivist, Path(folder) / CASES_FILE)
        self.label(assistant)

    def build(self, actor: Actor) -> None:
        """Create every address, room, rack, shelf and box."""
        known: dict[tuple[str, ...], int] = {}
        for parent, planned in _together(self.world.places()):
            first = planned[0]
            with self.archive.write(actor) as work:
                made = places.create_many(
                    work,
                    places.get(work, known[parent]) if parent else None,
                    [Level(first.kind, tuple(plan.path[-1] for plan in planned))],
                    order_rule=first.order,
                    central=first.central,
                    capacity=first.capacity,
                )
            known.update({plan.path: place.id for plan, place in zip(planned, made, strict=True)})
        self.say(f"{len(known)} places")

    def read_in(self, actor: Actor, path: Path) -> int:
        """Import one list as the archivist would: look at it, check it, register it; return its rows."""
        with path.open("rb") as content:
            run_id = runs.begin(self.archive, actor, path.name, content)
        for order, awaited in ((runs.stage, ImportState.STAGED), (runs.apply, ImportState.APPLIED)):
            with self.archive.write(actor) as work:
                order(work, runs.get(work, run_id))
            run = driver.drive(self.archive, actor, run_id)
            if run.status is not awaited:
                raise Conflict("import_stopped", "The list %(name)s could not be read in.", name=path.name)
        return run.rows

    def compare(self, actor: Actor, path: Path) -> None:
        """Compare the closed cases of the case system with the register."""
        with path.open("rb") as content:
            run_id = runs.begin(self.archive, actor, path.name, content, ImportPurpose.COMPARE)
        with self.archive.write(actor) as work:
            runs.stage(work, runs.get(work, run_id))
        driver.drive(self.archive, actor, run_id)
        self.say("    compared with the register")

    def label(self, actor: Actor) -> None:
        """Print labels for a few boxes, reprint one, and print blank ones."""
        with self.archive.write(actor) as work:
            some = _standing(self.world.city.central.name, 60)
            found = [files.get(work, file_id) for file_id in work.session.execute(some).scalars()]
            label_codes.print_labels(work, found, "permanent-70x37")
            label_codes.print_labels(work, found[:1], "permanent-70x37", LabelReason.DAMAGED)
            label_codes.print_blanks(work, 24, "permanent-70x37")
        self.say(f"{len(found)} labels printed")


class Story:
    """What happened in a populated archive during its two months."""

    def __init__(self, archive: Archive, clock: DemoClock, world: World, random: Random, say: Say) -> None:
        self.archive, self.clock, self.world, self.random, self.say = archive, clock, world, random, say
        self.people = cast.at_work(archive)
        self.staff = cast.first_of_each(self.people)

    def tell(self) -> None:
        """Let it all happen, in order."""
        self.prepare()
        self.work_days()

    def prepare(self) -> None:
        """Get ready for the weekly deliveries; the rooms that are empty already are swept and closed."""
        carriers = Carriers(self.archive, self.clock, self.people)
        self.checkers = Checkers(self.archive, self.clock, self.people, self.random, every=4)
        self.weeks = Weeks(carriers, self.checkers, self.world, self.archive.settings.delivery_weekday)
        self.missing = Missing(self.archive, self.clock, self.people, self.checkers, carriers)
        self.weeks.turns_up = self.missing.turns_up
        self.weeks.prepare()
        self.missing.read_routines()
        self.weeks.sweep_emptied()

    def work_days(self) -> None:
        """Let people find, hand out, scan, take back, deliver and check until today."""
        out: list[str] = []
        for number in range(1, DAYS + 1):
            self.clock.next_morning()
            today = self.clock.on_the_last_day()
            if today:
                self.clock.before_the_end(cast.LAST_HOURS, leaving=LAST_MISS)
            out += self.hand_out(self.random.randint(0, 2))
            if number == FORGOTTEN_ON:
                self.hand_out(1)
            if number == SAMPLED_ON:
                with suppress(Conflict):  # in the smallest of demos everything is lent
                    self.checkers.sample(self._central, 8)
            self.look_up()
            self.scan()
            if len(out) > 12:
                self.take_back(out.pop(self.random.randrange(len(out))))
            if today:
                self.read_inboxes()
                self.weeks.today()
                self.missing.today()
            else:
                self.missing.day(number)
                self.weeks.day()
                self.missing.evening(number)
            if number % 8 == 0:
                self.say(f"day {number} of {DAYS}, deliveries so far: {self.weeks.made}")
        self.say(f"{len(out)} files on loan, {self.weeks.made} deliveries")

    def read_inboxes(self) -> None:
        """Let everybody read what came before today."""
        for actor in self.people.values():
            with self.archive.write(actor) as work:
                inbox.mark_read(work)

    def hand_out(self, count: int) -> list[str]:
        """Lend so many files for some weeks."""
        with self.archive.write(self.staff[Role.ASSISTANT]) as work:
            lent = self._some_files(work, count)
            for file in lent:
                due = add_working_days(local_date(work.now), self.random.choice((5, 10, 15, 20)))
                request = Request(
                    borrower=self.random.choice(BORROWERS),
                    borrower_unit=self.random.choice(UNITS),
                    purpose=self.random.choice((LoanPurpose.CASE_WORK, LoanPurpose.DISCLOSURE)),
                    due_on=due,
                )
                loans.hand_out(work, file, request)
        return [file.code for file in lent]

    @property
    def _central(self) -> str:
        return self.world.city.central.name

    def _some_files(self, work: Work, count: int) -> list[CaseFile]:
        standing = list(work.session.execute(_standing(self._central, 400)).scalars())
        return [
            files.get(work, file_id) for file_id in self.random.sample(standing, min(count, len(standing)))
        ]

    def look_up(self) -> None:
        """Let the case worker find somebody, which is recorded as a look."""
        actor = self.staff[Role.CASE_WORKER]
        person = self.world.person(self.random.randrange(len(self.world.people.number)))
        if len(person.family_name) < name_index.FEWEST_LETTERS or not actor.may(Permission.READ_NAMES):
            return
        with self.archive.read(actor) as work:
            hits = lookup.find(work, person.family_name)
        access_log.record(
            self.archive,
            actor,
            access_log.looked_for(hits.by.value, person.family_name, [file.stream for file in hits.files]),
        )

    def scan(self) -> None:
        """Put a few files into another box of the same shelf, and see a few where they stand."""
        actor = self.staff[Role.ASSISTANT]
        with self.archive.read(actor) as work:
            seen = self._some_files(work, 4)
            boxes = {file.id: places.get(work, file.place_id) for file in seen}
            beside = {
                file.id: places.children(work, places.get(work, boxes[file.id].parent_id or 0))
                for file in seen
            }
        for number, file in enumerate(seen):
            place = self.random.choice(beside[file.id]) if number == 0 else boxes[file.id]
            self._take(actor, file.code, place.code)
        if self.random.random() < 0.15:
            self._take(actor, codes.make(self.random.randrange), None)

    def take_back(self, code: str) -> None:
        """Bring a lent file back to its box."""
        actor = self.staff[Role.ASSISTANT]
        with self.archive.read(actor) as work:
            file = work.session.execute(select(CaseFile).where(col(CaseFile.code) == code)).scalar_one()
            place = places.get(work, file.place_id)
        self._take(actor, code, place.code)

    def _take(self, actor: Actor, code: str, context: str | None) -> None:
        scan_id = str(UUID(int=self.random.getrandbits(128), version=4))
        with self.archive.write(actor) as work:
            scans.take(work, Scanned(scan_id, code, context))


def _together(planned: Iterable[PlannedPlace]) -> Iterator[tuple[tuple[str, ...], list[PlannedPlace]]]:
    """Group the places that stand beside each other under one parent, parents still first."""

    def alike(place: PlannedPlace) -> tuple[tuple[str, ...], PlaceKind, OrderRule]:
        return place.path[:-1], place.kind, place.order

    for (parent, _kind, _order), group in groupby(planned, alike):
        yield parent, list(group)


def _standing(site: str, limit: int) -> Select[int]:
    """Select the ids of unprotected files standing in the boxes of a site."""
    root = (
        select(col(Place.path))
        .where(col(Place.name) == site, col(Place.parent_id).is_(None))
        .scalar_subquery()
    )
    return (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(
            col(Place.path) > root,
            col(Place.path) < root + "/",
            col(Place.kind) == PlaceKind.BOX,
            col(CaseFile.status) == Custody.ON_PLACE,
            ~col(CaseFile.protected),
        )
        .order_by(col(CaseFile.id))
        .limit(limit)
    )
